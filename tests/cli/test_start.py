"""What a command does not need, it does not load: a simulation starts fast."""

import subprocess
import sys

import pytest

HEAVY = "sympy pint xarray pandas scipy matplotlib typer pydantic jinja2 h5py importlib.metadata"

COMMAND = """
import contextlib, io, sys
from deqi.cli.main import main

sys.argv = ["deqi", "simulate", *ARGUMENTS]
with contextlib.redirect_stdout(io.StringIO()) as shown:
    try:
        main()
    except SystemExit as end:
        assert not end.code, end
assert "pain" in shown.getvalue()
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["gerac-verum", "--weeks", "2", "--challenge", "naloxone-10mg"],
        ["gerac-guideline", "--weeks", "2", "--json"],
        ["li4-2hz", "--weeks", "0.1", "--patient", "healthy_volunteer"],
    ],
)
def test_a_simulation_loads_nothing_heavy(arguments):
    code = f"ARGUMENTS = {arguments!r}\n{COMMAND}\n"
    ask = f"print('heavy:', sorted(set({HEAVY.split()!r}) & set(sys.modules)))"
    # The first makes machine code if there is none, which takes SymPy.
    for script in (code, code + ask):
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120
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
