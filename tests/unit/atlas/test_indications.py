"""Uses, evidence, refusals; identifiers for exports."""

from __future__ import annotations

import re

import pytest

from deqi.atlas import (
    brain_regions,
    find_indication,
    indications,
    points,
    refuse_if_not_simulated,
    segment_anatomy,
    substances,
)
from deqi.atlas.legend import read_rows
from deqi.errors import RefusedError, UnknownNameError

every_indication = pytest.mark.parametrize("it", indications().values(), ids=lambda i: i.name)


@every_indication
def test_every_point_is_known_and_every_source_cited(it):
    assert it.points
    assert {code for p in it.prescriptions for code in p.points} <= set(points())
    for source in (*it.prescriptions, *it.findings):
        assert re.match(r"^10\.\d{4,}/\S+$", source.doi)
        assert source.citation
        assert source.read
    for finding in it.findings:
        assert re.fullmatch(r"(\d{6,8})?", finding.pmid)
        assert finding.text.endswith(".")


@every_indication
def test_what_is_from_memory_is_marked(it):
    for source in (*it.prescriptions, *it.findings):
        assert source.seen == (not re.search(r"from memory|not confirmed", source.read))


@every_indication
def test_the_refusal_says_why_and_what_trials_found(it):
    if it.simulated:
        assert refuse_if_not_simulated(it.name) is None
        return
    with pytest.raises(RefusedError) as caught:
        refuse_if_not_simulated(it.name)
    text = str(caught.value)
    assert it.reason in text
    assert it.summary in text
    assert f"deqi points --for {it.name}" in text
    assert "\n" not in text


def test_no_names_are_shared():
    names = [n for it in indications().values() for n in (it.name, it.title, *it.aliases)]
    folded = [n.casefold().replace(" ", "-") for n in names]
    # A name may be its own title.
    assert len(set(folded)) >= len(folded) - len(indications())
    for it in indications().values():
        assert all(find_indication(n) is it for n in (it.name, it.title, *it.aliases))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("nausea", "nausea"),
        ("IVF", "infertility"),
        ("low back pain", "chronic-low-back-pain"),
        ("Low-Back  Pain", "chronic-low-back-pain"),
        ("migraine", "headache"),
    ],
)
def test_conditions_go_by_several_names(query, name):
    assert find_indication(query).name == name


def test_the_gut_and_the_ovary_are_refused_and_the_back_is_not():
    assert [it.name for it in indications().values() if it.simulated] == [
        "chronic-low-back-pain",
        "acute-low-back-pain",
        "sciatica",
    ]


def test_nausea_is_about_pc6():
    assert find_indication("nausea").points[0].code == "PC6"


@pytest.mark.parametrize("query", ["naussea", "hair loss"])
def test_an_unknown_condition_is_an_error_with_advice(query):
    with pytest.raises(UnknownNameError, match=r"did you mean nausea|one of nausea"):
        find_indication(query)
    with pytest.raises(UnknownNameError):
        refuse_if_not_simulated(query)


def test_only_identifiers_that_were_seen_are_exported():
    for row in read_rows("substances.csv"):
        seen = row["verified"] == "yes"
        assert bool(substances()[row["name"]].export_id) == seen
    for row in read_rows("brain_regions.csv"):
        seen = row["verified"] == "yes"
        assert bool(brain_regions()[row["key"]].export_id) == seen


def test_identifiers_look_right_and_belong_to_one_thing_each():
    found = [b.export_id for b in brain_regions().values() if b.export_id]
    assert all(re.fullmatch(r"UBERON:\d{7}", i) for i in found)
    assert len(set(found)) == len(found)
    chemicals = [s.export_id for s in substances().values() if s.export_id]
    assert all(re.fullmatch(r"CHEBI:\d+|UniProt:[OPQ]\d[A-Z0-9]{3}\d", i) for i in chemicals)
    assert len(set(chemicals)) == len(chemicals)


def test_the_segments_of_the_low_back_are_described():
    assert {"T12", "L1", "L2", "L3", "L4", "L5", "S1", "S2"} <= set(segment_anatomy())
    assert all(s.dermatome and s.muscles and s.nerves for s in segment_anatomy().values())
