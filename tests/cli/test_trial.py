"""`deqi trial` as a user meets it: same results however it is run, whatever happens on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
SMALL = ("trial", "gerac", "--patients", "60", "--chunk", "10", "--out", "run")


def deqi(*arguments: str, cwd: Path, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deqi", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        **more,
    )


def begun(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "deqi", *arguments],
        cwd=cwd,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def chunks(folder: Path) -> list[Path]:
    return sorted((folder / "run" / "chunks").glob("*.parquet"))


def wait_for_chunks(folder: Path, least: int) -> None:
    for _ in range(1200):
        if len(chunks(folder)) >= least:
            return
        time.sleep(0.05)
    raise AssertionError(f"no {least} chunks within a minute")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The trial run in one go."""
    folder = tmp_path_factory.mktemp("whole")
    done = deqi("trial", "gerac", "--patients", "60", "--out", "run", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_json_follows_its_schema_and_the_issue_of_a_planner(whole: dict[str, object]) -> None:
    jsonschema.validate(whole, json.loads((SCHEMAS / "trial.schema.json").read_text()))
    assert set(whole["arms"]) == {"verum", "sham", "guideline care"}
    verum = whole["arms"]["verum"]
    assert set(verum["outcomes"]["pain"]["26"]) >= {"mean", "sd", "n"}
    assert {"pain-30", "pain-50", "gerac"} <= set(verum["responders"])
    first = whole["contrasts"][0]
    assert set(first) >= {"endpoint", "week", "arms", "difference", "ci95", "smd", "p"}
    # A minus B, and less pain in verum.
    assert first["arms"] == ["verum", "sham"]
    assert sum(arm["n"] for arm in whole["arms"].values()) == 60


@pytest.mark.parametrize("how", [("--chunk", "10", "--workers", "2"), ("--chunk", "9"), ("--chunk", "60")])
def test_workers_and_chunks_change_no_bit(
    how: tuple[str, ...], whole: dict[str, object], tmp_path: Path
) -> None:
    done = deqi("trial", "gerac", "--patients", "60", "--out", "run", "--json", *how, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["digest"] == whole["digest"]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_what_is_stopped_is_finished_by_resume(
    end: signal.Signals, whole: dict[str, object], tmp_path: Path
) -> None:
    process = begun(*SMALL, cwd=tmp_path)
    wait_for_chunks(tmp_path, 1)
    os.kill(process.pid, end)
    _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    kept = {file.name: file.stat().st_mtime_ns for file in chunks(tmp_path)}
    assert 1 <= len(kept) < 6
    if end is signal.SIGINT:
        assert process.returncode == 130
        assert "--resume" in told
    again = deqi(*SMALL, cwd=tmp_path)
    assert again.returncode == 2
    assert "unfinished run" in again.stderr
    assert "--resume" in again.stderr
    done = deqi(*SMALL, "--resume", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["digest"] == whole["digest"]
    assert kept.items() <= {file.name: file.stat().st_mtime_ns for file in chunks(tmp_path)}.items()


def test_a_finished_run_is_read_and_a_damaged_chunk_done_again(
    whole: dict[str, object], tmp_path: Path
) -> None:
    assert deqi(*SMALL, cwd=tmp_path).returncode == 0
    made = {file.name: file.stat().st_mtime_ns for file in chunks(tmp_path)}
    assert deqi(*SMALL, cwd=tmp_path).returncode == 0
    assert made == {file.name: file.stat().st_mtime_ns for file in chunks(tmp_path)}
    hurt = chunks(tmp_path)[3]
    hurt.write_bytes(hurt.read_bytes()[:-100])
    done = deqi(*SMALL, cwd=tmp_path)
    assert done.returncode == 0
    assert hurt.name in done.stdout
    assert "done again" in done.stdout
    assert json.loads(deqi(*SMALL, "--json", cwd=tmp_path).stdout)["digest"] == whole["digest"]


def test_two_processes_on_one_folder_make_one_run(whole: dict[str, object], tmp_path: Path) -> None:
    both = [begun(*SMALL, "--resume", "--json", cwd=tmp_path) for _ in range(2)]
    for process in both:
        said, told = process.communicate(timeout=120)
        assert process.returncode == 0, told
        assert json.loads(said)["digest"] == whole["digest"]
    assert len(chunks(tmp_path)) == 6


def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path: Path) -> None:
    # A file may grow to 1 kB: enough for no chunk.
    limited = [
        "sh",
        "-c",
        'ulimit -f 1; trap "" XFSZ; exec "$@"',
        "sh",
        sys.executable,
        "-m",
        "deqi",
        *SMALL[:-1],
        "full",
    ]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(limited, cwd=tmp_path, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().count("\n") <= 1
    assert not list(tmp_path.rglob("*.part"))


def test_a_report_is_written_and_needs_nothing_from_outside(tmp_path: Path) -> None:
    done = deqi(*SMALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "run" / "report.html").read_text()
    assert "<script" not in page
    for text in ("CONSORT", "seed", "between patients", "sampling", "published"):
        assert text in page, text


def test_the_result_is_shown_even_if_the_report_cannot_be_written(tmp_path: Path) -> None:
    assert deqi(*SMALL, cwd=tmp_path).returncode == 0
    (tmp_path / "run" / "report.html").unlink()
    (tmp_path / "run" / "report.html").mkdir()
    done = deqi(*SMALL, cwd=tmp_path)
    assert done.returncode == 2
    assert "verum, model" in done.stdout
    assert "report.html: cannot be written: it is no file" in done.stderr


def test_what_is_refused_leaves_no_folder(tmp_path: Path) -> None:
    assert deqi("trial", "gerac", "--seed", "-1", cwd=tmp_path).returncode == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trial", "gerac", "--patients", "2"], "2 patients cannot be randomised to 3 arms"),
        (["trial", "gerac", "--seed", "-1"], "is no seed"),
        (["trial", "gerac", "--workers", "0"], "at least 1"),
        (["trial", "gerac", "--cluster", "tcp://127.0.0.1:9"], "127.0.0.1:9"),
        (["trial", "trial.toml"], "did you mean verum"),
        (["trial", "refused.toml"], "infertility"),
        (["trial", "gerac", "--patients", "9", "--out", "taken"], "is not empty, and holds no run"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_a_mistake_is_one_line_and_status_2(arguments: list[str], message: str, tmp_path: Path) -> None:
    from importlib import resources

    text = (resources.files("deqi.trials") / "library" / "gerac.toml").read_text(encoding="utf-8")
    (tmp_path / "trial.toml").write_text(text.replace('[["verum", "sham"]', '[["verun", "sham"]'))
    (tmp_path / "refused.toml").write_text(text.replace("chronic-low-back-pain", "infertility"))
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine")
    done = deqi(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "taken" / "thesis.txt").read_text() == "mine"


def test_analyses_are_added_to_those_of_the_trial(whole: dict[str, object], tmp_path: Path) -> None:
    asked = ("tipping-point:moved=verum", "mmrm:degrees=satterthwaite", "holm", "clusters")
    words = [word for one in asked for word in ("--analysis", one)]
    done = deqi("trial", "gerac", "--patients", "60", "--out", "run", *words, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    jsonschema.validate(told, json.loads((SCHEMAS / "trial.schema.json").read_text()))
    own = [one["kind"] for one in whole["analyses"]]
    # Holm's procedure is the trial's own already.
    assert [one["kind"] for one in told["analyses"]] == [*own, "tipping-point", "mmrm", "clusters"]
    assert told["analyses"][: len(own)] == whole["analyses"]
    assert told["digest"] == whole["digest"]
    # The run is the same whatever is asked of it: it is read, and nothing is followed again.
    made = [file.stat().st_mtime_ns for file in chunks(tmp_path)]
    again = deqi("trial", "gerac", "--patients", "60", "--out", "run", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert [file.stat().st_mtime_ns for file in chunks(tmp_path)] == made
    assert "jump to reference" in again.stdout
    assert "It answers: of everybody as randomised" in again.stdout


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("mmmr", "did you mean mmrm"),
        ("tipping-point", "moved is missing"),
        ("jump-to-reference:reference=shame", "did you mean sham"),
        ("mmrm:week=7", "week 7 is no visit"),
    ],
)
def test_an_analysis_that_cannot_be_meant_is_one_line(asked: str, message: str, tmp_path: Path) -> None:
    done = deqi("trial", "gerac", "--analysis", asked, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not list(tmp_path.iterdir())


def test_adam_tables_are_written_and_a_bad_folder_is_told_after_the_result(tmp_path: Path) -> None:
    done = deqi(*SMALL, "--adam", "tables/adam", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ADaM-shaped tables: tables/adam" in done.stdout
    made = {file.name for file in (tmp_path / "tables" / "adam").iterdir()}
    assert made == {"adsl.parquet", "adsl.csv", "adqs.parquet", "adqs.csv", "define.json"}
    rows = (tmp_path / "tables" / "adam" / "adsl.csv").read_text().splitlines()
    assert len(rows) == 1 + 60
    (tmp_path / "taken").write_text("mine")
    done = deqi(*SMALL, "--adam", "taken", cwd=tmp_path)
    assert done.returncode == 2
    assert "taken: cannot be made: it is no folder" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert "verum, model" in done.stdout
    assert "ADaM-shaped" not in done.stdout
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_run_may_lie_at_an_address(tmp_path):
    done = deqi("trial", "gerac", "--patients", "9", "--out", "memory://cli/run", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert (found["run"], found["report"]) == ("memory://cli/run", "memory://cli/run/report.html")
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_its_driver_is_told(tmp_path):
    done = deqi("trial", "gerac", "--patients", "9", "--out", "s3://b/r", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "deqi: s3://b/r: cannot be reached: Install s3fs to access S3"
