"""A design from a trial to its numbers, with pools of a few patients."""

import json
from pathlib import Path

import jsonschema
import pytest

from deqi.errors import PopulationError, ProtocolError, TrialError, UnknownNameError
from deqi.protocols import load_protocol, read_protocol
from deqi.trials import Allocation, Analysis, Endpoint, load_trial
from deqi.trials.design import SHAMS, design_as_json, design_trial, pool
from deqi.trials.design.plan import contrast_of, made_arm, notes_of, sizes_of, week_of
from deqi.trials.design.published import beside
from deqi.trials.design.shams import find_sham, sham_of

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs" / "schemas" / "design.schema.json").read_text(encoding="utf-8")
)
GERAC = load_trial("gerac").with_(weeks=6, visits=(6,), published="")


def made(out, ensemble, **more):
    how = {"members": None, "patients": 6, "sizes": (20,), "replicates": 60, **more}
    return design_trial(GERAC, ensemble=ensemble, out=out, **how)


def without_folder(found):
    return {name: value for name, value in design_as_json(found).items() if name != "pools"}


def test_a_design_follows_its_schema(tmp_path, ensemble, met_at_once):
    shams = ("non-penetrating", "superficial-at-point")
    found = made(tmp_path / "a", ensemble(), shams=shams, icc=0.05, dropout=0.1, baselines=2)
    told = design_as_json(found)
    jsonschema.validate(told, SCHEMA)
    assert [one["sham"] for one in told["contrasts"]] == list(shams)
    assert [one["penetrating"] for one in told["contrasts"]] == [False, True]
    assert set(told["digests"]) == {"verum", *shams}
    assert [one["published"]["finding"] for one in told["contrasts"]] == [
        "vickers2018.pain.non-penetrating-or-none-less",
        "vickers2018.pain.penetrating",
    ]
    assert {path.name for path in (tmp_path / "a" / "shams").iterdir()} == {
        f"gerac-verum-{name}.toml" for name in shams
    }


def test_nothing_depends_on_chunks_and_workers(tmp_path, ensemble, met_at_once):
    (digest,) = {
        pool.simulate_pools(
            GERAC, GERAC.arms[:1], ensemble(1), week=6, out=tmp_path / f"{workers}", patients=6, **how
        )
        .arms["verum"][0]
        .digest
        for workers, how in enumerate(({}, {"chunk": 4, "workers": 2}))
    }
    assert len(digest) == 64


def test_pools_are_read_again_and_shared(tmp_path, ensemble, met_at_once, monkeypatch):
    first = made(tmp_path, ensemble())
    told = []
    monkeypatch.setattr("deqi.trials.run.conduct", lambda *a, **k: pytest.fail("simulated again"))
    again = made(tmp_path, ensemble(), sizes=(30, 20), between_trials=0.1, watch=told.append)
    assert again.compared[0].outlook.smds == first.compared[0].outlook.smds
    assert [row.n for row in again.compared[0].asked] == [20, 30]
    assert again.compared[0].asked[0].power == first.compared[0].asked[0].power
    assert (told[-1].done, told[-1].total) == (24, 24)


def test_every_arm_has_the_same_people(tmp_path, ensemble, met_at_once):
    found = made(tmp_path, ensemble(1))
    one, other = (found.pools.arms[name][0] for name in ("verum", "sham"))
    assert (one.baseline == other.baseline).all()
    assert not (one.outcome == other.outcome).all()


def test_members_that_cannot_be_met_are_left_out(tmp_path, ensemble, met_at_once, monkeypatch):
    ours, calls = pool.meet, []

    def meet(*args, **kwargs):
        calls.append(1)
        if len(calls) == 1:
            raise PopulationError("nobody")
        return ours(*args, **kwargs)

    monkeypatch.setattr(pool, "meet", meet)
    found = made(tmp_path, ensemble(2))
    assert found.pools.met == (1,)
    assert design_as_json(found)["failed"] == 1
    calls.clear()
    with pytest.raises(PopulationError, match="1 of 1 members"):
        made(tmp_path, ensemble(1))


def test_shams_are_what_their_names_say():
    verum = load_protocol("art-acupuncture")
    shams = {name: sham_of(verum, sham) for name, sham in SHAMS.items()}
    needles = {name: made.sessions[0].needlings[0] for name, made in shams.items()}
    assert needles["non-penetrating"].depth_mm == 0
    assert needles["non-penetrating"].points == verum.sessions[0].needlings[0].points
    assert needles["superficial-off-point"].points[0] == "off:BL23"
    assert {needles[name].depth_mm for name in SHAMS if name.startswith("super")} == {2.0}
    assert all(made.role == "sham" and made.sessions[0].context == 1.0 for made in shams.values())
    assert all(made.sessions[0].days == verum.sessions[0].days for made in shams.values())
    with pytest.raises(ProtocolError, match="pierces no skin"):
        sham_of(load_protocol("none"), find_sham("non-penetrating"))


def test_a_sham_reads_back_as_it_was_written(tmp_path):
    arm = made_arm(find_sham("superficial-off-point"), GERAC.arm("verum"), tmp_path)
    assert read_protocol(Path(arm.protocol)) == sham_of(
        load_protocol("gerac-verum"), find_sham("superficial-off-point")
    )


def test_an_unknown_sham_has_a_near_one():
    with pytest.raises(UnknownNameError, match="did you mean non-penetrating"):
        find_sham("nonpenetrating")


def test_what_cannot_be_planned_is_refused():
    with pytest.raises(TrialError, match="give 2 to"):
        sizes_of([1])
    with pytest.raises(TrialError, match="one of 6"):
        week_of(GERAC, 7)
    alone = GERAC.with_(
        endpoints=(Endpoint("better", "global_impression", primary=True), Endpoint("pain", "vas_pain")),
        responders=(),
        analyses=(),
    )
    with pytest.raises(TrialError, match="has no baseline"):
        week_of(alone, None)


def test_the_contrast_is_the_first_with_a_sham():
    arms = {arm.name: arm for arm in GERAC.arms}
    assert contrast_of(GERAC, []) == (arms["verum"], arms["sham"])
    no_sham = GERAC.with_(
        arms=(arms["verum"], arms["guideline care"]), analysis=Analysis(), allocation=Allocation()
    )
    assert contrast_of(no_sham, []) == no_sham.arms
    with pytest.raises(TrialError, match="no contrast with a sham"):
        contrast_of(no_sham, [find_sham("non-penetrating")])
    with pytest.raises(TrialError, match="one arm"):
        contrast_of(no_sham.with_(arms=no_sham.arms[:1]), [])


def test_what_the_design_leaves_out_is_told():
    assert any("strata (centre)" in line for line in notes_of(load_trial("art")))
    assert len(notes_of(GERAC)) == 1


@pytest.mark.parametrize("penetrating", [True, False])
def test_published_differences_favour_needling_with_an_interval(penetrating):
    found = beside(penetrating)
    assert found.low < found.smd < found.high
    assert (round(found.smd, 2), found.finding) == (
        (0.17, "vickers2018.pain.penetrating")
        if penetrating
        else (0.27, "vickers2018.pain.non-penetrating-or-none-less")
    )


def test_too_small_a_pool_is_refused(tmp_path, ensemble):
    with pytest.raises(TrialError, match="are no pool"):
        made(tmp_path, ensemble(), patients=3)
