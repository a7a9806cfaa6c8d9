"""The checklists of a trial's report are whole, and say of each item what a program can and cannot tell."""

import re

import pytest
from fake_trial import made, small, text_of

from deqi.evidence import published
from deqi.protocols import Stricta
from deqi.reports import trial_report
from deqi.reports.trial_consort import FILLED, NONE, PARTLY, PEOPLE, STATES, answers, checklist, items
from deqi.reports.trial_estimands import estimand_table
from deqi.reports.trial_stricta import stricta_table
from deqi.trials import Arm, load_trial
from deqi.trials.estimands import Estimand, told

#: What only people know of a trial that nobody took part in.
FOR_PEOPLE = {"1b", "2", "5a", "5b", "6", "8", "29"}


@pytest.fixture(scope="module")
def run():
    return made(load_trial("gerac").with_(patients=60), beside=published("gerac"))


@pytest.fixture(scope="module")
def page(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "gerac.html"
    return trial_report(run, path).read_text(encoding="utf-8")


def titles(page):
    return re.findall(r'<h2 id="[^"]+">([^<]+)</h2>', page)


def test_consort_has_thirty_items_each_once_and_in_order():
    numbers = [item.number for item in items()]
    assert len(set(numbers)) == len(numbers) == 42
    whole = [int(re.match(r"\d+", number)[0]) for number in numbers]
    assert sorted(set(whole)) == list(range(1, 31))
    assert whole == sorted(whole)
    # Items in several parts count them from a, without a gap.
    for number in set(whole):
        letters = [n.removeprefix(str(number)) for n in numbers if re.match(r"\d+", n)[0] == str(number)]
        assert letters in ([""], ["a", "b"], ["a", "b", "c", "d"])
    parts = list(dict.fromkeys(item.part for item in items()))
    assert parts == ["Title and abstract", "Open science", "Introduction", "Methods", "Results", "Discussion"]
    assert all(item.state in STATES and item.without_state in STATES and item.asks for item in items())


def test_what_only_people_know_is_left_to_them():
    assert {item.number for item in items() if item.state == PEOPLE} == FOR_PEOPLE


def test_answers_point_at_sections_that_the_page_has(page, run):
    have = titles(page)
    given = answers(run, run.summary.as_json(), have)
    for item, state, said in given:
        for title in re.findall(r"“([^”]+)”", said):
            assert title in have, (item.number, title)
        assert "{" not in said
        assert (state == PEOPLE) == (item.number in FOR_PEOPLE)
    text = text_of(page)
    for state, words in ((FILLED, "Filled"), (PARTLY, "in part"), (PEOPLE, "open, for people")):
        assert f"{words}: {sum(found == state for _, found, _ in given)};" in text
    assert "This is a simulated trial: no person was asked, treated or measured" in text


def test_answers_hold_the_numbers_of_the_trial(run):
    said = {item.number: text for item, _, text in answers(run, run.summary.as_json(), ["Flow of patients"])}
    for arm, flow in run.summary.flow["arms"].items():
        analysed = flow["measured"]["26"]
        assert f"{arm} {flow['randomised']} allocated, {analysed} analysed" in said["22a"]
        assert f"{arm}: {flow['lost']['26']} left" in said["22b"]
        assert (
            f"{arm}: other treatment {100 * run.summary.arms[arm]['co_treated_share']:.0f} %" in said["24b"]
        )


def test_an_item_whose_section_is_missing_is_not_filled(run):
    given = {item.number: state for item, state, _ in answers(run, run.summary.as_json(), [])}
    assert given["25"] == given["27"] == given["15"] == PEOPLE
    assert given["20b"] == NONE


def test_analyses_are_told_of_where_the_report_has_them(run):
    assert run.trial.analyses
    for sections, there in (([], False), (["Other analyses"], True)):
        said = {item.number: text for item, _, text in answers(run, run.summary.as_json(), sections)}
        for number in ("21d", "28"):
            assert ("multiple imputation" in said[number]) == there


def test_the_tables_show_every_item_once(run):
    prose, *tables = checklist(run, run.summary.as_json(), ["Methods"])
    rows = [row for table in tables for row in table.rows]
    assert [row[0].split()[0] for row in rows] == [item.number for item in items()]
    assert "42 parts" in prose.paragraphs[0]


def test_one_arm_is_not_called_randomised(tmp_path):
    trial = small(arms=(Arm("verum", "gerac-verum"),), patients=2)
    page = trial_report(made(trial), tmp_path / "x.html").read_text(encoding="utf-8")
    assert re.search(r"<h1>.*: a simulated trial of one arm</h1>", page)
    assert "nobody is randomised" in text_of(page)
    assert "STRICTA 2010" in titles(page)
    assert "Forest plot" not in page


def test_the_title_says_simulated_and_randomised(page):
    assert re.search(r"<h1>GERAC.*: a simulated randomised trial</h1>", page)


@pytest.mark.parametrize("name", ["gerac", "art"])
def test_stricta_has_seventeen_items_an_arm(name):
    trial = load_trial(name)
    table = stricta_table(trial)
    assert len(table.rows) == 17
    assert table.columns[1:] == list(trial.arm_names)
    for column, arm in enumerate(trial.arms, 1):
        stricta = arm.plan().stricta
        cells = [row[column] for row in table.rows]
        assert cells == [getattr(stricta, item) for item in Stricta.items()]
        missing = cells.count("not reported")
        assert missing == len(stricta.missing())
        assert f"{17 - missing} of 17 in {arm.name}" in table.caption


def test_an_estimand_a_row_with_five_attributes():
    trial = load_trial("gerac")
    rows = told(trial)
    table = estimand_table(rows)
    assert len(table.rows) == len(trial.endpoints) + len(trial.responders)
    pain = table.rows[0]
    assert pain[0] == "pain (endpoint), week 26"
    assert "verum − sham" in pain[1]
    assert "discontinuation: hypothetical" in pain[3]
    assert pain[4:] == ["mean difference", "the analysis"]
    gerac = next(row for row in table.rows if row[0].startswith("gerac (responder)"))
    assert "co treatment: composite" in gerac[3]


def test_an_estimand_that_the_analysis_does_not_follow_says_so():
    named = Estimand("pain", events={"discontinuation": "treatment-policy", "unblinding": "hypothetical"})
    trial = load_trial("gerac").with_(estimands=(named,), unblinding=None)
    cells = estimand_table(told(trial)).rows[0]
    assert "discontinuation: treatment policy (analysed as hypothetical)" in cells[3]
    assert "unblinding: hypothetical (befalls nobody)" in cells[3]
    assert cells[-1] == "the trial"


def test_a_source_of_the_checklist_stands_under_the_sources(page):
    text = text_of(page)
    for doi in ("10.1136/bmj-2024-081123", "10.1371/journal.pmed.1000261", "10.1016/j.cct.2003.10.016"):
        assert doi in text
