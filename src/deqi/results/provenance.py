"""Where a run is from: versions, hashes, settings, parameters by kind, citations."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from deqi.core.fingerprint import fingerprint
from deqi.core.wiring import Model
from deqi.parameters import ParameterValue, count_kinds

# What only shows results, and changes none.
_SHOWS = ("cli", "conformance", "exporters", "plotting", "reports", "web", "__main__.py")

#: Plain data; see `provenance` for the keys.
Provenance = dict[str, Any]


def provenance(
    *,
    protocol: Any,
    patient: Any,
    challenges: Sequence[Any],
    values: Mapping[str, ParameterValue],
    solver: Mapping[str, Any],
    decisions: Sequence[Mapping[str, Any]],
    notes: Sequence[str],
    model: Model,
    packages: Sequence[str] = ("numpy", "scipy", "sympy"),
) -> Provenance:
    """What a run must carry so that it can be made again and cited.

    Parameters
    ----------
    protocol, patient, challenges, values, solver, decisions, notes, model
        What took part, as `deqi.simulation` has it.
    packages : sequence of str
        Packages that computed the course, for their versions; those of the SciPy reference unless
        another solver names its own.

    Returns
    -------
    dict
        ``deqi``, ``python``, ``packages`` (versions), ``model`` and
        ``parameters`` (hashes), ``parameter_kinds`` (counts), ``protocol``,
        ``patient``, ``challenges``, ``solver``, ``decisions``, ``warnings``,
        ``assumptions`` and ``cites`` (keys of everything used).
    """
    mechanisms = {i.mechanism for i in model.instances}
    cited = {key for m in mechanisms for key in m.cites}
    cited |= {v.source for v in values.values() if v.source}
    cited |= set(protocol.cites) | {key for c in challenges for key in c.cites}
    gates = [c.title for c in challenges if c.acts == "input gate"]
    return {
        **versions(packages),
        "model": {"name": model.name, "hash": model_hash(model)},
        "parameters": {"hash": values_hash(values)},
        "parameter_kinds": count_kinds(values.values()),
        "protocol": {"name": protocol.name, "title": protocol.title},
        "patient": {"name": patient.name, "title": patient.title},
        "challenges": [c.name for c in challenges],
        "input_gates": gates,
        "solver": dict(solver),
        "decisions": [dict(d) for d in decisions],
        "warnings": [*protocol.warnings, *notes],
        "assumptions": list(protocol.assumptions),
        "cites": sorted(cited),
    }


def versions(packages: Sequence[str]) -> dict[str, Any]:
    """Versions of deqi, of Python and of packages."""
    import deqi

    return {
        "deqi": deqi.__version__,
        "python": platform.python_version(),
        "packages": {name: str(import_module(name).__version__) for name in packages},
    }


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Twelve hexadecimal digits that change with any line of code or data that decides a result."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(f for f in package.rglob("*") if f.suffix in (".py", ".toml")):
        if file.relative_to(package).parts[0] not in _SHOWS:
            digest.update(f"{file.relative_to(package)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def model_hash(model: Model) -> str:
    """Twelve hexadecimal digits that change with the equations or the wiring; see `deqi.core.fingerprint`.

    Examples
    --------
    >>> from deqi.models import needling_analgesia
    >>> len(model_hash(needling_analgesia()))
    12
    """
    return fingerprint(model)[:12]


def values_hash(values: Mapping[str, ParameterValue]) -> str:
    """Twelve hexadecimal digits that change with any value or unit."""
    return _digest(json.dumps({path: [v.value, v.unit] for path, v in sorted(values.items())}))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
