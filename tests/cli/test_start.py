"""What a command does not need, it does not load: a simulation starts fast."""

import subprocess
import sys

import pytest

HEAVY = (
    "sympy pint xarray pandas scipy matplotlib rich typer pydantic jinja2 h5py "
    "importlib.metadata importlib.resources"
)

STEPS = """
import contextlib, io, sys
import numpy as np
import deqi.cli.main
from deqi.cli.output import print_json
from deqi.cli.simulate import print_summary
from deqi.models import load_patient, needling_analgesia, parameter_schema
from deqi.parameters import base_values, merge, overlay, resolve
from deqi.protocols import lay_out, load_challenge, load_protocol
from deqi.results import Run, provenance, summarise


class Nothing:
    name, rtol, atol = "nothing", 1e-6, 1e-9


plan, patient = load_protocol(PROTOCOL), load_patient("chronic_low_back_pain")
values = merge(base_values(), *(overlay(n).values for n in plan.overlays()), patient.values)
numbers = resolve(parameter_schema(), values)
model = needling_analgesia()
timeline = lay_out(plan, numbers, patient.site, days=14, challenges=[load_challenge("naloxone-10mg")])
minutes = {0.0, 10080.0, 20160.0} | {m for s in timeline.sessions for m in s}
start = min((s for s, _ in timeline.sessions), default=0.0)
time = np.array(sorted(minutes | {start + m for m in range(181)}))
series = {p: np.ones(len(time)) for p in (*model.states, *model.outputs, *model.outside)}
course = {
    "time": time, "series": series, "about": {p: model.variable(p) for p in series},
    "threshold": np.ones(len(time)), "sessions": timeline.sessions, "weeks": 2.0,
}
made = provenance(
    protocol=plan, patient=patient, challenges=(), values=values, solver=Nothing(), decisions=[],
    notes=timeline.notes, model=model, packages=("numpy",),
)
run = Run.build(course, made)
with contextlib.redirect_stdout(io.StringIO()) as shown:
    print_summary(run, summarise(run))
    print_json(summarise(run))
assert "pain intensity" in shown.getvalue()
"""


@pytest.mark.parametrize("protocol", ["gerac-verum", "gerac-guideline", "li4-2hz"])
def test_a_simulation_loads_nothing_heavy_besides_its_solver(protocol):
    last = f"print('heavy:', sorted(set({HEAVY.split()!r}) & set(sys.modules)))"
    code = f"PROTOCOL = {protocol!r}\n{STEPS}\n{last}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.strip() == "heavy: []", done.stderr


def test_numpy_is_told_to_use_one_core_before_it_loads():
    code = (
        "import os, sys; os.environ.pop('OPENBLAS_NUM_THREADS', None)\n"
        "from deqi.cli.main import main\n"
        "assert 'numpy' not in sys.modules\n"
        "sys.argv = ['deqi', '--version']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split()[-1] == "1"


def test_a_reader_that_goes_away_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m deqi points | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
