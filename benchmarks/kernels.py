"""Where a step's time goes: nanoseconds of each kernel, and the distance to the processor's arithmetic.

Run: ``python benchmarks/kernels.py``; writes ``benchmarks/results/kernels.json``. Kernels are
called from a loop of machine code on a resting patient, one thread, the best of several. The
peak is measured, not looked up: the rate of independent fused multiply-adds in registers.
"""

from __future__ import annotations

import ctypes
import json
import re
import time
from pathlib import Path

import numpy as np

from deqi.core.writing import replace_file
from deqi.engine import Engine
from deqi.engine.build import write_text
from deqi.engine.compiler import Loaded, compile_text
from deqi.engine.engine import put_rows
from deqi.engine.fields import KERNELS
from deqi.engine.workspace import Workspace
from deqi.simulation import Case, make_solver, prepare
from deqi.simulation.preparation import SLOW

RESULTS = Path(__file__).resolve().parent / "results" / "kernels.json"

#: How often each kernel is called in one step; combinations, judging and calls are what is left.
_IN_A_STEP = {"factor": 1, "rates": 7, "solve": 8}
#: Operations for each state besides: 45 fused multiply-adds that combine stages, and judging the error.
_FLOPS_A_STATE = 2 * 45 + 7
_CALLS, _REPEATS = 2000, 15


def main() -> None:
    """Measure, print, write."""
    found = {f"float{bits}": _kernels(bits) for bits in (64, 32)}
    for name, about in found.items():
        print(name, json.dumps(about, indent=1))
    replace_file(RESULTS, json.dumps(found, indent=1).encode() + b"\n")


def _kernels(bits: int) -> dict[str, object]:
    case, solver = Case.of("gerac-verum", "chronic_low_back_pain"), make_solver("engine", 1e-6)
    engine = Engine(case.model, bits=bits, holdable=SLOW)
    state = prepare(case.model, case.patient, case.numbers, solver)
    work = _workspace(engine, case, state)
    step = _nanoseconds(engine, work, "step")
    parts = {name: _nanoseconds(engine, work, name) * times for name, times in _IN_A_STEP.items()}
    flops = _flops(write_text(case.model, bits, engine.width, None, SLOW)[0])
    in_a_step = sum(flops[name] * times for name, times in _IN_A_STEP.items()) + len(state) * _FLOPS_A_STATE
    peak = _peak(bits, engine.width)
    return {
        "lanes": engine.width,
        "step_ns_a_patient": step,
        "parts_ns_a_patient": {**parts, "combinations, error, calls": step - sum(parts.values())},
        "besides_ns_a_patient": {n: _nanoseconds(engine, work, n) for n in ("prepare", "commit", "observe")},
        "flops_a_step": in_a_step,
        "gflops": in_a_step / step,
        "peak_gflops": peak,
        "share_of_peak": in_a_step / step / peak,
    }


def _workspace(engine: Engine, case: Case, state: dict[str, float]) -> Workspace:
    width, n = engine.width, len(engine.states)
    given = {"width": width, "atol": np.full(n * width, 1e-9), "tolerance": np.full(n * width, 1e-5)}
    work = Workspace(given, engine.sizes, engine.lane)
    rows = {
        "p": [case.numbers[p] for p in engine.parameters],
        "u": np.ones(len(engine.inputs)),
        **{name: list(state.values()) for name in ("y", "point", "within", "peak")},
    }
    for field, row in rows.items():
        put_rows(work, field, np.tile(row, (width, 1)))
    work.step_size[:] = 1.0
    work.inverse_step[:] = 5.0
    for name in ("prepare", "step"):
        _loop(engine, work, name)(1)
    return work


def _nanoseconds(engine: Engine, work: Workspace, name: str) -> float:
    """Time of one call, for one patient."""
    loop, best = _loop(engine, work, name), np.inf
    for _ in range(_REPEATS):
        work.slope[:] = 0.0
        begun = time.thread_time()
        loop(_CALLS)
        best = min(best, time.thread_time() - begun)
    return round(best / _CALLS / engine.width * 1e9, 1)


_KEPT: list[Loaded] = []


def _loop(engine: Engine, work: Workspace, name: str) -> ctypes._CFuncPtr:
    """Machine code that calls a kernel so many times."""
    addresses = (getattr(work, field).ctypes.data for field in KERNELS[name])
    arguments = ", ".join(f"ptr inttoptr (i64 {address} to ptr)" for address in addresses)
    kernel = engine.code.addresses[f"kernel_{name}"]
    return _compiled(f"  call void inttoptr (i64 {kernel} to ptr)({arguments})")


def _compiled(body: str, before: str = "", carried: str = "", after: str = "") -> ctypes._CFuncPtr:
    text = f"""define void @go(i64 %n) {{
e:
{before}
  br label %l
l:
  %i = phi i64 [0, %e], [%j, %l]
{carried}
{body}
  %j = add i64 %i, 1
  %c = icmp slt i64 %j, %n
  br i1 %c, label %l, label %d
d:
{after}
  ret void
}}"""
    declared = "\n".join(
        f"declare {kind} @llvm.fma.{short}({kind}, {kind}, {kind})"
        for kind, short in sorted(set(re.findall(r"call (<\d+ x \w+>) @llvm\.fma\.(v\d+f\d+)", body)))
    )
    loaded = Loaded(compile_text(text + "\n" + declared), ["go"])
    _KEPT.append(loaded)
    return ctypes.CFUNCTYPE(None, ctypes.c_int64)(loaded.addresses["go"])


def _peak(bits: int, width: int) -> float:
    """Gigaflops of twelve independent chains of fused multiply-adds."""
    kind, short = f"<{width} x {'double' if bits == 64 else 'float'}>", f"v{width}f{bits}"
    half = f"<{', '.join([('double' if bits == 64 else 'float') + ' 0.5'] * width)}>"
    chains, sink = range(12), np.zeros(64, np.float64)
    place = -sink.ctypes.data % 64 + sink.ctypes.data
    carried = "\n".join(f"  %a{k} = phi {kind} [zeroinitializer, %e], [%b{k}, %l]" for k in chains)
    body = "\n".join(
        f"  %b{k} = call {kind} @llvm.fma.{short}({kind} %a{k}, {kind} {half}, {kind} {half})" for k in chains
    )
    after = "\n".join(
        f"  store volatile {kind} %b{k}, ptr inttoptr (i64 {place} to ptr), align 8" for k in chains
    )
    loop, best, calls = _compiled(body, carried=carried, after=after), np.inf, 1_000_000
    for _ in range(5):
        begun = time.thread_time()
        loop(calls)
        best = min(best, time.thread_time() - begun)
    return 2 * len(chains) * width * calls / best / 1e9


def _flops(text: str) -> dict[str, int]:
    """Arithmetic operations of a kernel for one patient; a fused multiply-add counts two."""
    found = {}
    for part in text.split("\ndefine ")[1:]:
        name = re.search(r'@"?kernel_(\w+?)"?\(', part)
        if name:
            found[name[1]] = len(re.findall(r"= f(?:add|sub|mul|div) ", part)) + 2 * part.count("@llvm.fma")
            found[name[1]] += 2 * len(re.findall(r'call .*@"llvm\.fma', part))
    return found


if __name__ == "__main__":
    main()
