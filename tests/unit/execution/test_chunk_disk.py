"""A file is there whole or not at all, on a full disk too; what killed processes leave is swept."""

import errno
import os
import socket
import time

import pytest
from chunk_works import Rows

from deqi.errors import FileError
from deqi.execution import RunFolder, disk, execute

HOST = disk._host()
GONE = 2**22 + 1  # more than any process number of Linux


def run(out, **given):
    return execute(Rows(), described={}, patients=10, chunk=2, out=out, **given)


def parts(out):
    return [p for p in out.rglob("*") if p.name.endswith(".part")]


def test_a_disk_that_fills_loses_nothing(tmp_path, monkeypatch):
    real, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        # Each file is pushed, and then its folder: the manifest, two chunks, and part of a third.
        if len(calls) > 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match=r"\.parquet: cannot be written: No space left on device"):
        run(tmp_path / "out")
    monkeypatch.undo()
    found = RunFolder.open(tmp_path / "out")
    assert (len(found.chunks), found.notices, parts(found.path)) == (2, (), [])
    whole = run(found.path, resume=True)
    assert whole.digest() == run(tmp_path / "other").digest()


LIMITED = """
import resource, sys
from chunk_works import Bulky
from deqi.errors import FileError
from deqi.execution import execute
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    execute(Bulky(), described={}, patients=10, chunk=2, out=sys.argv[1], workers=int(sys.argv[2]))
except FileError as error:
    print(error)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_may_not_grow_is_not_left_half(tmp_path, python, workers):
    told = python(LIMITED, str(tmp_path / "out"), str(workers))
    assert "0000004-0000006" in told
    assert "cannot be written: File too large; what was there before is kept" in told
    assert (RunFolder.open(tmp_path / "out").notices, parts(tmp_path)) == ((), [])


def test_a_folder_that_may_not_be_written_is_told(tmp_path, permissions_hold):
    tmp_path.chmod(0o555)
    with pytest.raises(FileError, match="out: cannot be used: Permission denied; choose another --out"):
        run(tmp_path / "out")
    tmp_path.chmod(0o755)
    (tmp_path / "out").mkdir(mode=0o555)
    with pytest.raises(FileError, match=r"manifest\.json: cannot be written: Permission denied"):
        run(tmp_path / "out")


def test_a_finished_run_is_read_from_where_nothing_can_be_written(tmp_path, permissions_hold):
    whole = run(tmp_path / "out")
    for folder in (whole.path / "chunks", whole.path):
        folder.chmod(0o555)
    assert run(whole.path) == whole
    file = min((whole.path / "chunks").iterdir())
    file.chmod(0)
    found = RunFolder.open(whole.path)
    assert found.notices == (f"{file.name} cannot be read: Permission denied",)
    with pytest.raises(FileError, match=r"cannot be written: Permission denied"):
        run(whole.path)
    for folder in (whole.path, whole.path / "chunks"):
        folder.chmod(0o755)
    # A file that may not be read is done again as a damaged one is.
    assert run(whole.path).digest() == run(tmp_path / "other").digest()


def left(folder, host, pid, seconds=0.0):
    part = folder / f".0000000-0000002.0123456789abcdef.parquet.{host}.{pid}.0a1b2c3d.part"
    part.write_bytes(b"half")
    os.utime(part, (time.time() - seconds,) * 2)
    return part


def test_only_what_nobody_writes_is_swept(tmp_path):
    day = 86400
    swept = [left(tmp_path, HOST, GONE), left(tmp_path, HOST, 10**30), left(tmp_path, "far", 1, 2 * day)]
    swept.append(left(tmp_path, HOST, os.getpid() + 0, 2 * day))
    (tmp_path / "in-use").mkdir()
    kept = [left(tmp_path / "in-use", HOST, os.getpid()), left(tmp_path / "in-use", "far", GONE, 60)]
    mine = tmp_path / "in-use" / "thesis.part"
    mine.write_text("mine")
    for folder in (tmp_path, tmp_path / "in-use", tmp_path / "none"):
        disk.sweep(folder)
    assert [p.exists() for p in swept] == [False] * 4
    assert [p.exists() for p in (*kept, mine)] == [True] * 3


def test_a_process_that_nobody_buries_is_dead(tmp_path):
    child = os.posix_spawn("/bin/sh", ["sh", "-c", "exit"], {})
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    part = left(tmp_path, HOST, child)
    disk.sweep(tmp_path)
    assert not part.exists()
    os.waitpid(child, 0)


def test_a_run_sweeps_both_of_its_folders(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    # A process that was killed before it had begun: the folder is as good as empty.
    left(out, HOST, GONE)
    run(out)
    left(out / "chunks", HOST, GONE)
    run(out)
    assert parts(out) == []


def test_a_part_that_is_swept_under_our_hands_is_written_again(tmp_path, monkeypatch):
    real, tries = os.fsync, []

    def swept(handle):
        real(handle)
        tries.append(handle)
        if len(tries) < 3:
            for part in parts(tmp_path):
                part.unlink()

    monkeypatch.setattr(os, "fsync", swept)
    disk.put(tmp_path / "a", b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole"
    assert len(tries) == 4
    with pytest.raises(FileError, match="none/a: cannot be written: No such file or directory"):
        disk.put(tmp_path / "none" / "a", b"whole")


@pytest.mark.parametrize("links", [True, False])
def test_a_manifest_is_written_once(tmp_path, monkeypatch, links):
    def refuse(*_):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    assert disk.put_once(tmp_path / "a", b"first")
    assert not disk.put_once(tmp_path / "a", b"second")
    assert (tmp_path / "a").read_bytes() == b"first"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_an_interrupt_leaves_no_part(tmp_path, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        disk.put(tmp_path / "a", b"whole")
    assert list(tmp_path.iterdir()) == []


def test_any_name_of_a_machine_will_do(tmp_path, monkeypatch):
    for name in ("a.b.example", "", "x/y z", "élan"):
        monkeypatch.setattr(socket, "gethostname", lambda name=name: name)
        part = left(tmp_path, disk._host(), GONE)
        assert disk.is_part(part.name)
        disk.sweep(tmp_path)
        assert not part.exists()
