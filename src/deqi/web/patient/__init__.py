"""Patient mode: what was simulated and what trials found, in plain words, on one sheet of paper.

| file | idea |
|---|---|
| `sheet` | what an address asks for: a condition, a way of needling |
| `harms` | adverse events at published rates |
| `told` | the numbers of a sheet, rounded as people say them |
| `routes` | addresses |
"""
