"""`deqi check`: whether a package of mechanisms, parameters and protocols keeps the rules."""

from __future__ import annotations

from typing import Annotated

from deqi.cli.arguments import Argument, Option

__all__ = ["check_command"]


def check_command(
    package: Annotated[str, Argument(help="An importable package; deqi itself by default.")] = "deqi",
    as_json: Annotated[bool, Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold every mechanism, parameter set and protocol of a package to the conformance battery."""
    from deqi.cli.output import print_json
    from deqi.conformance import check_package

    report = check_package(package)
    if as_json:
        print_json(report.as_dict())
    else:
        for fault in report.faults:
            print(f"{fault.subject}: {fault.rule}: {fault.text}")
        kinds = ", ".join(f"{n} {kind}" for kind, n in report.counts.items())
        print(f"{package}: {kinds}; {report.checks} checks, {len(report.faults)} faults")
    if report.faults:
        raise SystemExit(1)
