"""The few units that deqi converts itself are held, pair by pair, against `pint`."""

import pytest

from deqi.core import units
from deqi.errors import UnitError
from deqi.models import needling_analgesia, parameter_schema, patients
from deqi.parameters import base_values, overlays

KNOWN = [unit for row in units.KNOWN.values() for unit in row]


def by_pint(source, target):
    """The factor as `pint` has it, or None if the two measure different things."""
    ratio = units.registry().Quantity(1.0, units.parse(source) / units.parse(target)).to_base_units()
    return float(f"{ratio.magnitude:.14g}") if ratio.dimensionless else None


@pytest.mark.parametrize("source", KNOWN)
def test_every_pair_of_known_units_is_as_pint_has_it(source):
    for target in KNOWN:
        wanted = by_pint(source, target)
        if wanted is None:
            with pytest.raises(UnitError, match="cannot be turned into"):
                units.factor(source, target)
        else:
            assert units.factor(source, target) == wanted
        assert units.alike(source, target) == units.same(units.parse(source), units.parse(target))


def test_known_units_stand_once():
    assert len(KNOWN) == len(set(KNOWN))


def test_what_ships_is_written_in_known_units():
    model = needling_analgesia()
    declared = [*model.sources.values(), *model.inputs.values(), *parameter_schema().values()]
    tables = [
        base_values(),
        *(o.values for o in overlays().values()),
        *(p.values for p in patients().values()),
    ]
    used = {v.unit for v in declared} | {v.unit for table in tables for v in table.values()}
    assert used <= set(KNOWN), "a unit that is not known costs every simulation the loading of pint"


def test_other_units_are_left_to_pint():
    assert units.factor("µmol/L", "nM") == 1000.0
    assert units.factor("nM", "µmol/L") == 0.001
    assert units.alike("1/min", "minute**-1")
    assert not units.alike("Hz", "1/ms")


@pytest.mark.parametrize("unit", ["furlong-ish", "", " ", "nM +", 5, ["nM"], None])
def test_what_is_no_unit_is_refused_even_beside_itself(unit):
    with pytest.raises(UnitError):
        units.check(unit)
    if isinstance(unit, str):
        with pytest.raises(UnitError):
            units.factor(unit, unit)
        with pytest.raises(UnitError):
            units.alike(unit, unit)
