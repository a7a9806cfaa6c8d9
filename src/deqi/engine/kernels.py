"""The kernels of one model: straight-line vector code for everything that is done many times.

| kernel | what it computes, for all lanes |
|---|---|
| ``prepare`` | state-free terms, from parameters and inputs |
| ``rates`` | adds the rates at `point` to `slope` |
| ``factor`` | rates, Jacobian and its sparse factors in one pass |
| ``solve`` | solves with the factors, in place |
| ``step`` | one attempted step: eight stages, error and advice on the next step |
| ``dense`` | states anywhere within the step |
| ``observe`` | algebraic outputs |
| ``commit`` | takes the step over where it was accepted |
| ``slopes`` | entries of the Jacobian (for inspection and Newton's method) |

Arguments are fields of the lanes' workspace, by name; `KERNELS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from deqi.engine.elementary import Elementary
from deqi.engine.equations import Analysis
from deqi.engine.fields import KERNELS
from deqi.engine.jacobian import Entry
from deqi.engine.lanes import I64, POINTER, VOID, Lanes, Value
from deqi.engine.methods import RODAS5P, Rosenbrock
from deqi.engine.printing import Printer

_SAFETY = 0.9
# States that are combined at once.
_TOGETHER = 4


class Kernels:
    """Prints every kernel of a model into one module.

    Parameters
    ----------
    analysis : Analysis
        The model's equations.
    lanes : Lanes
        Number and type of lanes.
    varying : iterable of str, optional
        Parameters that differ between patients. Terms of the others are kept once and spread
        over the lanes when loaded; by default all may differ.

    Attributes
    ----------
    module : llvmlite module
        What was printed.
    functions : dict
        Its kernels by name.
    """

    def __init__(
        self,
        analysis: Analysis,
        lanes: Lanes,
        varying: Iterable[str] | None = None,
        method: Rosenbrock = RODAS5P,
    ) -> None:
        self.analysis, self.lanes, self.method = analysis, lanes, method
        self.size = len(analysis.equations.states)
        self.module = ir.Module("kernels")
        self.functions: dict[str, Any] = {}
        self._place = {entry: k for k, entry in enumerate(analysis.filled)}
        self._lay_out_constants(varying)
        for name in KERNELS:
            getattr(self, f"_{name}")()

    def _lay_out_constants(self, varying: Iterable[str] | None) -> None:
        """Vectors first, then single numbers, packed."""
        differ = self.analysis.varying(varying)
        symbols = [symbol for symbol, _ in self.analysis.constants]
        vectors = [s for s in symbols if s in differ]
        singles = [s for s in symbols if s not in differ]
        self._vector_at = {s: i for i, s in enumerate(vectors)}
        self._single_at = {s: len(vectors) * self.lanes.width + i for i, s in enumerate(singles)}
        #: Vectors that the constants take.
        self.constants = len(vectors) + -(-len(singles) // self.lanes.width)

    # ------------------------------------------------------------------ printing a kernel

    @contextmanager
    def _kernel(self, name: str) -> Iterator[tuple[Value, ...]]:
        fields = KERNELS[name]
        function = ir.Function(self.module, ir.FunctionType(VOID, [POINTER] * len(fields)), f"kernel_{name}")
        function.attributes.add("nounwind")
        function.attributes.add("noinline")
        for argument, field in zip(function.args, fields, strict=True):
            argument.name = field
            argument.add_attribute("noalias")
        self.lanes.builder = ir.IRBuilder(function.append_basic_block("entry"))
        yield function.args
        self.lanes.builder.ret_void()
        self.functions[name] = function

    def _blocks(self, body: Callable[[list[Value]], None], together: int) -> None:
        """`body` on the numbers of so many states at once, until all states have had their turn.

        Several states at once share the loading of coefficients and keep the processor's pipes full.
        """
        b, whole = self.lanes.builder, self.size // together
        if whole:
            before, block, after = b.block, b.append_basic_block("block"), b.append_basic_block("rest")
            b.branch(block)
            b.position_at_end(block)
            first = b.phi(I64)
            first.add_incoming(ir.Constant(I64, 0), before)
            body([b.add(first, ir.Constant(I64, k)) for k in range(together)])
            following = b.add(first, ir.Constant(I64, together))
            first.add_incoming(following, b.block)
            b.cbranch(b.icmp_signed("<", following, ir.Constant(I64, whole * together)), block, after)
            b.position_at_end(after)
        if self.size % together:
            body([ir.Constant(I64, k) for k in range(whole * together, self.size)])

    def _printer(self, y: Value, constants: Value, *, slopes: bool = False) -> Printer:
        v = self.lanes
        state = {s: i for i, s in enumerate(self.analysis.equations.state_symbols)}

        def leaf(symbol: Any) -> Value:
            if symbol in state:
                return v.load(y, state[symbol])
            if symbol in self._vector_at:
                return v.load(constants, self._vector_at[symbol])
            return v.load_splat(constants, self._single_at[symbol])

        statements = [*self.analysis.algebra, *(self.analysis.slopes if slopes else ())]
        return Printer(v, leaf, statements)

    # ------------------------------------------------------------------ the model

    def _prepare(self) -> None:
        v, equations = self.lanes, self.analysis.equations
        with self._kernel("prepare") as (p, u, constants):
            where = {s: (p, i) for i, s in enumerate(equations.parameter_symbols)}
            where |= {s: (u, i) for i, s in enumerate(equations.input_symbols)}
            value = Printer(v, lambda symbol: v.load(*where[symbol]), self.analysis.constants)
            for symbol, i in self._vector_at.items():
                v.store(value(symbol), constants, i)
            for symbol, i in self._single_at.items():
                v.store_first(value(symbol), constants, i)

    def _rates(self) -> None:
        v = self.lanes
        with self._kernel("rates") as (point, constants, slope):
            value = self._printer(point, constants)
            for i, rate in enumerate(self.analysis.rates):
                v.store(v.add(v.load(slope, i), value(rate)), slope, i)

    def _observe(self) -> None:
        with self._kernel("observe") as (within, constants, observed):
            value = self._printer(within, constants)
            for i, output in enumerate(self.analysis.observed):
                self.lanes.store(value(output), observed, i)

    def _slopes(self) -> None:
        with self._kernel("slopes") as (y, constants, entries):
            value = self._printer(y, constants, slopes=True)
            for i, entry in enumerate(self.analysis.jacobian):
                self.lanes.store(value(self.analysis.jacobian[entry]), entries, i)

    # ------------------------------------------------------------------ linear algebra

    def _factor(self) -> None:
        """L U = 1/(h gamma) - J; the diagonal is kept inverted."""
        v, jacobian = self.lanes, self.analysis.jacobian
        with self._kernel("factor") as (y, constants, slope, inverse_step, factors):
            value = self._printer(y, constants, slopes=True)
            for i, rate in enumerate(self.analysis.rates):
                v.store(value(rate), slope, i)
            diagonal = v.load(inverse_step, 0)
            work: dict[Entry, Value] = {}

            def entry(at: Entry) -> Value | None:
                if at not in work:
                    slope_here = value(jacobian[at]) if at in jacobian else None
                    if at[0] == at[1]:
                        work[at] = diagonal if slope_here is None else v.sub(diagonal, slope_here)
                    else:
                        work[at] = None if slope_here is None else v.neg(slope_here)
                return work[at]

            for pivot, rows, columns in self._elimination():
                inverse = v.div(v.constant(1.0), entry((pivot, pivot)))
                work[pivot, pivot] = inverse
                v.store(inverse, factors, self._place[pivot, pivot])
                for j in columns:
                    v.store(entry((pivot, j)), factors, self._place[pivot, j])
                for i in rows:
                    multiple = v.mul(entry((i, pivot)), inverse)
                    v.store(multiple, factors, self._place[i, pivot])
                    for j in columns:
                        old = entry((i, j))
                        product = (multiple, work[pivot, j])
                        work[i, j] = v.neg(v.mul(*product)) if old is None else v.fms(*product, old)

    def _elimination(self) -> Iterator[tuple[int, list[int], list[int]]]:
        """Each pivot with the rows below it and the columns to its right, in order."""
        order, filled = self.analysis.order, self._place
        for n, pivot in enumerate(order):
            later = order[n + 1 :]
            yield (
                pivot,
                [i for i in later if (i, pivot) in filled],
                [j for j in later if (pivot, j) in filled],
            )

    def _solve(self) -> None:
        v, order, place = self.lanes, self.analysis.order, self._place
        with self._kernel("solve") as (factors, x):
            known: dict[int, Value] = {}

            def less(i: int, others: Iterable[int]) -> None:
                for j in others:
                    if (i, j) in place:
                        known[i] = v.fms(v.load(factors, place[i, j]), known[j], known[i])

            for n, i in enumerate(order):
                known[i] = v.load(x, i)
                less(i, order[:n])
            for n, i in reversed(list(enumerate(order))):
                less(i, reversed(order[n + 1 :]))
                known[i] = v.mul(known[i], v.load(factors, place[i, i]))
                v.store(known[i], x, i)

    # ------------------------------------------------------------------ the method

    def _step(self) -> None:
        v, method, call = self.lanes, self.method, self._caller()
        stages = method.stages
        with self._kernel("step") as (
            y,
            constants,
            k,
            point,
            factors,
            step_size,
            judgement,
            peak,
            atol,
            tolerance,
        ):
            inverse = v.div(v.constant(1.0), v.load(step_size, 0))
            v.store(v.mul(inverse, v.constant(1.0 / method.gamma)), step_size, 1)
            increment = [v.place(k, s * self.size) for s in range(stages)]
            call("factor", y, constants, increment[0], v.place(step_size, 1), factors)
            call("solve", factors, increment[0])
            for s in range(1, stages):
                self._combine(s, y, point, increment, inverse)
                call("rates", point, constants, increment[s])
                call("solve", factors, increment[s])
            self._judge(point, increment[-1], judgement, peak, atol, tolerance)

    def _caller(self) -> Callable[..., Any]:
        def call(name: str, *arguments: Value) -> Any:
            return self.lanes.builder.call(self.functions[name], arguments)

        return call

    def _combine(self, s: int, y: Value, point: Value, increment: list[Value], inverse: Value) -> None:
        """The point of a stage, and what the stages before add to its rates."""
        v, method = self.lanes, self.method
        follows = method.extends(s)

        def combine(states: list[Value]) -> None:
            at = [v.load(point if follows else y, i) for i in states]
            past: list[Value] = []
            for j in range(s):
                c, a = v.constant(method.c[s][j]), v.constant(method.a[s][j])
                k = [v.load(increment[j], i) for i in states]
                past = (
                    [v.mul(c, x) for x in k]
                    if j == 0
                    else [v.fma(c, x, p) for x, p in zip(k, past, strict=True)]
                )
                if not follows:
                    at = [v.fma(a, x, y0) for x, y0 in zip(k, at, strict=True)]
                elif j == s - 1:
                    at = [v.add(x, y0) for x, y0 in zip(k, at, strict=True)]
            for i, x, p in zip(states, at, past, strict=True):
                v.store(x, point, i)
                v.store(v.mul(p, inverse), increment[s], i)

        self._blocks(combine, _TOGETHER)

    def _judge(
        self, point: Value, error: Value, judgement: Value, peak: Value, atol: Value, rtol: Value
    ) -> None:
        """Mean square of the scaled error, and by what factor the step should change.

        A state's error is held against the largest value it has had in this course: what decays
        to nothing needs no digits there.
        """
        v = self.lanes
        v.store(v.constant(0.0), judgement, 0)

        def compare(states: list[Value]) -> None:
            total = v.load(judgement, 0)
            for i in states:
                e = v.load(error, i)
                new = v.add(v.load(point, i), e)
                v.store(new, point, i)
                scale = v.fma(v.load(rtol, i), v.larger(v.abs(new), v.load(peak, i)), v.load(atol, i))
                e = v.div(e, scale)
                total = v.fma(e, e, total)
            v.store(total, judgement, 0)

        self._blocks(compare, _TOGETHER)
        square = v.mul(v.load(judgement, 0), v.constant(1.0 / self.size))
        v.store(square, judgement, 0)
        functions = Elementary(v)
        logarithm = functions.log(v.add(square, v.constant(1e-20)))
        factor = functions.exp(v.mul(v.constant(-0.5 / self.method.order), logarithm))
        v.store(v.mul(v.constant(_SAFETY), factor), judgement, 1)

    def _dense(self) -> None:
        """The states that are wanted: how many, then which."""
        v, method = self.lanes, self.method
        with self._kernel("dense") as (y, point, k, theta, wanted, within):
            b, x = v.builder, v.load(theta, 0)
            rest = v.sub(v.constant(1.0), x)
            increment = [v.place(k, s * self.size) for s in range(method.stages)]
            before, block, after = b.block, b.append_basic_block("state"), b.append_basic_block("done")
            count = v.load_whole(wanted, ir.Constant(I64, 0))
            b.cbranch(b.icmp_signed(">", count, ir.Constant(I64, 0)), block, after)
            b.position_at_end(block)
            done = b.phi(I64)
            done.add_incoming(ir.Constant(I64, 0), before)
            following = b.add(done, ir.Constant(I64, 1))
            done.add_incoming(following, block)
            i = v.load_whole(wanted, following)
            sums: list[Value] = []
            for row in method.dense:
                total = v.mul(v.constant(row[0]), v.load(increment[0], i))
                for s in range(1, method.stages):
                    total = v.fma(v.constant(row[s]), v.load(increment[s], i), total)
                sums.append(total)
            bend = sums[-1]
            for lower in sums[-2::-1]:
                bend = v.fma(x, bend, lower)
            right = v.fma(rest, bend, v.load(point, i))
            v.store(v.fma(x, right, v.mul(rest, v.load(y, i))), within, i)
            b.cbranch(b.icmp_signed("<", following, count), block, after)
            b.position_at_end(after)

    def _commit(self) -> None:
        v = self.lanes
        with self._kernel("commit") as (y, point, peak, accepted):
            take = v.load_mask(accepted)

            def take_over(states: list[Value]) -> None:
                for i in states:
                    new = v.choose(take, v.load(point, i), v.load(y, i))
                    v.store(new, y, i)
                    v.store(v.larger(v.abs(new), v.load(peak, i)), peak, i)

            self._blocks(take_over, _TOGETHER)
