"""Making machine code of a model: the only part of the engine that needs SymPy."""

from __future__ import annotations

from collections.abc import Sequence

from deqi.core.trace import trace
from deqi.core.wiring import Model
from deqi.engine import driver
from deqi.engine.absence import without
from deqi.engine.cache import Entry
from deqi.engine.compiler import compile_text
from deqi.engine.equations import Analysis, Equations
from deqi.engine.fields import FIELDS, KERNELS
from deqi.engine.kernels import Kernels
from deqi.engine.lanes import Lanes
from deqi.engine.restricted import Translator


def write_text(
    model: Model,
    bits: int,
    width: int,
    varied: Sequence[str] | None,
    holdable: Sequence[str],
    absent: Sequence[str] = (),
) -> tuple[str, Kernels]:
    """The whole module in LLVM's intermediate representation, and the kernels in it."""
    analysis = Analysis(Equations(without(trace(model), absent), tuple(holdable)))
    kernels = Kernels(analysis, Lanes(bits, width), varied)
    translator = Translator(
        kernels.module,
        FIELDS,
        kernels.lanes.element,
        {name: (kernels.functions[name], fields) for name, fields in KERNELS.items()},
    )
    for function in driver.FUNCTIONS:
        translator.add(function, public=function is driver.drive)
    return str(kernels.module), kernels


def build(
    model: Model,
    bits: int,
    width: int,
    varied: Sequence[str] | None,
    holdable: Sequence[str],
    absent: Sequence[str] = (),
) -> Entry:
    """Machine code for a model, and the layout of what it works on."""
    text, kernels = write_text(model, bits, width, varied, holdable, absent)
    analysis, equations = kernels.analysis, kernels.analysis.equations
    n = len(equations.states)
    sizes = {
        "y": n,
        "p": len(equations.parameters),
        "u": len(equations.inputs),
        "constants": kernels.constants,
        "k": n * kernels.method.stages,
        "peak": n,
        "slope": n,
        "point": n,
        "factors": len(analysis.filled),
        "entries": len(analysis.jacobian),
        "step_size": 2,
        "judgement": 2,
        "within": n,
        "observed": len(equations.outputs),
    }
    about = {
        "states": equations.states,
        "parameters": equations.parameters,
        "inputs": equations.inputs,
        "outputs": equations.outputs,
        "entries": [list(entry) for entry in analysis.jacobian],
        "sizes": sizes,
    }
    return Entry(about, compile_text(text))
