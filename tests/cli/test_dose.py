"""`deqi dose`, as a user meets it, with a few patients."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from deqi.cli.arguments import call
from deqi.cli.dose import dose_command
from deqi.cli.main import main
from deqi.errors import DeqiError
from deqi.parameters import Ensemble, base_values, write_ensemble

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "dose.schema.json"
PATH = "mind.expectation.forgetting"
SMALL = ("gerac-verum", "--ensemble", "two.csv", "--full", "--patients", "4", "--week", "6", "--out", "run")
ALONE = ("--maintain-every", "0", "--ongoing", "0")
Say = Callable[..., str]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with an ensemble of two members."""
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.chdir(tmp_path)
    base = base_values()[PATH].value
    two = Ensemble("two", (PATH,), np.array([[0.5 * base], [base]]), np.array([0.75, 0.25]))
    write_ensemble(two, tmp_path / "two.csv")
    return tmp_path


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Say:
    def command(*words: str) -> str:
        call(dose_command, "deqi dose", words)
        return capsys.readouterr().out

    return command


def test_tables_json_and_report_say_the_same(said: Say, folder: Path) -> None:
    words = (*SMALL, "--vary", "sessions=1,4", "--vary", "per_week=1,2", "--report", "page")
    told: dict[str, Any] = json.loads(said(*words, "--json"))
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (told["members"], told["patients"]) == (2, 4)
    assert told["grades"]["dose of needling"] == "plausible only"
    text = " ".join(said(*words).split())
    page = (folder / "page" / "dose.html").read_text(encoding="utf-8")
    assert told["report"] == str(Path("page") / "dose.html")
    assert page.count("<svg") == 5
    for row in told["curve"]["regimens"]:
        benefit = row["late"]["benefit"]
        cell = f"{benefit['mean']:.1f} ({benefit['low']:.1f} to {benefit['high']:.1f})"
        assert cell in text
        assert cell in page
    assert f"week 6: best of those simulated: {told['curve']['smallest'][0]['best']}" in text
    paid = told["year"]["payer"]
    assert f"{paid['without']['mean']:.1f}" in text
    assert f"whoever improves throughout has {paid['most']}" in text
    added = told["year"]["maintenance"][1]["added"]["benefit"]["mean"]
    assert f"{added:.1f}" in text
    assert "is not identified by data: trials hardly inform it" in text
    assert "Grades: plausible only: dose of needling" in text
    assert "is not identified by data" in page


@pytest.mark.parametrize(
    ("vary", "figures", "words"),
    [
        (("minutes=10,30",), 3, "Patients who gained 30 % of their baseline, in week 6"),
        (("technique=manual,2hz",), 2, "current of electrical needling 2.5 mA (assumed"),
        (("frequency_hz=2..100:3",), 2, "frequency_hz"),
        (("sessions=1..6", "minutes=10..40", "technique=manual,2hz"), 2, "error on points left out"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_every_design_has_its_tables_and_figures(
    vary: tuple[str, ...], figures: int, words: str, said: Say, folder: Path
) -> None:
    protocol = "electroacupuncture-2hz" if "frequency" in vary[0] else "gerac-verum"
    more = [word for one in vary for word in ("--vary", one)]
    text = said(protocol, *SMALL[1:], *ALONE, *more, "--points", "12", "--report", "page")
    assert words in text
    page = (folder / "page" / "dose.html").read_text(encoding="utf-8")
    assert page.count("<svg") == figures


def test_a_year_alone_and_another_rule(said: Say, folder: Path) -> None:
    words = (*SMALL, "--maintain-every", "0", "--rule", "6,90,0,6,0", "--ongoing", "0.5", "--report", "page")
    told = json.loads(said(*words, "--json"))
    assert told["curve"] is None
    assert told["year"]["payer"]["most"] == 6
    assert told["year"]["payer"]["with"]["mean"] == 6
    assert "6 visits in 90 days, 0 more" in (folder / "page" / "dose.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gerac-verm",), "did you mean gerac-verum"),
        (("gerac-verum", "--against", "non"), "did you mean none"),
        (("gerac-verum", "--vary", "minute=10..40"), "did you mean minutes"),
        (("gerac-verum", "--vary", "technique=2h"), "unknown technique '2h'"),
        (("gerac-verum", "--vary", "depth_mm=2..300"), "300 is outside 0.5 to 150 mm"),
        (("gerac-verum", "--vary", "frequency_hz=2,100"), "carry no current that could have a frequency"),
        (("gerac-verum", "--rule", "12,90"), "--rule: '12,90' are not five numbers"),
        (("gerac-verum", "--rule", "12.5,90,8,20,0.1"), "--rule: visits = 12.5 is no whole number"),
        (("gerac-verum", "--members", "0"), "0 members are none"),
        (("gerac-verum", "--outcome", "vas"), "unknown instrument"),
        (
            ("li4-manual", "--vary", "minutes=10,20"),
            "is for experiment, and the patients have chronic-low-back-pain",
        ),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_mistakes_are_told_before_anything_is_simulated(
    words: tuple[str, ...], message: str, said: Say, folder: Path
) -> None:
    with pytest.raises(DeqiError) as error:
        said(*words)
    assert message in str(error.value)
    assert not (folder / "runs").exists()


def test_a_mistake_ends_in_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["deqi", "dose", "gerac-verum", "--vary", "session=1,2"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("deqi: --vary: unknown variable 'session'; did you mean sessions")
    assert len(told.err.splitlines()) == 1
