"""JSON for everything that pages show, and errors in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from deqi import __version__
from deqi.atlas import points
from deqi.evidence import findings
from deqi.models import needling_analgesia
from deqi.protocols import protocols
from deqi.results import model_hash
from deqi.trials import trials
from deqi.web.pages import NAVIGATION, STATIC
from deqi.web.settings import Settings

HERE = {"host": "localhost"}
#: Requests of each kind that are made up.
EXAMPLES = 6
WRONG_IDS = ["0" * 31, "0" * 33, "G" * 32, "..%2f..%2fsecret", "%00"]


class TestWhatIsKnown:
    def test_about_says_what_the_package_says(self, client):
        told = client.get("/api/about").json()
        assert told["version"] == __version__
        assert told["model"]["hash"] == model_hash(needling_analgesia())
        assert sum(told["parameters"]["kinds"].values()) == told["parameters"]["total"]
        assert {"sham contrast", "responders"} <= {grade["answer"] for grade in told["grades"]}
        assert told["limits"]["patients"] == Settings(Path("x")).limits.patients
        assert told["counts"]["points"] == len(points())

    def test_every_protocol_and_trial_can_be_had(self, client):
        told = client.get("/api/protocols").json()["protocols"]
        assert {row["name"] for row in told} == set(protocols())
        sham = client.get("/api/protocols/gerac-sham").json()
        assert sham["role"] == "sham"
        assert sham["assumptions"]
        listed = client.get("/api/trials").json()
        assert [row["name"] for row in listed["trials"]] == list(trials())
        assert "non-penetrating" in {row["name"] for row in listed["shams"]}
        for name in trials():
            trial = client.get(f"/api/trials/{name}").json()
            assert len(trial["sources"]) == len(trial["cites"])
            assert trial["estimands"]

    def test_findings_carry_the_verdicts_that_ship(self, client):
        told = client.get("/api/findings").json()
        assert told["count"] == len(findings()) == len(told["findings"])
        rows = {row["id"]: row for row in told["findings"]}
        assert rows["brinkhaus2006.pain-change.minimal.w8"]["verdict"] in told["verdicts"]
        for row in rows.values():
            assert (row["verdict"] is None) == (row["excluded"] is not None), row["id"]
        some = client.get("/api/findings", params={"role": "calibration", "study": "brinkhaus2006"}).json()
        assert {(row["role"], row["study"]["id"]) for row in some["findings"]} == {
            ("calibration", "brinkhaus2006")
        }

    def test_every_mechanism_has_its_page_equations_and_sourced_values(self, client):
        told = client.get("/api/mechanisms").json()
        mechanisms = {i.mechanism for i in needling_analgesia().instances}
        assert {m.__name__ for m in mechanisms} <= {row["name"] for row in told["mechanisms"]}
        one = client.get("/api/mechanisms/MuOpioidBinding").json()
        assert "Assumes:" in one["page"]
        assert any(row["kind"] == "rate" and r"\frac{d M_E}{d t}" in row["latex"] for row in one["equations"])
        assert {value["path"].rsplit(".", 1)[0] for value in one["values"]} == {"receptors.mu"}
        assert all(value["kind"] and value["unit"] for value in one["values"])
        assert one["places"][0]["inputs"]["endorphin_free"] == "hypothalamus.arcuate.beta_endorphin"

    def test_functions_in_equations_are_explained(self, client):
        functions = client.get("/api/mechanisms").json()["functions"]
        seen = set()
        for row in client.get("/api/mechanisms").json()["mechanisms"]:
            for equation in client.get(f"/api/mechanisms/{row['name']}").json()["equations"]:
                seen |= set(re.findall(r"operatorname\{(\w+)\}", equation["latex"]))
        assert seen <= set(functions)
        assert seen


class TestErrors:
    @pytest.mark.parametrize(
        "path", ["/api/protocols/gerac-verun", "/api/trials/gerak", "/api/mechanisms/MuOpioid"]
    )
    def test_an_unknown_name_is_told_with_the_nearest(self, client, path):
        answer = client.get(path)
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert set(error) == {"says", "where", "fix"}
        assert "unknown" in error["says"]
        assert error["fix"]

    def test_a_browser_gets_a_page_and_others_data(self, client):
        page = client.get("/nowhere", headers={"accept": "text/html"})
        assert page.status_code == 404
        assert "<h1>Not Found</h1>" in page.text
        assert client.get("/nowhere").json()["error"]["says"] == "Not Found"
        assert client.get("/api/nowhere", headers={"accept": "text/html"}).json()["error"]

    def test_what_was_typed_is_escaped(self, client):
        page = client.get("/<script>alert(1)</script>", headers={"accept": "text/html"})
        assert "<script>alert" not in page.text

    @pytest.mark.parametrize("name", WRONG_IDS)
    def test_what_is_no_id_reaches_no_file(self, client, name):
        for path in ("", "/result", "/files/cohort.csv", "/events"):
            assert client.get(f"/api/jobs/{name}{path}").status_code in (404, 422)

    def test_only_files_of_fixed_kinds_are_there(self, application):
        client = application()
        job = client.post("/api/jobs", json={"trial": "gerac"}).json()
        for kind in ("secret", "..%2fsecret", "jobs.sqlite", "result.json"):
            assert client.get(f"/api/jobs/{job['id']}/files/{kind}").status_code in (404, 422)
        assert client.get(f"/api/jobs/{job['id']}/result").status_code == 409


class TestAsking:
    @pytest.mark.parametrize(
        ("body", "where", "says"),
        [
            ({}, "body", "needs trial or design"),
            ({"trial": "gerac", "design": {}}, "body", "needs trial or design"),
            ({"trial": "gerak"}, "trial", "unknown trial"),
            ({"trial": "/etc/passwd.toml"}, "trial", "unknown trial"),
            ({"trial": "gerac", "patients": 0}, "body.patients", "greater"),
            ({"trial": "gerac", "patients": 5001}, "patients", "more than this server takes"),
            ({"trial": "gerac", "patients": 2}, "patients", "3 arms"),
            ({"trial": "gerac", "seed": -1}, "body.seed", "greater"),
            ({"trial": "gerac", "seed": 2**32}, "body.seed", "less"),
            ({"trial": "gerac", "out": "/tmp"}, "body.out", "not permitted"),
            ({"trial": "gerac", "sham": "sugar"}, "sham", "unknown sham"),
            (
                {"design": {"trial": {"population": "../x.csv"}}},
                "design: population",
                "is no name of the library",
            ),
            (
                {"design": {"arms": [{"name": "a", "protocol": "/etc/x.toml"}]}},
                "design: protocol",
                "is no name",
            ),
            (
                {"design": {"endpoints": [{"name": "pain", "instrument": "~/a.TOML"}]}},
                "design: instrument",
                "is no name",
            ),
            ({"design": {"eligibility": {"a.toml": {"above": 1}}}}, "design: name", "is no name"),
            ({"design": {"nothing": 1}}, "trial.toml", "unknown table"),
            ({"design": {"trial": None}}, "design", "TOML"),
        ],
        ids=lambda v: str(v)[:60],
    )
    def test_what_cannot_be_run_is_refused_with_the_place(self, client, body, where, says):
        answer = client.post("/api/jobs", json=body)
        assert answer.status_code == 422, answer.text
        error = answer.json()["error"]
        assert says in error["says"], error
        assert error["where"] == where
        assert client.get("/api/jobs").json() == {"jobs": []}

    def test_a_design_is_checked_as_a_file_is(self, application):
        import tomllib
        from importlib import resources

        client = application()
        text = (resources.files("deqi.trials") / "library" / "gerac.toml").read_text(encoding="utf-8")
        design = tomllib.loads(text)
        made = client.post("/api/jobs", json={"design": design, "patients": 60})
        assert made.status_code == 202, made.text
        assert made.json()["progress"]["total"] == 60
        design["analysis"]["contrasts"] = [["verun", "sham"]]
        refused = client.post("/api/jobs", json={"design": design})
        assert refused.status_code == 422
        assert "did you mean verum" in refused.json()["error"]["fix"]

    def test_a_full_queue_and_a_user_with_enough_are_refused(self, application):
        client = application(limits={"jobs_per_user": 2, "queue": 3})
        asked = {"trial": "gerac", "patients": 60}
        assert [client.post("/api/jobs", json=asked).status_code for _ in range(3)] == [202, 202, 429]
        client.get("/about")
        answers = [client.post("/api/jobs", json=asked) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 429]
        assert "there are 3" in answers[1].json()["error"]["says"]

    def test_nobody_cancels_or_lists_anothers_job(self, application):
        client = application()
        client.get("/about")
        job = client.post("/api/jobs", json={"trial": "gerac", "patients": 60}).json()
        assert [row["id"] for row in client.get("/api/jobs").json()["jobs"]] == [job["id"]]
        client.cookies.clear()
        assert client.get(f"/api/jobs/{job['id']}").status_code == 200
        assert client.delete(f"/api/jobs/{job['id']}").status_code == 403
        assert client.get("/api/jobs").json() == {"jobs": []}

    def test_a_stream_ends_with_its_job_and_there_are_not_too_many(self, application):
        client = application(limits={"watchers": 1})
        job = client.post("/api/jobs", json={"trial": "gerac", "patients": 60}).json()
        path = f"/api/jobs/{job['id']}"
        client.app.state.watchers = 1
        assert client.get(f"{path}/events").status_code == 429
        client.app.state.watchers = 0
        assert client.delete(path).json()["state"] == "cancelled"
        told = client.get(f"{path}/events").text
        assert told.startswith("event: job\nid: 2\ndata: {")
        assert '"state": "cancelled"' in told
        assert client.app.state.watchers == 0


class TestPages:
    def test_the_navigation_shows_what_there_is(self, client):
        page = client.get("/about").text
        for place in NAVIGATION:
            assert f'href="{place.path}"' in page
            assert client.get(place.path).status_code == 200
        assert page.count('aria-current="page"') == 1

    def test_about_shows_the_figures_of_the_package(self, client):
        page, told = client.get("/about").text, client.get("/api/about").json()
        assert told["model"]["hash"] in page
        for grade in told["grades"]:
            assert grade["word"] in page
        for count in told["parameters"]["kinds"].values():
            assert f">{count}<" in page

    def test_static_files_ask_for_nothing_from_elsewhere(self, client):
        for name in ("base.css", "base.js", "icon.svg"):
            answer = client.get(f"/static/{name}")
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-cache"
        for file in (STATIC / "base.css", STATIC / "base.js"):
            text = file.read_text(encoding="utf-8")
            assert "://" not in text
            assert "@import" not in text


def test_nothing_that_may_be_asked_ends_in_an_error_of_the_server(application):
    app = application(limits={"queue": 10_000, "jobs_per_user": 10_000}).app
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=HERE)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 15
    asked = 0
    for operation in operations:

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def ask(case):
            nonlocal asked
            asked += 1
            answer = case.call(headers=HERE)
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert set(answer.json()["error"]) == {"says", "where", "fix"}

        ask()
    assert asked >= len(operations) * 2
