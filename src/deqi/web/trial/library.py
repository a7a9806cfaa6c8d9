"""Trials of the library in words: arms, what is done in them, what another sham can take the place of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from deqi.reports.tables import plural, weeks
from deqi.trials import Trial, load_trial, trials
from deqi.trials.design.shams import SHAMS

#: The order in which trials are offered; others follow by name.
_FIRST = ("gerac", "art", "three-arm-sham")
_NO_TRIAL = "Template, no published trial: "


@dataclass(frozen=True)
class Choice:
    """A trial that can be chosen.

    Attributes
    ----------
    name, title : str
        Name in commands, and in words.
    published : bool
        Whether published figures stand beside it.
    patients : int
        Its own number of patients.
    seen : str
        When patients are measured.
    arms : tuple of (str, str)
        Names of arms, and what is done in each.
    takes_sham : bool
        Whether another sham can take the place of its own.
    """

    name: str
    title: str
    published: bool
    patients: int
    seen: str
    arms: tuple[tuple[str, str], ...]
    takes_sham: bool


@lru_cache(maxsize=1)
def choices() -> tuple[Choice, ...]:
    """Trials of the library.

    Examples
    --------
    >>> [(one.name, one.takes_sham) for one in choices()][:2]
    [('gerac', True), ('art', True)]
    """
    names = sorted(
        trials(), key=lambda name: (name not in _FIRST, _FIRST.index(name) if name in _FIRST else 0)
    )
    return tuple(_choice(load_trial(name)) for name in names)


def shams() -> list[tuple[str, str]]:
    """Types of sham by name, in words; none for the trial's own.

    Examples
    --------
    >>> [name for name, _ in shams()]
    ['', 'non-penetrating', 'superficial-off-point', 'superficial-at-point']
    """
    return [
        ("", "the trial's own"),
        *((s.name, f"{s.name.replace('-', ' ', 1).replace('-', ' ')}: {s.says}") for s in SHAMS.values()),
    ]


def _choice(trial: Trial) -> Choice:
    title = trial.title.removeprefix(_NO_TRIAL)
    pairs = [trial.arm(second) for _, second in trial.contrasts]
    return Choice(
        name=trial.name,
        title=title[:1].upper() + title[1:],
        published=bool(trial.published),
        patients=trial.patients,
        seen=weeks(trial.weeks_seen),
        arms=tuple((arm.name, _done(trial, arm.name)) for arm in trial.arms),
        takes_sham=any(arm.plan().role == "sham" for arm in pairs),
    )


def _done(trial: Trial, name: str) -> str:
    arm = trial.arm(name)
    protocol = arm.plan()
    sessions = sum(len(session.days) for session in protocol.sessions)
    said = protocol.title.removeprefix("Template: ")
    if sessions:
        said += f"; {plural(sessions, 'session')}"
    share = arm.ratio / sum(one.ratio for one in trial.arms)
    # Arms of one size need no word about it.
    return said if len({one.ratio for one in trial.arms}) == 1 else f"{said}; {share:.0%} of the patients"
