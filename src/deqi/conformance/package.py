"""Everything a package brings, found and checked.

Mechanisms are found by walking the package's modules. TOML files are told
apart by their head: ``[set]`` and ``[patient]`` hold parameter values,
``[protocol]`` a protocol.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from deqi.conformance.report import Fault, Report
from deqi.conformance.rules import RULES, check_mechanism
from deqi.core import Mechanism, cite
from deqi.errors import DeqiError, UnknownNameError

__all__ = ["Report", "check_package", "discover_mechanisms"]


def check_package(name: str) -> Report:
    """Hold a package to the battery.

    Raises
    ------
    UnknownNameError
        If there is no such package.
    """
    package = _import(name)
    report = Report(name)
    mechanisms = discover_mechanisms(package)
    for mechanism in mechanisms:
        report.faults += check_mechanism(mechanism)
        report.checks += len(RULES)
    files = [f for root in package.__path__ for f in sorted(Path(root).rglob("*.toml"))]
    counts = {"mechanisms": len(mechanisms), "parameter sets": 0, "protocols": 0}
    for file in files:
        kind = _check_file(file, report)
        if kind:
            counts[kind] += 1
    report.counts = counts
    return report


def discover_mechanisms(package: ModuleType) -> list[type[Mechanism]]:
    """Every mechanism defined in a package, in the order of its modules."""
    found: dict[str, type[Mechanism]] = {}
    for module in _modules(package):
        for _, value in inspect.getmembers(module, inspect.isclass):
            if (
                issubclass(value, Mechanism)
                and value is not Mechanism
                and value.__module__ == module.__name__
            ):
                found[f"{value.__module__}.{value.__name__}"] = value
    return list(found.values())


def _import(name: str) -> ModuleType:
    try:
        package = importlib.import_module(name)
    except ImportError as error:
        known = [m.name for m in pkgutil.iter_modules() if m.ispkg]
        raise UnknownNameError("package", name, known, fix="install it in the same environment") from error
    if not hasattr(package, "__path__"):
        raise DeqiError("is a module, not a package", where=name)
    return package


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not info.name.endswith("__main__"):
            yield importlib.import_module(info.name)


def _check_file(file: Path, report: Report) -> str | None:
    """Check a file of values or a protocol; None if it is something else."""
    from deqi.parameters import read_toml

    try:
        head = read_toml(file)
        if "set" in head or "patient" in head:
            kind, checks, sources = "parameter sets", *_check_values(file)
        elif "protocol" in head:
            kind, checks, sources = "protocols", *_check_protocol(file)
        else:
            return None
        report.checks += checks
        for key in sources:
            cite(key, where=file.name)
    except DeqiError as error:
        report.faults.append(Fault(file.name, "file", str(error)))
        return None
    return kind


def _check_values(file: Path) -> tuple[int, list[str]]:
    from deqi.core import units
    from deqi.models import parameter_schema
    from deqi.parameters import parse_values, read_toml

    data = {k: v for k, v in read_toml(file).items() if k not in ("set", "patient")}
    values = parse_values(data, file.stem, file.name)
    for path, value in values.items():
        if path not in parameter_schema():
            raise UnknownNameError("parameter", path, parameter_schema(), where=file.name)
        units.factor(value.unit, parameter_schema()[path].unit)
    return len(values), [v.source for v in values.values() if v.source]


def _check_protocol(file: Path) -> tuple[int, list[str]]:
    from deqi.protocols import read_protocol

    protocol = read_protocol(file)
    return 1, list(protocol.cites)
