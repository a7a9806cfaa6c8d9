"""Who is asked what, and how the work is done: what every part of a question has in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deqi.execution import Watch
from deqi.trials.dose.following import Followed, Members, Plan, asked_trial, follow


@dataclass(frozen=True, eq=False)
class Asked:
    """What every part of a question has in common.

    Attributes
    ----------
    outcome : str
        Instrument.
    patients : int
        Under every plan and member.
    members : Members
        The members.
    seed : int
        Seed of everything random.
    home : Path
        Folder; each part has one of its own below it.
    workers, resume, watch
        As for `deqi.execution.execute`.
    """

    outcome: str
    patients: int
    members: Members
    seed: int
    home: Path
    workers: int = 1
    resume: bool = False
    watch: Watch | None = None

    def follow(self, part: str, plans: Sequence[Plan], weeks: float, visits: Sequence[float]) -> Followed:
        """Follow everybody under some plans; errors as for `deqi.trials.dose.following.follow`."""
        return follow(
            asked_trial(self.outcome, weeks, visits, self.patients),
            plans,
            self.members,
            seed=self.seed,
            out=self.home / part,
            workers=self.workers,
            resume=self.resume,
            watch=self.watch,
        )
