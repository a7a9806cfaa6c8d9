"""The fingerprint changes with anything that a course depends on, and with nothing else."""

import copy
import math
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from enum import Enum
from types import FunctionType, ModuleType
from typing import NamedTuple

import numpy as np
import pytest

from deqi.core import Block, Expr, Instance, Mechanism, Model, Wire, var
from deqi.core.fingerprint import fingerprint
from deqi.errors import MechanismError
from deqi.models import needling_analgesia

PAGE = '''
"""A pool that drains into another."""

from deqi.core import Block, Expr, Instance, Mechanism, Model, Wire, var

SCALE = 2
TABLE = {"share": (0.5, 1.0), "names": frozenset({"a", "b", "c"})}


def lost(x, rate):
    return rate * x


def twice(function, by=SCALE):
    def made(x, rate):
        return by * function(x, rate)

    return made


loss = twice(lost)


class Pool(Mechanism):
    class State(Block):
        level: Expr = var("nM", "level", symbol="c", initial=1.0)

    class Params(Block):
        rate: Expr = var("1/min", "loss", symbol="k")

    class Inputs(Block):
        inflow: Expr = var("nM", "what comes in", symbol="i")
        warmth: Expr = var("1", "warmth", symbol="w")

    class Outputs(Block):
        shown: Expr = var("nM", "level as others see it", symbol="s")

    @staticmethod
    def outputs(t, x, p, u, ops):
        return {"shown": TABLE["share"][0] * x.level}

    @staticmethod
    def rhs(t, x, p, u, ops):
        return {"level": p.rate * u.inflow - loss(x.level, p.rate) * (1 + u.warmth)}


class Outside(Block):
    warmth: Expr = var("1", "warmth", symbol="w")


def model():
    return Model(
        "pools",
        [Instance("first", Pool), Instance("second", Pool, "first")],
        [
            Wire("second.shown", "first.inflow"),
            Wire("first.shown", "second.inflow"),
            Wire("environment.warmth", "first.warmth"),
            Wire("environment.warmth", "second.warmth"),
        ],
        Outside,
    )
'''


def of(text):
    space = {"__name__": "page"}
    exec(compile(textwrap.dedent(text), "page.py", "exec"), space)
    return fingerprint(space["model"]())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SCALE = 2", "SCALE = 1"),
        ("SCALE = 2", "SCALE = 2.0"),
        ('"share": (0.5', '"share": (0.25'),
        ('{"a", "b", "c"}', '{"a", "b"}'),
        ("return rate * x", "return rate * x * x"),
        ("return rate * x", "return rate / x"),
        ("return by * function", "return by + function"),
        ("by=SCALE", "by=SCALE + 1"),
        ("p.rate * u.inflow - loss", "p.rate * u.inflow + loss"),
        ("(1 + u.warmth)", "(2 + u.warmth)"),
        ("(1 + u.warmth)", "(1 + x.level)"),
        ("initial=1.0", "initial=0.0"),
        ("initial=1.0", 'initial="rate"'),
        ('"1/min", "loss"', '"1/d", "loss"'),
        (
            'warmth: Expr = var("1", "warmth", symbol="w")\n\n\ndef',
            'warmth: Expr = var("1", "w", symbol="w", bounds=(0, 1))\n\n\ndef',
        ),
        ('shown: Expr = var("nM"', 'shown: Expr = var("pmol/L"'),
        ('Wire("second.shown", "first.inflow")', 'Wire("first.level", "first.inflow")'),
        ('"second", Pool, "first"', '"second", Pool'),
        (
            'Instance("first", Pool), Instance("second", Pool, "first")',
            'Instance("second", Pool, "first"), Instance("first", Pool)',
        ),
        ("level", "height"),
        ("rate", "speed"),
        ("second", "other"),
    ],
)
def test_it_changes_with_what_a_course_depends_on(old, new):
    changed = PAGE.replace(old, new)
    assert changed != PAGE
    assert of(changed) != of(PAGE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\nSCALE = 2", "\n\n\n# twice as fast\nSCALE = 2"),
        (
            "def made(x, rate):\n        return by * function(x, rate)",
            "def made(c, k):\n        return by * function(c, k)",
        ),
        ('"what comes in"', '"what flows in"'),
        ('symbol="k"', 'symbol="k_l"'),
        ('"pools"', '"two pools"'),
        ('Wire("environment.warmth", "first.warmth"),\n', ""),
    ],
)
def test_it_does_not_change_with_words_and_places(old, new):
    changed = PAGE.replace(old, new)
    if not new:  # the order of wires says nothing
        changed = changed.replace("        [\n", f"        [\n            {old}", 1)
    assert changed != PAGE
    assert of(changed) == of(PAGE)


def test_other_processes_agree():
    code = (
        "from deqi.core.fingerprint import fingerprint; from deqi.models import needling_analgesia;"
        "import sys; print(fingerprint(needling_analgesia()), 'sympy' in sys.modules, 'pint' in sys.modules)"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert seen == {f"{fingerprint(needling_analgesia())} False False"}


def test_each_mechanism_of_the_model_counts():
    model = needling_analgesia()
    whole = fingerprint(model)
    assert re.fullmatch("[0-9a-f]{64}", whole)
    for instance in model.instances:
        mechanism = instance.mechanism
        name = "rhs" if mechanism.State.variables else "outputs"
        kept = mechanism.__dict__[name]
        function = kept.__func__
        code = function.__code__.replace(co_consts=(*function.__code__.co_consts, 5))
        setattr(mechanism, name, staticmethod(FunctionType(code, function.__globals__)))
        try:
            assert fingerprint(model) != whole, mechanism
        finally:
            setattr(mechanism, name, kept)
    assert fingerprint(model) == whole


def test_functions_that_call_themselves_and_each_other_come_to_an_end():
    def power(x, n):
        return x * power(x, n - 1) if n else 1

    class Loop(Mechanism):
        """A page with a helper that calls itself, and that names itself."""

        class Outputs(Block):
            out: Expr = var("1", "out", symbol="o")

        @staticmethod
        def outputs(t, x, p, u, ops):
            return {"out": power(2, len(Loop.Outputs.variables))}

    model = Model("loop", [Instance("a", Loop)], [])
    assert fingerprint(model) == fingerprint(model)


@dataclass(frozen=True, slots=True)
class Pair:
    """A constant with slots."""

    low: float
    high: float


class Colour(Enum):
    """Names that stand for numbers."""

    RED = 1
    BLUE = 2


class Named(NamedTuple):
    """Numbers with names."""

    low: float
    high: float


def reaching(thing, *, module=math):
    class Reach(Mechanism):
        """A page that reaches a thing by its closure, and a module."""

        class Outputs(Block):
            out: Expr = var("1", "out", symbol="o")

        @staticmethod
        def outputs(t, x, p, u, ops):
            return {"out": thing if module.pi > 0 else math.sqrt(2)}

    return fingerprint(Model("reach", [Instance("a", Reach)], []))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ("1", 1),
        ((1, 2), [1, 2]),
        ((1, (2, 3)), ((1, 2), 3)),
        ({"a": 1}, {"a": 2}),
        ({1, 2}, {1, 3}),
        (np.array([1.0, 2.0]), np.array([1.0, 3.0])),
        (np.float64(1.0), np.float64(2.0)),
        (Pair(0.0, 1.0), Pair(0.0, 2.0)),
        (Named(0.0, 1.0), Named(0.0, 2.0)),
        (math.sin, math.cos),
        (lambda x: x + 1, lambda x: x + 2),
        (lambda x, y=1: x, lambda x, y=2: x),
        (lambda x, *, y=1: x, lambda x, *, y=2: x),
        (int, float),
        (Pair, Named),
        (ModuleType("m"), ModuleType("n")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_a_page_reaches_counts(one, other):
    assert reaching(one) == reaching(one if isinstance(one, ModuleType) else copy.copy(one))
    assert reaching(one) != reaching(other)


def test_what_a_page_reaches_in_a_module_counts():
    first, second, third = ModuleType("m"), ModuleType("m"), ModuleType("m")
    first.pi, second.pi, third.pi = 3, 4, 3
    third.e = 2
    assert reaching(1, module=first) != reaching(1, module=second)
    assert reaching(1, module=first) == reaching(1, module=third)
    outer, other = ModuleType("o"), ModuleType("o")
    outer.pi, other.pi = 3, 3
    outer.sqrt, other.sqrt = first, second
    assert reaching(1, module=outer) != reaching(1, module=other)


def test_an_object_that_hides_what_it_holds_is_an_error():
    hidden = re.compile("a+")

    class Hidden(Mechanism):
        """A page that reaches what it should not."""

        class Outputs(Block):
            out: Expr = var("1", "out", symbol="o")

        @staticmethod
        def outputs(t, x, p, u, ops):
            return {"out": len(hidden.pattern)}

    with pytest.raises(MechanismError, match="a Pattern cannot be told from another"):
        fingerprint(Model("hidden", [Instance("a", Hidden)], []))


def test_an_exchanged_wire_counts():
    model = needling_analgesia()
    changed = model.replace(wires=[Wire("pain.report.intensity", "mind.stress.unpleasantness")])
    assert fingerprint(changed) != fingerprint(model)
    assert fingerprint(model.replace(name="another name")) == fingerprint(model)
