"""Machine code on disk: damage is noticed, nothing stands in the way, and keys tell all apart."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from engine_toys import loop, loop_batch, same_bits, tree_model

from deqi.engine import Engine, Settings, build, cache
from deqi.engine import engine as engine_module
from deqi.engine.cache import Entry
from deqi.engine.host import Host, host

SETTINGS = Settings(rtol=1e-5)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("DEQI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def entry():
    """What is made of the loop at two lanes."""
    return build.build(loop(), 64, 2, None, ())


@pytest.fixture
def quick(entry, monkeypatch):
    """Making code takes half a second; where only the cache is tried, hand out what was made."""
    monkeypatch.setattr(build, "build", lambda *arguments: entry)


@pytest.fixture(scope="module")
def expected():
    return Engine(loop(), width=2).run(loop_batch(5), SETTINGS)


def sound(engine, expected):
    assert same_bits(engine.run(loop_batch(5), SETTINGS).reports, expected.reports)


def the_entry(folder):
    (path,) = folder.glob("*.object")
    return path


def test_code_is_made_once(folder, expected):
    assert Engine(loop(), width=2).compiled
    again = Engine(loop(), width=2)
    assert not again.compiled
    sound(again, expected)
    assert [p.suffix for p in folder.iterdir()] == [".object"], "a temporary file was left behind"


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        flipped,
        lambda c: c[:-1],
        lambda c: c[:100],
        lambda c: c[:5],
        lambda c: b"",
        lambda c: c + b"\0",
        lambda c: c[:20] + (b"0" if c[20:21] != b"0" else b"1") + c[21:],
        lambda c: c.replace(b"object 1", b"object 0", 1),
        lambda c: os.urandom(len(c)),
        lambda c: c[:79] + c[79:].replace(b'"width"', b'"Width"', 1)[:-8],
    ],
    ids=["bit", "last byte", "cut", "head cut", "empty", "longer", "digest", "format", "noise", "tail"],
)
def test_a_damaged_entry_is_made_again(folder, expected, quick, damage):
    Engine(loop(), width=2)
    path = the_entry(folder)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    mended = Engine(loop(), width=2)
    assert mended.compiled
    sound(mended, expected)
    assert path.read_bytes() == whole
    assert not Engine(loop(), width=2).compiled


def test_a_folder_that_cannot_be_written_is_no_error(folder, expected, quick, monkeypatch):
    # The superuser may write anywhere but below a file.
    folder.write_text("a file where the folder should be")
    engine = Engine(loop(), width=2)
    assert engine.compiled
    sound(engine, expected)
    assert folder.read_text().startswith("a file")
    monkeypatch.setenv("DEQI_CACHE", "/dev/null/nowhere")
    sound(Engine(loop(), width=2), expected)


def test_a_read_only_folder_is_read(folder, expected, quick, permissions_hold):
    Engine(loop(), width=2)
    folder.chmod(0o500)
    try:
        found = Engine(loop(), width=2)
        other = Engine(loop(), width=2, holdable=["body.fast"])
    finally:
        folder.chmod(0o700)
    assert not found.compiled
    assert other.compiled
    sound(found, expected)


def test_a_folder_at_the_entrys_place_is_no_error(folder, expected, quick):
    Engine(loop(), width=2)
    path = the_entry(folder)
    path.unlink()
    path.mkdir()
    sound(Engine(loop(), width=2), expected)


def test_entries_survive_writing_and_reading(folder):
    entry = Entry({"states": ["a.\n", "é"], "sizes": {"y": 1}}, b"\0code\n\xff" * 100)
    cache.write("some", entry)
    assert cache.read("some") == entry
    assert cache.read("other") is None


def test_the_key_tells_all_apart(folder, quick, monkeypatch):
    def made(*arguments, **options):
        before = set(folder.glob("*")) if folder.exists() else set()
        assert Engine(*arguments, **options).compiled
        (new,) = set(folder.glob("*")) - before
        return new.name

    decay = ("neg", ("mul", ("param", 0), ("state", 0)))
    other = ("neg", ("mul", ("param", 1), ("state", 0)))
    keys = [
        made(tree_model((decay,)), width=2),
        made(tree_model((other,)), width=2),
        made(tree_model((decay,), n_params=1), width=2),
        made(tree_model((decay,)), width=1),
        made(tree_model((decay,)), width=2, bits=32),
        made(tree_model((decay,)), width=2, varied=["body.p0"]),
        made(tree_model((decay,)), width=2, varied=["body.p1"]),
        made(tree_model((decay,)), width=2, varied=[]),
        made(tree_model((decay,)), width=2, holdable=["body.s0"]),
    ]
    here = host()
    elsewhere = Host(here.processor, here.features, here.versions + ", another LLVM")
    with monkeypatch.context() as there:
        there.setattr(engine_module, "host", lambda: elsewhere)
        keys.append(made(tree_model((decay,)), width=2))
    monkeypatch.setattr(engine_module, "_own_digest", lambda: "another writer of code")
    keys.append(made(tree_model((decay,)), width=2))
    assert len(set(keys)) == len(keys)


SCRIPT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from engine_toys import loop, loop_batch
from deqi.engine import Engine, Settings
while time.time() < float(sys.argv[2]):
    time.sleep(0.001)
engine = Engine(loop(), width=2)
print(engine.compiled, engine.run(loop_batch(5), Settings(rtol=1e-5)).reports.tobytes().hex())
"""


def test_processes_may_write_one_entry_at_once(folder, expected):
    """Each gets sound code, and what is left is whole."""
    start = str(time.time() + 2.0)
    command = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), start]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=60)[0].split() for process in running]
    assert all(process.returncode == 0 for process in running)
    assert "True" in [line[0] for line in said]
    wanted = np.ascontiguousarray(expected.reports).tobytes().hex()
    assert [line[1] == wanted for line in said] == [True] * 4
    assert [p.suffix for p in folder.iterdir()] == [".object"]
    assert not Engine(loop(), width=2).compiled
