"""A session as plain data: the minutes, everything that is shown, and the summary of `deqi simulate`.

The runs are those of `deqi.simulate` with its defaults. `summary` is what
`deqi simulate PROTOCOL --weeks W --json` prints, without the two entries that front ends add
(`about_parameters`, `grades`). Series are told to five significant digits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from deqi.atlas import sort_segments
from deqi.models import load_patient
from deqi.plotting.window import AFTER, Window
from deqi.protocols import Protocol
from deqi.results import Run, summarise
from deqi.simulation import Case, simulate
from deqi.web.session.keeping import Kept
from deqi.web.session.places import shown
from deqi.web.session.question import OWN_SHAM, Question
from deqi.web.session.reach import reach
from deqi.web.session.support import support

_MINUTES_A_WEEK = 10080.0
_LEAST_WEEKS = 0.02
_DIGITS = 5
_KEPT = Kept[dict[str, Any]](most=64)


def session(question: Question) -> dict[str, Any]:
    """The answer to a question.

    Parameters
    ----------
    question : Question
        What is asked.

    Returns
    -------
    dict
        ``query``, ``command``, ``patient``, ``minutes``, ``real`` and ``compare`` (each with ``series``
        by key of `places.toml`, ``summary`` ...), ``shown`` (names, words, support).

    Raises
    ------
    DeqiError
        If the course cannot be solved.

    Examples
    --------
    >>> from deqi.web.session.question import ask
    >>> answer = session(ask("gerac-verum"))
    >>> answer["real"]["series"]["pain"][0] == round(answer["real"]["summary"]["pain_intensity"]["0"], 3)
    True
    """
    weeks = _weeks(question.protocol, question.compare)
    patient = load_patient(question.patient)
    real = _course(question.protocol, question.patient, weeks)
    other = None if question.compare is None else _course(question.compare, question.patient, weeks)
    return {
        "query": dict(question.query),
        "address": question.address,
        "weeks": weeks,
        "command": _command(question, weeks),
        "patient": {
            "name": patient.name,
            "title": patient.title,
            "pain_segments": sort_segments(patient.site.pain_segments),
            "painful_areas": list(patient.site.painful_areas),
        },
        "real": real,
        "compare": other and {**other, "own": question.compare_name == OWN_SHAM},
        "shown": _words(question.patient),
    }


def _course(protocol: Protocol, patient: str, weeks: float) -> dict[str, Any]:
    key = (protocol, patient, weeks)
    return _KEPT.get(key, lambda: _simulated(protocol, patient, weeks))


def _simulated(protocol: Protocol, patient: str, weeks: float) -> dict[str, Any]:
    run = simulate(protocol, patient=patient, weeks=weeks)
    window = Window.of(run)
    out = window.needles_out
    return {
        "name": protocol.name,
        "title": protocol.title,
        "role": protocol.role,
        "assumptions": list(protocol.assumptions),
        "warnings": list(protocol.warnings),
        "minutes": [_short(minute) for minute in window.minutes],
        "needles_out": out,
        "series": {one.id: _series(window, run, one.of) for one in shown() if one.of},
        "units": {one.id: run.unit(one.of[0]) for one in shown() if one.of},
        "drive": [_short(v) for v in _firing(window)],
        **_needles(protocol, patient, run),
        "summary": summarise(run),
    }


def _series(window: Window, run: Run, paths: tuple[str, ...]) -> list[float]:
    total = np.sum([window.series(path) for path in paths], axis=0)
    return [_short(value) for value in total]


def _firing(window: Window) -> np.ndarray[Any, Any]:
    """Firing of needles now, as a share of the session's most, shape (time,)."""
    names = [
        f"environment.{fibre}_{where}"
        for fibre in ("a_beta", "a_delta", "c")
        for where in ("painful", "other")
    ]
    total = np.sum([window.series(name) for name in names], axis=0)
    most = float(total.max())
    return np.asarray(total / most if most > 0 else total)


def _needles(protocol: Protocol, patient: str, run: Run) -> dict[str, Any]:
    if not run.sessions:
        return {"needles": [], "segments": {}, "unplaced": 0.0}
    first = min(protocol.sessions, key=lambda s: min(s.days))
    found = reach(first, Case.of(protocol, patient).numbers, load_patient(patient).site)
    groups = [
        {
            "technique": n.technique,
            "needles": n.needles,
            "depth_mm": n.depth_mm,
            "points": list(dict.fromkeys(n.points)),
            "frequency_hz": list(n.frequencies),
            "current_ma": n.current_ma,
            "vigour": n.vigour,
            "side": n.side,
        }
        for n in first.needlings
    ]
    segments = {name: _short(worth) for name, worth in found.needles.items()}
    return {"needles": groups, "segments": segments, "unplaced": _short(found.unplaced)}


def _words(patient: str) -> dict[str, list[dict[str, Any]]]:
    told = support(patient)
    kinds: dict[str, list[dict[str, Any]]] = {"place": [], "substance": [], "trace": []}
    for one in shown():
        kinds[one.kind].append({**one.plain(), "support": dict(told[one.id])})
    return kinds


def _weeks(*protocols: Protocol | None) -> float:
    """Weeks that reach to the end of every first session's window, in hundredths."""
    starts = [min(d for s in p.sessions for d in s.days) * 1440.0 for p in protocols if p and p.sessions]
    return max(_LEAST_WEEKS, math.ceil(100 * (max(starts, default=0.0) + AFTER) / _MINUTES_A_WEEK) / 100)


def _command(question: Question, weeks: float) -> str:
    what = question.protocol.name if question.library else "session.toml"
    who = "" if question.patient == "chronic_low_back_pain" else f" --patient {question.patient}"
    return f"deqi simulate {what}{who} --weeks {weeks:g} --json"


def _short(value: float) -> float:
    """So many significant digits; what rounding left of zero is zero."""
    return 0.0 if abs(value) < 1e-12 else float(f"{value:.{_DIGITS}g}")
