"""Runs as Zarr, and the bibliography of runs."""

import json

import pytest

from deqi.core.citations import read_bibtex, references
from deqi.errors import FileError, UnknownNameError
from deqi.exporters import bibliography, cited, provenance_of, read_zarr, write_zarr
from deqi.exporters.citations import unchecked
from deqi.results import Run
from deqi.simulation import simulate

KEPT = ("pain.report.intensity", "spinal.painful.mu.agonist", "environment.context")


@pytest.fixture(scope="module")
def run():
    """A course, of which three series are kept: each takes a file its time."""
    whole = simulate("li4-2hz", patient="healthy_volunteer", weeks=0.05)
    return Run(
        whole.time,
        {path: whole[path] for path in KEPT},
        {path: (whole.unit(path), whole.meaning(path)) for path in KEPT},
        weeks=whole.weeks,
        sessions=whole.sessions,
        provenance=json.dumps(whole.provenance),
    )


def test_zarr_comes_back_as_the_same_run(run, tmp_path):
    pytest.importorskip("zarr")
    import xarray as xr

    folder = write_zarr(run, tmp_path / "run.zarr")
    assert read_zarr(folder) == run
    # Whoever has xarray needs no deqi to read it.
    opened = xr.open_zarr(folder, chunks=None)
    assert opened["pain.report.intensity"].attrs["units"] == "point"
    assert list(tmp_path.iterdir()) == [folder]


def test_zarr_replaces_nothing(run, tmp_path):
    pytest.importorskip("zarr")
    (tmp_path / "a").mkdir()
    with pytest.raises(FileError, match="is there already"):
        write_zarr(run, tmp_path / "a")
    with pytest.raises(FileError, match="cannot be written"):
        write_zarr(run, tmp_path / "none" / "a")
    with pytest.raises(FileError, match="cannot be read as a run"):
        read_zarr(tmp_path / "a")


def test_without_zarr_one_line_says_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileError, match=r"pip install 'deqi\[zarr\]'"):
        write_zarr(run, tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_a_run_cites_what_it_used(run, tmp_path):
    path = run.save(tmp_path / "run.nc")
    found = cited(path)
    assert [r.key for r in found] == run.provenance["cites"]
    text = bibliography(found)
    assert text.startswith("@software{deqi,")
    ours = read_bibtex(text)
    assert ours.pop("deqi").fields["version"]
    assert ours == {key: references()[key] for key in run.provenance["cites"]}


def test_a_trials_folder_cites_too(tmp_path):
    made = {"described": {"made_with": {"cites": ["mayer1977", "haake2007"]}}}
    (tmp_path / "manifest.json").write_text(json.dumps(made))
    assert provenance_of(tmp_path) == made["described"]["made_with"]
    found = cited(tmp_path)
    assert [r.key for r in found] == ["haake2007", "mayer1977"]
    loose = {k for k, r in references().items() if r.fields["note"] == "identifier not checked"}
    assert set(unchecked(found)) == {"haake2007", "mayer1977"} & loose


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"described": {"made_with": []}}', '{"described": 1}'])
def test_a_folder_of_something_else_is_refused(text, tmp_path):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(FileError, match="give the folder of a trial"):
        cited(tmp_path)


def test_a_source_that_nobody_knows_is_told(tmp_path):
    made = {"described": {"made_with": {"cites": ["haake2006"]}}}
    (tmp_path / "manifest.json").write_text(json.dumps(made))
    with pytest.raises(UnknownNameError, match="did you mean haake2007"):
        cited(tmp_path)
