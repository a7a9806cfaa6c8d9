"""What the model must do, each with the finding behind it and a tolerance.

In-sample where it says "fitted": the parameters were set on these very figures,
so such a test guards a calibration and validates nothing. "By construction"
marks what follows from a closed input alone. Known misfits are strict expected
failures, each with its number and its reason; ``docs/misfits.md`` lists them.
"""

from functools import cache

import pytest

from deqi.evidence import published
from deqi.protocols import Needling, Protocol, Session
from deqi.simulation import simulate

PAIN = "pain.report.intensity"


@cache
def volunteer(protocol, *challenges):
    return simulate(protocol, patient="healthy_volunteer", weeks=0.02, challenges=challenges)


@cache
def patient(protocol, *challenges, weeks=52, who="chronic_low_back_pain"):
    return simulate(protocol, patient=who, weeks=weeks, challenges=challenges)


def pain(protocol, week, *challenges):
    return patient(protocol, *challenges).at(PAIN, week=week)


def threshold(protocol, minute, *challenges):
    return volunteer(protocol, *challenges).threshold_change(minute)


def reversal(protocol, challenge):
    """Share of the rise that a challenge takes away, corrected for the challenge alone."""
    alone = threshold("none", 30, challenge)
    return 1 - (threshold(protocol, 30, challenge) - alone) / threshold(protocol, 30)


def change(run, path, minute=30):
    return 100 * (run.at(path, minute=minute) / run.at(path, minute=0) - 1)


# ---------------------------------------------------------------- one session, healthy volunteer


def test_threshold_rises_over_half_an_hour():
    """Fitted. Skin pain threshold peaks at 30 min (Han 2004); +27 % at a tooth (Ernst 1987)."""
    rise = [threshold("li4-manual", m) for m in (10, 20, 30)]
    assert 0 < rise[0] < rise[1] < rise[2]
    assert 20 < rise[2] < 80


def test_threshold_decays_after_the_needle_is_out():
    """Fitted. Exponential decay after removal (Han 2004); half-life of about 16 min in later accounts."""
    assert 0.25 < threshold("li4-manual", 46) / threshold("li4-manual", 30) < 0.65


def test_low_dose_naloxone_takes_part_of_low_frequency_analgesia():
    """Fitted. 0.8 mg blocks partially (Ernst 1987); the typical opioid share is 0.75."""
    assert 0.5 < reversal("li4-2hz", "naloxone-0.8mg") < 1


def test_high_frequency_analgesia_needs_more_naloxone():
    """Fitted. Kappa receptors need a higher dose (Han 2004, Trostheim 2023)."""
    low, middle, high = (reversal("li4-100hz", f"naloxone-{d}mg") for d in ("0.4", "0.8", "10"))
    assert low < middle < high
    assert middle < 0.6
    assert high > 0.6


def test_naloxone_alone_does_little():
    """Baseline threshold is unchanged by naloxone in volunteers (PMID 8185085)."""
    assert abs(threshold("none", 30, "naloxone-0.8mg")) < 12


def test_local_anaesthetic_abolishes():
    """By construction (input gate)."""
    assert threshold("li4-manual", 30, "local-anaesthetic") == pytest.approx(0, abs=2)


def test_two_hertz_releases_enkephalin_into_csf():
    """Fitted. +367 % Met-enkephalin-Arg-Phe after 2 Hz, dynorphin unchanged (Han 1991)."""
    run = volunteer("li4-2hz")
    assert 250 < change(run, "fluids.enkephalin.csf") < 450
    assert abs(change(run, "fluids.dynorphin.csf")) < 10


def test_hundred_hertz_releases_dynorphin_into_csf():
    """Fitted. +49 % dynorphin A after 100 Hz, enkephalin unchanged (Han 1991)."""
    run = volunteer("li4-100hz")
    assert 35 < change(run, "fluids.dynorphin.csf") < 65
    assert abs(change(run, "fluids.enkephalin.csf")) < 40


def test_beta_endorphin_rises_in_csf_and_hardly_in_plasma():
    """Plasma hardly moves (Harbach 2007)."""
    run = volunteer("li4-2hz")
    assert change(run, "fluids.beta_endorphin.csf") > 10
    assert abs(change(run, "fluids.beta_endorphin.plasma")) < 15


def test_alternating_frequencies_are_strongest():
    """2/100 Hz exceeds either alone (Wang 2005); the gain of alternation is assumed."""
    assert threshold("li4-2-100hz", 30) > max(threshold("li4-2hz", 30), threshold("li4-100hz", 30))


def test_superficial_needling_does_less():
    """Less than half of deep manual needling."""
    assert 0 < threshold("li4-superficial", 30) < 0.5 * threshold("li4-manual", 30)


@pytest.mark.parametrize(("hertz", "current"), [(2.0, 3.0), (100.0, 2.0)])
def test_six_hours_of_stimulation_exhaust_and_cckb_block_restores(hertz, current):
    """Fitted. Tolerance within hours, prevented by a CCK-B antagonist (Han 1986, Chen 1994)."""
    needling = Needling(
        "electrical", 4, 15, points=("LI4", "ST36"), frequency_hz=(hertz,), current_ma=current
    )
    session = Session(360, (needling,), (10 / 1440,), context=0.0)
    plan = Protocol("long", "six hours", "experiment", condition="experiment", sessions=(session,))
    run = simulate(plan, patient="healthy_volunteer", weeks=0.06)
    blocked = simulate(plan, patient="healthy_volunteer", weeks=0.06, challenges=["cckb-antagonist"])
    peak = max(run.threshold_change(m) for m in (30, 60, 90, 120))
    assert run.threshold_change(360) < 0.6 * peak
    assert blocked.threshold_change(360) > 1.6 * run.threshold_change(360)


@pytest.mark.parametrize(
    "challenge",
    ["mu-antagonist", "5ht1a-antagonist", "5ht3-antagonist", "arcuate-lesion", "funiculus-lesion"],
)
def test_antagonists_and_lesions_weaken_low_frequency_analgesia(challenge):
    """Direction: opioid, 5-HT1A, 5-HT3 antagonists and lesions (Chang 2004, Fields 2004, Han 2004)."""
    alone = threshold("none", 30, challenge)
    assert threshold("li4-2hz", 30, challenge) - alone < threshold("li4-2hz", 30)


# ---------------------------------------------------------------- one session, chronic low back pain


def test_adenosine_quiets_nociceptors_unless_a1_is_blocked():
    """Adenosine rises at the needle (Goldman 2010, Takano 2012); the block is by construction."""
    free, blocked = patient("gerac-verum"), patient("gerac-verum", "a1-antagonist", weeks=1)
    assert 2 < free.at("needle.adenosine.adenosine", minute=30) / 50 < 24
    assert change(free, "periphery.nociceptors.c") < -10
    assert abs(change(blocked, "periphery.nociceptors.c")) < 4


def test_adenosine_lasts_longer_without_deaminase():
    """Blocking deaminase prolongs the rise (Goldman 2010)."""
    path = "needle.adenosine.adenosine"
    free, inhibited = patient("gerac-verum"), patient("gerac-verum", "deaminase-inhibitor", weeks=1)
    assert inhibited.at(path, minute=60) / inhibited.at(path, minute=30) > free.at(path, minute=60) / free.at(
        path, minute=30
    )


def test_one_session_eases_pain_and_sham_eases_it_less():
    """Real minus sham within 30 min: SMD -0.56 (-1.00 to -0.12), PMC5676441; baseline SD 13.9 (GERAC)."""
    verum = patient("gerac-verum").at(PAIN, minute=30) - patient("gerac-verum").at(PAIN, minute=0)
    sham = patient("gerac-sham").at(PAIN, minute=30) - patient("gerac-sham").at(PAIN, minute=0)
    assert verum < sham < 0
    assert -1.0 < (verum - sham) / 13.9 < -0.12
    assert -26 < verum < -10


def test_a_sham_without_deqi_is_felt_little():
    """GERAC's sham avoided de qi."""
    assert patient("gerac-verum").at("needle.sensation.deqi", minute=30) > 4
    assert patient("gerac-sham").at("needle.sensation.deqi", minute=30) < 1.5


def test_unpleasantness_falls_at_least_as_much_as_intensity():
    run = patient("gerac-verum")
    intensity = run.at(PAIN, minute=0) - run.at(PAIN, minute=30)
    path = "pain.report.unpleasantness"
    assert run.at(path, minute=0) - run.at(path, minute=30) >= intensity


def test_uncomfortable_then_good():
    """Discomfort while the needles are in, ease once they are out."""
    run = patient("gerac-verum")
    assert run.at("needle.sensation.discomfort", minute=30) > 1
    assert (
        run.at("mind.relaxation.relaxation", minute=60) > run.at("mind.relaxation.relaxation", minute=0) + 2
    )
    assert run.at("needle.sensation.discomfort", minute=60) < 0.1


def test_stress_and_cortisol_fall_and_serotonin_rises():
    """Cortisol falls in every arm (Harbach 2007)."""
    run = patient("gerac-verum")
    for path in ("mind.stress.stress", "hypothalamus.stress_axis.cortisol"):
        assert run.at(path, minute=90) < run.at(path, minute=0)
    assert run.at("mind.serotonin.tone", minute=90) > 1.05


def test_forebrain_mu_binding_rises_with_needling_and_not_with_sham():
    """Direction of one PET study (Harris 2009); a read-only state, sizes invented.

    Read 60 min after the needles went in.
    """
    path = "receptors.number.binding_potential"
    assert change(patient("gerac-verum"), path, 60) > 0
    assert change(patient("gerac-sham"), path, 60) <= 0


# ---------------------------------------------------------------- weeks


@pytest.mark.parametrize(("arm", "protocol"), [("verum", "gerac-verum"), ("sham", "gerac-sham")])
def test_gerac_needle_arms_at_six_weeks(arm, protocol):
    """Fitted. Typical patient within 4 points of the published mean (Haake 2007)."""
    assert pain(protocol, 6) == pytest.approx(published("gerac").find(arm, "pain", 6).value, abs=4)


def test_gerac_guideline_care():
    """Fitted. Typical patient within 4 points at 6 and 13 weeks (Haake 2007)."""
    for week in (6, 13):
        assert pain("gerac-guideline", week) == pytest.approx(
            published("gerac").find("guideline care", "pain", week).value, abs=4
        )


@pytest.mark.xfail(
    strict=True,
    reason="typical patient 35.8/30.2 (verum), 41.3/35.3 (sham), 46.9 (care, week 26) against 45.4/40.2, "
    "48.5/43.3, 52.3: the typical patient falls into the recovery basin; a population does not",
)
def test_gerac_later_weeks_in_the_typical_patient():
    for arm, protocol in (
        ("verum", "gerac-verum"),
        ("sham", "gerac-sham"),
        ("guideline care", "gerac-guideline"),
    ):
        for week in (13, 26):
            assert pain(protocol, week) == pytest.approx(
                published("gerac").find(arm, "pain", week).value, abs=4
            )


def test_verum_beats_sham_and_sham_beats_care():
    for week in (6, 13, 26):
        assert pain("gerac-verum", week) < pain("gerac-sham", week) < pain("gerac-guideline", week)


def test_waiting_list():
    """Fitted. -6.9 at 8 weeks (Brinkhaus 2006)."""
    assert -12 < pain("art-waiting-list", 8) - pain("art-waiting-list", 0) < -3


def test_art_acupuncture_and_minimal_acupuncture():
    """-28.7 and -23.6 at 8 weeks (Brinkhaus 2006): within 6 points."""
    for protocol, change in (("art-acupuncture", -28.7), ("art-minimal", -23.6)):
        assert pain(protocol, 8) - pain(protocol, 0) == pytest.approx(change, abs=6)


def test_most_of_the_effect_is_shared_with_sham():
    none = pain("none", 6)
    assert 0.5 < (none - pain("gerac-sham", 6)) / (none - pain("gerac-verum", 6)) < 0.97


def test_effects_persist_against_sham():
    """About half of the contrast after a year (MacPherson 2017: 0-100 % of it)."""
    gap = {w: pain("gerac-sham", w) - pain("gerac-verum", w) for w in (13, 52)}
    assert 0 < gap[52] / gap[13] < 1


def test_opioid_against_placebo():
    """Fitted. -6.9 of 100 at 12-16 weeks (Busse 2018); the effect wanes (a prediction)."""
    contrast = {w: pain("morphine", w) - pain("placebo-pill", w) for w in (2, 6, 12)}
    assert -10 < contrast[6] < -4
    assert contrast[12] > contrast[2] + 1


def test_opioid_rebound_after_stopping():
    """Prediction: tolerance shows as more pain in the week after the opioid is stopped."""
    assert pain("morphine", 13) > pain("placebo-pill", 13)


def test_nsaid_against_placebo():
    """Fitted. -3.3 (-5.3 to -1.3), Enthoven 2016."""
    assert -5.3 < pain("nsaid", 8) - pain("placebo-pill", 8) < -1.3


def test_acupuncture_and_opioid_add_up():
    assert pain("acupuncture-plus-opioid", 8) < min(pain("morphine", 8), pain("electroacupuncture-2hz", 8))


def _course(share, sessions=10, per_week=2.0, local=0.0):
    needling = Needling("manual", 16, 20, vigour=0.45, segmental=share, local=local)
    days = tuple(k * 7 / per_week for k in range(sessions))
    return Protocol("p", "p", "verum", sessions=(Session(30, (needling,), days),))


def test_segmental_needling_does_more():
    """Segmental exceeds remote (Chapman 1977)."""
    near, far = (simulate(_course(s), weeks=8).at(PAIN, week=8) for s in (1.0, 0.0))
    assert near < far


def test_more_sessions_help_more():
    at13 = [simulate(_course(0.6, n), weeks=13).at(PAIN, week=13) for n in (2, 5, 10, 15)]
    assert at13[0] > at13[1] > at13[2] > at13[3]


def test_dry_needling_loosens_muscle():
    path = "periphery.muscle.tension"
    assert patient("dry-needling").at(path, week=4) < patient("none").at(path, week=4)


def test_naloxone_at_every_session_leaves_most_of_the_benefit():
    """Prediction: most of the weeks' effect is context and plasticity."""
    with_naloxone, without, nothing = (
        pain("gerac-verum", 6, "naloxone-10mg"),
        pain("gerac-verum", 6),
        pain("none", 6),
    )
    assert without < with_naloxone
    assert (nothing - with_naloxone) / (nothing - without) > 0.5


@pytest.mark.parametrize(
    ("who", "published"),
    [
        ("acute_low_back_pain", {0: 52, 6: 23, 26: 12, 52: 6}),
        ("persistent_low_back_pain", {0: 51, 6: 33, 26: 26, 52: 23}),
    ],
)
def test_natural_course(who, published):
    """Fitted. Costa 2012, within 5 points (a healthy rest of 9 points is the model's floor)."""
    run = patient("none", who=who)
    for week, value in published.items():
        assert run.at(PAIN, week=week) == pytest.approx(value, abs=5)


def test_sciatica_declines_and_needling_helps():
    """Prediction."""
    none, verum = (patient(p, who="sciatica", weeks=8) for p in ("none", "sciatica-acupuncture"))
    assert none.at(PAIN, week=8) < none.at(PAIN, week=0)
    assert verum.at(PAIN, week=8) < none.at(PAIN, week=8)


def test_a_session_restrains_inflammation_through_the_vagus():
    """Direction in animals (Torres-Rosas 2014); tissue cytokines, not blood."""
    path = "periphery.cytokines.cytokines"
    verum, cut = patient("gerac-verum"), patient("gerac-verum", "vagotomy", weeks=6)
    assert verum.at(path, minute=60) < verum.at(path, minute=0)
    assert verum.at(path, minute=60) < cut.at(path, minute=60)


@pytest.mark.xfail(
    strict=True,
    reason="tissue cytokines 2.01 under verum against 1.90 untreated at week 5: stress falls, cortisol with "
    "it, and the restraint by cortisol outweighs the reflex between sessions",
)
def test_inflammation_falls_over_weeks():
    """The mission's claim; blood cytokines hardly follow pain in people, so there is nothing to fit it to."""
    path = "periphery.cytokines.cytokines"
    assert patient("gerac-verum").at(path, week=5) < patient("none").at(path, week=5)


@pytest.mark.xfail(strict=True, reason="109 % against about 90 %: the typical patient overshoots")
def test_effects_against_no_treatment_fade_a_little():
    """About 90 % of the contrast is left after a year (MacPherson 2017)."""
    gap = {w: pain("none", w) - pain("gerac-verum", w) for w in (13, 52)}
    assert gap[52] / gap[13] == pytest.approx(0.9, abs=0.1)
