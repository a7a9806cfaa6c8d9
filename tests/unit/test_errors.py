"""What a user reads when something is wrong, and that it survives a process boundary."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from deqi import errors
from deqi.errors import DeqiError, MechanismError, UnitError, UnknownNameError, nearest

EVERY_ERROR = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, DeqiError)]
PLAIN_ERRORS = [e for e in EVERY_ERROR if e is not UnknownNameError]
POINTS = ["BL22", "BL23", "BL25", "GB30", "ST36"]


@pytest.mark.parametrize("kind", PLAIN_ERRORS)
@pytest.mark.parametrize(
    ("where", "fix", "line"),
    [
        ("", "", "minutes must be positive"),
        ("session 2", "", "session 2: minutes must be positive"),
        ("", "write minutes = 30", "minutes must be positive; write minutes = 30"),
        ("session 2", "write minutes = 30", "session 2: minutes must be positive; write minutes = 30"),
    ],
)
def test_says_where_what_and_what_to_do(kind: type[DeqiError], where: str, fix: str, line: str) -> None:
    error = kind("minutes must be positive", where=where, fix=fix)
    assert str(error) == line
    assert (error.what, error.where, error.fix) == ("minutes must be positive", where, fix)


def test_whitespace_is_folded_to_one_line() -> None:
    error = DeqiError("expected\n    a number,\tfound 'ten' ", where="a.toml\n", fix="\n  write 10\r\n")
    assert str(error) == "a.toml : expected a number, found 'ten' ; write 10"


def test_a_name_with_line_breaks_cannot_forge_a_second_line() -> None:
    assert "\n" not in str(UnknownNameError("point", "BL23\nall is well", POINTS, where="my\nfile"))


@pytest.mark.parametrize("kind", PLAIN_ERRORS)
def test_where_and_fix_are_named(kind: type[DeqiError]) -> None:
    with pytest.raises(TypeError):
        kind("what", "where", "fix")  # type: ignore[misc]


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_every_error_is_caught_as_a_deqi_error_and_documented(kind: type[DeqiError]) -> None:
    assert issubclass(kind, DeqiError)
    assert kind.__doc__
    assert re.search(rf"\b{kind.__name__}\b", errors.__doc__ or ""), "missing from the tree in the docstring"


def test_units_that_do_not_close_are_a_fault_of_the_mechanism() -> None:
    assert issubclass(UnitError, MechanismError)


def test_an_unknown_name_gets_the_nearest_names_best_first() -> None:
    error = UnknownNameError("point", "BL233", POINTS, where="needling 1")
    assert str(error) == "needling 1: unknown point 'BL233'; did you mean BL23 or BL25?"
    assert (error.kind, error.name) == ("point", "BL233")


def test_advice_is_kept_when_no_name_is_near() -> None:
    error = UnknownNameError("point", "XYZZY", POINTS, fix="see: deqi points")
    assert str(error) == "unknown point 'XYZZY'; see: deqi points"


def test_a_near_name_takes_the_place_of_general_advice() -> None:
    error = UnknownNameError("point", "ST366", POINTS, fix="see: deqi points")
    assert error.fix == "did you mean ST36?"


def test_no_names_known_means_no_advice() -> None:
    assert str(UnknownNameError("point", "BL23", [])) == "unknown point 'BL23'"


def test_known_names_may_come_from_a_generator() -> None:
    assert UnknownNameError("point", "gb3", (p for p in POINTS)).fix == "did you mean GB30?"


@pytest.mark.parametrize(
    ("name", "limit", "found"),
    [
        ("bl23", 1, ["BL23"]),
        ("BL23", 2, ["BL23", "BL25"]),
        ("bl2", 3, ["BL25", "BL23", "BL22"]),
        ("", 2, []),
        ("thalamus", 2, []),
    ],
)
def test_nearest_ignores_case_and_keeps_to_its_limit(name: str, limit: int, found: list[str]) -> None:
    assert nearest(name, POINTS, limit) == found


@pytest.mark.parametrize("kind", PLAIN_ERRORS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_errors_cross_a_process_boundary(kind: type[DeqiError], protocol: int) -> None:
    error = kind("minutes must be positive", where="session 2", fix="write minutes = 30")
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is kind
    assert str(back) == str(error)
    assert (back.what, back.where, back.fix) == (error.what, error.where, error.fix)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_unknown_name_crosses_with_its_advice(protocol: int) -> None:
    error = UnknownNameError("point", "BL233", POINTS, where="needling 1")
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is UnknownNameError
    assert (str(back), back.kind, back.name, back.fix) == (str(error), "point", "BL233", error.fix)


def test_errors_can_be_copied() -> None:
    error = DeqiError("what", where="where", fix="fix")
    assert str(copy.deepcopy(error)) == str(copy.copy(error)) == str(error)
