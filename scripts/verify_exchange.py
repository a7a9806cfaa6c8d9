"""Run what deqi writes in libRoadRunner and in COPASI, and write what was found.

    python scripts/verify_exchange.py [--out docs/exchange.md]

Three whole courses as SBML: GERAC with its rule, alternating current, and an
opioid met by naloxone. Numbers go between the two marks in the page. Exits with
1 where libSBML finds a fault, or an error is above the limit. Run by `make verify`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "numerics" / "referees"))

from referee_exchange import (  # noqa: E402
    ATOL,
    BAR,
    RTOL,
    RTOL_ENGINE,
    TOOLS,
    Compared,
    Exchanged,
    compare,
    courses,
    exchange,
)

_BEGIN, _END = "<!-- numbers: scripts/verify_exchange.py -->", "<!-- end of numbers -->"
_PACKAGES = ("deqi", "python-libsbml", "libroadrunner", "copasi-basico", "python-copasi")


def main() -> int:
    """Run everything; 1 where anything is above a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "exchange.md")
    page: Path = parser.parse_args().out
    written: dict[str, Exchanged] = {}
    found: list[Compared] = []
    for course in courses():
        begun = time.perf_counter()
        given = exchange(course)
        written[course.name] = given
        print(f"{course.name}: {len(given.faults)} faults, {time.perf_counter() - begun:.1f} s", flush=True)
        for tool in TOOLS:
            found.append(compare(course, given, tool))
            print(f"  {found[-1]}", flush=True)
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    after = rest.split(_END)[1]
    page.write_text(f"{before}{_BEGIN}\n\n{table(written, found)}\n{_END}{after}", encoding="utf-8")
    sound = all(not given.faults for given in written.values()) and all(one.holds for one in found)
    print("holds" if sound else "DOES NOT HOLD")
    return 0 if sound else 1


def table(written: dict[str, Exchanged], found: Sequence[Compared]) -> str:
    """What was found, as Markdown."""
    lines = [
        "| course | events | minutes compared | observables | libSBML: errors and warnings |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, given in written.items():
        count, many = given.ours.shape
        lines.append(f"| {name} | {len(given.walk.edges)} | {count} | {many} | {len(given.faults)} |")
    lines += ["", "| course | tool | largest error | of | seconds |", "|---|---|--:|---|--:|"]
    for one in found:
        path = one.worst_observable.replace("__", ".")
        lines.append(f"| {one.course} | {one.tool} | {one.worst:.1e} | `{path}` | {one.seconds:.1f} |")
    used = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    lines += [
        "",
        f"Limit {BAR:g}. Engine at rtol {RTOL_ENGINE:g}; the tools at rtol {RTOL:g}, atol {ATOL:g}. {used}.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
