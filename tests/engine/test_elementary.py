"""Our exponential, logarithm and power against many digits, in both float types."""

import ctypes
from functools import cache

import mpmath
import numpy as np
import pytest
from llvmlite import ir

from deqi.engine.compiler import Loaded, compile_text
from deqi.engine.elementary import Elementary
from deqi.engine.lanes import I64, POINTER, VOID, Lanes
from deqi.engine.workspace import aligned

WIDTH = 4
TYPES = {64: np.float64, 32: np.float32}
MANY = 20_000
FEW = 4_000
INF, NAN = float("inf"), float("nan")


@cache
def compiled(name, bits):
    """A function of two arrays that maps one of `Elementary` over them."""
    lanes = Lanes(bits, WIDTH)
    module = ir.Module("elementary")
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, POINTER, POINTER, I64]), "map")
    xs, ns, out, count = function.args
    entry, body, end = (function.append_basic_block(b) for b in ("entry", "body", "end"))
    ir.IRBuilder(entry).branch(body)
    b = lanes.builder = ir.IRBuilder(body)
    i = b.phi(I64)
    i.add_incoming(ir.Constant(I64, 0), entry)
    arguments = [lanes.load(xs, i)] + ([lanes.load(ns, i)] if name == "power" else [])
    lanes.store(getattr(Elementary(lanes), name)(*arguments), out, i)
    following = b.add(i, ir.Constant(I64, 1))
    i.add_incoming(following, b.block)
    b.cbranch(b.icmp_signed("<", following, count), body, end)
    ir.IRBuilder(end).ret_void()
    code = Loaded(compile_text(str(module)), ["map"])
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_int64)
    return code, kind(code.addresses["map"])


def engine(name, bits, x, n=0.0):
    """The engine's values at x (and n)."""
    x, n = np.broadcast_arrays(np.asarray(x, TYPES[bits]), np.asarray(n, TYPES[bits]))
    vectors = -(-x.size // WIDTH)
    arrays = [aligned(vectors * WIDTH, TYPES[bits]) for _ in range(3)]
    arrays[0][: x.size], arrays[1][: x.size] = x.ravel(), n.ravel()
    _, function = compiled(name, bits)
    function(*(a.ctypes.data for a in arrays), vectors)
    return arrays[2][: x.size].reshape(x.shape)


def digits(name, x, n):
    """To many digits, as an offset from the nearest float64 and that float64."""
    with mpmath.workdps(50):
        function = {"exp": mpmath.exp, "log": mpmath.log, "log1p": mpmath.log1p, "power": mpmath.power}[name]
        arguments = zip(x.tolist(), n.tolist(), strict=True)
        exact = [
            function(mpmath.mpf(a), mpmath.mpf(b)) if name == "power" else function(mpmath.mpf(a))
            for a, b in arguments
        ]
        near = np.array([float(e) for e in exact])
        return near, np.array([float(e - mpmath.mpf(f)) for e, f in zip(exact, near.tolist(), strict=True)])


def worst(name, bits, x, n=0.0):
    """The largest error in units of the last place, and where: many digits for some, wide floats for all."""
    kind = TYPES[bits]
    x, n = (np.array(a, kind) for a in np.broadcast_arrays(np.asarray(x, kind), np.asarray(n, kind)))
    got = engine(name, bits, x, n).astype(float)
    assert np.isfinite(got).all(), f"{name}: not finite at x = {x[~np.isfinite(got)][:3]}"
    some = np.arange(x.size) if x.size <= FEW else np.linspace(0, x.size - 1, FEW).astype(int)
    near, rest = digits(name, x[some].astype(float), n[some].astype(float))
    place = np.spacing(np.abs(near).astype(kind)).astype(float)
    errors = np.abs((got[some] - near) - rest) / np.maximum(place, np.finfo(kind).smallest_subnormal)
    at = int(np.argmax(errors))
    found = [(float(errors[at]), float(x[some][at]), float(n[some][at]))]
    wide = np.longdouble if bits == 64 else np.float64
    if np.finfo(wide).nmant > np.finfo(kind).nmant:
        a, b = x.astype(wide), n.astype(wide)
        exact = np.power(a, b) if name == "power" else getattr(np, name)(a)
        errors = np.abs(got - exact) / np.spacing(np.abs(exact).astype(kind))
        at = int(np.argmax(errors))
        found.append((float(errors[at]), float(x[at]), float(n[at])))
    return max(found)


def close(name, bits, most, x, n=0.0):
    """The worst error is at most so many units."""
    ulp, at, power = worst(name, bits, x, n)
    assert ulp <= most, f"{name}, float{bits}: {ulp:.3f} ulp at x = {at!r}, n = {power!r}; at most {most}"
    print(f"{name}, float{bits}: {ulp:.3f} ulp at x = {at!r}, n = {power!r}")


@pytest.mark.parametrize("bits", [64, 32])
def test_exp(bits):
    limit = 708.0 if bits == 64 else 87.0
    rng = np.random.default_rng(1)
    halves = np.arange(-1400, 1401) / 2 * np.log(2)
    halves = halves[np.abs(halves) <= limit]
    x = np.concatenate(
        [
            [0.0, -0.0, limit, -limit, 5e-324, -1e-30, 1.0, -1.0],
            halves,
            np.nextafter(halves, INF),
            rng.uniform(-limit, limit, MANY),
            rng.uniform(-1, 1, MANY),
            rng.choice([-1, 1], MANY) * 10 ** rng.uniform(-30, np.log10(limit), MANY),
        ]
    ).clip(-limit, limit)
    close("exp", bits, 2, x)


@pytest.mark.parametrize("bits", [64, 32])
def test_exp_is_held_at_its_bounds(bits):
    limit = 708.0 if bits == 64 else 87.0
    ends = engine("exp", bits, [limit, -limit])
    assert engine("exp", bits, [limit * 1.001, 1e30, INF]).tolist() == [ends[0]] * 3
    assert engine("exp", bits, [-limit * 1.001, -1e30, -INF]).tolist() == [ends[1]] * 3
    assert np.isnan(engine("exp", bits, [NAN])).all()
    assert engine("exp", bits, [0.0, -0.0]).tolist() == [1.0, 1.0]


def positive(bits, rng):
    """Positive numbers of every size, with all that is nasty."""
    info = np.finfo(TYPES[bits])
    small, tiny, huge = float(info.smallest_normal), float(info.smallest_subnormal), float(info.max)
    edge = np.array([small, tiny, huge, 1.0, 0.5**0.5, 2.0**0.5, 2.0, 0.5, 10.0], TYPES[bits])
    powers = np.ldexp(1.0, np.arange(int(np.log2(tiny)), int(info.maxexp)))
    near = 1 + rng.choice([-1, 1], MANY) * 10 ** rng.uniform(-16, -0.3, MANY)
    with np.errstate(over="ignore", under="ignore"):
        parts = [
            edge,
            np.nextafter(edge, TYPES[bits](0)),
            np.nextafter(edge[edge < huge], TYPES[bits](INF)),
            powers,
            near,
            rng.uniform(0.5, 2.0, MANY),
            10 ** rng.uniform(np.log10(small), np.log10(huge), MANY),
            small * rng.uniform(0, 1, MANY),
        ]
        x = np.concatenate([np.asarray(p, TYPES[bits]) for p in parts])
    return x[(x > 0) & np.isfinite(x)]


@pytest.mark.parametrize("bits", [64, 32])
def test_log(bits):
    close("log", bits, 2, positive(bits, np.random.default_rng(2)))


@pytest.mark.parametrize("bits", [64, 32])
def test_log_at_the_ends(bits):
    assert engine("log", bits, [0.0, -0.0, INF, 1.0]).tolist() == [-INF, -INF, INF, 0.0]
    assert np.isnan(engine("log", bits, [-1.0, -1e-300 if bits == 64 else -1e-40, -INF, NAN])).all()


@pytest.mark.parametrize("bits", [64, 32])
def test_log1p(bits):
    rng = np.random.default_rng(3)
    least = -320 if bits == 64 else -44
    with np.errstate(under="ignore"):
        x = np.concatenate(
            [
                [1.0, 0.5, 2.0**-53, 2.0**-24, 2.0**0.5 - 1],
                rng.uniform(0, 1, MANY),
                10 ** rng.uniform(least, 0, MANY),
                10 ** rng.uniform(-17, 0, MANY),
            ]
        ).astype(TYPES[bits])
    close("log1p", bits, 3, x[x > 0])
    assert engine("log1p", bits, [0.0]).tolist() == [0.0]
    assert np.isnan(engine("log1p", bits, [NAN])).all()


@pytest.mark.parametrize("bits", [64, 32])
def test_power(bits):
    rng = np.random.default_rng(4)
    x = positive(bits, rng)
    logarithm = np.abs(np.log2(x.astype(np.longdouble))).astype(float)
    with np.errstate(divide="ignore"):
        most = np.minimum(64 / logarithm, 1e6)
    n = rng.uniform(-1, 1, x.size) * most
    ends = rng.choice([-1, 1], x.size) * most * (1 - 1e-6)
    usual = rng.choice([0.5, 1.0, 1.5, 2.0, -1.0, 3.0, 1.7, -0.5, 4.0], x.size)
    xs, ns = np.concatenate([x, x, x]), np.concatenate([n, ends, usual]).astype(TYPES[bits])
    inside = np.abs(ns * np.concatenate([logarithm] * 3)) <= 64
    close("power", bits, 4, xs[inside], ns[inside])


@pytest.mark.parametrize("bits", [64, 32])
def test_power_at_the_ends(bits):
    """0, 1 or inf where x <= 0, by the sign of n; 1 where n = 0; a NaN passes through."""
    below = [0.0, -0.0, -1.0, -INF]
    for n, expected in ((2.5, 0.0), (0.0, 1.0), (-0.5, INF), (2.0, 0.0)):
        assert engine("power", bits, below, n).tolist() == [expected] * 4, n
    assert engine("power", bits, [1e-30, 1.0, 3.0, 1e30], 0.0).tolist() == [1.0] * 4
    assert engine("power", bits, [1.0] * 3, [1e6, -7.5, 0.1]).tolist() == [1.0] * 3
    assert np.isnan(engine("power", bits, [NAN, 2.0, NAN, 0.0, -1.0], [2.0, NAN, 0.0, NAN, NAN])).all()


@pytest.mark.parametrize("bits", [64, 32])
def test_exact_powers_are_exact_to_a_unit(bits):
    """What a table of powers would hold: 2^k, 3^k, 10^k."""
    base, n = (a.ravel() for a in np.meshgrid([2.0, 3.0, 5.0, 10.0, 0.5, 0.25], np.arange(-15.0, 16.0)))
    close("power", bits, 1.5, base, n)
