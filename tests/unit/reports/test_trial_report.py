"""The report on a trial says what was found, beside what was published, and every setting."""

import re
import time
from types import SimpleNamespace

import numpy as np
import pytest
from fake_trial import cohort, made, small, text_of

from deqi.errors import FileError, UnknownNameError
from deqi.evidence import published
from deqi.population import load_recipe
from deqi.reports import trial_report
from deqi.reports.tables import between, joined, p_value, percent, points, weeks, with_interval
from deqi.reports.trial_tables import outcome_table
from deqi.trials import Arm, Endpoint, load_trial


@pytest.fixture(scope="module")
def gerac():
    return load_trial("gerac").with_(patients=90)


@pytest.fixture(scope="module")
def run(gerac):
    return made(gerac, beside=published("gerac"))


@pytest.fixture(scope="module")
def page(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "gerac.html"
    assert trial_report(run, path) == path
    return path.read_text(encoding="utf-8")


def test_nothing_is_fetched_and_every_table_has_a_caption(page, run):
    assert "<script" not in page
    assert "@import" not in page
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert len(re.findall(r"<table>\s*<caption>", page)) == page.count("<table>")
    # The flow, three endpoints at most, a forest of each with published differences, gains, the spread.
    forests = len({c["endpoint"] for c in run.summary.contrasts if c["published"]})
    assert forests == page.count("Forest plot. ") > 0
    assert page.count("<figure>") == page.count('role="img"') == 1 + 3 + forests + 1 + 1
    targets = set(re.findall(r'href="#(s\d+|sources)"', page))
    assert targets == set(re.findall(r'<h2 id="([^"]+)"', page))
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))


def test_model_stands_beside_published(page, run):
    seen = run.summary.arms["verum"]["outcomes"]["pain"]["26"]
    row = re.search(
        r"verum</th><td>26</td><td>([\d.]+) \(([\d.]+) to ([\d.]+)\)</td><td>(40\.2[^<]+)</td>(.*)", page
    )
    assert row is not None
    assert float(row[1]) == pytest.approx(seen["mean"], abs=0.051)
    assert float(row[2]) == pytest.approx(seen["ci95"][0], abs=0.051)
    assert row[4] == "40.2 (37.9 to 42.5)"
    assert f"<td>{points(seen['mean'] - 40.2, signed=True)}</td>" in row[5]


@pytest.mark.parametrize(
    "said",
    [
        # what was found, and how far from what was published
        "After week 0 the model's pain lies",
        "its differences between arms lie",
        "verum − guideline care",
        "gerac, without the failure rule",
        "about parameters: not included in this run",
        # cautions
        "open to calibration",
        "Agreement with any of them is no test of the model",
        "points in size on average after week 0",
        "intervals are too narrow as statements about the world",
        "Intervals in brackets, sampling",
        "Percentiles, across patients",
        "asked 46.3, reached 45.0",
        "is no advice on care",
        # settings
        "blocks of 6 and 9, the size of each drawn at random",
        "hfaq below 70",
        "10 sessions of 30 min from day 0 to 31.5, context 1, with 9 needles (superficial) at 2 mm",
        "rule continue-if (day 42.0, improvement 0.1 and 0.5, sessions 5, from day 42.5, spacing 3.5",
        "pain better than at baseline by 33 % or function better than at baseline by 12 %",
        "failures: unblinded and co-treatment",
        "the seed, 7,",
        "2 chunks of up to 512",
        "relative tolerance 1e-05, absolute tolerance 1e-11",
        "fluctuation sd",
        "0123456789ab",
        "f" * 64,
        "Analysis of covariance",
        # sources
        "German Acupuncture Trials",
    ],
)
def test_the_page_says(page, said):
    assert said in text_of(page).replace("&#39;", "'")


def test_the_page_tells_the_numbers_of_what_befalls_and_everything_assumed(page, gerac):
    text = text_of(page).replace("&#39;", "'")
    leaving, taken = gerac.dropout, gerac.co_treatment
    for said in (
        f"a hazard of {leaving.per_week:g} a week at a pain of 50, times {leaving.ratio_per_10_points:g}",
        f"a hazard of {taken.per_week:g} a week at a pain of 50, times {taken.ratio_per_10_points:g}",
        f"{taken.drug}, {taken.mg_per_day:g} mg a day for {taken.days:g} days",
        f"missed with a probability of {gerac.adherence.missed:g}",
        f"a share of {gerac.unblinding.share:g} of the patients of blinded arms",
        *gerac.assumptions,
        *load_recipe(gerac.population).assumptions,
        *(line for arm in gerac.arms for line in arm.plan().assumptions),
    ):
        assert said in text, said


def test_an_instrument_is_told_with_its_formula_and_errors(page, gerac):
    scale = gerac.endpoint("function").load()
    terms = [f"{abs(slope):g} {name}" for name, slope in scale.slopes.items()]
    text = text_of(page)
    assert f"{scale.numbers['intercept']:g} − {' − '.join(terms)}, in steps of 4.17 from 0 to 100" in text
    # The mapping error was set to meet the baseline, and measurement error is the instrument's own.
    assert f"+2.87 13.6 (set) {scale.numbers['error_sd']:g} ({scale.values['error_sd'].kind})" in text


def test_the_same_run_gives_the_same_page(run, page, tmp_path):
    assert trial_report(run, tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_it_is_written_in_two_seconds(run, tmp_path):
    seconds = []
    for _ in range(3):
        begun = time.process_time()
        trial_report(run, tmp_path / "x.html")
        seconds.append(time.process_time() - begun)
    assert min(seconds) < 2


def test_changes_are_drawn_where_changes_were_published(tmp_path):
    trial = load_trial("art").with_(patients=60)
    page = trial_report(made(trial, beside=published("art")), tmp_path / "x.html").read_text(encoding="utf-8")
    assert "pain, change since week 0 (points; lower is better)" in page
    assert "−28.7" in page


def test_nothing_published_no_responders_nothing_that_befalls(tmp_path):
    page = trial_report(made(small()), tmp_path / "x.html").read_text(encoding="utf-8")
    text = text_of(page)
    assert "A small &lt;b&gt;trial&lt;/b&gt;" in page
    assert "needles &amp; co" in page
    assert "No published results stand beside it" in text
    assert "Nothing published stands beside it" in text
    assert "open to calibration" not in text
    assert "share of the patients of an arm" not in text
    assert "Forest plot" not in page
    assert "all are attended" in text
    assert "Leaving: never" in text
    assert "Unblinding: none" in text


def test_one_patient_in_one_arm(tmp_path):
    trial = small(arms=(Arm("verum", "gerac-verum"),), patients=1)
    text = text_of(trial_report(made(trial), tmp_path / "x.html").read_text(encoding="utf-8"))
    assert "1 simulated patient," in text
    assert "There is one arm, and nothing to compare it with" in text
    assert "One patient has no spread" in text
    assert "nan" not in text


def test_a_visit_that_nobody_came_to(tmp_path):
    trial = small(weeks=26, visits=(6, 26), published="gerac", arms=(Arm("verum", "gerac-verum"),))
    table = cohort(trial)
    table["pain.w26"] = np.nan
    run = made(trial, table, published("gerac"))
    page = trial_report(run, tmp_path / "x.html").read_text(encoding="utf-8")
    assert re.search(r"verum</th><td>26</td><td>—</td><td>40\.2[^<]+</td><td>—</td>", page)


def test_nobody_was_measured_at_all(tmp_path):
    trial = small()
    table = cohort(trial)
    table[["pain.w0", "pain.w2"]] = np.nan
    page = trial_report(made(trial, table), tmp_path / "x.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 2  # the flow and the spread


def test_a_primary_endpoint_without_a_baseline(tmp_path):
    pain = Endpoint("pain", "vas_pain")
    trial = small(endpoints=(Endpoint("impression", "global_impression", primary=True), pain))
    text = text_of(trial_report(made(trial, spread=None), tmp_path / "x.html").read_text(encoding="utf-8"))
    assert "has no baseline whose spread could be told" in text


def test_more_arms_than_a_figure_can_tell_apart(tmp_path):
    trial = small(arms=tuple(Arm(f"arm {k}", "none") for k in range(6)), patients=30)
    text = text_of(trial_report(made(trial), tmp_path / "x.html").read_text(encoding="utf-8"))
    assert "No figure is drawn: more than 5 arms" in text


def test_courses_that_could_not_be_computed_are_told(gerac, tmp_path):
    table = cohort(gerac)
    table.loc[:3, "status"] = 2
    text = text_of(trial_report(made(gerac, table), tmp_path / "x.html").read_text(encoding="utf-8"))
    assert "4 patients could not be computed" in text


def test_a_source_that_nobody_knows(run, tmp_path):
    unknown = SimpleNamespace(**vars(run) | {"provenance": run.provenance | {"cites": ["nobody1999"]}})
    with pytest.raises(UnknownNameError, match="nobody1999"):
        trial_report(unknown, tmp_path / "x.html")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(run, tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        trial_report(run, tmp_path / "missing" / "x.html")


def test_a_fine_scale_is_told_to_a_tenth_and_a_coarse_one_to_a_hundredth(run, gerac):
    summary = run.summary.as_json()
    for name, figures in (("pain", 1), ("global_impression", 2)):
        cell = outcome_table(summary, name, gerac.endpoint(name).load()).rows[0][2]
        assert len(cell.split()[0].split(".")[1]) == figures


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (points(-0.04), "0.0"),
        (points(-3.16, signed=True), "−3.2"),
        (points(0.0, signed=True), "0.0"),
        (points(None), "—"),
        (between(None), "—"),
        (with_interval(None, None), "—"),
        (with_interval(1.0, (0.0, 2.0)), "1.0 (0.0 to 2.0)"),
        (percent(None), "—"),
        (percent(0.005), "0 %"),
        (percent(-0.1, (-0.2, 0.0), signed=True), "−10 % (−20 to 0)"),
        (p_value(0.0004), "<0.001"),
        (p_value(0.0005), "0.001"),
        (p_value(1.0), "1.000"),
        (weeks((6.0,)), "week 6"),
        (joined(["a", "b"]), "a and b"),
    ],
)
def test_figures_in_words(told, said):
    assert told == said
