"""Practitioners: who needles whom, and what that changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from deqi.errors import DeqiError, TrialError
from deqi.trials import Arm, Trial, load_trial, read_trial
from deqi.trials.analyses.clusters import compare_clustered
from deqi.trials.conduct import conduct
from deqi.trials.practitioners import practitioner_of
from deqi.trials.processes import Practitioners
from deqi.trials.run import population_of

SEED = 5
NEEDLED = ("acupuncture", "sham")
WHO = Practitioners(10, context_sd=1.0)


def template(practitioners: Practitioners | None, patients: int = 300, **changes: object) -> Trial:
    nothing = {"adherence": None, "dropout": None, "co_treatment": None, "unblinding": None}
    trial = load_trial("three-arm-sham")
    return trial.with_(
        practitioners=practitioners, patients=patients, visits=(8,), weeks=8, **nothing | changes
    )


@lru_cache(maxsize=8)
def followed(trial: Trial, first: int = 0, stop: int = 300) -> dict[str, np.ndarray]:
    return conduct(trial, population_of(trial), SEED, first, stop)


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray], rows: np.ndarray) -> list[str]:
    """Columns of `one` that are not in `other` what they are, in some rows."""
    return [
        name
        for name, values in one.items()
        if not np.array_equal(values[rows], other[name][rows], equal_nan=values.dtype.kind == "f")
    ]


def intraclass(values: np.ndarray, groups: np.ndarray) -> float:
    """Intraclass correlation by analysis of variance."""
    _, number, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    means = np.bincount(number, values) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (len(sizes) - 1)
    within = ((values - means[number]) ** 2).sum() / (len(values) - len(sizes))
    size = (len(values) - (sizes**2).sum() / len(values)) / (len(sizes) - 1)
    return float((between - within) / (between + (size - 1) * within))


def change(table: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Change of the true pain of needled patients, less their arm's mean; and who needled them."""
    gained = table["pain_state.w8"] - table["pain_state.w0"]
    for name in NEEDLED:
        gained[table["arm"] == name] -= gained[table["arm"] == name].mean()
    rows = np.isin(table["arm"], NEEDLED)
    return gained[rows], table["practitioner"][rows]


def test_a_trial_without_practitioners_has_no_such_column_and_keeps_its_bits() -> None:
    without, alike = followed(template(None)), followed(template(Practitioners(10)))
    assert "practitioner" not in without
    assert not same(without, alike, np.arange(300))


def test_needled_patients_have_one_and_others_none() -> None:
    table = followed(template(WHO))
    needled = np.isin(table["arm"], NEEDLED)
    assert (table["practitioner"][needled] != "").all()
    assert (table["practitioner"][~needled] == "").all()
    # Blocks of 6 with 4 needled, so that 15 places bring 10 of them, or nearly.
    sizes = np.unique(table["practitioner"][needled], return_counts=True)[1]
    assert len(sizes) == 20
    assert set(sizes.tolist()) <= {8, 9, 10, 11, 12}
    both = {name: set(table["arm"][table["practitioner"] == name]) for name in table["practitioner"][needled]}
    assert all(arms == set(NEEDLED) for arms in both.values())


def test_arms_without_needles_and_week_0_are_what_they_were() -> None:
    without, table = followed(template(None)), followed(template(WHO))
    assert not same(without, table, np.flatnonzero(table["arm"] == "usual care"))
    needled = np.flatnonzero(table["arm"] != "usual care")
    changed = same(without, table, needled)
    assert {"pain.w8", "function.w8"} <= set(changed)
    assert not [name for name in changed if name.endswith(".w0") or "." not in name]


def test_patients_of_one_practitioner_are_alike_and_more_so_the_more_these_differ() -> None:
    without = followed(template(None))
    _, groups = change(followed(template(WHO)))
    chance = intraclass(
        change({**without, "practitioner": followed(template(WHO))["practitioner"]})[0], groups
    )
    some = intraclass(*change(followed(template(Practitioners(10, context_sd=0.5)))))
    much = intraclass(*change(followed(template(WHO))))
    assert abs(chance) < 0.06
    assert chance + 0.03 < some < much - 0.03
    assert 0.12 < much < 0.35


def test_skill_moves_the_arm_that_is_needled_by_hand_alone() -> None:
    without, table = followed(template(None)), followed(template(Practitioners(10, skill_sd=0.8)))
    assert not same(without, table, np.flatnonzero(table["arm"] != "acupuncture"))
    assert "pain.w8" in same(without, table, np.flatnonzero(table["arm"] == "acupuncture"))


def test_a_range_and_a_larger_trial_find_the_same_practitioners() -> None:
    whole = followed(template(WHO))
    part = followed(template(WHO), 121, 152)
    larger = followed(template(WHO, patients=900), 121, 152)
    here = {name: values[121:152] for name, values in whole.items()}
    assert not same(here, part, np.arange(31))
    assert not same(here, larger, np.arange(31))


def test_places_are_shared_out_in_whole_numbers() -> None:
    trial = template(Practitioners(7), patients=100)
    numbers = practitioner_of(trial, np.arange(1_000_000))
    assert (np.diff(numbers) >= 0).all()
    # Two arms of three are needled: 7 of them are 10.5 places.
    assert set(np.unique(numbers, return_counts=True)[1][:-1].tolist()) == {10, 11}


def test_the_analysis_of_clusters_takes_the_column() -> None:
    trial = template(WHO)
    found = compare_clustered(
        trial, pd.DataFrame(followed(trial)), trial.primary, 8.0, NEEDLED, by="practitioner"
    )
    assert {one.practitioners for one in found} == {20}
    assert max(one.practitioner_sd or 0.0 for one in found) > 1


def test_what_makes_no_sense_is_refused(small: Callable[..., Trial], tmp_path) -> None:  # type: ignore[no-untyped-def]
    for wrong in ({"patients_each": 0}, {"patients_each": 2.5}, {"patients_each": 5, "context_sd": -1}):
        with pytest.raises(DeqiError):
            Practitioners(**wrong)
    with pytest.raises(TrialError, match="no arm has needles"):
        small(arms=(Arm("one", "none"), Arm("two", "usual-care")), practitioners=WHO)
    current = (Arm("one", "electroacupuncture-2hz"), Arm("two", "none"))
    with pytest.raises(TrialError, match="moved by hand"):
        small(arms=current, practitioners=Practitioners(10, skill_sd=0.2))
    assert small(arms=current, practitioners=WHO)
    with pytest.raises(TrialError, match="is no Practitioners"):
        small(practitioners=12)
    text = "[trial]\n[practitioners]\npatients_each = 12\ncontext = 1\n"
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(DeqiError, match=r"own\.toml: practitioners: unknown field 'context'"):
        read_trial(tmp_path / "own.toml")
