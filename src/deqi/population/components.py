"""Where the spread of a baseline comes from: between patients, within them, mapping and measurement.

Each part is what a score gains when one more source is let in: the state alone,
then fluctuation in the days recalled, then mapping error, then measurement
error. Among people who were selected by the score, parts go together a little;
that, with rounding and the ends of the scale, is the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deqi.errors import PopulationError
from deqi.measurement import Seen, load_instrument, measure
from deqi.population.candidates import seen_at_start
from deqi.population.draws import Array, error_normals, person_normals
from deqi.population.enrolment import Enrolled
from deqi.population.met import Met
from deqi.population.plan import plan_of
from deqi.population.within import fluctuation_normals


@dataclass(frozen=True)
class Components:
    """Variance of one instrument at baseline, by kind of spread [points squared].

    Attributes
    ----------
    instrument : str
        Which one.
    patients : int
        Of how many.
    between : float
        Between patients: they differ in their state.
    within : float
        Within a patient: pain goes up and down in the days recalled.
    mapping : float
        Patients of one state fill the instrument in differently, and always so.
    error : float
        Measurement error.
    together : float
        Twice the covariances of the parts; selection by the score makes them.
    total : float
        Of the scores as they are; the sum of all of the above.
    """

    instrument: str
    patients: int
    between: float
    within: float
    mapping: float
    error: float
    together: float
    total: float

    @property
    def sum(self) -> float:
        """Of the four kinds, without what they have together."""
        return self.between + self.within + self.mapping + self.error


def components(enrolled: Enrolled, met: Met, instrument: str | None = None) -> Components:
    """Variance components of an instrument at baseline.

    Parameters
    ----------
    enrolled : Enrolled
        The patients.
    met : Met
        What they were enrolled with.
    instrument : str, optional
        By default the primary one of the recipe.

    Raises
    ------
    PopulationError
        If there is no primary instrument and none is named, or there are fewer than two patients.
    """
    primary = met.recipe.primary
    if instrument is None and primary is None:
        raise PopulationError(
            "asks for no baseline", where=f"population {met.recipe.name}", fix="name an instrument"
        )
    name = instrument or (primary.instrument if primary else "")
    if len(enrolled) < 2:
        raise PopulationError("one patient has no variance", where="components", fix="draw more")
    plan, who = plan_of(met.recipe), (enrolled.attempt, enrolled.first, enrolled.stop)
    still = seen_at_start(plan, enrolled.states)
    moving = seen_at_start(plan, enrolled.states, fluctuation_normals(enrolled.seed, 0, *who))
    person = person_normals(enrolled.seed, name, *who)
    error = error_normals(enrolled.seed, name, 0, *who)
    none = np.zeros(len(enrolled))
    read = load_instrument(name)

    def score(seen: Seen, person: Array, error: Array) -> Array:
        return measure(read, seen, person, error[:, None], met.adjustments.get(name))[:, 0]

    steps = [
        score(still, none, none),
        score(moving, none, none),
        score(moving, person, none),
        score(moving, person, error),
    ]
    parts = [steps[0], *np.diff(np.stack(steps), axis=0)]
    between, within, mapping, error_part = (float(np.var(part, ddof=1)) for part in parts)
    total = float(np.var(steps[-1], ddof=1))
    return Components(
        instrument=name,
        patients=len(enrolled),
        between=between,
        within=within,
        mapping=mapping,
        error=error_part,
        together=total - (between + within + mapping + error_part),
        total=total,
    )
