"""How well a trial's blind held, from what its patients would guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from deqi.reports.html import Listing, Part, Prose, Table
from deqi.reports.tables import NOTHING, count_of, with_interval

if TYPE_CHECKING:
    from deqi.population import Array
    from deqi.trials import TrialRun
    from deqi.trials.analyses.blinding import Index

#: The section's heading.
HEADING = "Blinding"
#: Patients beyond whom nobody is asked for a report: each has to be drawn and needled once more.
MOST = 20_000
#: References in words, as the bibliography has none of them.
SOURCES = (
    "James KE and others (1996). An index for assessing blindness in a multi-centre clinical trial. "
    "Statistics in Medicine 15: 1421–1434. "
    "doi:10.1002/(SICI)1097-0258(19960715)15:13<1421::AID-SIM266>3.0.CO;2-H",
    "Bang H, Ni L, Davis CE (2004). Assessment of blinding in clinical trials. Controlled Clinical Trials "
    "25: 143–156. doi:10.1016/j.cct.2003.10.016",
)
_WORDS = (
    "What patients feel at the needles is the model's: de qi in the middle of the first session. What they "
    "make of it is assumed: who says that they do not know, and how the odds of guessing real needling rise "
    "with de qi that was felt and with pain relief since week 0. Guesses change nothing in the trial, and "
    "the indices say how such patients would answer, not whether anybody was blinded."
)


def blinded_arms(run: TrialRun) -> list[str]:
    """Arms with needles whose patients do not know what they get."""
    return [arm.name for arm in run.trial.arms if arm.blinded and arm.plan().sessions]


def blinding_parts(run: TrialRun) -> Iterator[Part]:
    """Words, guesses and indices, and the numbers by which guesses are drawn.

    Parameters
    ----------
    run : TrialRun
        The trial; without a blinded arm that has needles there is nothing to show.
    """
    if not blinded_arms(run):
        return
    if run.trial.patients > MOST:
        yield Prose([f"Of more than {MOST} patients a report asks no guesses: deqi.trials.guesses does."])
        return
    from deqi.trials.guesses import guesses

    said = guesses(run)
    week = run.trial.visits[0]
    yield Prose([_WORDS])
    yield guess_table(run, said, week)
    yield Listing(list(_james(run, said)))
    yield _numbers()


def guess_table(run: TrialRun, said: Array, week: float) -> Table:
    """What patients guessed, and Bang's index, by arm.

    Parameters
    ----------
    run : TrialRun
        The trial.
    said : ndarray of str, shape (patient,)
        Guesses as `deqi.trials.guesses.guesses` gives them.
    week : float
        When they were asked.
    """
    from deqi.trials.analyses import bang_index
    from deqi.trials.guesses import ACTIVE, NOT_ASKED, SHAM, UNSURE

    arms = run.table["arm"].to_numpy(str)
    real = _real(run)
    rows = []
    for arm in blinded_arms(run):
        here = said[arms == arm]
        counts = {guess: int(np.sum(here == guess)) for guess in (ACTIVE, SHAM, UNSURE, NOT_ASKED)}
        asked = len(here) - counts[NOT_ASKED]
        right, wrong = (ACTIVE, SHAM) if real[arm] else (SHAM, ACTIVE)
        index = _said(bang_index(counts[right], counts[wrong], counts[UNSURE])) if asked else NOTHING
        rows.append(
            [
                arm,
                "real" if real[arm] else "sham",
                *(count_of(counts[guess], asked) for guess in (ACTIVE, SHAM, UNSURE)),
                str(counts[NOT_ASKED]),
                index,
            ]
        )
    return Table(
        f"Guesses at week {week:g}, and Bang's index of each blinded arm: the share that guessed right minus "
        "the share that guessed wrong; 0 for chance, 1 for everybody right, −1 for everybody wrong. In "
        "brackets: 95 % intervals (sampling, normal, two-sided). Not asked: had left, or could not be "
        "followed.",
        ["arm", "needling", "guess real", "guess sham", "do not know", "not asked", "Bang's index"],
        rows,
        words=2,
    )


def _james(run: TrialRun, said: Array) -> Iterator[str]:
    """James's index of the blinded arms together."""
    from deqi.trials.analyses import blinding, count_guesses
    from deqi.trials.guesses import NOT_ASKED

    arms, real = run.table["arm"].to_numpy(str), _real(run)
    asked = np.isin(arms, list(real)) & (said != NOT_ASKED)
    active = np.isin(arms, [arm for arm, is_real in real.items() if is_real])
    counts = count_guesses(active[asked], said[asked])
    if not counts.sum(axis=1).all():
        yield "James's index needs answers from a blinded real arm and a blinded sham arm: there is none."
        return
    james = blinding(counts).james
    several = " All real arms stand together, and all sham arms." if len(real) > 2 else ""
    yield (
        f"James's index of {james.n} patients: {_said(james)} (95 % interval, sampling, normal); 1 where "
        "nobody knows, 0.5 where everybody guesses at random, 0 where everybody is right. “Do not know” "
        f"counts for the blind.{several}"
    )


def _real(run: TrialRun) -> Mapping[str, bool]:
    """By blinded arm, whether its needling is real."""
    blinded = blinded_arms(run)
    return {arm.name: arm.plan().role != "sham" for arm in run.trial.arms if arm.name in blinded}


def _said(index: Index) -> str:
    """An index with its interval, or why there is none."""
    told = with_interval(index.index, index.ci95, 2)
    return f"{told} ({index.reason})" if index.reason else told


def _numbers() -> Table:
    from deqi.trials.guesses import numbers

    rows = [
        [
            name.replace("_", " "),
            f"{number.value:g} {number.unit}",
            number.kind,
            number.source or NOTHING,
            number.note,
        ]
        for name, number in numbers().items()
    ]
    return Table(
        "Numbers by which guesses are drawn.", ["number", "value", "kind", "source", "note"], rows, text=True
    )
