"""ADaM-shaped tables hold what the cohort holds, by the rules that they claim to keep."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from deqi.errors import FileError
from deqi.trials import Dropout, load_trial, run_trial
from deqi.trials.adam import _codes, adqs, adsl, write_adam
from deqi.trials.schema import Endpoint, column


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small trial that many leave."""
    trial = load_trial("gerac").with_(dropout=Dropout(per_week=0.03), patients=30)
    return run_trial(trial, out=tmp_path_factory.mktemp("adam") / "run")


@pytest.fixture(scope="module")
def written(run, tmp_path_factory):
    return write_adam(run, tmp_path_factory.mktemp("adam") / "a" / "b")


@pytest.fixture(scope="module")
def subjects(written):
    return pd.read_parquet(written[0])


@pytest.fixture(scope="module")
def answers(written):
    return pd.read_parquet(written[2])


def test_keys_are_unique_and_tables_join(written, subjects, answers):
    define = json.loads(written[-1].read_text())
    for name, frame in (("ADSL", subjects), ("ADQS", answers)):
        assert not frame.duplicated(define["datasets"][name]["keys"]).any()
        assert list(frame) == list(define["datasets"][name]["variables"])
    joined = answers.merge(subjects, on=["STUDYID", "USUBJID"], validate="many_to_one")
    assert len(joined) == len(answers)
    assert (joined["TRTP"] == joined["TRT01P"]).all()
    assert (joined["TRTPN"] == joined["TRT01PN"]).all()


def test_subjects_are_those_of_the_cohort(run, subjects):
    table = run.table
    assert subjects["SUBJID"].astype(int).tolist() == table["patient"].tolist()
    assert subjects["SITEID"].astype(int).tolist() == table["centre"].tolist()
    assert subjects["ARM"].value_counts().to_dict() == table["arm"].value_counts().to_dict()
    assert subjects["TRT01PN"].map(dict(enumerate(run.trial.arm_names, 1))).tolist() == table["arm"].tolist()
    assert (subjects["SEX"] == "F").tolist() == (table["sex"] == "female").tolist()
    assert subjects["AGE"].tolist() == table["age"].tolist()
    left = table["dropout_week"].notna()
    assert 0 < left.sum() < 30
    assert (subjects["EOSSTT"] == "DISCONTINUED").tolist() == left.tolist()
    np.testing.assert_array_equal(subjects["DCTWEEK"], table["dropout_week"])
    assert subjects["STRATAR"].isna().all()


def test_answers_are_those_of_the_cohort_and_missing_ones_absent(run, answers):
    assert answers["AVAL"].notna().all()
    for endpoint in run.trial.endpoints:
        of = answers[answers["PARAM"].str.startswith(f"{endpoint.name}: ")]
        for week in run.trial.weeks_seen:
            here, there = of[of["AWK"] == week], run.table[column(endpoint.name, week)]
            asked = there.notna()
            assert here["AVAL"].tolist() == there[asked].tolist()
            at = here["USUBJID"].str.split("-").str[-1].astype(int)
            assert at.tolist() == run.table.loc[asked, "patient"].tolist()
    known = sum(
        run.table[column(e.name, w)].notna().sum() for e in run.trial.endpoints for w in run.trial.weeks_seen
    )
    assert len(answers) == known < 30 * 19


def test_baseline_change_and_flags(answers):
    counts = answers.assign(first=answers["ABLFL"] == "Y").groupby(["USUBJID", "PARAMCD"])["first"].sum()
    none = counts.index.get_level_values("PARAMCD") == "GLOBAL_I"
    assert (counts[~none] == 1).all()
    assert (counts[none] == 0).all()
    first, later = answers[answers["ABLFL"] == "Y"], answers[answers["ABLFL"].isna()]
    assert (first["AVAL"] == first["BASE"]).all()
    assert (first["AVISIT"] == "Baseline").all()
    assert first[["CHG", "PCHG", "ANL01FL"]].isna().all().all()
    rated = later[later["PARAMCD"] != "GLOBAL_I"]
    assert (rated["CHG"] == rated["AVAL"] - rated["BASE"]).all()
    some = rated[rated["BASE"] != 0]
    np.testing.assert_allclose(some["PCHG"], 100 * (some["AVAL"] / some["BASE"] - 1), atol=1e-9)
    impression = later[later["PARAMCD"] == "GLOBAL_I"]
    assert len(impression)
    assert impression[["BASE", "CHG", "PCHG"]].isna().all().all()
    assert (later["ANL01FL"] == "Y").all()
    base = answers.groupby(["USUBJID", "PARAMCD"])["BASE"].nunique()
    assert base.max() == 1


def test_rows_flagged_are_those_that_the_analysis_takes(run, answers):
    contrast = next(c for c in run.summary.as_json()["contrasts"] if c["week"] == 26)
    of = answers[(answers["PARAMCD"] == "PAIN") & (answers["AWK"] == 26) & (answers["ANL01FL"] == "Y")]
    means = of.groupby("TRTP")["AVAL"].mean()
    arms = run.summary.as_json()["arms"]
    assert contrast["endpoint"] == "pain"
    for arm in contrast["arms"]:
        assert arms[arm]["outcomes"]["pain"]["26"]["mean"] == pytest.approx(means[arm])
        assert arms[arm]["outcomes"]["pain"]["26"]["n"] == (of["TRTP"] == arm).sum()


def test_names_labels_and_codes_are_short(written, answers):
    define = json.loads(written[-1].read_text())
    for file, name in ((written[0], "ADSL"), (written[2], "ADQS")):
        for field in pq.read_schema(file):
            assert re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", field.name)
            label = field.metadata[b"label"].decode()
            assert 0 < len(label) <= 40
            assert define["datasets"][name]["variables"][field.name]["label"] == label
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", code) for code in answers["PARAMCD"].unique())
    assert (answers.groupby("PARAMCD")[["PARAM", "PARAMN"]].nunique() == 1).all().all()
    assert answers["PARAM"].nunique() == answers["PARAMCD"].nunique() == 5


def test_csv_says_the_same_as_parquet(written, subjects, answers):
    for file, frame in ((written[1], subjects), (written[3], answers)):
        texts = {k: str for k in frame if not pd.api.types.is_numeric_dtype(frame[k])}
        read = pd.read_csv(file, dtype=texts)
        pd.testing.assert_frame_equal(read, frame, check_dtype=False)


def test_codes_that_would_be_one_get_numbers():
    names = ("function-back", "function-leg", "1st", *(f"function_{k}" for k in range(12)))
    ends = tuple(Endpoint(name, "vas_pain", primary=not k) for k, name in enumerate(names))
    codes = _codes(replace(load_trial("gerac"), endpoints=ends, responders=(), analyses=()))
    assert len(set(codes.values())) == len(names)
    assert codes["function-back"] == "FUNCTION"
    assert codes["function-leg"] == "FUNCTIO2"
    assert codes["1st"] == "E1ST"
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", code) for code in codes.values())


def test_practitioners_have_a_column(small, cohort):
    """Whatever a cohort has; its answers are made up."""
    trial = small()
    table = cohort(trial, patients=40, loss=0.3)
    who = {"centre": 3, "sex": "male", "age": 50.5, "duration": 2.0, "expectation": 0.4}
    table = table.assign(**who, practitioner=np.where(table["arm"] == "needles", "p1", ""))
    table.loc[5, "status"] = 2

    class Made:
        seed = 7

    Made.trial, Made.table = trial, table
    frame = adsl(Made)
    assert (frame["PRACTID"] == "p1").tolist() == (table["arm"] == "needles").tolist()
    assert frame["USUBJID"].iloc[7] == "SMALL-S7-3-07"
    assert frame["EOSSTT"].isna().tolist() == (table["status"] == 2).tolist()
    rows = adqs(Made, frame)
    assert len(rows) == table.filter(regex=r"^(pain|function)\.w").notna().sum().sum()


@pytest.mark.parametrize("place", ["taken", "taken/deeper"])
def test_a_bad_folder_is_a_file_error(run, tmp_path, place):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(FileError, match="cannot be made"):
        write_adam(run, tmp_path / place)
    assert (tmp_path / "taken").read_text() == "mine"


def test_the_same_run_gives_the_same_bytes(run, written, tmp_path):
    again = write_adam(run, tmp_path)
    assert [file.read_bytes() for file in again] == [file.read_bytes() for file in written]
