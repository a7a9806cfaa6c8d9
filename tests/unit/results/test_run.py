"""A run is plain arrays inside, cannot be changed, and is the same after it was written and read."""

import copy
import json

import numpy as np
import pytest

from deqi.core import Block, Expr, var
from deqi.errors import DeqiError, FileError, UnknownNameError
from deqi.results import THRESHOLD, Run, provenance
from deqi.results.provenance import model_hash


class About(Block):
    pain: Expr = var("point", "pain now", symbol="P")
    load: Expr = var("1", "load now", symbol="l")


def course(**changes):
    time = np.array([0.0, 10.0, 30.0, 10080.0])
    return {
        "time": time,
        "series": {"a.pain": time / 200, "b.load": np.array([1.0, np.nan, 0.1 + 0.2, 4.0])},
        "about": {"a.pain": About.variables["pain"], "b.load": About.variables["load"]},
        "threshold": np.array([1.0, 1.5, 2.0, 1.0]),
        "sessions": [(0.0, 30.0)],
        "weeks": 1.0,
        **changes,
    }


MADE = {"protocol": {"name": "p"}, "patient": {"name": "q"}, "warnings": ["µ"]}


@pytest.fixture
def run():
    return Run.build(course(), MADE)


def test_it_says_what_it_holds(run):
    assert run.paths == ("a.pain", "b.load", THRESHOLD)
    assert (run.unit("a.pain"), run.meaning("a.pain"), run.unit(THRESHOLD)) == ("point", "pain now", "Hz")
    assert (run.weeks, run.sessions, run.provenance) == (1.0, ((0.0, 30.0),), MADE)
    assert run.at("a.pain", week=1) == 50.4
    assert run.at("a.pain", minute=30) == 0.15
    assert run.threshold_change(30) == 100.0
    assert repr(run) == "<Run p in q, 1 weeks>"
    with pytest.raises(UnknownNameError, match=r"did you mean a\.pain"):
        run.unit("a.pian")
    with pytest.raises(DeqiError, match="minute 20 is not reported"):
        run.at("a.pain", minute=20)


def test_nothing_outside_or_inside_changes_it(run):
    data, made = course(), copy.deepcopy(MADE)
    other = Run.build(data, made)
    data["series"]["a.pain"][:] = 7.0
    data["threshold"][:] = 7.0
    data["time"][0] = 7.0
    made["warnings"].append("more")
    other.provenance["warnings"].append("more")
    other.dataset["a.pain"].values[:] = 7.0
    other.dataset["time"].attrs["units"] = "h"
    assert other == run
    for values in (run.time, run["a.pain"], run[THRESHOLD]):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0


@pytest.mark.parametrize(
    "changes",
    [
        {"time": np.array([0.0, 10.0, 30.0, 10081.0])},
        {"threshold": np.array([1.0, 1.5, 2.0, 1.1])},
        {"sessions": [(0.0, 31.0)]},
        {"weeks": 2.0},
        {"series": {"a.pain": np.zeros(4)}},
        {"series": {"a.pain": np.zeros(4), "b.load": np.zeros(4)}},
        {"about": {"a.pain": About.variables["pain"], "b.load": About.variables["pain"]}},
    ],
)
def test_another_course_is_not_equal(run, changes):
    assert run == Run.build(course(), MADE)
    assert run != Run.build(course(**changes), MADE)
    assert run != Run.build(course(), {**MADE, "warnings": []})
    assert run != "a run"


def test_the_dataset_and_the_file_hold_all_of_it(run, tmp_path):
    import xarray as xr

    found = run.dataset
    assert list(found.data_vars) == list(run.paths)
    assert found["a.pain"].attrs == {"units": "point", "long_name": "pain now"}
    assert found["time"].attrs == {"units": "min", "long_name": "minutes since week 0"}
    assert found.attrs == {
        "format": "deqi run 1",
        "weeks": 1.0,
        "sessions": "[[0.0, 30.0]]",
        "provenance": json.dumps(MADE),
    }
    path = run.save(tmp_path / "run.nc")
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        assert opened.load().identical(found)
    loaded = Run.load(path)
    assert loaded == run
    assert loaded.dataset.identical(found)
    with pytest.raises(ValueError, match="read-only"):
        loaded["a.pain"][0] = 1.0


def test_a_file_that_is_no_run_is_one_line(tmp_path):
    import xarray as xr

    (tmp_path / "text.nc").write_text("no run")
    xr.Dataset(attrs={"format": "deqi run 0"}).to_netcdf(tmp_path / "old.nc", engine="h5netcdf")
    with pytest.raises(FileError, match="cannot be read as a run"):
        Run.load(tmp_path / "text.nc")
    with pytest.raises(FileError, match="is no run of this version"):
        Run.load(tmp_path / "old.nc")
    with pytest.raises(FileError, match="cannot be read as a run"):
        Run.load(tmp_path / "none.nc")


def test_provenance_names_the_packages_that_took_part():
    from deqi.models import load_patient, needling_analgesia
    from deqi.parameters import base_values
    from deqi.protocols import load_protocol
    from deqi.solvers import ScipyReference

    def made(**more):
        return provenance(
            protocol=load_protocol("none"),
            patient=load_patient("healthy_volunteer"),
            challenges=(),
            values=base_values(),
            solver=ScipyReference().settings(),
            decisions=[],
            notes=[],
            model=needling_analgesia(),
            **more,
        )

    assert list(made()["packages"]) == ["numpy", "scipy", "sympy"]
    assert made(packages=("numpy",))["packages"] == {"numpy": np.__version__}
    assert made()["model"] == {"name": "needling_analgesia", "hash": model_hash(needling_analgesia())}
