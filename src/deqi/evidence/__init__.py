"""Published results, as tables: what was seen, in whom, and how sure the figure is.

| file | what |
|---|---|
| `published.py` | a table of one trial, and reading it |
| `tables/*.toml` | the tables, one a trial |
| `gerac.py` | pain in GERAC, for those who need nothing else |
"""

from deqi.evidence.gerac import PublishedMean, gerac_pain
from deqi.evidence.published import Contrast, Published, Row, published, read_published, tables

__all__ = [
    "Contrast",
    "Published",
    "PublishedMean",
    "Row",
    "gerac_pain",
    "published",
    "read_published",
    "tables",
]
