"""Small models for the engine's tests: some written out, some from random expression trees.

A tree is a nested tuple: ``("mul", ("param", 0), ("hill2", ("state", 1), ("number", 0.5)))``.
"""

from functools import lru_cache

import numpy as np
from hypothesis import Phase
from hypothesis import strategies as st

from deqi.core import Block, Expr, Instance, Mechanism, Model, Wire, var
from deqi.core.arrays import ArrayModel
from deqi.core.variables import ANY
from deqi.engine import Batch, Schedule

#: Every example compiles a model; hundreds of smaller ones would take minutes.
NO_SHRINKING = (Phase.explicit, Phase.generate)

LEAVES = ("state", "param", "drive", "feedback", "time", "number")


def evaluate(tree, leaf, ops):
    """Value of a tree; ``leaf(kind, *which)`` gives that of its leaves."""
    kind, *parts = tree
    if kind in LEAVES:
        return leaf(kind, *parts)
    values = [evaluate(part, leaf, ops) for part in parts]
    match kind:
        case "add":
            return values[0] + values[1]
        case "sub":
            return values[0] - values[1]
        case "mul":
            return values[0] * values[1]
        case "div":
            return values[0] / values[1]
        case "neg":
            return -values[0]
    return getattr(ops, kind)(*values)


def block(kind, names, **more):
    """A block of pure numbers."""
    return type(kind, (Block,), {name: var("1", name, symbol=name, bounds=ANY, **more) for name in names})


def tree_model(rates, signal=("state", 0), strong=("feedback",), n_params=2):
    """A model with one rate a tree, an output fed through a relay and back, and one input.

    ``body`` has the states ``s0, s1, ...``, the parameters ``p0, p1, ...`` and the output
    ``signal``; ``relay.strong`` comes from it, and returns as the leaf ``("feedback",)``. In the
    tree of the relay, that leaf is the signal.
    """
    states = [f"s{i}" for i in range(len(rates))]
    params = [f"p{i}" for i in range(n_params)]

    def leaves(t, x, p, u):
        def leaf(kind, which=None):
            match kind:
                case "state":
                    return getattr(x, states[which])
                case "param":
                    return getattr(p, params[which])
                case "time":
                    return t
                case "number":
                    return which
            return getattr(u, kind)

        return leaf

    def body_outputs(t, x, p, u, ops):
        return {"signal": evaluate(signal, leaves(t, x, p, u), ops)}

    def body_rates(t, x, p, u, ops):
        return {s: evaluate(r, leaves(t, x, p, u), ops) for s, r in zip(states, rates, strict=True)}

    def relay_outputs(t, x, p, u, ops):
        return {"strong": evaluate(strong, leaves(t, x, p, u), ops)}

    body = type(
        "Body",
        (Mechanism,),
        {
            "State": block("State", states, initial=1.0),
            "Params": block("Params", params),
            "Inputs": block("Inputs", ["drive", "feedback"]),
            "Outputs": block("Outputs", ["signal"]),
            "outputs": staticmethod(body_outputs),
            "rhs": staticmethod(body_rates),
        },
    )
    relay = type(
        "Relay",
        (Mechanism,),
        {
            "Inputs": block("Inputs", ["feedback"]),
            "Outputs": block("Outputs", ["strong"]),
            "outputs": staticmethod(relay_outputs),
        },
    )
    return Model(
        "toy",
        [Instance("body", body), Instance("relay", relay)],
        [
            Wire("environment.drive", "body.drive"),
            Wire("body.signal", "relay.feedback"),
            Wire("relay.strong", "body.feedback"),
        ],
        block("Environment", ["drive"]),
    )


class Loop(Mechanism):
    """Two states in a loop with a saturation: something to integrate that is neither linear nor dull."""

    class State(Block):
        fast: Expr = var("1", "fast", symbol="x", initial=1.0)
        slow: Expr = var("1", "slow", symbol="y", initial=0.5)

    class Params(Block):
        gain: Expr = var("1", "gain", symbol="g")
        tau: Expr = var("min", "time constant of the fast state", symbol="\\tau")
        rate: Expr = var("1/min", "rate of the slow state", symbol="k")

    class Inputs(Block):
        drive: Expr = var("1", "drive", symbol="u")

    class Outputs(Block):
        level: Expr = var("1", "saturated slow state", symbol="l")

    @staticmethod
    def outputs(t, x, p, u, ops):
        return {"level": ops.hill(x.slow, 1, 2)}

    @staticmethod
    def rhs(t, x, p, u, ops):
        return {
            "fast": (p.gain * u.drive / (1 + x.slow * x.slow) - x.fast) / p.tau,
            "slow": p.rate * (x.fast - x.slow),
        }


class Drive(Block):
    """What drives the loop."""

    drive: Expr = var("1", "drive", symbol="u")


def loop():
    """The model of `Loop`: parameters gain, tau, rate; one input; one output."""
    return Model("loop", [Instance("body", Loop)], [Wire("environment.drive", "body.drive")], Drive)


def loop_batch(count, *, seed=0, varied=("gain", "tau", "rate"), times=None, schedules=None):
    """Different patients of `loop`, on two schedules with jumps; reports at edges, before and between."""
    rng = np.random.default_rng(seed)
    common = np.array([2.0, 0.3, 0.05])
    numbers = common * np.exp(rng.normal(0, 0.5, (count, 3)))
    columns = [("gain", "tau", "rate").index(name) for name in varied]
    return Batch(
        start=rng.uniform(0.1, 2.0, (count, 2)),
        common=common,
        varied=numbers[:, columns],
        schedules=schedules or LOOP_SCHEDULES,
        schedule=rng.integers(0, 2, count),
        times=np.array([-5.0, 0.0, 1.5, 7.0, 10.0, 10.0001, 25.0]) if times is None else times,
        report=("body.slow", "body.level", "body.fast"),
    )


LOOP_SCHEDULES = (
    Schedule(np.array([0.0, 7.0, 30.0]), np.array([[1.0], [0.2]]), np.array([[0.0, 0.0], [1.5, 0.0]])),
    Schedule(
        np.array([0.0, 2.0, 10.0, 25.0]),
        np.array([[0.5], [3.0], [0.0]]),
        np.array([[0.25, -0.1], [0.0, 0.0], [0.0, 2.0]]),
    ),
)


#: A model's array reading, made once.
array_reading = lru_cache(maxsize=4)(ArrayModel)


def array_rates(model, engine, states, parameters, inputs, time=0.0):
    """Rates and outputs of every row by the array reading, in the order of the engine's paths."""
    array = array_reading(model)
    found = []
    for method, paths in ((array.rates, model.states), (array.outputs, engine.outputs)):
        given = method(
            time,
            dict(zip(model.states, np.asarray(states, float).T, strict=True)),
            dict(zip(engine.parameters, np.asarray(parameters, float).T, strict=True)),
            dict(zip(model.outside, np.asarray(inputs, float).T, strict=True)),
        )
        found.append(np.column_stack([np.broadcast_to(given[p], (len(states),)) for p in paths]))
    return found


def same_bits(one, other):
    """Whether two arrays hold the same bits; a NaN equals itself."""
    one, other = np.ascontiguousarray(one), np.ascontiguousarray(other)
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def tame_trees(leaves):
    """Strategy of trees whose values stay positive and moderate; differences stand where they may."""
    number = st.sampled_from([0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0]).map(lambda x: ("number", x))
    pair, power = (
        ("add", "mul", "div", "at_least", "at_most", "hill2"),
        st.sampled_from([0.5, 1.0, 1.7, 2.0, 3.0]),
    )

    def grow(inner):
        difference = st.tuples(st.just("sub"), inner, inner)
        one_more = st.tuples(st.just("add"), st.just(("number", 1.0)), inner)
        return st.one_of(
            st.tuples(st.sampled_from(pair), inner, inner),
            st.tuples(st.sampled_from(["positive", "sigmoid", "softplus"]), difference),
            st.tuples(st.just("exp"), inner.map(lambda x: ("neg", x))),
            st.tuples(st.sampled_from(["log", "sqrt"]), one_more),
            st.tuples(st.just("power"), one_more, power.map(lambda n: ("number", n))),
            st.tuples(st.just("hill"), inner, one_more, power.map(lambda n: ("number", n))),
            st.tuples(st.just("where"), difference, inner, inner),
        )

    return st.recursive(st.one_of(number, *map(st.just, leaves)), grow, max_leaves=7)


BODY_LEAVES = (("state", 0), ("state", 1), ("param", 0), ("param", 1), ("drive",))


@st.composite
def tame_models(draw, largest=4, leaves=BODY_LEAVES):
    """Strategy of models of `tame_trees`: two states or more, an output, its relay, and back."""
    size = draw(st.integers(2, largest))
    leaves = (*leaves, *(("state", i) for i in range(2, size)))
    signal = draw(tame_trees(leaves))
    strong = draw(tame_trees([("feedback",)]))
    rates = draw(st.lists(tame_trees((*leaves, ("feedback",))), min_size=size, max_size=size))
    signs = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return tuple(("neg", r) if s else r for r, s in zip(rates, signs, strict=True)), signal, strong
