"""The Trial page: choose, follow, read, take along; and how many patients a trial needs, at a glance.

| file | idea |
|---|---|
| `library` | trials of the library in words |
| `asked` | what the form asks for, as typed and as checked |
| `results` | a finished trial as figures and tables |
| `care` | what to read with care, as in the report |
| `drawing`, `forest` | drawings |
| `keeping` | the trial as a file, and everything in one archive |
| `size` | patients an arm by formula |
| `routes` | addresses |
"""
