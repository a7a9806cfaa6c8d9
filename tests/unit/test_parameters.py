"""Parameter files: complete, sound, and merged by precedence."""

import pytest

from deqi.core import cite
from deqi.errors import DeqiError, FileError, ParameterError, UnitError, UnknownNameError
from deqi.models import load_patient, parameter_schema, patients
from deqi.parameters import base_values, count_kinds, merge, overlays, read_set, resolve

GOOD = '["spinal.gate.projection_max"]\nvalue = 60\nunit = "Hz"\nkind = "assumed"\n'


def test_the_base_set_is_complete_and_nothing_is_unused():
    numbers = resolve(parameter_schema(), base_values())
    assert set(numbers) == set(parameter_schema())
    assert len(numbers) > 360


def test_every_source_resolves_and_assumed_values_are_graded_low():
    for value in base_values().values():
        if value.source:
            cite(value.source)
        assert (value.grade == "D") or value.kind != "assumed"
        assert value.kind != "measured" or value.source


def test_days_become_minutes():
    numbers = resolve(parameter_schema(), base_values())
    assert numbers["mind.mood.turnover"] == 14 * 1440
    assert numbers["spinal.sensitisation.decay"] == pytest.approx(0.002 / 1440, rel=1e-14)


def test_later_layers_win():
    oxycodone = overlays()["oxycodone"].values
    merged = merge(base_values(), oxycodone)
    assert merged["drugs.opioid.clearance"].value == 25.5
    assert merged["drugs.nsaid.volume"] == base_values()["drugs.nsaid.volume"]


def test_every_patient_resolves():
    for patient in patients().values():
        resolve(parameter_schema(), merge(base_values(), patient.values))
    assert load_patient("sciatica").values == load_patient("chronic_low_back_pain").values


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (GOOD.replace("value = 60", "valu = 60"), UnknownNameError, "did you mean value"),
        (GOOD.replace("value = 60\n", ""), ParameterError, "has no value"),
        (GOOD.replace('unit = "Hz"\n', ""), ParameterError, "has no unit"),
        (GOOD.replace("Hz", "furlong-ish"), UnitError, "is not a unit"),
        (GOOD.replace("60", "nan"), ParameterError, "no finite number"),
        (GOOD.replace("assumed", "guessed"), UnknownNameError, "unknown kind"),
        (GOOD.replace('"Hz"', '"Hz'), FileError, "no valid TOML"),
    ],
)
def test_an_unsound_file_says_what_and_where(tmp_path, text, error, message):
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(error, match=message) as caught:
        read_set(file)
    assert "mine.toml" in str(caught.value)


def test_missing_unused_and_out_of_bounds_values_are_errors(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.replace("projection_max", "projection_mx"))
    with pytest.raises(UnknownNameError, match=r"did you mean spinal.gate.projection_max"):
        resolve(parameter_schema(), merge(base_values(), read_set(file).values))
    with pytest.raises(ParameterError, match="no value for"):
        resolve(parameter_schema(), {})
    file.write_text(GOOD.replace("60", "-60"))
    with pytest.raises(ParameterError, match="outside 0"):
        resolve(parameter_schema(), merge(base_values(), read_set(file).values))


def test_counts_add_up():
    assert sum(count_kinds(base_values().values()).values()) == len(base_values())


def test_a_missing_file_is_one_line():
    with pytest.raises(DeqiError, match="cannot be read"):
        load_patient("/nowhere/at/all.toml")
