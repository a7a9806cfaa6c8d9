"""Bibliography: BibTeX entries by key.

A mechanism names its sources by key (`Mechanism.cites`), a parameter value by
`source`. The entries live in `references.bib` files; the reader here
understands the plain subset that those files are written in: one entry after
another, ``field = {value}``, one field a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from deqi.errors import FileError, UnknownNameError

_ENTRY = r"(?s)@(?P<kind>\w+)\{(?P<key>[^,\s]+),(?P<body>.*?)\n\}"
_FIELD = r"(?m)^\s*(?P<name>\w+)\s*=\s*\{(?P<value>.*)\},?\s*$"
_SHIPPED = Path(__file__).parents[1] / "mechanisms" / "references.bib"


@dataclass(frozen=True)
class Reference:
    """One source: its key, kind (article, book, misc) and fields."""

    key: str
    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        author = self.fields.get("author", "").replace(" and ", ", ").replace("{", "").replace("}", "")
        parts = [
            author,
            f"({self.fields['year']})" if "year" in self.fields else "",
            self.fields.get("title", ""),
        ]
        where = self.fields.get("journal") or self.fields.get("publisher") or ""
        link = self.link
        text = " ".join(p for p in parts if p).rstrip(".")
        return ". ".join(p for p in (text, where, link) if p)

    @property
    def link(self) -> str:
        """DOI, PMID or address of the source."""
        for name in ("doi", "pmid", "isbn", "url"):
            if name in self.fields:
                return f"{name}:{self.fields[name]}" if name != "url" else self.fields[name]
        return ""

    def bibtex(self) -> str:
        """The entry as BibTeX."""
        lines = [f"  {name} = {{{value}}}," for name, value in self.fields.items()]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])


def read_bibtex(text: str, where: str = "references.bib") -> dict[str, Reference]:
    r"""References by key.

    Raises
    ------
    FileError
        If two entries share a key, or text is left that is no entry.

    Examples
    --------
    >>> str(read_bibtex("@article{a2020,\n  author = {A. Author},\n  year = {2020},\n}")["a2020"])
    'A. Author (2020)'
    """
    found: dict[str, Reference] = {}
    for match in re.finditer(_ENTRY, text):
        key = match["key"]
        if key in found:
            raise FileError(f"two entries have the key '{key}'", where=where)
        fields = {m["name"].lower(): m["value"] for m in re.finditer(_FIELD, match["body"])}
        found[key] = Reference(key, match["kind"].lower(), fields)
    rest = "\n".join(
        line for line in re.sub(_ENTRY, "", text).splitlines() if not line.lstrip().startswith("%")
    )
    if rest.strip():
        raise FileError(
            f"this is no entry: {rest.strip()[:60]}", where=where, fix="one field a line, }} on its own"
        )
    return found


@lru_cache(maxsize=1)
def references() -> Mapping[str, Reference]:
    """Every reference that ships with deqi."""
    return read_bibtex(_SHIPPED.read_text(encoding="utf-8"))


def cite(key: str, where: str = "") -> Reference:
    """The reference of a key.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    try:
        return references()[key]
    except KeyError:
        raise UnknownNameError("reference", key, references(), where=where) from None
