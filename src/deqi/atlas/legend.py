"""What the atlas's columns mean, how sure each is, and where it is from.

The text is in `legend.toml`; this file reads it, and the atlas's other tables.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["legend"]


def read_toml(name: str) -> dict[str, Any]:
    """Content of one of the atlas's TOML files."""
    return tomllib.loads(_text(name))


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of one of the atlas's CSV files."""
    return list(csv.DictReader(_text(name).splitlines(), strict=True))


def split_list(text: str) -> tuple[str, ...]:
    """Items of a cell, which `;` parts, but not within brackets.

    Examples
    --------
    >>> split_list("dorsal ramus L1 (skin; cluneal); lumbar plexus")
    ('dorsal ramus L1 (skin; cluneal)', 'lumbar plexus')
    """
    return tuple(part.strip() for part in re.split(r";(?![^()]*\))", text) if part.strip())


@cache
def legend() -> Mapping[str, Any]:
    """Meaning, sureness and sources of the columns of the points table.

    Examples
    --------
    >>> legend()["verified"]["yes"]
    'code, name, place, depth and nerves read in at least one source'
    """
    return MappingProxyType(read_toml("legend.toml"))


def _text(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
