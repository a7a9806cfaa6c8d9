"""Everything the driver and the kernels work on: shared tables, and one vector a quantity for the lanes.

Arrays of the lanes hold vectors: element ``i * width + lane``. Tables of the
patients hold rows. `deqi.engine.fields` names them all; machine code sees them as
one record of numbers and addresses.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from deqi.engine.fields import FIELDS, KERNELS

Array = np.ndarray[Any, Any]

_ALIGNMENT = 64
_TYPES = {"i64*": np.int64, "f64*": np.float64}
_MASKS = {np.float64: np.int64, np.float32: np.int32}


class Workspace:
    """The record; its fields are attributes.

    Parameters
    ----------
    given : mapping
        Numbers and shared arrays by field.
    sizes : mapping
        Vectors that each of the lanes' kernel arrays needs.
    lane : numpy dtype
        Float type of a lane.
    """

    def __init__(self, given: Mapping[str, Any], sizes: Mapping[str, int], lane: Any) -> None:
        types = {**_TYPES, "lane*": lane, "mask*": _MASKS[lane]}
        self._types = {name: types.get(kind) for name, kind in FIELDS.items()}
        width = given["width"]
        for name, kind in FIELDS.items():
            if name in given:
                value = given[name]
                if kind == "lane*":
                    # Vectors are loaded whole, which needs their alignment.
                    lanes = aligned(np.size(value), lane)
                    lanes[:] = value
                    value = lanes
                elif kind.endswith("*"):
                    value = np.ascontiguousarray(value, self._types[name]).reshape(-1)
            elif not kind.endswith("*"):
                value = 0
            else:
                value = aligned(max(sizes.get(name, 1), 1) * width, self._types[name])
            setattr(self, name, value)

    def __getattr__(self, name: str) -> Any:
        # Fields are set from the table above; this is for the type checker, and for slips.
        raise AttributeError(f"the workspace has no field {name}")

    def record(self) -> Array:
        """Numbers and addresses as eight-byte slots; valid as long as this object lives."""
        slots = np.zeros(len(FIELDS), np.int64)
        floats = slots.view(np.float64)
        for k, (name, kind) in enumerate(FIELDS.items()):
            value = getattr(self, name)
            if kind == "f64":
                floats[k] = value
            else:
                slots[k] = value if kind == "i64" else value.ctypes.data
        return slots


class PythonWorkspace(Workspace):
    """A workspace on which the driver runs as ordinary Python, kernels as machine code.

    Parameters
    ----------
    addresses : mapping
        Address of each kernel.
    """

    def __init__(
        self, given: Mapping[str, Any], sizes: Mapping[str, int], lane: Any, addresses: Mapping[str, int]
    ) -> None:
        super().__init__(given, sizes, lane)
        self._kernels = {name: caller(name, addresses) for name in KERNELS}

    def run(self, name: str) -> None:
        """Call a kernel on the fields that it takes."""
        self._kernels[name](*(getattr(self, field).ctypes.data for field in KERNELS[name]))

    def take_ticket(self) -> int:
        """The number of the next patient."""
        ticket = int(self.queue[0])
        self.queue[0] += 1
        return ticket


def caller(name: str, addresses: Mapping[str, int]) -> Callable[..., Any]:
    """A kernel as a Python function of addresses."""
    kind = ctypes.CFUNCTYPE(None, *([ctypes.c_void_p] * len(KERNELS[name])))
    function: Callable[..., Any] = kind(addresses[f"kernel_{name}"])
    return function


def aligned(count: int, dtype: Any) -> Array:
    """Zeros at an address that suits every vector."""
    size = np.dtype(dtype).itemsize
    raw = np.zeros(max(count, 1) * size + _ALIGNMENT, np.uint8)
    offset = -raw.ctypes.data % _ALIGNMENT
    return raw[offset : offset + max(count, 1) * size].view(dtype)
