"""How well each thing that is shown is supported: its grade, its values by kind, its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from deqi.core.citations import cite
from deqi.credibility import grade_of
from deqi.models import needling_analgesia
from deqi.parameters import ParameterValue
from deqi.simulation import Case
from deqi.web.session.places import Shown, shown

#: Of what no kind of answer covers.
_PLAUSIBLE = {
    "word": "plausible only",
    "because": "directions follow published work; nobody has measured this minute by minute in one patient",
    "not_shown": "",
}


@lru_cache(maxsize=8)
def support(patient: str) -> Mapping[str, Mapping[str, Any]]:
    """Support of everything that is shown, by its key, with a patient's values.

    Examples
    --------
    >>> support("chronic_low_back_pain")["adenosine"]["word"]
    'calibrated'
    """
    # The protocol lays no values over the patient's: any without medicines would do.
    values = Case.of("none", patient).values
    return {one.id: _support(one, values) for one in shown()}


def _support(one: Shown, values: Mapping[str, ParameterValue]) -> dict[str, Any]:
    behind = _values(one, values)
    kinds = Counter(value.kind for value in behind)
    return {
        **_grade(one),
        "values": dict(kinds.most_common()),
        "sources": [
            {"text": str(cite(key)), "link": _address(cite(key).fields)} for key in _keys(one, behind)
        ],
    }


def _grade(one: Shown) -> dict[str, str]:
    if not one.answer and one.id not in _COURSE:
        return dict(_PLAUSIBLE)
    if one.id in _COURSE:
        return dict(_COURSE[one.id])
    told = grade_of(one.answer).as_dict()
    return {name: told[name] for name in ("word", "because", "not_shown")}


#: Pain is calibrated over weeks; that says nothing of its minutes.
_COURSE = {
    name: {
        "word": "plausible only",
        "because": "change over weeks was fitted to trials; the course within one session was not",
        "not_shown": "no single patient's minutes were ever predicted and then seen",
    }
    for name in ("pain", "unpleasantness")
}


def _values(one: Shown, values: Mapping[str, ParameterValue]) -> list[ParameterValue]:
    instances = [i for i in needling_analgesia().instances if i.path in one.about]
    names = {i.parameter(name) for i in instances for name in i.mechanism.Params.variables}
    return [values[name] for name in sorted(names) if name in values]


def _keys(one: Shown, behind: list[ParameterValue]) -> list[str]:
    """Keys of the bibliography: of the ideas first, then of the values."""
    ideas = [k for i in needling_analgesia().instances if i.path in one.about for k in i.mechanism.cites]
    return list(dict.fromkeys([*ideas, *(v.source for v in behind if v.source)]))


def _address(fields: Mapping[str, str]) -> str:
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "pmid" in fields:
        return f"https://pubmed.ncbi.nlm.nih.gov/{fields['pmid']}/"
    return fields.get("url", "")
