"""The fingerprint of a model: what changes when its equations or its wiring do, worked out in milliseconds.

No symbols are made. What is hashed is the model as it stands: the places and
their parameters' prefixes, the declared variables, the environment, the wires
with their factors, and of each mechanism's `outputs` and `rhs` the bytecode,
with every constant, helper function, closure and default it reaches. Comments,
line numbers, file names and the meanings of variables do not count; the version
of Python does, as its bytecode is its own.

What a model is *read* by (`deqi.core.ops`, an engine's code generator) is not
part of it: who keeps code by fingerprint adds a mark of their own.
"""

from __future__ import annotations

import builtins
import hashlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from deqi.core.mechanism import BLOCKS, Mechanism
from deqi.core.variables import Block, Variable
from deqi.core.wiring import Model
from deqi.errors import MechanismError

_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))
# An object of a class from here may hide what it holds; one of a page's own classes does not.
_FOREIGN = frozenset({*sys.stdlib_module_names, "numpy"})
_LIBRARY = os.path.dirname(os.__file__) + os.sep
# Set in `type.__flags__` of every class that is written in Python.
_HEAP_TYPE = 1 << 9


def fingerprint(model: Model) -> str:
    """SHA-256 of a model, as hexadecimal digits; the same in every process.

    Parameters
    ----------
    model : Model
        The model; its name does not count.

    Raises
    ------
    MechanismError
        If a mechanism reaches an object that cannot be told from another of its kind.

    Examples
    --------
    >>> from deqi.core import Block, Expr, Instance, Mechanism, var
    >>> def decay(rate):
    ...     class Decay(Mechanism):
    ...         class State(Block):
    ...             level: Expr = var("nM", "level", symbol="c", initial=1.0)
    ...
    ...         @staticmethod
    ...         def rhs(t, x, p, u, ops):
    ...             return {"level": -rate * x.level}
    ...
    ...     return Model("decay", [Instance("drug", Decay)], [])
    >>> fingerprint(decay(2)) == fingerprint(decay(2)), fingerprint(decay(2)) == fingerprint(decay(1))
    (True, False)
    """
    reader = _Reader()
    return _hash(
        "model",
        f"python {sys.version_info.major}.{sys.version_info.minor}",
        *(_hash(i.path, i.parameters or i.path, reader.mechanism(i.mechanism)) for i in model.instances),
        _block(model.environment),
        *sorted(_hash(target, source, repr(factor)) for target, (source, factor) in model.feeds.items()),
    )


def _hash(*parts: str) -> str:
    # The length keeps ("ab", "c") from ("a", "bc").
    text = "".join([f"{len(part)}:{part}" for part in parts])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _block(block: type[Block]) -> str:
    """Declared variables in their order, which is that of a solver's arrays."""
    return _hash("block", *(part for name, v in block.variables.items() for part in (name, *_variable(v))))


def _variable(v: Variable) -> tuple[str, ...]:
    return (v.unit, repr(v.initial), repr(v.rest), repr(v.bounds))


class _Reader:
    """Hashes mechanisms and what their functions reach, each once."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        # Functions, classes and containers on the way; one that reaches itself is named by its depth.
        self._open: list[int] = []
        # Keeps what was hashed alive, so that no other object takes its place in `_known`.
        self._held: list[object] = []

    def mechanism(self, mechanism: type[Mechanism]) -> str:
        """Its blocks and its two functions."""
        if id(mechanism) not in self._known:
            self._known[id(mechanism)] = _hash(
                "mechanism",
                *(_block(getattr(mechanism, name)) for name in BLOCKS),
                self.value(mechanism.outputs),
                self.value(mechanism.rhs),
            )
        return self._known[id(mechanism)]

    def value(self, value: Any) -> str:
        """Hash of any object that a mechanism may reach."""
        if isinstance(value, _PLAIN):
            # Short as it is, it needs no hash: its parent's takes it in.
            return f"{type(value).__name__} {value!r}"
        key = id(value)
        if key in self._open:
            return _hash("again", str(len(self._open) - self._open.index(key)))
        if key not in self._known:
            self._held.append(value)
            self._open.append(key)
            self._known[key] = self._compound(value)
            self._open.pop()
        return self._known[key]

    def _compound(self, value: Any) -> str:
        if isinstance(value, FunctionType):
            if _is_of_python(value.__code__):
                return _hash("builtin", value.__module__, value.__qualname__)
            return self._function(value)
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, staticmethod | classmethod):
            return _hash(type(value).__name__, self.value(value.__func__))
        if isinstance(value, ModuleType):
            # What is used of it, `_reached` adds.
            return _hash("module", value.__name__)
        if isinstance(value, property):
            return _hash("property", self.value(value.fget))
        if isinstance(value, BuiltinFunctionType | np.ufunc):
            return _hash("builtin", str(getattr(value, "__module__", "")), value.__name__)
        if isinstance(value, np.ndarray | np.generic) and value.dtype != object:
            return _hash("array", str(value.dtype), repr(value.shape), value.tobytes().hex())
        if isinstance(value, Variable):
            return _hash("variable", *_variable(value))
        if isinstance(value, tuple | list):
            return _hash(type(value).__name__, *map(self.value, value))
        if isinstance(value, set | frozenset):
            return _hash(type(value).__name__, *sorted(map(self.value, value)))
        if isinstance(value, Mapping):
            return _hash("mapping", *(self.value(part) for item in value.items() for part in item))
        if _is_foreign(type(value)) and hasattr(type(value), "__set__"):
            return _hash("slot", type(value).__name__)
        return self._object(value)

    def _function(self, function: FunctionType) -> str:
        cells = tuple(map(_inside, function.__closure__ or ()))
        return _hash(
            "function",
            self._code(function.__code__, function.__globals__, cells),
            self.value(function.__defaults__),
            self.value(function.__kwdefaults__),
            *map(self.value, cells),
        )

    def _code(self, code: CodeType, page: Mapping[str, Any], cells: Sequence[Any]) -> str:
        return _hash(
            "code",
            code.co_code.hex(),
            code.co_exceptiontable.hex(),
            repr((code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)),
            *code.co_names,
            *(
                self._code(c, page, cells) if isinstance(c, CodeType) else self.value(c)
                for c in code.co_consts
            ),
            *self._reached(code.co_names, page, cells),
        )

    def _reached(self, names: Sequence[str], page: Mapping[str, Any], cells: Sequence[Any]) -> list[str]:
        """What names stand for: in the page, among what is built in, or within a module that is reached."""
        # An attribute (`p.rate`) may share its name with something in the page; it then counts too.
        things = {n: page[n] for n in names if n in page}
        found = [_hash("page", n, self.value(thing)) for n, thing in things.items()]
        found += [_hash("builtin", n) for n in names if n not in page and n in vars(builtins)]
        modules = [m for m in (*things.values(), *cells) if isinstance(m, ModuleType)]
        for module in modules:
            inside = {n: vars(module)[n] for n in names if n in vars(module)}
            found += [_hash("module", module.__name__, n, self.value(thing)) for n, thing in inside.items()]
            modules += [m for m in inside.values() if isinstance(m, ModuleType) and m not in modules]
        return found

    def _class(self, kind: type) -> str:
        if issubclass(kind, Mechanism):
            return self.mechanism(kind)
        if issubclass(kind, Block):
            return _block(kind)
        if not kind.__flags__ & _HEAP_TYPE:
            return _hash("builtin", kind.__module__, kind.__qualname__)
        own = {n: v for n, v in vars(kind).items() if not n.startswith("__") or isinstance(v, FunctionType)}
        return _hash(
            "class",
            kind.__qualname__,
            *map(self.value, kind.__bases__),
            *(part for n in sorted(own) for part in (n, self.value(own[n]))),
        )

    def _object(self, value: Any) -> str:
        """An object of a page's own class: the class and the object's attributes."""
        ancestors = [k for k in type(value).__mro__ if k is not object]
        slots = [slot for k in ancestors for slot in _texts(vars(k).get("__slots__", ()))]
        inside = {
            **getattr(value, "__dict__", {}),
            **{n: getattr(value, n) for n in slots if hasattr(value, n)},
        }
        if any(map(_is_foreign, ancestors)):
            raise MechanismError(
                f"a {type(value).__name__} cannot be told from another of its kind",
                where="fingerprint of the model",
                fix="let mechanisms reach numbers, texts, tables and functions only",
            )
        return _hash(
            "object", self.value(type(value)), *(self.value(x) for item in inside.items() for x in item)
        )


def _is_foreign(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in _FOREIGN


def _is_of_python(code: CodeType) -> bool:
    """Whether a function is of Python's own library, which goes with its version."""
    return code.co_filename.startswith(_LIBRARY) and "site-packages" not in code.co_filename


def _inside(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not bound yet
        return "not bound"


def _texts(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
