"""A folder holds one run: what is there stays, what is damaged is done again, nothing else is touched."""

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from chunk_works import Impure, Refuses, Rows

from deqi.errors import FileError, ParameterError, SimulationError
from deqi.execution import RunFolder, Span, execute, handout

DESCRIBED = {"trial": {"name": "t", "arms": ("a", "b")}, "seed": 1}


def run(out, work=None, *, described=DESCRIBED, patients=10, chunk=4, **given):
    return execute(work or Rows(), described=described, patients=patients, chunk=chunk, out=out, **given)


@pytest.fixture
def counted(tmp_path):
    """Work that counts its calls."""
    folder = tmp_path / "calls"
    folder.mkdir()
    work = Rows(calls=str(folder))
    object.__setattr__(work, "count", lambda: len(list(folder.iterdir())))
    return work


def chunks(out):
    return sorted((out / "chunks").iterdir())


def tree(out):
    return {p.relative_to(out): (p.stat().st_mtime_ns, p.read_bytes()) for p in out.rglob("*") if p.is_file()}


def test_a_run_holds_all_rows_in_order(tmp_path):
    found = run(tmp_path / "deep" / "out")
    assert found.finished
    assert found.ranges == (Span(0, 4), Span(4, 8), Span(8, 10))
    table, wanted = found.table(), Rows()(0, 10, 1)
    assert table.schema == wanted.schema
    assert table.drop_columns("pain").equals(wanted.drop_columns("pain"))
    np.testing.assert_array_equal(table["pain"], wanted["pain"])
    assert found.notices == ()
    assert [re.sub(r"\.[0-9a-f]{16}\.", ".HASH.", f.name) for f in chunks(found.path)] == [
        "0000000-0000004.HASH.parquet",
        "0000004-0000008.HASH.parquet",
        "0000008-0000010.HASH.parquet",
    ]
    manifest = json.loads((found.path / "manifest.json").read_text())
    described = {"trial": {"name": "t", "arms": ["a", "b"]}, "seed": 1}
    assert manifest == {"format": "deqi chunks 1", "described": described, "patients": 10, "chunk": 4}
    assert found.manifest == manifest
    # Any reader of Parquet opens a chunk.
    assert pq.read_table(chunks(found.path)[2])["patient"].to_pylist() == [8, 9]


def test_the_digest_does_not_depend_on_chunks(tmp_path):
    digests = {run(tmp_path / str(chunk), chunk=chunk).digest() for chunk in (1, 3, 7, 10, 99)}
    assert len(digests) == 1
    assert run(tmp_path / "more", patients=11).digest() not in digests


def test_a_finished_run_is_not_computed_again(tmp_path, counted):
    first = run(tmp_path / "out", counted)
    before = tree(first.path)
    for given in ({}, {"resume": True}, {"chunk": 5}, {"chunk": 5, "resume": True}, {"workers": 2}):
        assert run(first.path, counted, **given) == first
    assert counted.count() == 3
    assert tree(first.path) == before


def test_a_run_goes_on_where_it_ended(tmp_path, counted, monkeypatch):
    monkeypatch.setattr(handout, "_GOLDEN", 0.0)  # ranges in order
    out = tmp_path / "out"
    with pytest.raises(ParameterError, match=r"^patients 9: page\.toml: is no number$"):
        run(out, Refuses(at=9), chunk=1)
    kept = chunks(out)
    assert len(kept) == 9
    with pytest.raises(FileError, match=r"unfinished run \(9 of 10 chunks\); add --resume to go on"):
        run(out, counted, chunk=1)
    with pytest.raises(FileError, match="unfinished run"):
        RunFolder.open(out).table()
    seen = []
    # The size of a chunk is that of the manifest.
    found = run(out, counted, chunk=5, resume=True, watch=seen.append)
    assert counted.count() == 1
    assert set(kept) <= set(chunks(out))
    assert found.digest() == run(tmp_path / "other").digest()
    assert (seen[0].kept, seen[0].done, seen[0].chunks_total) == (9, 9, 10)


def test_resuming_where_nothing_is_begins(tmp_path):
    assert run(tmp_path / "out", resume=True).finished
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty").finished


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"described": {**DESCRIBED, "seed": 2}}, "seed is 1 there and 2 here"),
        ({"described": {**DESCRIBED, "trial": {"name": "u", "arms": "a"}}}, r'trial.arms is \["a", .* there'),
        ({"described": {"trial": DESCRIBED["trial"]}}, "seed is given only there"),
        ({"described": {**DESCRIBED, "hash": "0"}}, "hash is given only here"),
        ({"patients": 11}, "patients is 10 there and 11 here"),
    ],
)
@pytest.mark.parametrize("resume", [False, True])
def test_the_folder_of_another_run_is_refused(tmp_path, counted, other, said, resume):
    out = run(tmp_path / "out").path
    before = tree(out)
    with pytest.raises(FileError, match=f"out: holds another run: {said}.*; choose another --out"):
        run(out, counted, resume=resume, **other)
    assert (counted.count(), tree(out)) == (0, before)


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_with_other_things_is_refused(tmp_path, counted, resume):
    for thing in (tmp_path / "notes" / "thesis.txt", tmp_path / "old" / "chunks" / "a.parquet"):
        thing.parent.mkdir(parents=True)
        thing.write_text("mine")
        out = thing.relative_to(tmp_path).parents[-2]
        with pytest.raises(FileError, match="is not empty, and holds no run; choose another --out"):
            run(tmp_path / out, counted, resume=resume)
        assert thing.read_text() == "mine"
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(FileError, match="file: is no folder; choose another --out"):
        run(file, counted, resume=resume)
    with pytest.raises(FileError, match="cannot be used: Not a directory"):
        run(file / "out", counted, resume=resume)
    assert counted.count() == 0


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"format": "deqi chunks 2"}', '{"format": "deqi chunks 1", "patients": 1}', "\x00"],
)
def test_a_manifest_that_is_none_is_told(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    for use in (run, RunFolder.open):
        with pytest.raises(FileError, match=r"manifest\.json: is (damaged|no manifest of this version)"):
            use(tmp_path)
    assert (tmp_path / "manifest.json").read_text() == content


def test_opening_what_is_no_run_is_told(tmp_path):
    with pytest.raises(FileError, match="none: is no folder; give the --out of a run"):
        RunFolder.open(tmp_path / "none")
    with pytest.raises(FileError, match="holds no run"):
        RunFolder.open(tmp_path)


def cut(file):
    file.write_bytes(file.read_bytes()[:-7])


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


def empty(file):
    file.write_bytes(b"")


@pytest.mark.parametrize("harm", [cut, flip, empty])
def test_a_damaged_chunk_is_noticed_and_done_again(tmp_path, counted, harm):
    whole = run(tmp_path / "out")
    before = {f: f.read_bytes() for f in chunks(whole.path)}
    digest, file = whole.digest(), chunks(whole.path)[1]
    harm(file)
    # By a folder that was opened before,
    with pytest.raises(FileError, match=f"{file.name}: is damaged; give the same command again"):
        whole.table()
    # and by one that is opened now.
    found = RunFolder.open(whole.path)
    assert (found.finished, found.missing) == (False, (Span(4, 8),))
    assert found.notices == (f"{file.name} is damaged",)
    with pytest.raises(FileError, match=r"unfinished run \(2 of 3 chunks, 1 damaged\)"):
        found.digest()
    # It was thought finished, so --resume is not asked for.
    seen = []
    again = run(whole.path, counted, watch=seen.append)
    assert counted.count() == 1
    assert again.digest() == digest
    assert {f: f.read_bytes() for f in chunks(whole.path)} == before
    assert again.notices == (f"{file.name} is damaged, and was done again",)
    assert seen[-1].notices == (f"{file.name} is damaged",)
    assert RunFolder.open(whole.path).notices == ()


def test_a_chunk_with_the_name_of_another_is_no_chunk(tmp_path, counted):
    whole = run(tmp_path / "out", patients=12)
    other = run(tmp_path / "other", patients=12, described={})
    digest, (first, second, third) = whole.digest(), chunks(whole.path)
    # The hash is right, the range is not; and the run is not.
    moved = second.with_name(second.name.replace("0000004-0000008", "0000000-0000004"))
    first.rename(tmp_path / "first")
    second.rename(moved)
    third.unlink()
    alien = chunks(other.path)[2]
    alien.rename(third.with_name(alien.name))
    found = RunFolder.open(whole.path)
    assert found.chunks == {}
    assert found.notices == (
        f"{moved.name} is of another run or range",
        f"{alien.name} is of another run or range",
    )
    assert run(whole.path, counted, patients=12, resume=True).digest() == digest
    assert counted.count() == 3
    # What was done again is put in the place of what was wrong.
    assert len(chunks(whole.path)) == 3


def test_a_chunk_that_has_gone_is_told(tmp_path):
    found = run(tmp_path / "out")
    chunks(found.path)[0].unlink()
    with pytest.raises(FileError, match="has been removed"):
        found.digest()
    with pytest.raises(FileError, match="unfinished run"):
        run(found.path)


def test_a_chunk_of_another_size_is_left_out(tmp_path):
    whole = run(tmp_path / "out")
    other = run(tmp_path / "other", chunk=5)
    stray = whole.path / "chunks" / chunks(other.path)[0].name
    stray.write_bytes(chunks(other.path)[0].read_bytes())
    (whole.path / "chunks" / "notes.txt").write_text("mine")
    found = run(whole.path)
    assert found.digest() == whole.digest()
    assert found.notices == (f"{stray.name} has no place in this run, and is left out",)
    assert stray.exists()


def written(table, out, span):
    """A sound chunk that another process might have written."""
    from deqi.execution.chunks import keep, mark_of
    from deqi.execution.manifest import read_manifest, run_key
    from deqi.execution.parquet import encode

    keep(out, span, encode(table, mark_of(span, run_key(read_manifest(out)))))


def test_two_results_for_one_range_are_told(tmp_path):
    out = run(tmp_path / "out").path
    table = Rows()(4, 8, 1)
    written(table.set_column(1, "pain", pa.array([0.0] * 4)), out, Span(4, 8))
    for use in (run, RunFolder.open):
        with pytest.raises(SimulationError, match="patients 4 to 7 came out in two ways"):
            use(out)


def test_two_ways_of_writing_one_result_are_fine(tmp_path, monkeypatch):
    from deqi.execution import parquet

    whole = run(tmp_path / "out")
    digest = whole.digest()
    real = parquet.pq.write_table
    monkeypatch.setattr(parquet.pq, "write_table", lambda *a, **k: real(*a, **{**k, "compression": "snappy"}))
    written(Rows()(4, 8, 1), whole.path, Span(4, 8))
    assert len(chunks(whole.path)) == 4
    found = run(whole.path)
    assert (found.digest(), found.notices) == (digest, ())


def test_columns_that_differ_between_ranges_are_told(tmp_path):
    def work(first, stop, threads):
        return pa.table({"pain": [1] * (stop - first) if first else [1.5] * (stop - first)})

    with pytest.raises(SimulationError, match=r"columns of patients 0 to 3 and patients 4 to 7 differ: pain"):
        run(tmp_path / "out", work)


def test_a_sound_chunk_beside_a_damaged_one_is_used(tmp_path, counted):
    whole = run(tmp_path / "out")
    bad = chunks(whole.path)[0].with_name("0000000-0000004.0123456789abcdef.parquet")
    bad.write_bytes(b"PAR1")
    found = run(whole.path, counted)
    assert found.digest() == whole.digest()
    assert found.notices == (f"{bad.name} is damaged",)
    assert (counted.count(), bad.exists()) == (0, False)


def test_progress_says_how_far_and_how_long(tmp_path):
    seen = []
    run(tmp_path / "out", Rows(seconds=0.02), watch=seen.append)
    assert [p.chunks_done for p in seen] == [0, 1, 2, 3]
    assert (seen[0].done, seen[-1].done, seen[-1].seconds_left) == (0, 10, 0.0)
    assert seen[0].seconds_left is None
    for progress in seen[1:]:
        per_patient = progress.seconds / progress.done
        assert progress.seconds_left == pytest.approx(per_patient * (10 - progress.done))
    assert [p.total for p in seen] == [10] * 4
    assert [p.kept for p in seen] == [0] * 4


def test_an_error_of_whoever_watches_ends_the_run(tmp_path):
    def watch(progress):
        if progress.done:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run(tmp_path / "out", watch=watch)
    assert len(chunks(tmp_path / "out")) == 1


def test_a_bug_in_the_work_says_where(tmp_path):
    with pytest.raises(ZeroDivisionError) as told:
        run(tmp_path / "out", Refuses(bug=True))
    assert told.value.__notes__ == ["while patients 4 to 7 were computed"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"patients": 0}, "patients: must be at least 1"),
        ({"chunk": 0}, "chunk: must be at least 1"),
        ({"workers": 0}, "workers: must be at least 1"),
        ({"workers": 2, "cluster": "tcp://127.0.0.1:1"}, "workers: a cluster has workers of its own"),
    ],
)
def test_bad_numbers_are_told(tmp_path, given, said):
    with pytest.raises(SimulationError, match=said):
        run(tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()


def test_work_that_cannot_be_sent_is_told(tmp_path):
    with pytest.raises(SimulationError, match="work: cannot be sent to workers"):
        run(tmp_path / "out", lambda first, stop, threads: None, workers=2)


def test_a_worker_of_another_version_is_refused():
    from deqi.execution.task import Task

    task = Task.of(Rows(), "key", 1)
    object.__setattr__(task, "deqi", "0.0.0")
    with pytest.raises(SimulationError, match=r"the run is of 0\.0\.0; install the latter there"):
        task.chunk(Span(0, 1))


def test_work_that_is_not_pure_is_found_when_two_did_it(tmp_path):
    out = run(tmp_path / "out", Impure()).path
    other = Impure()(4, 8, 1)
    written(other.set_column(5, "process", pa.array([1] * 4)), out, Span(4, 8))
    with pytest.raises(SimulationError, match="the work depends on more than the range"):
        run(out, Impure())
