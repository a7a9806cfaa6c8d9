"""The Course page: pain over weeks to a year, against sham, nothing and medicine.

| file | idea |
|---|---|
| `question` | what an address asks for |
| `courses` | which courses are drawn, and what is done in each |
| `typical` | each course in the typical patient, and how sure as far as parameters go |
| `crowd` | the same hundred patients in each course, with the same luck |
| `apart` | needles, context and natural course of their change |
| `payload` | all of it as plain data |
| `svg`, `lines`, `small`, `bars` | drawings |
| `again` | the hundred's trial as a file |
| `streaming` | pages that are sent while they are worked out |
| `routes` | addresses |
"""
