"""The bibliography: every entry is complete, in order and found by those who cite it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

import deqi.mechanisms
from deqi.core import Mechanism
from deqi.core.citations import Reference, cite, read_bibtex, references
from deqi.parameters import base_values, overlays

TEXT = (resources.files("deqi") / "mechanisms" / "references.bib").read_text(encoding="utf-8")
ENTRIES = read_bibtex(TEXT)
# Works without a personal first author go by the name that the field calls them.
NAMED = {"stricta2010", "who2008"}
NOTES = {"seen", "identifier seen, title or year not checked", "identifier not checked"}


def _plain(name: str) -> str:
    """A name in bare ASCII letters, the way keys write it."""
    bare = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("Ø", "O"))
    return re.sub(r"[^a-z]", "", bare.encode("ascii", "ignore").decode().lower())


def _first_surname(reference: Reference) -> str:
    words = reference.fields["author"].split(" and ")[0].split()
    return _plain("".join(word for word in words if not word.endswith(".")))


def _mechanisms() -> list[type[Mechanism]]:
    found: list[type[Mechanism]] = []
    for module in pkgutil.walk_packages(deqi.mechanisms.__path__, deqi.mechanisms.__name__ + "."):
        things = vars(importlib.import_module(module.name)).values()
        classes = [thing for thing in things if isinstance(thing, type) and issubclass(thing, Mechanism)]
        found += [each for each in classes if each.__module__ == module.name]
    return found


each_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())


def test_the_package_reads_the_same_entries() -> None:
    assert dict(references()) == ENTRIES


def test_no_entry_is_lost_by_the_reader() -> None:
    assert len(ENTRIES) == len(re.findall(r"^@", TEXT, re.MULTILINE)) > 60


def test_no_field_is_lost_by_the_reader() -> None:
    written = len(re.findall(r"^  \w+ = ", TEXT, re.MULTILINE))
    assert sum(len(entry.fields) for entry in ENTRIES.values()) == written


def test_entries_are_sorted_by_key() -> None:
    assert list(ENTRIES) == sorted(ENTRIES)


def test_no_identifier_is_used_twice() -> None:
    for name in ("doi", "pmid"):
        used = [entry.fields[name].lower() for entry in ENTRIES.values() if name in entry.fields]
        assert len(used) == len(set(used)), name


@each_entry
def test_an_entry_says_who_when_and_what(entry: Reference) -> None:
    assert {"author", "year", "title", "note"} <= set(entry.fields)
    assert {"journal", "publisher"} & set(entry.fields)
    assert all(value.strip() == value and value for value in entry.fields.values())


@each_entry
def test_the_key_is_first_author_and_year(entry: Reference) -> None:
    assert re.fullmatch(r"(19|20)\d\d", entry.fields["year"])
    assert entry.key.endswith(entry.fields["year"])
    if entry.key not in NAMED:
        assert entry.key == _first_surname(entry) + entry.fields["year"]


@each_entry
def test_identifiers_have_their_form(entry: Reference) -> None:
    forms = {
        "doi": r"10\.\d{4,9}/\S+",
        "pmid": r"[1-9]\d{3,7}",
        "isbn": r"97[89](-?\d){10}",
        "url": r"https://\S+",
    }
    for name, form in forms.items():
        if name in entry.fields:
            assert re.fullmatch(form, entry.fields[name]), name


@each_entry
def test_the_note_says_how_far_it_was_checked(entry: Reference) -> None:
    assert entry.fields["note"] in NOTES
    if entry.fields["note"] != "identifier not checked":
        assert entry.link, "an identifier that was seen must be written down"


def test_every_mechanism_cites_an_entry_that_exists() -> None:
    mechanisms = _mechanisms()
    assert len(mechanisms) > 50
    unknown = {f"{m.__module__}: {key}" for m in mechanisms for key in m.cites if key not in ENTRIES}
    assert unknown == set()


def test_every_parameter_value_names_a_source_that_exists() -> None:
    values = dict(base_values())
    for overlay in overlays().values():
        values.update({f"{overlay.name}: {path}": value for path, value in overlay.values.items()})
    sources = {path: value.source for path, value in values.items() if value.source}
    assert len(sources) > 50
    assert {path: key for path, key in sources.items() if key not in ENTRIES} == {}


def _cited(table: object) -> Iterator[str]:
    """Every key under `source` or `cites`, at any depth of a TOML file."""
    if isinstance(table, dict):
        for name, value in table.items():
            if name in ("source", "cites"):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _cited(value)
    elif isinstance(table, list):
        for value in table:
            yield from _cited(value)


@pytest.mark.parametrize("folder", ["models/patients", "protocols/library", "parameters/sets"])
def test_every_file_that_ships_cites_entries_that_exist(folder: str) -> None:
    files = sorted((Path(deqi.__file__).parent / folder).rglob("*.toml"))
    cited = {file.name: set(_cited(tomllib.loads(file.read_text(encoding="utf-8")))) for file in files}
    assert any(cited.values())
    assert {name: keys - set(ENTRIES) for name, keys in cited.items() if keys - set(ENTRIES)} == {}


def test_citing_gives_the_link() -> None:
    assert cite("haake2007").link == "doi:10.1001/archinte.167.17.1892"
