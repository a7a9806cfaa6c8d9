"""Who was allocated where: the patients of each arm at baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deqi.measurement import Instrument
from deqi.reports.html import Table
from deqi.reports.tables import NOTHING, count_of, points
from deqi.reports.trial_tables import digits

if TYPE_CHECKING:
    import pandas as pd

    from deqi.trials import TrialRun

#: Columns of the cohort that say who somebody is, in words.
_NUMBERS: Mapping[str, str] = {
    "age": "age (years)",
    "duration": "duration of pain (years)",
    "expectation": "expectation (0 to 1)",
    "opioid_responsiveness": "opioid responsiveness (relative)",
    "descending_control": "descending control (a healthy person has 1)",
}


def baseline_by_arm(run: TrialRun, summary: Mapping[str, Any], scales: Mapping[str, Instrument]) -> Table:
    """What the patients of each arm were like at week 0.

    Parameters
    ----------
    run : TrialRun
        The trial.
    summary : mapping
        Its summary.
    scales : mapping
        Instrument of each endpoint.
    """
    table, arms = run.table, run.trial.arm_names
    of = {arm: table[table["arm"] == arm] for arm in arms}
    rows = [["patients", *(str(len(of[arm])) for arm in arms)]]
    if "sex" in table:
        rows += [
            [sex, *(count_of(int((of[arm]["sex"] == sex).sum()), len(of[arm])) for arm in arms)]
            for sex in sorted(set(table["sex"].dropna().astype(str)))
        ]
    for name, words in _NUMBERS.items():
        if name in table:
            decimals = 1 if name in ("age", "duration") else 2
            rows.append([words, *(_mean_and_sd(of[arm][name], decimals) for arm in arms)])
    for name, scale in scales.items():
        cells = [summary["arms"][arm]["outcomes"][name].get("0") for arm in arms]
        if any(cells):
            told = [NOTHING if cell is None else _told(cell, digits(scale)) for cell in cells]
            rows.append([f"{name.replace('_', ' ')} ({scale.name})", *told])
    return Table(
        "The patients of each arm at week 0: counts with shares, means with SDs (between patients; of "
        "scores, with fluctuation and measurement error). Differences between arms are chance, as allocation "
        "is random.",
        ["at baseline", *arms],
        rows,
    )


def _mean_and_sd(values: pd.Series[Any], decimals: int) -> str:
    known = values.dropna().astype(float)
    if not len(known):
        return NOTHING
    sd = f" (SD {points(float(known.std(ddof=1)), decimals)})" if len(known) > 1 else ""
    return f"{points(float(known.mean()), decimals)}{sd}"


def _told(cell: Mapping[str, Any], decimals: int) -> str:
    sd = "" if cell["sd"] is None else f" (SD {points(cell['sd'], decimals)})"
    return f"{points(cell['mean'], decimals)}{sd}"
