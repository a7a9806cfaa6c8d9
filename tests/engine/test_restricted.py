"""The part of Python that is translated: what it knows means the same, the rest is refused."""

import ctypes
import importlib.util

import numpy as np
import pytest
from llvmlite import ir

from deqi.engine.compiler import Loaded, compile_text
from deqi.engine.lanes import F64, POINTER, VOID
from deqi.engine.restricted import Translator
from deqi.errors import EngineError

FIELDS = {"count": "i64", "scale": "f64", "whole": "i64*", "number": "f64*", "lanes": "lane*"}

KNOWN = '''
HALF = 0.5
TWO = 2


def add_up(c, first: int, last: int) -> int:
    """A helper; the docstring is no statement."""
    total = 0
    for i in range(first, last):
        if c.whole[i] < 0:
            continue
        if c.whole[i] == 99:
            break
        total += c.whole[i]
    return total


def known(c) -> int:
    n = c.count
    x = 1.0
    while n > 0 and (x < 100.0 or c.scale != c.scale):
        x = x * TWO + HALF
        n -= 1
    c.number[0] = x
    c.number[1] = -x / 3
    c.number[2] = add_up(c, 1, c.count)
    c.number[3] += c.scale
    c.lanes[1] = c.lanes[0] * 2 - 1
    c.whole[0] = 7 / 2 > 3
    if c.scale >= 1e9 or c.number[3] != c.number[3]:
        c.whole[1] = 5
    elif c.count <= 3:
        c.whole[1] = 6
    else:
        c.whole[1] = -TWO
    for i in range(c.count):
        c.whole[2] += i
    return add_up(c, 0, 3) - 1
'''

#: Bodies that must be refused, each where it stands.
BEYOND = {
    "a call": "return len(c.whole)",
    "a method": "c.whole.sort()",
    "a conditional expression": "return 1 if c.count else 0",
    "a chained comparison": "return 0 < c.count < 3",
    "not": "return not c.count",
    "floor division": "return c.count // 2",
    "a power": "return c.count ** 2",
    "a remainder": "return c.count % 2",
    "a bit operation": "return c.count & 1",
    "is": "return c is c",
    "a text": "x = 'text'",
    "a list": "x = [1]",
    "two targets": "a = b = 1",
    "a tuple target": "a, b = 1, 2",
    "a declared type": "a: int = 1",
    "a field set": "c.count = 1",
    "an unknown field": "return c.nothing",
    "an unknown array": "return c.nothing[0]",
    "a number as an array": "return c.count[0]",
    "an unknown name": "return nothing",
    "a slice": "return c.whole[0:1]",
    "an empty return": "return",
    "an assertion": "assert c.count",
    "a with": "with c:\n        return 1",
    "a try": "try:\n        return 1\n    finally:\n        return 2",
    "a function within": "def inner(c): return 1",
    "a lambda": "f = lambda: 1",
    "an unknown kernel": "c.run('nothing')",
    "a kernel by variable": "c.run(c.count)",
    "a walrus": "return (a := 1)",
    "a comprehension": "return [i for i in c.whole][0]",
    "a loop over an array": "for i in c.whole:\n        return i",
    "a delete": "del c.count",
    "an import": "import math",
    # What would be translated to something else than Python means:
    "a range with a step": "for i in range(0, 4, 2):\n        c.whole[i] = 1\n    return 0",
    "a loop over another function": "for i in reversed(c.count):\n        c.whole[i] = 1\n    return 0",
    "an else of a while": "while c.count < 0:\n        return 1\n    else:\n        return 2\n    return 0",
    "an else of a for": "for i in range(2):\n        return 1\n    else:\n        return 2\n    return 0",
    "another record": "d = c.count\n    return d.whole[0]",
    "an argument by name": "return helper(c, n=1)",
    "a call without a record": "return helper(1, c.count)",
    "too few arguments": "return helper(c)",
    "a float into a whole local": "n = 1\n    n = 2.5\n    return 0",
    "a float as an argument": "return helper(c, 2.5)",
    "a float returned": "return c.scale",
    "a float as a bound": "for i in range(c.scale):\n        c.whole[i] = 1\n    return 0",
    "statements after a return": "return 1\n    return 2",
}


def load(text, folder, name):
    """The module of a text in a file, as `inspect` needs one."""
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def translator(lane=F64):
    module = ir.Module("snippet")
    kernel = ir.Function(module, ir.FunctionType(VOID, [POINTER]), "kernel_twice")
    ir.IRBuilder(kernel.append_basic_block()).ret_void()
    return Translator(module, FIELDS, lane, {"twice": (kernel, ("whole",))})


class Record:
    """The record as Python sees it."""

    def __init__(self, count, scale):
        self.count, self.scale = count, scale
        self.whole = np.array([3, -1, 4, 99, 5, 8], np.int64)
        self.number = np.array([0.0, 0.0, 0.0, 1.25])
        self.lanes = np.array([0.75, 0.0])

    def slots(self):
        slots = np.zeros(len(FIELDS), np.int64)
        slots[0] = self.count
        slots.view(float)[1] = self.scale
        slots[2:] = [a.ctypes.data for a in (self.whole, self.number, self.lanes)]
        return slots


@pytest.mark.parametrize("scale", [0.5, 1e9, float("nan")])
@pytest.mark.parametrize("count", [0, 2, 6])
def test_what_is_known_means_the_same(tmp_path, count, scale):
    module = load(KNOWN, tmp_path, "known_snippet")
    made = translator()
    made.add(module.add_up)
    made.add(module.known, public=True)
    code = Loaded(compile_text(str(made.module)), ["known"])
    function = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(code.addresses["known"])
    python, machine = Record(count, scale), Record(count, scale)
    slots = machine.slots()
    assert function(slots.ctypes.data) == module.known(python)
    for name in ("whole", "number", "lanes"):
        assert getattr(machine, name).tobytes() == getattr(python, name).tobytes(), name


@pytest.mark.parametrize("what", BEYOND)
def test_what_is_not_known_is_refused(tmp_path, what):
    text = f"def helper(c, n):\n    return n\n\n\ndef wanted(c):\n    {BEYOND[what]}\n"
    module = load(text, tmp_path, "snippet")
    made = translator()
    made.add(module.helper)
    with pytest.raises(EngineError, match=r"^wanted, line \d+: ") as caught:
        made.add(module.wanted)
    assert "beyond the part of Python" in caught.value.what
