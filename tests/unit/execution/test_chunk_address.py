"""A run at an address says what a run in a folder says; what a store cannot do is told in one line."""

import json
import uuid
from pathlib import Path

import fsspec
import pytest
from chunk_works import Refuses, Rows

from deqi.errors import FileError, ParameterError
from deqi.execution import Address, RunFolder, execute, place_of
from deqi.execution.disk import put, put_once, sweep


def run(out, work=None, **given):
    described = {"seed": given.pop("seed", 1)}
    return execute(work or Rows(), described=described, **{"patients": 14, "chunk": 2, "out": out, **given})


@pytest.fixture(params=["memory", "far"])
def place(request, tmp_path):
    """A place in a store of objects, and one in a store of files."""
    if request.param == "memory":
        return place_of(f"memory://lab/{uuid.uuid4().hex}")
    # As of a server: by way of fsspec, where place_of would take the disk.
    return Address(f"file://{tmp_path}/far")


def names(place):
    return sorted(entry.name for entry in place.iterdir())


def test_a_run_at_an_address_is_the_run_in_a_folder(tmp_path, place):
    found, alone = run(place), run(tmp_path / "here")
    assert (found.digest(), found.notices) == (alone.digest(), ())
    assert names(place) == ["chunks", "manifest.json"]
    assert names(place / "chunks") == sorted(f.name for f in (tmp_path / "here" / "chunks").iterdir())
    assert json.loads((place / "manifest.json").read_text()) == alone.manifest
    # Read again, and not computed again.
    assert run(place, Refuses(at=4)) == found
    assert RunFolder.open(place).digest() == RunFolder.open(str(place)).digest() == alone.digest()
    with pytest.raises(FileError, match="is no folder of this machine"):
        _ = found.path


def test_a_run_at_an_address_is_resumed_and_mended(tmp_path, place):
    with pytest.raises(ParameterError):
        run(place, Refuses(at=4))
    with pytest.raises(FileError, match=r"holds an unfinished run \(\d of 7 chunks\); add --resume to go on"):
        run(place)
    found = run(place, resume=True)
    digest = run(tmp_path / "here").digest()
    assert found.digest() == digest
    file = found.chunks[found.ranges[1]]
    put(file, file.read_bytes()[:-7])
    assert RunFolder.open(place).notices == (f"{file.name} is damaged",)
    again = run(place)
    assert (again.digest(), again.notices) == (digest, (f"{file.name} is damaged, and was done again",))


def test_an_address_with_another_run_or_other_things_is_refused(place):
    run(place)
    with pytest.raises(FileError, match="holds another run: seed is 1 there and 2 here"):
        run(place, seed=2)
    other = place / "other"
    other.mkdir()
    put(other / "thesis.txt", b"mine")
    with pytest.raises(FileError, match="is not empty, and holds no run; choose another --out"):
        run(other)
    assert (other / "thesis.txt").read_bytes() == b"mine"
    with pytest.raises(FileError, match=r"is no folder|holds no run"):
        RunFolder.open(place / "nothing")


def test_a_file_is_put_once_and_no_part_is_left(place):
    place.mkdir()
    assert put_once(place / "a", b"first")
    assert not put_once(place / "a", b"second")
    assert ((place / "a").read_bytes(), names(place)) == (b"first", ["a"])
    left = place / ".a.elsewhere.1.0a1b2c3d.part"
    put(left, b"half")
    sweep(place)
    assert left.exists()  # of another machine nothing is known


def test_a_store_that_fails_halfway_leaves_nothing(tmp_path, monkeypatch):
    place = Address(f"file://{tmp_path}/far")
    place.mkdir()
    put(place / "a", b"whole")

    def fails(*_, **__):
        raise RuntimeError("the server said no")

    monkeypatch.setattr(fsspec.get_filesystem_class("file"), "mv", fails)
    with pytest.raises(FileError, match=r"a: cannot be written: RuntimeError: the server said no; what was"):
        put(place / "a", b"other")
    assert ((place / "a").read_bytes(), names(place)) == (b"whole", ["a"])


def test_what_a_store_says_is_told_in_one_line(monkeypatch):
    place = place_of("memory://lab/refused")
    kind = fsspec.get_filesystem_class("memory")

    def fails(*_, **__):
        raise RuntimeError("no\ncredentials")

    monkeypatch.setattr(kind, "ls", fails)
    with pytest.raises(FileError, match=r"^memory://lab/refused: cannot be used: RuntimeError: no cred"):
        run(place)


def test_a_local_address_is_a_folder(tmp_path):
    found = run(f"file://{tmp_path}/out")
    assert (found.path, found.place) == (tmp_path / "out", tmp_path / "out")
    assert place_of("runs/mine") == Path("runs/mine")
    assert place_of(tmp_path) == tmp_path


def test_one_memory_is_not_shared_by_processes():
    with pytest.raises(FileError, match="is the memory of one process; leave --workers out"):
        run("memory://lab/shared", workers=2)


def test_workers_write_to_a_store_that_they_all_reach(tmp_path):
    place = Address(f"file://{tmp_path}/far")
    assert run(place, workers=2).digest() == run(tmp_path / "here").digest()


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("sftp-of-mine://host/run", "cannot be reached: ValueError: Protocol not known: sftp-of-mine"),
        ("memory://", "names no folder; write s3://bucket/run, or a folder of this machine"),
        ("://x", "names no folder"),
        ("simplecache::s3://bucket/run", "is an address within another, which is not written to"),
    ],
)
def test_an_address_that_will_not_do_is_told(out, said):
    with pytest.raises(FileError) as told:
        run(out)
    assert said in str(told.value)


def test_a_missing_driver_is_one_line(monkeypatch):
    def missing(*_, **__):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(FileError) as told:
        run("s3://bucket/run")
    assert str(told.value) == "s3://bucket/run: cannot be reached: Install s3fs to access S3"
