"""What `docs/how-to/read-a-run.md` shows works, and says what deqi says."""

import re
from pathlib import Path

import duckdb
import pytest

from deqi.trials import run_trial

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "read-a-run.md"
BLOCKS = re.findall(r"```(python|sql)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """The run of the page, and what its blocks give, from top to bottom."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("page"))
        run = run_trial("gerac", patients=60, chunk=20, out="runs/mine")
        names, answers = {}, []
        for kind, text in BLOCKS:
            if kind == "sql":
                answers.append(duckdb.sql(text).df())
            else:
                exec(text, names)
        yield run, names, answers


def test_every_patient_is_there_once(read):
    _, _, answers = read
    assert answers[0].iloc[0].tolist() == [60, 60]


def test_responders_in_sql_are_those_of_the_trial(read):
    run, _, answers = read
    table = run.table
    half = (table["pain.w26"] <= 0.5 * table["pain.w0"]).groupby(table["arm"]).mean()
    assert answers[1]["arm"].tolist() == half.index.tolist()
    assert answers[1]["responders"].tolist() == pytest.approx(half.tolist())
    assert answers[1]["patients"].sum() == 60


def test_change_is_the_same_in_sql_pandas_and_adam(read):
    run, names, answers = read
    table = run.table
    change = (table["pain.w26"] - table["pain.w0"]).groupby(table["arm"])
    assert answers[2]["change"].tolist() == pytest.approx(change.mean().tolist())
    assert answers[2]["answered"].tolist() == change.count().tolist()
    assert names["change"].tolist() == pytest.approx(
        (table["pain.w26"] - table["pain.w0"]).tolist(), nan_ok=True
    )
    last = answers[3][answers[3]["week"] == 26]
    assert last["TRTP"].tolist() == answers[2]["arm"].tolist()
    assert last["change"].tolist() == pytest.approx(change.mean().tolist())
