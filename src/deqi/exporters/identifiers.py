"""What a quantity is in public ontologies, and which publication its value is from.

Identifiers live in `identifiers.toml`; publications in the bibliography. What
was not checked stays out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from deqi.core.citations import Reference, references
from deqi.exporters.walk import PARAMETER, Quantity, Walk

_FILE = Path(__file__).with_name("identifiers.toml")
_ADDRESS = "https://identifiers.org/"
#: Notes of the bibliography that say that an identifier was seen.
_CHECKED = ("seen", "identifier seen, title or year not checked")
_BASE = "base"


@dataclass(frozen=True)
class Term:
    """What some quantities are.

    Attributes
    ----------
    relation : str
        How they and the entries go together: a BioModels.net biology qualifier in words.
    ids : tuple of str
        Compact identifiers: ``UBERON:0003040``.
    paths : tuple of str
        Quantities, or mechanisms with all that is in them; ``*`` stands for one part.
    only_with : str
        Parameter set that must have given the values; empty for any.
    """

    relation: str
    ids: tuple[str, ...]
    paths: tuple[str, ...]
    only_with: str = ""

    def covers(self, path: str) -> bool:
        """Whether a quantity is meant."""
        parts = path.split(".")
        return any(_begins(parts, pattern.split(".")) for pattern in self.paths)


def _begins(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    return len(parts) >= len(pattern) and all(
        want in ("*", part) for want, part in zip(pattern, parts, strict=False)
    )


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """Every term of the file."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Term(t["relation"], tuple(t["ids"]), tuple(t["paths"]), t.get("set", "")) for t in data["terms"]
    )


@lru_cache(maxsize=1)
def labels() -> Mapping[str, str]:
    """What each identifier stands for."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return dict(data["labels"])


def meanings(walk: Walk) -> dict[str, list[Term]]:
    """Terms of each state and output that has any, by path.

    Examples
    --------
    >>> from deqi.models import needling_analgesia
    >>> from deqi.exporters.walk import walk
    >>> model = needling_analgesia()
    >>> walked = walk(model, dict.fromkeys(model.parameters, 1.0), dict.fromkeys(model.states, 0.0))
    >>> [term.ids for term in meanings(walked)["brainstem.grey.activity"]]
    [('UBERON:0003040',)]
    """
    apply = [term for term in terms() if _applies(term, walk)]
    found = {q.path: [t for t in apply if t.covers(q.path)] for q in walk.of("state", "output")}
    return {path: these for path, these in found.items() if these}


def _applies(term: Term, walk: Walk) -> bool:
    """Whether the values are of the set that the term asks for."""
    if not term.only_with:
        return True
    given = [q.given for q in walk.of(PARAMETER) if term.covers(q.path)]
    origins = {value.origin for value in given if value is not None}
    others = {t.only_with for t in terms() if set(t.paths) & set(term.paths)} - {_BASE}
    return bool(origins) and not origins & others if term.only_with == _BASE else term.only_with in origins


def publication(quantity: Quantity) -> str:
    """Address of the publication that a parameter's value is from; empty where none was checked."""
    if quantity.given is None or not quantity.given.source:
        return ""
    reference = references().get(quantity.given.source)
    return link(reference) if reference is not None else ""


def link(reference: Reference) -> str:
    """Address of a publication by DOI or PMID; empty where neither was seen."""
    if reference.fields.get("note") not in _CHECKED:
        return ""
    for name, prefix in (("doi", "doi"), ("pmid", "pubmed")):
        if name in reference.fields:
            return address(f"{prefix}:{reference.fields[name]}")
    return ""


def address(compact: str) -> str:
    """Where a compact identifier is looked up.

    Examples
    --------
    >>> address("CHEBI:6618")
    'https://identifiers.org/CHEBI:6618'
    """
    return _ADDRESS + compact
