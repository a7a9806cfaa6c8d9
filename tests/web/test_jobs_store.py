"""The queue: every job is done once, whoever takes it, and nobody writes to what is no more theirs."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

from deqi.errors import FileError, TrialError, UnknownNameError
from deqi.web.jobs import Store
from deqi.web.jobs.folders import make_folder, sweep
from deqi.web.jobs.store import MOST_ATTEMPTS, Full
from deqi.web.jobs.trial import check_trial, chunk_of, plan_of
from deqi.web.settings import Limits

SPEC = {"trial": "gerac", "design": None, "patients": 60, "seed": 1, "sham": None}
ROOM = {"per_user": 100, "queue": 100}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "data")


def add(store, user="me", **room):
    return store.add(user, "trial", {"trial": "gerac"}, total=60, **{**ROOM, **room})


def test_a_job_is_taken_once_however_many_want_it(store):
    wanted = {add(store).id for _ in range(20)}
    taken, start = [], threading.Barrier(8)

    def take(owner):
        start.wait()
        while (job := store.claim(owner, lease=60)) is not None:
            taken.append(job.id)

    threads = [threading.Thread(target=take, args=(f"worker {k}",)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(wanted)


def test_jobs_are_taken_in_turn(store):
    first, second = add(store), add(store)
    assert store.ahead(second) == 1
    assert [store.claim("w", lease=60).id for _ in range(2)] == [first.id, second.id]


def test_what_is_not_heard_of_is_taken_by_another_and_the_first_can_no_longer_write(store):
    job = add(store)
    store.claim("first", lease=0.05)
    time.sleep(0.1)
    assert store.claim("second", lease=60).attempts == 2
    assert not store.renew(job.id, "first", lease=60)
    assert not store.tell(job.id, "first", done=60)
    assert not store.finish(job.id, "first", "digest")
    assert store.get(job.id).state == "running"
    assert store.finish(job.id, "second", "digest")
    assert store.get(job.id).digest == "digest"


def test_a_lease_that_is_renewed_holds(store):
    job = add(store)
    store.claim("first", lease=0.2)
    for _ in range(5):
        time.sleep(0.1)
        assert store.renew(job.id, "first", lease=0.3)
        assert store.claim("second", lease=60) is None


def test_what_ends_its_process_again_and_again_is_given_up(store):
    job = add(store)
    for _ in range(MOST_ATTEMPTS):
        assert store.claim("w", lease=0.0) is not None
        time.sleep(0.002)
    assert store.claim("w", lease=0.0) is None
    found = store.get(job.id)
    assert found.state == "failed"
    assert "lost" in found.error["says"]


def test_a_worker_that_is_ended_on_purpose_puts_its_job_back(store):
    job = add(store)
    store.claim("w", lease=60)
    store.release("w")
    found = store.get(job.id)
    assert (found.state, found.attempts) == ("queued", 0)
    assert store.claim("v", lease=60).id == job.id


def test_a_cancelled_job_is_nobodys(store):
    queued, running = add(store), add(store)
    store.cancel(running.id)
    assert store.claim("w", lease=60).id == queued.id
    store.cancel(queued.id)
    assert not store.renew(queued.id, "w", lease=60)
    assert not store.fail(queued.id, "w", {"says": "", "where": "", "fix": ""})
    assert {store.get(job.id).state for job in (queued, running)} == {"cancelled"}


def test_room_for_a_user_and_for_all(store):
    add(store, "me", per_user=2)
    mine = add(store, "me", per_user=2)
    with pytest.raises(Full, match="you have 2"):
        add(store, "me", per_user=2)
    add(store, "other", per_user=2, queue=3)
    with pytest.raises(Full, match="there are 3"):
        add(store, "third", queue=3)
    store.cancel(mine.id)
    add(store, "me", per_user=2, queue=3)


def test_only_what_has_ended_is_removed_and_files_go_with_it(store):
    kept, gone, running = (add(store) for _ in range(3))
    store.cancel(gone.id)
    store.claim("w", lease=60)
    for job in (kept, gone, running):
        make_folder(store.data, job.id)
        store.remove(job.id)
    assert store.names() == {kept.id, running.id}
    sweep(store, Limits())
    assert {f.name for f in (store.data / "jobs").iterdir()} == {kept.id, running.id}


def test_old_jobs_and_too_many_are_forgotten(store):
    ended = [add(store) for _ in range(4)]
    waiting = add(store)
    for job in ended:
        make_folder(store.data, job.id)
        store.cancel(job.id)
        time.sleep(0.002)
    sweep(store, Limits(keep_jobs=2))
    assert store.names() == {ended[2].id, ended[3].id, waiting.id}
    assert {f.name for f in (store.data / "jobs").iterdir()} == {ended[2].id, ended[3].id}
    sweep(store, Limits(keep_days=0))
    assert store.names() == {waiting.id}


def test_what_is_there_is_there_for_the_next(store):
    job = add(store)
    assert Store(store.data).get(job.id) == job


def test_a_folder_that_cannot_be_used_is_said(tmp_path, permissions_hold):
    (tmp_path / "file").write_text("")
    (tmp_path / "shut").mkdir(mode=0o500)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "jobs.sqlite").write_text("no database at all, but a longer text than its head")
    (tmp_path / "newer").mkdir()
    with sqlite3.connect(tmp_path / "newer" / "jobs.sqlite") as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    for name in ("file", "shut/in", "other", "newer"):
        with pytest.raises(FileError):
            Store(tmp_path / name)


class TestTrials:
    @pytest.mark.parametrize(
        ("changes", "kind", "says"),
        [
            ({"trial": "gerak"}, UnknownNameError, "did you mean gerac"),
            ({"trial": "../../gerac.toml"}, UnknownNameError, "unknown trial"),
            ({"patients": 2}, TrialError, "3 arms"),
            ({"sham": "none-at-all"}, UnknownNameError, "unknown sham"),
        ],
    )
    def test_what_cannot_be_run_is_refused(self, changes, kind, says):
        with pytest.raises(kind, match=says):
            check_trial({**SPEC, **changes})

    def test_another_sham_takes_the_place_of_the_trials(self, tmp_path):
        plan = plan_of({**SPEC, "sham": "non-penetrating"}, tmp_path)
        assert plan.arm_names == ("verum", "non-penetrating", "guideline care")
        assert plan.contrasts[0] == ("verum", "non-penetrating")
        assert all(n.depth_mm == 0 for s in plan.arms[1].plan().sessions for n in s.needlings)
        # Where the allocation is uneven, it stays so.
        art = plan_of({**SPEC, "trial": "art", "sham": "superficial-at-point"}, tmp_path)
        assert [arm.ratio for arm in art.arms] == [2, 1, 1]

    def test_chunks_are_small_enough_to_show_progress(self):
        assert [chunk_of(n) for n in (3, 320, 1162, 5000)] == [16, 16, 59, 250]
