"""The checklist of CONSORT 2025, answered from a simulated trial as far as a program can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deqi.parameters import read_toml
from deqi.reports.html import Part, Prose, Table
from deqi.reports.tables import joined, plural, weeks

if TYPE_CHECKING:
    from deqi.trials import Trial, TrialRun

#: The section's heading.
HEADING = "CONSORT 2025 checklist"
FILLED, PARTLY, PEOPLE, NONE = "filled", "partly", "people", "none"
#: What each state is called in the table.
STATES: Mapping[str, str] = {
    FILLED: "filled",
    PARTLY: "filled in part; the rest is for people",
    PEOPLE: "open: for people",
    NONE: "no such thing in a simulation",
}
_FILE = Path(__file__).parent / "consort2025.toml"


@dataclass(frozen=True)
class Item:
    """An item of the checklist.

    Attributes
    ----------
    number, part, asks : str
        Its number, the part of a report that it belongs to, and what it asks, in our words.
    state : str
        One of `STATES`.
    says : str
        The answer, with words in braces to be filled in.
    sections : tuple of str
        Where the report answers it.
    without, without_state : str
        What is said, and the state, if the report has none of these sections.
    """

    number: str
    part: str
    asks: str
    state: str
    says: str
    sections: tuple[str, ...] = ()
    without: str = ""
    without_state: str = PEOPLE


@lru_cache(maxsize=1)
def items() -> tuple[Item, ...]:
    """The checklist.

    Examples
    --------
    >>> len(items()), items()[-1].number
    (42, '30')
    """
    rows = map(dict, read_toml(_FILE)["items"])
    return tuple(Item(**row | {"sections": tuple(row.get("sections", ()))}) for row in rows)


def source() -> str:
    """Where the checklist is from."""
    return str(read_toml(_FILE)["source"])


def checklist(run: TrialRun, summary: Mapping[str, Any], sections: Sequence[str]) -> Iterator[Part]:
    """Words with counts, then a table a part.

    Parameters
    ----------
    run : TrialRun
        The trial.
    summary : mapping
        Its summary.
    sections : sequence of str
        Titles of the sections that the report has.
    """
    answered = answers(run, summary, sections)
    counts = {state: sum(found == state for _, found, _ in answered) for state in STATES}
    yield Prose(
        [
            "This is a simulated trial: no person was asked, treated or measured. The checklist of CONSORT "
            "2025 (30 items in "
            f"{len(answered)} parts, doi 10.1136/bmj-2024-081123; in our words, not in its own) is filled in "
            "as far as a program can, so that nobody takes a simulation for a trial, and whoever writes "
            f"about one knows what is left to say. Filled: {counts[FILLED]}; in part: {counts[PARTLY]}; "
            f"open, for people: {counts[PEOPLE]}; asking for what a simulation does not have: {counts[NONE]}."
        ]
    )
    for part in dict.fromkeys(item.part for item, _, _ in answered):
        rows = [
            [f"{item.number} {item.asks}", STATES[state], said]
            for item, state, said in answered
            if item.part == part
        ]
        yield Table(f"{part}.", ["item", "state", "answer"], rows, text=True)


def answers(
    run: TrialRun, summary: Mapping[str, Any], sections: Sequence[str]
) -> list[tuple[Item, str, str]]:
    """Every item with its state and its answer; parameters as for `checklist`."""
    known = _values(run, summary, sections)
    found = []
    for item in items():
        where = [title.format(**known) for title in item.sections]
        there = [title for title in where if title in sections]
        if where and not there:
            found.append((item, item.without_state, item.without or "nothing in this report tells it"))
            continue
        said = item.says.format(**known) or "—"
        place = f"{joined([f'“{title}”' for title in there])}: " if there else ""
        found.append((item, item.state, f"{place}{said}"))
    return found


#: Sections that tell of an analysis beside the main one.
_FURTHER: Mapping[str, str] = {
    "What is true": "the same patients under every arm",
    "Needles, context, natural course": "the change taken apart",
    "About parameters": "intervals about parameters",
    "Kinds of spread": "kinds of spread",
}


def _values(run: TrialRun, summary: Mapping[str, Any], sections: Sequence[str]) -> dict[str, object]:
    """Words that answers are filled in with."""
    trial = run.trial
    several = len(trial.arms) > 1
    further = [words for title, words in _FURTHER.items() if title in sections]
    if "Other analyses" in sections:
        further += [asked.kind.replace("-", " ") for asked in trial.analyses]
    blinded = [arm.name for arm in trial.arms if arm.blinded]
    return {
        "title_says": "the title says so, and that it is simulated"
        if several
        else "there is one arm, and nobody is randomised; the title says that it is simulated",
        "seed": run.seed,
        "deqi": run.provenance["deqi"],
        "arms_say": _arms(trial),
        "centres": run.met.recipe.centres,
        "criteria": "; ".join(map(str, run.met.eligibility.criteria)) or "none",
        "primary": trial.primary.name.replace("_", " "),
        "endpoints": f"{plural(len(trial.endpoints) - 1, 'secondary endpoint')} "
        f"and {plural(len(trial.responders), 'responder rule')}",
        "weeks": weeks(trial.weeks_seen, most=8),
        "patients": trial.patients,
        "allocation": f"{trial.allocation.method.replace('-', ' ')}, "
        + (f"strata: {joined(list(trial.strata))}" if trial.strata else "no strata"),
        "blinded": f"patients of {joined(blinded)}" if blinded else "nobody is blinded",
        "further": joined(list(dict.fromkeys(further))) if further else "none",
        "flow": "; ".join(
            f"{arm} {told['randomised']} allocated, {list(told['measured'].values())[-1]} analysed at the "
            "last visit"
            for arm, told in summary["flow"]["arms"].items()
        ),
        "lost": _lost(summary),
        "length": f"{trial.weeks:g}",
        "other_care": "; ".join(
            f"{arm}: other treatment {_percent(told['co_treated_share'])}"
            for arm, told in summary["arms"].items()
        ),
        "outcomes": "Model beside published" if run.published else "Arms over time",
    }


def _arms(trial: Trial) -> str:
    if len(trial.arms) == 1:
        return "one arm"
    ratio = ":".join(str(arm.ratio) for arm in trial.arms)
    return f"{len(trial.arms)} parallel arms, allocated {ratio}"


def _lost(summary: Mapping[str, Any]) -> str:
    """Who was lost, and who could not be computed."""
    told = [
        f"{arm}: {list(of['lost'].values())[-1] if of['lost'] else 0} left"
        + (f", {of['failed']} could not be computed" if of["failed"] else "")
        for arm, of in summary["flow"]["arms"].items()
    ]
    return f"{'; '.join(told)} (leaving is driven by pain; other reasons are not modelled)"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.0f} %"
