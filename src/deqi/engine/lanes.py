"""Vector instructions: one patient a lane, `width` lanes of float64 or float32.

Everything is written as exact instructions of LLVM's intermediate
representation without fast-math flags, and a product that is added is an
explicit `fma`. What comes out is therefore fixed by the text alone: the bits do
not depend on the number of lanes, on the lane, or on the host.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from llvmlite import ir

#: A value in the intermediate representation.
Value: TypeAlias = Any

I1, I32, I64 = ir.IntType(1), ir.IntType(32), ir.IntType(64)
F32, F64 = ir.FloatType(), ir.DoubleType()
POINTER = ir.PointerType()
VOID = ir.VoidType()


class Lanes:
    """Writes instructions on vectors of lanes at the place where `builder` stands.

    Parameters
    ----------
    bits : {64, 32}
        Float type of a lane.
    width : int
        Number of lanes.
    """

    def __init__(self, bits: int, width: int) -> None:
        self.bits, self.width = bits, width
        self.element = F64 if bits == 64 else F32
        self.integer = I64 if bits == 64 else I32
        self.vector = ir.VectorType(self.element, width)
        self.integers = ir.VectorType(self.integer, width)
        self.bytes = bits // 8 * width
        self.builder: Any = None

    # ------------------------------------------------------------------ constants and memory

    def constant(self, x: float) -> Value:
        """The same number in every lane."""
        return ir.Constant(self.vector, [ir.Constant(self.element, float(x))] * self.width)

    def whole(self, n: int) -> Value:
        """The same whole number in every lane."""
        return ir.Constant(self.integers, [int(n)] * self.width)

    def place(self, base: Value, i: Value | int) -> Value:
        """Address of the i-th vector of an array."""
        index = i if isinstance(i, ir.Value) else ir.Constant(I64, i)
        return self.builder.gep(base, [index], inbounds=True, source_etype=self.vector)

    def load(self, base: Value, i: Value | int) -> Value:
        """The i-th vector of an array."""
        value = self.builder.load(self.place(base, i), typ=self.vector)
        value.align = self.bytes
        return value

    def store(self, value: Value, base: Value, i: Value | int) -> None:
        """Write the i-th vector of an array."""
        self.builder.store(value, self.place(base, i)).align = self.bytes

    def load_splat(self, base: Value, i: int) -> Value:
        """The i-th single number of an array, in every lane."""
        return self.splat(self.builder.load(self._single(base, i), typ=self.element))

    def store_first(self, value: Value, base: Value, i: int) -> None:
        """Write the first lane as the i-th single number of an array."""
        self.builder.store(self.builder.extract_element(value, ir.Constant(I64, 0)), self._single(base, i))

    def _single(self, base: Value, i: int) -> Value:
        return self.builder.gep(base, [ir.Constant(I64, i)], inbounds=True, source_etype=self.element)

    def load_whole(self, base: Value, i: Value) -> Value:
        """The i-th of an array of single whole numbers."""
        return self.builder.load(self.builder.gep(base, [i], inbounds=True, source_etype=I64), typ=I64)

    def load_mask(self, base: Value) -> Value:
        """A vector of whole numbers, each with all bits set or none."""
        mask = self.builder.load(base, typ=self.integers)
        mask.align = self.bytes
        return mask

    def splat(self, x: Value) -> Value:
        """One number in every lane."""
        undefined = ir.Constant(self.vector, ir.Undefined)
        first = self.builder.insert_element(undefined, x, ir.Constant(I64, 0))
        zeros = ir.Constant(ir.VectorType(I32, self.width), [0] * self.width)
        return self.builder.shuffle_vector(first, undefined, zeros)

    # ------------------------------------------------------------------ arithmetic, correctly rounded

    def add(self, x: Value, y: Value) -> Value:
        """X + y."""
        return self.builder.fadd(x, y)

    def sub(self, x: Value, y: Value) -> Value:
        """X - y."""
        return self.builder.fsub(x, y)

    def mul(self, x: Value, y: Value) -> Value:
        """X * y."""
        return self.builder.fmul(x, y)

    def div(self, x: Value, y: Value) -> Value:
        """X / y."""
        return self.builder.fdiv(x, y)

    def neg(self, x: Value) -> Value:
        """-x."""
        return self.builder.fneg(x)

    def fma(self, x: Value, y: Value, z: Value) -> Value:
        """X * y + z, rounded once."""
        return self._intrinsic("fma", x, y, z)

    def fms(self, x: Value, y: Value, z: Value) -> Value:
        """Z - x * y, rounded once."""
        return self._intrinsic("fma", self.builder.fneg(x), y, z)

    def sqrt(self, x: Value) -> Value:
        """The square root of x."""
        return self._intrinsic("sqrt", x)

    def abs(self, x: Value) -> Value:
        """The magnitude of x."""
        return self._intrinsic("fabs", x)

    def greater(self, x: Value, y: Value) -> Value:
        """Whether x > y; false where either is no number."""
        return self.builder.fcmp_ordered(">", x, y)

    def select(self, mask: Value, x: Value, y: Value) -> Value:
        """X where the mask is true, else y."""
        return self.builder.select(mask, x, y)

    def choose(self, mask: Value, x: Value, y: Value) -> Value:
        """X where the mask's bits are set, else y.

        By bits: of a `select` that is stored where y was loaded, LLVM makes a masked store, which is slow.
        """
        b = self.builder
        x, y = b.bitcast(x, self.integers), b.bitcast(y, self.integers)
        return b.bitcast(b.or_(b.and_(mask, x), b.and_(b.not_(mask), y)), self.vector)

    def larger(self, x: Value, y: Value) -> Value:
        """The larger of both; y where either is no number."""
        return self.select(self.greater(x, y), x, y)

    def polynomial(self, coefficients: tuple[float, ...], x: Value) -> Value:
        """c0 + c1 x + c2 x^2 + ..., by Horner's rule."""
        value = self.constant(coefficients[-1])
        for c in coefficients[-2::-1]:
            value = self.fma(value, x, self.constant(c))
        return value

    def _intrinsic(self, name: str, *arguments: Value) -> Value:
        module = self.builder.module
        full = f"llvm.{name}.v{self.width}f{self.bits}"
        function = module.globals.get(full) or ir.Function(
            module, ir.FunctionType(self.vector, [self.vector] * len(arguments)), full
        )
        return self.builder.call(function, arguments)
