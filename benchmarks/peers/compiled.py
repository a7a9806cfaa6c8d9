"""The C text compiled, and callable without Python in between.

gcc compiles it; two Numba functions hand NumPy arrays to it. A Python-level
solver then pays one call a right-hand side and nothing more.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from peers.peer import NotHere
from peers.workload import FOLDER, Array


class Compiled(NamedTuple):
    """``rates(y, p, u, out)`` and ``jacobian(y, p, u, out)``, filling `out` in place."""

    rates: Callable[[Array, Array, Array, Array], None]
    jacobian: Callable[[Array, Array, Array, Array], None]


def build(folder: Path = FOLDER) -> Compiled:
    """Compile ``model.c`` of the workload.

    Raises
    ------
    NotHere
        If there is no C compiler.
    """
    import numba

    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NotHere("needs a C compiler (gcc or clang)")
    # The library goes by process, so that it is compiled afresh and the time is the compiler's.
    library = folder / "model.so"
    flags = ["-O2", "-march=native", "-fno-math-errno", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(folder / "model.c"), "-o", str(library), "-lm"], check=True)
    loaded = ctypes.CDLL(str(library))

    def shim(name: str, shape: str) -> Callable[[Array, Array, Array, Array], None]:
        function = getattr(loaded, name)
        function.argtypes = [ctypes.c_void_p] * 4
        function.restype = None

        def call(y: Array, p: Array, u: Array, out: Array) -> None:
            function(y.ctypes, p.ctypes, u.ctypes, out.ctypes)

        given = numba.types.Array(numba.float64, 1, "C", readonly=True)
        plain = numba.float64[::1]
        out = plain if shape == "vector" else numba.float64[:, ::1]
        return numba.njit([(y, plain, plain, out) for y in (plain, given)])(call)

    return Compiled(shim("rates", "vector"), shim("jacobian", "matrix"))


def slopes(compiled: Compiled, start: Array, parameters: Array, inputs: int) -> Array:
    """One Jacobian, shape (state, state): for looking at its pattern."""
    found = np.zeros((start.size, start.size))
    compiled.jacobian(start, parameters, np.zeros(inputs), found)
    return found
