"""What the model gave for each finding, kept beside the verdicts that ship with deqi.

`python -m deqi.web.evidence.figures RESULT.json` keeps them from what
``deqi validate --full --json`` printed, the same file that verdicts are taken from.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from deqi.core.writing import replace_file
from deqi.credibility import slim, stored
from deqi.errors import FileError

#: Where they lie.
FILE = Path(__file__).parent / "figures.json"
# More digits than any paper prints.
_DIGITS = 6


@dataclass(frozen=True)
class Given:
    """What the model gave for a finding [its unit].

    Attributes
    ----------
    model : float or None
        Mean over members of the ensemble; None where it could not be computed.
    interval : tuple of float or None
        95 % interval about parameters, across members.
    predicted : tuple of float or None
        90 % predictive interval; None where no interval was published.
    error : float or None
        Monte Carlo error (SE).
    """

    model: float | None
    interval: tuple[float, float] | None
    predicted: tuple[float, float] | None
    error: float | None


def kept(result: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of ``deqi validate --json``: the model's figures, and what they were made with.

    Raises
    ------
    FileError
        If it is no result of a validation.
    """
    made = slim(result)["made"]
    rows = {
        row["id"]: [
            _short(row["model"]),
            _shorts(row["model_interval"]),
            _shorts(row["predicted"]),
            _short(row["monte_carlo_error"]),
        ]
        for row in result["findings"]
        if not row["excluded"]
    }
    return {
        "made": made,
        "figures": rows,
        "contradictions": [list(pair) for pair in result["contradictions"]],
    }


@lru_cache(maxsize=1)
def figures() -> Mapping[str, Given]:
    """The model's figures by finding; empty if they were not made with what the verdicts were.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    verdicts = stored()
    told = _read()
    try:
        if verdicts is None or told["made"] != dict(verdicts.made):
            return {}
        return {
            name: Given(model, _pair(interval), _pair(predicted), error)
            for name, (model, interval, predicted, error) in told["figures"].items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise FileError(f"is damaged: {error}", where=FILE.name, fix="install deqi anew") from error


@lru_cache(maxsize=1)
def contradictions() -> tuple[tuple[str, str], ...]:
    """Pairs of findings of which one speaks of the other, as the validation told them.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    return tuple((first, second) for first, second in _read()["contradictions"])


def _read() -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"cannot be read: {error}", where=FILE.name, fix="install deqi anew") from error
    return told


def _pair(ends: list[float] | None) -> tuple[float, float] | None:
    return None if ends is None else (ends[0], ends[1])


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")


def _shorts(ends: list[float] | None) -> list[float | None] | None:
    return None if ends is None else [_short(end) for end in ends]


def main(path: str) -> None:
    """Keep the figures of a result."""
    told = kept(json.loads(Path(path).read_text(encoding="utf-8")))
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in told["figures"].items())
    pairs = ",\n".join(f"  {json.dumps(pair)}" for pair in told["contradictions"])
    text = (
        f'{{\n "made": {json.dumps(told["made"])},\n "figures": {{\n{rows}\n }},\n'
        f' "contradictions": [\n{pairs}\n ]\n}}\n'
    )
    replace_file(FILE, text.encode())


if __name__ == "__main__":
    main(sys.argv[1])
