"""`deqi reproduce gerac`: the arms of a published trial, beside what was published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from deqi.cli.arguments import Argument, Option

__all__ = ["reproduce_command"]

#: Protocol of each arm, by the arm's name in the published table.
ARMS = {"verum": "gerac-verum", "sham": "gerac-sham", "guideline care": "gerac-guideline"}


def reproduce_command(
    trial: Annotated[str, Argument(help="The trial: gerac.")] = "gerac",
    out: Annotated[Path, Option(help="Folder for the report.")] = Path("reports"),
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Simulate the arms of the GERAC low-back-pain trial in the typical patient and report on them."""
    from deqi.cli.output import print_json, print_table
    from deqi.core import cite
    from deqi.errors import FileError, UnknownNameError
    from deqi.evidence import gerac_pain
    from deqi.reports import gerac_report
    from deqi.simulation import simulate

    if trial != "gerac":
        raise UnknownNameError("trial", trial, ["gerac"], fix="the trial that can be reproduced is gerac")
    published = gerac_pain()
    runs = {}
    for arm, protocol in ARMS.items():
        if not as_json:
            print(f"simulating {arm} ...")
        runs[arm] = simulate(protocol, weeks=26)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot be made: {error.strerror}", where=str(out)) from error
    report = gerac_report(runs, published, out / "gerac.html")
    weeks = (0, 6, 13, 26)
    pain = {arm: {w: run.at("pain.report.intensity", week=w) for w in weeks} for arm, run in runs.items()}
    if as_json:
        print_json(
            {
                "trial": "gerac",
                "patient": "chronic_low_back_pain",
                "uncertainty": "one typical patient: no interval",
                "arms": {
                    arm: {
                        "model": {str(w): pain[arm][w] for w in weeks},
                        "published": {str(w): published[arm][w].mean for w in weeks},
                        "published_interval": {str(w): list(published[arm][w].interval) for w in weeks},
                    }
                    for arm in ARMS
                },
                "report": str(report),
            }
        )
        return
    rows = []
    for arm in ARMS:
        rows.append((f"{arm}, model (typical patient)", *(f"{pain[arm][w]:.1f}" for w in weeks)))
        rows.append((f"{arm}, published mean", *(f"{published[arm][w].mean:.1f}" for w in weeks)))
        intervals = (published[arm][w].interval for w in weeks)
        rows.append(("  95 % interval (sampling)", *(f"{low:.1f}-{high:.1f}" for low, high in intervals)))
    columns = ("pain 0-100", *(f"week {w}" for w in weeks))
    print_table("GERAC, chronic low back pain: model beside trial", columns, rows)
    print(str(cite("haake2007")))
    print("One typical patient, not a population: no interval, and no mean of a skewed population.")
    print(f"\nreport: {report}")
    print("next: deqi simulate gerac-verum --challenge naloxone-10mg")
    print("      deqi compare gerac-verum gerac-sham      deqi points BL23      deqi protocols")
