"""What ships is found by its file's name and read when it is asked for; plug-ins add to it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deqi.atlas import find_point, points, regions
from deqi.errors import UnknownNameError
from deqi.models import load_patient, patients
from deqi.models import patient as patient_module
from deqi.parameters import overlay, overlays
from deqi.parameters import store as store_module
from deqi.protocols import files as files_module
from deqi.protocols import load_protocol, protocols

PROTOCOL = '[protocol]\nname = "{0}"\ntitle = "Theirs"\nrole = "none"\n'
SET = '[set]\nname = "{0}"\ntitle = "Theirs"\n'


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nothing is read yet, and what the test reads is forgotten."""
    cached = (
        protocols,
        files_module._ours,
        overlays,
        store_module._our_overlay,
        patient_module._preset,
        patients,
    )
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()


@pytest.fixture
def plugin(tmp_path, monkeypatch, fresh):
    package = tmp_path / "theirs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name in ("gerac-verum", "theirs"):
        (package / f"{name}.toml").write_text(PROTOCOL.format(name))
    sets = tmp_path / "their_sets"
    sets.mkdir()
    (sets / "__init__.py").write_text("")
    for name in ("oxycodone", "theirs"):
        (sets / f"{name}.toml").write_text(SET.format(name))
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[deqi.protocols]\ntheirs = theirs\n[deqi.parameters]\ntheirs = their_sets\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("theirs", "their_sets"):
        sys.modules.pop(name, None)


def test_each_file_has_the_name_of_what_it_holds():
    for name, found in (*protocols().items(), *patients().items(), *overlays().items()):
        assert found.name == name
    for name, loaded in protocols().items():
        assert load_protocol(name) is loaded
    for name, person in patients().items():
        assert load_patient(name) is person
    for name, values in overlays().items():
        assert overlay(name) is values
    assert len(protocols()) > 20
    assert list(overlays()) == sorted(overlays())


@pytest.mark.parametrize(
    ("load", "name", "module", "read"),
    [
        (load_protocol, "gerac-verum", files_module, ["gerac-verum.toml"]),
        (overlay, "oxycodone", store_module, ["oxycodone.toml"]),
        (load_patient, "chronic_low_back_pain", patient_module, ["chronic_low_back_pain.toml"]),
        (load_patient, "sciatica", patient_module, ["sciatica.toml", "chronic_low_back_pain.toml"]),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_only_what_is_asked_for_is_read(load, name, module, read, fresh, monkeypatch):
    opened = []
    reader = module.read_toml

    def watched(path: Path):
        opened.append(path.name)
        return reader(path)

    monkeypatch.setattr(module, "read_toml", watched)
    load(name)
    load(name)
    assert opened == read


def test_a_plug_in_adds_names_and_takes_none(plugin):
    assert load_protocol("theirs").title == protocols()["theirs"].title == "Theirs"
    assert load_protocol("gerac-verum").title == protocols()["gerac-verum"].title != "Theirs"
    assert overlay("theirs").title == overlays()["theirs"].title == "Theirs"
    assert overlay("oxycodone").title == overlays()["oxycodone"].title != "Theirs"


@pytest.mark.parametrize(
    ("load", "name", "advice"),
    [
        (load_protocol, "gerac-verun", "gerac-verum"),
        (load_protocol, "../library/gerac-verum", "gerac-verum"),
        (load_patient, "sciatika", "sciatica"),
        (overlay, "oxycodon", "oxycodone"),
    ],
)
def test_a_misspelt_name_is_told_the_nearest(load, name, advice):
    with pytest.raises(UnknownNameError, match=f"did you mean {advice}"):
        load(name)


def test_one_point_is_the_same_however_it_is_found():
    assert find_point("UB 23") is find_point("Shenshu") is points()["BL23"]
    assert regions() == tuple(sorted({p.region for p in points().values()}))
