"""A patient's bits depend on the patient alone: not on lanes, threads, company, order or process."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from engine_toys import loop, loop_batch, same_bits

from deqi.engine import Engine, Settings

COUNT = 37
SETTINGS = Settings(rtol=1e-6)
TABLES = ("reports", "final", "status", "steps", "rejected", "retried")


@cache
def plain(bits):
    """What everything is held against: one lane, one thread."""
    return Engine(loop(), bits=bits, width=1).run(loop_batch(COUNT), SETTINGS, threads=1)


def equal(found, expected, rows=slice(None)):
    for name in TABLES:
        assert same_bits(getattr(found, name), getattr(expected, name)[rows]), name


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_any_number_of_lanes_and_threads(bits, width):
    engine = Engine(loop(), bits=bits, width=width)
    for threads in (1, 2, 3):
        equal(engine.run(loop_batch(COUNT), SETTINGS, threads=threads), plain(bits))


def test_any_order():
    engine, batch = Engine(loop(), width=4), loop_batch(COUNT)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(COUNT)
        equal(engine.run(batch.part(order), SETTINGS, threads=2), plain(64), order)


@pytest.mark.parametrize("size", [1, 3, 5, 20])
def test_any_chunks(size):
    engine, batch = Engine(loop(), width=4), loop_batch(COUNT)
    for first in range(0, COUNT, size):
        rows = np.arange(first, min(first + size, COUNT))
        equal(engine.run(batch.part(rows), SETTINGS), plain(64), rows)


def test_any_lane():
    """One patient between copies of another, in each lane in turn."""
    engine, batch = Engine(loop(), width=8), loop_batch(COUNT)
    for lane in range(8):
        rows = np.full(8, 5)
        rows[lane] = 11
        equal(engine.run(batch.part(rows), SETTINGS, threads=1), plain(64), rows)


def test_any_report():
    """What else is asked for changes nothing of what was asked for, nor a step."""
    engine, batch = Engine(loop(), width=4), loop_batch(COUNT)
    few = engine.run(replace(batch, report=("body.fast",), times=batch.times[[2, 5]]), SETTINGS)
    assert same_bits(few.reports[:, :, 0], plain(64).reports[:, [2, 5], 2])
    assert same_bits(few.final, plain(64).final)
    assert same_bits(few.steps, plain(64).steps)


@pytest.mark.parametrize("varied", [(), ("rate",), ("tau", "gain")])
@pytest.mark.parametrize("bits", [64, 32])
def test_varied_parameters_are_a_matter_of_speed_only(varied, bits):
    batch = loop_batch(COUNT, varied=varied)
    few = Engine(loop(), bits=bits, varied=[f"body.{name}" for name in varied], width=4)
    every = Engine(loop(), bits=bits, width=4)
    table = np.tile(batch.common, (COUNT, 1))
    for k, path in enumerate(few.varied):
        table[:, every.parameters.index(path)] = batch.varied[:, k]
    equal(few.run(batch, SETTINGS), every.run(replace(batch, varied=table), SETTINGS))


def test_one_evaluation_has_the_same_bits_at_any_width():
    rng = np.random.default_rng(0)
    where = [rng.uniform(0.1, 2, (13, n)) for n in (2, 3, 1)]
    narrow, wide = (Engine(loop(), width=w) for w in (1, 8))
    for method in ("rates", "observe", "jacobian"):
        assert same_bits(getattr(narrow, method)(*where), getattr(wide, method)(*where)), method


SCRIPT = """
import hashlib, os, sys
sys.path.insert(0, sys.argv[1])
from engine_toys import loop, loop_batch, tree_model
from deqi.engine import Engine, Settings, cache
from deqi.engine.build import write_text
tree = tree_model(
    (("sub", ("mul", ("param", 0), ("drive",)), ("mul", ("feedback",), ("state", 0))),
     ("sub", ("hill", ("state", 0), ("param", 1), ("number", 1.7)), ("softplus", ("state", 1)))),
    ("sigmoid", ("add", ("state", 0), ("state", 1))),
)
for model, varied, holdable in ((loop(), None, ()), (loop(), ("body.tau",), ()), (tree, None, ("body.s0",))):
    print(hashlib.sha256(write_text(model, 64, 4, varied, holdable)[0].encode()).hexdigest())
courses = Engine(loop(), width=4).run(loop_batch(9), Settings())
print(courses.reports.tobytes().hex()[:2000], courses.steps.tolist())
print(sorted(path.name for path in cache.folder().iterdir()))
"""


def test_any_process(tmp_path):
    """Text and results are the same whatever order sets and dictionaries have in a process."""
    said = []
    for seed in ("0", "12345"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": seed, "DEQI_CACHE": str(tmp_path / seed)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert said[0].count("\n") == 5
    assert said[1] == said[0]
