"""Evidence as pages: published findings, what the model did on each, and how often it agrees.

| file | idea |
|---|---|
| `figures`, `figures.json` | what the model gave for each finding, beside the verdicts that ship with deqi |
| `tested` | which mechanisms a finding is about |
| `words` | what is read, when, and of whom, in words |
| `rows` | findings as pages show them |
| `choice` | which of them were asked for |
| `strips` | published interval and model's interval, as SVG |
| `scores` | how many agree, by role |
| `routes` | addresses |
"""
