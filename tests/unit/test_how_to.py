"""How-to pages do what they say: their SQL and Python is run, the options they name are there."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from deqi.execution import RunFolder
from deqi.trials import run_trial

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
#: As the page has it, so that its own call of `run_trial` finds the run finished.
PATIENTS, CHUNK = 60, 25


def blocks(page: str, *kinds: str) -> list[tuple[str, str]]:
    """Fenced blocks of a page, in order."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.M | re.S)
    return [(kind, code) for kind, code in found if kind in kinds]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run in several chunks, one of which has two files."""
    folder = tmp_path_factory.mktemp("how-to")
    run = run_trial("gerac", patients=PATIENTS, chunk=CHUNK, out=folder / "runs" / "mine")
    chunks = run.folder.path / "chunks"
    first = min(chunks.iterdir())
    other = folder / "other.parquet"
    table = pq.read_table(first)
    pq.write_table(table, other, compression="gzip")
    content = other.read_bytes()
    span = first.name.split(".")[0]
    (chunks / f"{span}.{hashlib.sha256(content).hexdigest()[:16]}.parquet").write_bytes(content)
    assert len(list(chunks.iterdir())) == 4
    return folder, run


@pytest.fixture(scope="module")
def answers(made):
    """What each SQL block of the page gives, and the names that its Python leaves."""
    found, names = [], {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made[0])
        for kind, code in blocks("read-a-run.md", "sql", "python"):
            if kind == "sql":
                found.append(duckdb.sql(code).df())
            else:
                exec(compile(code, "read-a-run.md", "exec"), names)
    return found, names


def test_the_view_reads_each_patient_once(answers, made):
    assert answers[0][0].iloc[0].tolist() == [PATIENTS, PATIENTS]
    # Without the view it would not.
    files = str(made[1].folder.path / "chunks" / "*.parquet")
    twice = duckdb.sql(f"SELECT count(*) FROM read_parquet('{files}')").fetchall()
    assert twice == [(PATIENTS + CHUNK,)]


def test_responders_and_changes_are_those_of_the_summary(answers, made):
    _, responders, changes, adam, _ = answers[0]
    arms = made[1].summary.as_json()["arms"]
    assert set(responders["arm"]) == set(changes["arm"]) == set(arms)
    for row in responders.itertuples():
        assert row.patients == arms[row.arm]["n"]
        assert row.responders == pytest.approx(arms[row.arm]["responders"]["pain-50"]["26"]["share"])
    for row in changes.itertuples():
        of = arms[row.arm]["change"]["pain"]["26"]
        assert row.change == pytest.approx(of["mean"])
        assert row.sd == pytest.approx(of["sd"])
    assert len(adam) == 9
    for row in adam.itertuples():
        of = arms[row.TRTP]["change"]["pain"][f"{row.week:g}"]
        assert row.change == pytest.approx(of["mean"])
        assert row.answered == of["n"]


def test_the_manifest_tells_the_trial(answers):
    assert answers[0][-1].iloc[0].tolist() == ["gerac", 1, PATIENTS]


def test_python_with_and_without_deqi_gives_one_table(answers, made):
    names = answers[1]
    pd.testing.assert_frame_equal(names["cohort"], made[1].table)
    pd.testing.assert_frame_equal(names["plain"], made[1].table, check_dtype=False)
    assert RunFolder.open(made[1].folder.path).finished


def commands(page: str) -> list[list[str]]:
    """Commands of console blocks, as words; lines that end in a backslash go on."""
    text = "\n".join(code for _, code in blocks(page, "console")).replace("\\\n", " ")
    return [line[2:].split() for line in text.splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("page", ["cluster.md", "read-a-run.md"])
def test_commands_of_a_page_know_their_options(page):
    asked: dict[str, set[str]] = {}
    for words in commands(page):
        if words[0] in ("deqi", "dask"):
            options = {word.partition("=")[0] for word in words if word.startswith("--")}
            asked.setdefault(" ".join(words[:2]), set()).update(options)
    assert "deqi trial" in asked
    for command, options in asked.items():
        program, sub = command.split()
        help_of = [sys.executable, "-m", program, sub, "--help"]
        told = subprocess.run(help_of, capture_output=True, text=True, timeout=120, check=True).stdout
        assert options <= set(re.findall(r"--[\w-]+", told)), command


def test_scripts_for_a_cluster_are_sound_python():
    scripts = blocks("cluster.md", "python")
    assert scripts
    for _, code in scripts:
        compile(code, "cluster.md", "exec")
        assert 'if __name__ == "__main__":' in code
