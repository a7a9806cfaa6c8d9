"""PEtab tables: written, read, scored, and refused."""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scipy.stats import laplace, lognorm, norm

from deqi.errors import DeqiError, FileError, UnknownNameError
from deqi.evidence import findings, read_study
from deqi.exporters.formula import names, parse, value
from deqi.exporters.petab import export_petab, score_petab
from deqi.simulation import simulate

CSF = "fluids.enkephalin.csf"
TABLES = {
    "problem.yaml": "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n"
    "  - condition_files:\n      - conditions.tsv\n    measurement_files: [measurements.tsv]\n"
    "    observable_files: [observables.tsv]\n    sbml_files: []\n",
    "conditions.tsv": "conditionId\tpatient\tprotocol\tchallenges\tneedle__drive__half_drive\n"
    "needled\thealthy_volunteer\tli4-2hz\t\t\nblocked\thealthy_volunteer\tli4-2hz\tnaloxone-0.8mg\tweak\n",
    "observables.tsv": "observableId\tobservableFormula\tnoiseFormula\tobservableTransformation\t"
    "noiseDistribution\n"
    "rise\t100 * (fluids__enkephalin__csf / initial__fluids__enkephalin__csf - 1)\tnoiseParameter1_rise\t\t\n"
    "level\tobservableParameter1_level * fluids.enkephalin.csf\tspread\tlog10\tlaplace\n",
    "measurements.tsv": "observableId\tsimulationConditionId\tmeasurement\ttime\tobservableParameters\t"
    "noiseParameters\n"
    "rise\tneedled\t300\t30\t\t60\nlevel\tneedled\t2.5\t10\t2\t\nlevel\tblocked\t2.5\t10\t2\t\n"
    "rise\tblocked\t100\t30\t\tspread\n",
    "parameters.tsv": "parameterId\tparameterScale\tnominalValue\testimate\nspread\tlin\t0.4\t0\n"
    "weak\tlog10\t500\t1\n",
}
STUDY = """
[study]
id = "han1991"
title = "an example"
cites = ["han1991"]

[setup.tens]
patient = "healthy_volunteer"
arms = { low = "li4-2hz", high = "li4-100hz" }

[setup.people]
population = "chronic-low-back-pain"
arms = { care = "usual-care" }
"""
FINDING = """
[[finding]]
id = "han1991.%s"
role = "%s"
says = "example"
setup = "%s"
read = { quantity = "%s", of = "%s", arms = %s, minute = 30 }
published = { unit = "%%", %s }
"""


def written(folder, changes=None):
    folder.mkdir(exist_ok=True)
    for name, text in TABLES.items():
        old, new = (changes or {}).get(name, ("", ""))
        assert old in text
        (folder / name).write_text(text.replace(old, new) if old else text)
    return folder


def test_a_problem_is_simulated_as_deqi_does_it(tmp_path):
    found = score_petab(written(tmp_path))
    assert [(r.observable, r.condition) for r in found] == [
        ("rise", "needled"),
        ("level", "needled"),
        ("level", "blocked"),
        ("rise", "blocked"),
    ]
    run = simulate("li4-2hz", patient="healthy_volunteer", weeks=0.1)
    start, _ = run.sessions[0]
    # A run counts minutes from the first session; tables count from week 0.
    at = {minute: run.at(CSF, minute=minute - start) for minute in (0, 10, 30)}
    assert found[0].simulated == pytest.approx(100 * (at[30] / at[0] - 1), rel=1e-3)
    assert found[1].simulated == pytest.approx(2 * at[10], rel=1e-3)
    rise, level = found[0], found[1]
    assert rise.log_likelihood == pytest.approx(norm.logpdf(300, rise.simulated, 60))
    log10 = laplace.logpdf(math.log10(2.5), math.log10(level.simulated), 0.4)
    assert level.log_likelihood == pytest.approx(log10 - math.log(2.5 * math.log(10)))
    # A needle that drives less raises less.
    assert found[3].simulated < rise.simulated


def test_log_is_the_log_normal_density(tmp_path):
    folder = written(tmp_path, {"observables.tsv": ("log10\tlaplace", "log\tnormal")})
    level = score_petab(folder)[1]
    expected = lognorm.logpdf(2.5, 0.4, scale=level.simulated)
    assert level.log_likelihood == pytest.approx(expected)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("problem.yaml", "format_version: 1", "format_version: 2.0.0", "is of version 2.0.0"),
        ("problem.yaml", "measurement_files", "measurment_files", "did you mean measurement_files"),
        ("problem.yaml", "[observables.tsv]", "[]", "names no observable_files"),
        ("conditions.tsv", "conditionId", "condition", "has no column conditionId"),
        ("conditions.tsv", "li4-2hz\t\t", "li4-2h\t\t", "did you mean li4-2hz"),
        ("conditions.tsv", "half_drive", "half_drove", "unknown parameter"),
        ("conditions.tsv", "weak", "week", "did you mean weak"),
        ("conditions.tsv", "blocked\thealthy", "needled\thealthy", "line 3: needled is there twice"),
        ("observables.tsv", "noiseFormula", "noise", "has no column noiseFormula"),
        ("observables.tsv", "log10", "log2", "unknown observableTransformation"),
        ("observables.tsv", "/ initial", "// initial", "nothing that a formula may have"),
        ("observables.tsv", "fluids.enkephalin.csf", "fluids.enkephalin.csg", "name in a formula"),
        ("observables.tsv", "spread", "0 * spread", "is no scale"),
        ("measurements.tsv", "rise\tneedled", "rice\tneedled", "line 2: unknown observable 'rice'"),
        ("measurements.tsv", "level\tblocked", "level\tbloked", "line 4: unknown condition"),
        ("measurements.tsv", "300", "many", "'many' is no finite number"),
        ("measurements.tsv", "\t30\t\t60", "\tinf\t\t60", "is no finite number"),
        ("measurements.tsv", "\t30\t\t60", "\t-1\t\t60", "is before week 0"),
        ("measurements.tsv", "2.5\t10\t2\t\nlevel", "-1\t10\t2\t\nlevel", "has no logarithm"),
        ("measurements.tsv", "time", "tme", "has no column time; did you mean tme"),
        ("parameters.tsv", "lin\t0.4", "line\t0.4", "unknown parameterScale"),
        ("parameters.tsv", "0.4\t0", "0.4\tmaybe", "neither 0 nor 1"),
    ],
)
def test_what_is_unsound_is_refused_with_its_place(tmp_path, file, old, new, said):
    with pytest.raises(DeqiError) as caught:
        score_petab(written(tmp_path, {file: (old, new)}))
    assert said in str(caught.value)


def test_formulas():
    assert value(parse("2 ^ 3 + max(x, -y)", ""), {"x": 1.0, "y": 2.0}, "") == 9
    assert names(parse("a.b * exp(c__d) / 2", ""), "") == {"a.b", "c.d"}
    for wrong, kind in (("open('x')", FileError), ("x if 1 else y", FileError), ("z", UnknownNameError)):
        with pytest.raises(kind):
            value(parse(wrong, ""), {"x": 1.0}, "")
    with pytest.raises(FileError, match="no formula"):
        parse("1 +", "")
    with pytest.raises(FileError, match="has no value"):
        value(parse("1 / x", ""), {"x": 0.0}, "")


def finding(
    name, role="calibration", setup="tens", quantity="percent_change", of=CSF, arms='["low"]', published=""
):
    published = published or 'value = 367, low = 200, high = 530, interval = "as printed"'
    return FINDING % (name, role, setup, quantity, of, arms, published)


def test_findings_are_written_and_score_as_they_were_published(tmp_path):
    text = STUDY + finding("rise") + finding("other", arms='["high"]') + finding("fold", quantity="fold")
    text += finding("contrast", arms='["low", "high"]', published='value = 3, direction = "up"')
    text += finding("peak", quantity="minute_of_peak")
    text += finding("threshold", of="pain_threshold")
    text += finding("people", setup="people", quantity="mean", of="vas_pain", arms='["care"]')
    text += finding("kept", role="validation")
    text += finding("sign", published='direction = "up"')
    (tmp_path / "study.toml").write_text(text)
    done = export_petab(read_study(tmp_path / "study.toml").findings, tmp_path / "out")
    assert set(done.written) == {"han1991.rise", "han1991.other", "han1991.fold"}
    assert {name.split(".")[1]: reason.split()[0] for name, reason in done.left_out.items()} == {
        "contrast": "it",
        "peak": "minute_of_peak",
        "threshold": "pain_threshold",
        "people": "it",
        "kept": "kept",
        "sign": "only",
    }
    found = {r.observable: r for r in score_petab(tmp_path / "out")}
    rise = found["han1991__rise"]
    assert (rise.measured, rise.time, rise.noise) == (367, 30, pytest.approx(330 / 3.92, rel=1e-4))
    assert found["han1991__fold"].simulated == pytest.approx(1 + rise.simulated / 100)
    assert found["han1991__other"].simulated < rise.simulated
    folder = done.files[0].parent
    if not done.notices:
        sbml = (folder / "model.xml").read_text()
        assert 'id="fluids__enkephalin__csf"' in sbml
    initial = (folder / "parameters.tsv").read_text()
    assert "initial__fluids__enkephalin__csf" in initial


def test_nothing_to_write_is_an_error(tmp_path):
    with pytest.raises(FileError, match="no finding"):
        export_petab([], tmp_path)


def test_the_command(tmp_path):
    def deqi(*words):
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "deqi", "petab", *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    folder = written(tmp_path / "problem")
    done = deqi("score", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["log_likelihood"] == pytest.approx(sum(r["log_likelihood"] for r in data["residuals"]))
    text = deqi("score", str(folder))
    assert "log likelihood" in text.stdout
    shutil.rmtree(folder)
    for words, said in (
        (("score", str(folder)), "cannot be read"),
        (("scor", str(folder)), "did you mean score"),
        (("score", str(Path(tmp_path))), "has no YAML file"),
    ):
        failed = deqi(*words)
        assert (failed.returncode, failed.stderr.count("\n")) == (2, 1)
        assert said in failed.stderr


def test_what_ships_is_written_and_unknown_errors_are_parameters(tmp_path):
    done = export_petab(findings("calibration"), tmp_path)
    assert len(done.written) >= 10
    assert "goldman2010.fold" in done.written
    rows = (tmp_path / "chronic_low_back_pain" / "parameters.tsv").read_text().splitlines()
    sd = next(row.split("\t") for row in rows if row.startswith("sd__goldman2010__fold"))
    assert sd[-1] == "1"
    assert float(sd[-2]) == pytest.approx(0.3 * 24)
    assert any("no SD was published of" in said for said in done.notices)
