"""Hold the engine to two independent solvers, on every state and output, and write what was found.

    python scripts/verify.py [--patients 200] [--weeks 26] [--out docs/verification.md]

libRoadRunner judges every patient in every arm, SciPy one patient in ten.
Exits with 1 where an error is above the limit. Run by `make verify`.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "numerics" / "referees"))

from referee_arms import AFTER, ARMS, Arm, observables  # noqa: E402
from referee_patients import SEED, Cohort, cohort  # noqa: E402
from referee_roadrunner import RoadRunner  # noqa: E402
from referee_scipy import Scipy  # noqa: E402
from referee_verdict import LIMIT, NO_SCALE, RTOL, Referee, Verdict, join, judge  # noqa: E402

from deqi.engine import host  # noqa: E402
from deqi.results.provenance import model_hash  # noqa: E402

#: What users get unless they ask for more: from `simulate`, and from `simulate_many`.
DEFAULTS = (1e-6, 1e-5)
SCIPY_EVERY = 10
_PACKAGES = ("deqi", "numpy", "scipy", "sympy", "llvmlite", "libroadrunner", "python-libsbml")


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    patients: int
    weeks: float
    out: Path


def main() -> int:
    """Judge, print, write; 1 where an error is above the limit."""
    asked = _asked()
    began, cpu = time.perf_counter(), time.process_time()
    _say(f"drawing {asked.patients} patients and bringing them to week 0")
    everyone = cohort(asked.patients)
    few = everyone.part(np.arange(0, asked.patients, SCIPY_EVERY))
    verdicts: list[Verdict] = []
    for arm in ARMS:
        verdicts += _judge(arm, everyone, asked.weeks, RoadRunner(), (RTOL, *DEFAULTS), at_once=10)
        verdicts += _judge(arm, few, asked.weeks, Scipy(), (RTOL,), at_once=1)
    strict = [v for v in verdicts if v.rtol == RTOL]
    spent = (time.perf_counter() - began, time.process_time() - cpu)
    asked.out.write_text(page(asked, everyone, verdicts, spent))
    for verdict in strict:
        print(f"{'' if verdict.holds else 'ABOVE THE LIMIT: '}{verdict}")
    print(f"{spent[0]:.0f} s, {spent[1]:.0f} s of one processor; {asked.out}")
    return 0 if all(v.holds for v in strict) else 1


def _asked() -> Asked:
    parser = argparse.ArgumentParser(description="Hold the engine to libRoadRunner and SciPy.")
    parser.add_argument("--patients", type=int, default=200, help="how many are drawn (200)")
    parser.add_argument("--weeks", type=float, default=26.0, help="length of a course (26)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "verification.md", help="page to write")
    given = parser.parse_args()
    if given.patients < 1:
        parser.error("--patients: at least one is needed")
    if not 0 < given.weeks <= 520:
        parser.error("--weeks: give 0 to 520")
    if not given.out.parent.is_dir():
        parser.error(f"--out: there is no folder {given.out.parent}")
    return Asked(given.patients, given.weeks, given.out)


def _judge(
    arm: Arm, patients: Cohort, weeks: float, referee: Referee, rtols: Sequence[float], *, at_once: int
) -> list[Verdict]:
    """One verdict for each tolerance of the engine; a few patients at a time, and says how far it is."""
    parts: list[list[Verdict]] = []
    for first in range(0, len(patients), at_once):
        rows = np.arange(first, min(first + at_once, len(patients)))
        parts.append(judge(arm, patients.part(rows), weeks, referee, rtols))
        worst = max(part[0].worst for part in parts)
        _say(f"{arm.name}, {referee.name}: {rows[-1] + 1} of {len(patients)}, worst so far {worst:.1e}")
    return [join(same) for same in zip(*parts, strict=True)]


def _say(text: str) -> None:
    """Progress: one line that is written over on a terminal, and a line each elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    else:
        print(text, file=sys.stderr, flush=True)


# ---------------------------------------------------------------------- the page


def page(asked: Asked, everyone: Cohort, verdicts: Sequence[Verdict], spent: tuple[float, float]) -> str:
    """The page as Markdown.

    Parameters
    ----------
    asked : Asked
        What was asked for.
    everyone : Cohort
        The patients.
    verdicts : sequence of Verdict
        What was found.
    spent : tuple of float
        Seconds of the clock and of the processor.
    """
    strict = [v for v in verdicts if v.rtol == RTOL]
    holds = all(v.holds for v in strict)
    worst = max(strict, key=lambda v: v.worst)
    referees: tuple[Referee, ...] = (RoadRunner(), Scipy())
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    llvm = host().versions.split(", ")[-1]
    versions = f"Python {platform.python_version()}, {packages}, {llvm}"
    states, outputs = len(everyone.model.states), len(everyone.model.outputs)
    assert len(observables(everyone)) == states + outputs
    said = "holds" if holds else "**does not hold**"
    return f"""# Verification: three solvers, the same courses

`make verify` wrote this page.

The bar: the engine agrees with two independent solvers on every state and every algebraic output, to
{LIMIT:.0e}, over courses of {asked.weeks:g} weeks. It {said}: the largest error is **{worst.worst:.1e}**
({worst.worst_observable}, {worst.arm}, {worst.referee}).

- **Date**: {datetime.datetime.now(datetime.UTC).date().isoformat()}
- **Versions**: {versions}
- **Model**: `{everyone.model.name}`, equations {model_hash(everyone.model)}
- **Host**: {platform.system()} {platform.machine()}, processor {host().processor}
- **Time**: {spent[0]:.0f} s, {spent[1]:.0f} s of one processor

## What was found

Engine at rtol {RTOL:g}. Median: of the patients' largest errors. Absolute: observables that have no scale
in some patient.

{_table(_rows(strict))}

## At looser tolerances

For information, against {referees[0].name}, in the same patients: rtol {DEFAULTS[0]:g} is what one patient
is simulated with unless told otherwise, {DEFAULTS[1]:g} what many are.

{_table(_loose_rows(verdicts))}

## What is compared

- **Patients**: {asked.patients} of the preset `{everyone.person.name}`. Each parameter that has a
  distribution is drawn from it (seed {SEED}). The engine brings them to week 0, and every solver starts from
  there. SciPy gets one in {SCIPY_EVERY}.
- **Timetables**: without rules, so that all solvers follow the same one. The tests hold courses with rules
  to the same decisions and the same final pain.
- **Observables**: all {states} states and {outputs} algebraic outputs.
- **Minutes**: every day, every edge of the timetable, and {", ".join(f"{m:g}" for m in AFTER)} minutes after
  each edge. At an edge: the value before its jump.
- **Error** of an observable in a course: max over time |engine - referee| / max over time |referee|. An
  observable that stays below {NO_SCALE:g} in the referee has no scale and is compared absolutely: a
  difference of {NO_SCALE:g} there counts as an error of {LIMIT:g}.

## The solvers

| solver | how | equations from |
|---|---|---|
| engine | Rodas5P, rtol {RTOL:g} (fast states: ten times that), analytic Jacobian | machine code by LLVM |
| {referees[0].name} | {referees[0].method} | the SBML that deqi writes, compiled by its own LLVM |
| {referees[1].name} | {referees[1].method} | Python code written by SymPy |

Referees are started afresh at every edge, with the stretch's environment and jumps.

All three share the traced equations, the drawn values and the timetable. So this page is about numerics and
code generation. It does not show that the equations are right, or that the model is like a patient.
"""


def _rows(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, ...]]:
    yield "protocol", "referee", "patients", "median", "worst", "worst observable", "absolute"
    for v in verdicts:
        named = f"`{v.worst_observable}`"
        absolute = str(int(v.unscaled.any(axis=0).sum()))
        yield v.arm, v.referee, str(len(v.errors)), f"{v.median:.1e}", f"{v.worst:.1e}", named, absolute


def _loose_rows(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, ...]]:
    yield "protocol", "rtol", "median", "worst", "worst observable"
    for v in verdicts:
        if v.rtol != RTOL:
            yield v.arm, f"{v.rtol:g}", f"{v.median:.1e}", f"{v.worst:.1e}", f"`{v.worst_observable}`"


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    head, *body = rows
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *body))


if __name__ == "__main__":
    raise SystemExit(main())
