"""STRICTA 2010: what was reported of the needling of each arm, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deqi.protocols import Stricta
from deqi.protocols.stricta import NOT_REPORTED
from deqi.reports.html import Table
from deqi.reports.tables import joined

if TYPE_CHECKING:
    from deqi.trials import Trial

#: The section's heading, and the key of the checklist in the bibliography.
HEADING, SOURCE = "STRICTA 2010", "stricta2010"


def stricta_table(trial: Trial) -> Table:
    """The seventeen items, a column an arm.

    Parameters
    ----------
    trial : Trial
        The trial.

    Examples
    --------
    >>> from deqi.trials import load_trial
    >>> table = stricta_table(load_trial("gerac"))
    >>> len(table.rows), table.columns[1:]
    (17, ['verum', 'sham', 'guideline care'])
    """
    plans = {arm.name: arm.plan() for arm in trial.arms}
    items = Stricta.items()
    rows = [
        [f"{number} {meaning}", *(getattr(plan.stricta, name) for plan in plans.values())]
        for name, (number, meaning) in items.items()
    ]
    counts = [
        f"{len(items) - len(plan.stricta.missing())} of {len(items)} in {arm}" for arm, plan in plans.items()
    ]
    bare = [arm for arm, plan in plans.items() if not plan.sessions]
    note = f" No needles are given in {joined(bare)}, where most items do not apply." if bare else ""
    return Table(
        "The items of STRICTA 2010 (MacPherson and others, doi 10.1371/journal.pmed.1000261) as the "
        f"protocol of each arm reports them: {', '.join(counts)}. “{NOT_REPORTED}”: nothing in what was "
        "read; what had to be assumed in its place stands under “What to read with care”, what was simulated "
        f"under “Methods”.{note}",
        ["item", *plans],
        rows,
        text=True,
    )
