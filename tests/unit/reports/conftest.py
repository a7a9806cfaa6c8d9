"""A small made-up run: quick to build, every series that figures and reports read."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from deqi.plotting import heatmap, occupancy, session
from deqi.reports.tables import SESSION_ROWS
from deqi.results import OUTCOMES, SIGNAL, THRESHOLD, Run

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    # Where `fake_trial` lies.
    sys.path.insert(0, HERE)

WEEK = 10080.0


def make_run(
    *, weeks=26.0, sessions=((20.0, 50.0), (5060.0, 5090.0)), cites=("haake2007",), gates=(), scale=1.0
):
    dense = np.arange(0.0, 201.0)
    time = np.unique(np.concatenate([dense, np.arange(0.0, weeks * WEEK + 1, 360.0)]))
    minutes = time - (sessions[0][0] if sessions else 0.0)
    pulse = np.where(minutes > 0, minutes / 30 * np.exp(1 - np.maximum(minutes, 0.0) / 30), 0.0)
    paths = {p for row in heatmap.CELLS.values() for p in row.values()}
    paths |= {p for row in occupancy.PANELS.values() for p in row.values()}
    paths |= {p.path for p in session.PANELS} | {path for _, path in SESSION_ROWS} | set(OUTCOMES.values())
    paths |= {path for _, rows in SIGNAL for _, path in rows}
    paths.discard(THRESHOLD)
    series = {path: 0.1 + 0.1 * scale * pulse for path in paths}
    series["pain.report.intensity"] = 65.0 - 20.0 * scale * time / time[-1] - 10.0 * pulse
    series["hypothalamus.stress_axis.cortisol"] = 300.0 - 100.0 * pulse
    for receptor in ("mu", "delta", "kappa"):
        series[f"brainstem.{receptor}.naloxone"] = np.zeros_like(time)
    series["needle.sensation.deqi"] = 4.0 * pulse
    about = {path: SimpleNamespace(unit="1", doc=f"meaning of {path}") for path in series}
    course = {
        "time": time,
        "series": series,
        "about": about,
        "threshold": 2.0 + pulse,
        "weeks": weeks,
        "sessions": sessions,
    }
    provenance = {
        "deqi": "0.1.0",
        "python": "3.11.9",
        "packages": {"numpy": "2.0.0"},
        "model": {"name": "made-up", "hash": "0123456789ab"},
        "parameters": {"hash": "ba9876543210"},
        "parameter_kinds": {"measured": 2, "derived": 3, "fitted": 4, "scaled": 5, "assumed": 61},
        "protocol": {"name": "gerac-verum", "title": "Verum <b>needling</b>"},
        "patient": {"name": "typical", "title": "Typical patient"},
        "challenges": [],
        "input_gates": list(gates),
        "solver": {"name": "scipy", "rtol": 1e-6, "atol": 1e-9},
        "decisions": [{"day": 42.0, "rule": "continue-if", "decision": "5 more sessions"}],
        "warnings": ["beyond the depth of the literature"],
        "assumptions": ["point list not reported"],
        "cites": list(cites),
    }
    return Run.build(course, provenance)


@pytest.fixture(scope="session")
def run():
    return make_run()


@pytest.fixture(scope="session")
def untreated():
    return make_run(sessions=(), scale=0.5)


@pytest.fixture(scope="session")
def make():
    return make_run
