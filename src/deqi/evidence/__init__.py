"""Published results, as tables: what was seen, in whom, and how sure the figure is.

| file | what |
|---|---|
| `published.py` | a table of one trial, and reading it |
| `tables/*.toml` | the tables, one a trial |
"""

from deqi.evidence.published import Contrast, Difference, Published, Row, published, read_published, tables

__all__ = [
    "Contrast",
    "Difference",
    "Published",
    "Row",
    "published",
    "read_published",
    "tables",
]
