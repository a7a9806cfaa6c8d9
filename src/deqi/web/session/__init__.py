"""The front page: one session, minute by minute, from the needle to the brain and back.

| file | idea |
|---|---|
| `question` | what an address asks for, with the checks of protocols |
| `reach` | which segments of the cord the needles' signal enters |
| `places` | places of the pathway, substances and feelings that are shown, in words |
| `support` | how well each is supported: grade, kinds of values, sources |
| `payload` | the answer as plain data, kept for the next who asks |
| `body` | points of the atlas on the drawings |
| `routes` | addresses |
| `placing/` | where points are on the drawings; `scripts/body_map.py` makes the shipped table of it |
"""
