"""Identifiers of ontologies: known, used, and only where they belong."""

import re
from dataclasses import replace

import pytest

from deqi.core.citations import Reference, references
from deqi.exporters import walk_course
from deqi.exporters.identifiers import labels, link, meanings, publication, terms
from deqi.exporters.walk import STATE

ADDRESS = "https://identifiers.org/"


@pytest.fixture(scope="module")
def walks():
    return {
        name: walk_course(name, weeks=0.1, rtol=1e-6)
        for name in ("morphine-17mg-once", "opal-oxycodone", "acute-nsaid")
    }


def test_every_identifier_has_a_label_and_is_used():
    used = {one for term in terms() for one in term.ids}
    assert used == set(labels())
    assert all(re.fullmatch(r"(UBERON|CHEBI):\d+|uniprot:[A-Z]\d[A-Z0-9]{3}\d", one) for one in used)


def test_every_path_is_of_the_model(walks):
    paths = [q.path for q in walks["morphine-17mg-once"].of("state", "output")]
    for term in terms():
        for pattern in term.paths:
            alone = replace(term, paths=(pattern,))
            assert any(alone.covers(path) for path in paths), pattern


def test_a_place_covers_what_is_in_it_and_no_neighbour():
    (grey,) = [term for term in terms() if term.paths == ("brainstem.grey",)]
    assert grey.covers("brainstem.grey.activity")
    assert not grey.covers("brainstem.greyish.activity")
    assert not grey.covers("brainstem")


@pytest.mark.parametrize(
    ("name", "path", "drug"),
    [
        ("morphine-17mg-once", "drugs.opioid.central", {"CHEBI:17303"}),
        ("opal-oxycodone", "drugs.opioid.central", {"CHEBI:7852"}),
        ("morphine-17mg-once", "drugs.nsaid.central", set()),
    ],
)
def test_a_drug_is_the_one_whose_values_were_used(walks, name, path, drug):
    found = {one for term in meanings(walks[name]).get(path, ()) for one in term.ids}
    assert found == drug


def test_an_nsaid_is_named_where_it_is_known(walks):
    walked = walks["acute-nsaid"]
    origins = {q.given.origin for q in walked.of("parameter") if q.path.startswith("drugs.nsaid")}
    found = {one for t in meanings(walked).get("drugs.nsaid.central", ()) for one in t.ids}
    assert found == ({"CHEBI:5855"} if "ibuprofen" in origins else set())


def test_only_checked_publications_are_linked(walks):
    walked = walks["morphine-17mg-once"]
    loose = {key for key, one in references().items() if one.fields["note"] == "identifier not checked"}
    sourced = [q for q in walked.of("parameter") if q.given is not None and q.given.source]
    assert {q.given.source for q in sourced} & loose
    for quantity in sourced:
        checked = quantity.given.source not in loose
        reference = references()[quantity.given.source]
        has = checked and bool({"doi", "pmid"} & set(reference.fields))
        assert bool(publication(quantity)) == has, quantity.path
    assert not [q for q in walked.of(STATE) if publication(q)]


def test_a_doi_comes_before_a_pmid():
    fields = {"doi": "10.1/a", "pmid": "12", "note": "seen"}
    assert link(Reference("a", "article", fields)) == f"{ADDRESS}doi:10.1/a"
    del fields["doi"]
    assert link(Reference("a", "article", fields)) == f"{ADDRESS}pubmed:12"
    assert link(Reference("a", "article", fields | {"note": "identifier not checked"})) == ""
