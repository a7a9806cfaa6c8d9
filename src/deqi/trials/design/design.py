"""A trial before it is run: how many patients it needs, and how sure that is over what is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from deqi.execution import Watch
from deqi.parameters import Ensemble, load_ensemble
from deqi.population import check_seed
from deqi.trials.design.needed import GRID, TARGETS, Needed, needed_for
from deqi.trials.design.plan import SIZES, contrast_of, made_arm, notes_of, sizes_of, week_of
from deqi.trials.design.pool import PATIENTS, Pools, simulate_pools
from deqi.trials.design.power import AtSize, Chance, Outlook, outlooks
from deqi.trials.design.resample import REPLICATES
from deqi.trials.design.shams import Sham, find_sham, is_penetrating
from deqi.trials.files import load_trial
from deqi.trials.over_members import MEMBERS
from deqi.trials.parts import Arm
from deqi.trials.run import CHUNK
from deqi.trials.schema import Trial


@dataclass(frozen=True)
class BetweenTrials:
    """The SD of the true difference between trials, and what it rests on.

    Attributes
    ----------
    sd : float
        In SDs of the outcome.
    kind : {'derived', 'given'}
        Worked out from a source, or asked for.
    source : str
        Where it is from.
    """

    sd: float
    kind: str
    source: str


#: exp(-3.02 / 2), the median of tau: see the source.
BETWEEN_TRIALS = BetweenTrials(
    0.22,
    "derived",
    "median of the predictive distribution of heterogeneity between SMDs of pain, quality of life and "
    "physical health in comparisons with a treatment that is no drug, tau² log-t(-3.02, 2.27², 5): Rhodes "
    "et al. 2015, doi:10.1016/j.jclinepi.2014.08.012, table 3 as the R package bayesmeta holds it; that "
    "trials of needling differ as those of other treatments do is assumed",
)


@dataclass(frozen=True, eq=False)
class Compared:
    """A contrast of the design.

    Attributes
    ----------
    arms : tuple of str
        Names; the second is subtracted from the first.
    protocols : tuple of str
        Theirs.
    sham : str
        Type of the sham, empty for the second arm as the trial has it.
    says : str
        What the second arm is, in words.
    penetrating : bool
        Whether the second arm's needles pierce the skin.
    outlook : Outlook
        Over every size that was looked at.
    asked : tuple of AtSize
        The sizes asked for.
    needed : tuple of Needed
        What reaches each of `TARGETS`.
    most_assurance : float
        What assurance comes to with ever more patients.
    """

    arms: tuple[str, str]
    protocols: tuple[str, str]
    sham: str
    says: str
    penetrating: bool
    outlook: Outlook
    asked: tuple[AtSize, ...]
    needed: tuple[Needed, ...]
    most_assurance: float


@dataclass(frozen=True, eq=False)
class Design:
    """How many patients a trial needs; see `design_trial`."""

    trial: Trial
    week: float
    seed: int
    patients: int
    chance: Chance
    between: BetweenTrials
    pools: Pools
    compared: tuple[Compared, ...]
    folder: Path
    notes: tuple[str, ...]
    sign: int
    replicates: int = REPLICATES


def design_trial(
    trial: Trial | str | Path,
    *,
    sizes: Sequence[int] = SIZES,
    shams: Sequence[str] = (),
    ensemble: Ensemble | None = None,
    members: int | None = MEMBERS,
    patients: int = PATIENTS,
    week: float | None = None,
    between_trials: float | None = None,
    dropout: float = 0.0,
    icc: float = 0.0,
    per_practitioner: int = 10,
    baselines: int = 1,
    seed: int = 1,
    replicates: int = REPLICATES,
    workers: int = 1,
    cluster: str | None = None,
    chunk: int = CHUNK,
    out: str | Path | None = None,
    resume: bool = False,
    watch: Watch | None = None,
) -> Design:
    """How many patients a trial needs, and how sure that is over what is unknown of the parameters.

    Parameters
    ----------
    trial : Trial, str or Path
        A trial of the library, a TOML file, or an object. Its first contrast with a sham is looked at, or
        else its first.
    sizes : sequence of int
        Patients randomised to each arm.
    shams : sequence of str
        Types of sham in place of the second arm: non-penetrating, superficial-off-point,
        superficial-at-point.
    ensemble : Ensemble, optional
        What is known about the parameters; the default ensemble.
    members : int, optional
        So many members of equal weight; None for all, with their weights.
    patients : int
        Of the pool, in each arm under each member.
    week : float, optional
        Visit that is analysed [wk]; by default the last.
    between_trials : float, optional
        SD of the true difference between trials [SD of the outcome]; by default `BETWEEN_TRIALS`.
    dropout : float
        Share lost at random, besides those whom the trial loses.
    icc, per_practitioner, baselines
        As for `Chance`.
    seed : int
        Seed of everything random.
    replicates : int
        Trials of each size under each member.
    workers, cluster, chunk, resume, watch
        As for `deqi.execution.execute`. Results depend on none of them.
    out : str or Path, optional
        Folder that pools are kept in; by default one under ``runs/``.

    Raises
    ------
    DeqiError
        If a name is unknown, a number out of range, the primary endpoint has no baseline, or a pool cannot
        be followed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     found = design_trial("gerac", members=1, patients=8, week=6, sizes=[20], replicates=50, out=out)
    >>> (one,) = found.compared
    >>> one.arms, one.asked[0].n, 0 <= one.asked[0].power <= 1
    (('verum', 'sham'), 20, True)
    """
    plan = load_trial(trial) if isinstance(trial, str | Path) else trial
    check_seed(seed)
    wanted = sizes_of(sizes)
    types = [find_sham(name) for name in dict.fromkeys(shams)]
    between = (
        BETWEEN_TRIALS if between_trials is None else BetweenTrials(between_trials, "given", "asked for")
    )
    chance = Chance(between.sd, dropout, icc, per_practitioner, baselines)
    at = week_of(plan, week)
    first, second = contrast_of(plan, types)
    home = Path("runs") / f"design-{Path(plan.name).stem}" if out is None else Path(out)
    others = [made_arm(sham, first, home) for sham in types] or [second]
    whole = load_ensemble() if ensemble is None else ensemble
    pools = simulate_pools(
        plan,
        (first, *others),
        whole,
        week=at,
        out=home,
        patients=patients,
        members=members,
        seed=seed,
        workers=workers,
        cluster=cluster,
        chunk=chunk,
        resume=resume,
        watch=watch,
    )
    sign = 1 if plan.primary.load().better == "up" else -1
    found = outlooks(
        pools,
        first.name,
        [arm.name for arm in others],
        sorted({*wanted, *GRID}),
        sign=sign,
        needled={arm.name: bool(arm.plan().sessions) for arm in (first, *others)},
        chance=chance,
        seed=seed,
        replicates=replicates,
    )
    chosen: list[Sham | None] = [*types] or [None]
    compared = tuple(
        _compared(first, arm, sham, found[arm.name], wanted, sign, chance)
        for arm, sham in zip(others, chosen, strict=True)
    )
    notes = (*notes_of(plan), *_alike(compared))
    return Design(plan, at, seed, patients, chance, between, pools, compared, home, notes, sign, replicates)


def _alike(compared: Sequence[Compared]) -> list[str]:
    """A line for every pair of shams that the model does not tell apart."""
    return [
        f"the model does not tell {one.arms[1]} from {other.arms[1]}: the difference is the same under every "
        "member"
        for one, other in combinations(compared, 2)
        if one.outlook.smds == other.outlook.smds
    ]


def _compared(
    first: Arm,
    second: Arm,
    sham: Sham | None,
    outlook: Outlook,
    wanted: Sequence[int],
    sign: int,
    chance: Chance,
) -> Compared:
    plan = second.plan()
    needled = sum(bool(arm.plan().sessions) for arm in (first, second))
    return Compared(
        arms=(first.name, second.name),
        protocols=(first.plan().name, plan.name),
        sham=sham.name if sham else "",
        says=sham.says if sham else plan.title,
        penetrating=is_penetrating(plan),
        outlook=outlook,
        asked=tuple(row for row in outlook.sizes if row.n in wanted),
        needed=tuple(
            needed_for(outlook, target, sign=sign, chance=chance, needled=needled) for target in TARGETS
        ),
        most_assurance=1 - outlook.wrong_in_a_trial,
    )
