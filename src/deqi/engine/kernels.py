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

    @contextmanager
    def _each_state(self) -> Iterator[Value]:
        """A loop over the states."""
        b = self.lanes.builder
        before, body, after = b.block, b.append_basic_block("state"), b.append_basic_block("done")
        b.branch(body)
        b.position_at_end(body)
        i = b.phi(I64)
        i.add_incoming(ir.Constant(I64, 0), before)
        yield i
        following = b.add(i, ir.Constant(I64, 1))
        i.add_incoming(following, b.block)
        b.cbranch(b.icmp_signed("<", following, ir.Constant(I64, self.size)), body, after)
        b.position_at_end(after)

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
        with self._kernel("step") as (y, constants, k, point, factors, step_size, judgement, atol, tolerance):
            inverse = v.div(v.constant(1.0), v.load(step_size, 0))
            v.store(v.mul(inverse, v.constant(1.0 / method.gamma)), step_size, 1)
            increment = [v.place(k, s * self.size) for s in range(stages)]
            call("factor", y, constants, increment[0], v.place(step_size, 1), factors)
            call("solve", factors, increment[0])
            for s in range(1, stages):
                self._combine(s, y, point, increment, inverse)
                call("rates", point, constants, increment[s])
                call("solve", factors, increment[s])
            self._judge(y, point, increment[-1], judgement, atol, v.load(tolerance, 0))

    def _caller(self) -> Callable[..., Any]:
        def call(name: str, *arguments: Value) -> Any:
            return self.lanes.builder.call(self.functions[name], arguments)

        return call

    def _combine(self, s: int, y: Value, point: Value, increment: list[Value], inverse: Value) -> None:
        """The point of a stage, and what the stages before add to its rates."""
        v, method = self.lanes, self.method
        follows = method.extends(s)
        with self._each_state() as i:
            at = v.load(point if follows else y, i)
            past = None
            for j in range(s):
                k_j = v.load(increment[j], i)
                c = v.constant(method.c[s][j])
                past = v.mul(c, k_j) if past is None else v.fma(c, k_j, past)
                if not follows:
                    at = v.fma(v.constant(method.a[s][j]), k_j, at)
                elif j == s - 1:
                    at = v.add(at, k_j)
            v.store(at, point, i)
            v.store(v.mul(past, inverse), increment[s], i)

    def _judge(
        self, y: Value, point: Value, error: Value, judgement: Value, atol: Value, rtol: Value
    ) -> None:
        """Mean square of the scaled error, and by what factor the step should change."""
        v = self.lanes
        v.store(v.constant(0.0), judgement, 0)
        with self._each_state() as i:
            e, old = v.load(error, i), v.load(y, i)
            new = v.add(v.load(point, i), e)
            v.store(new, point, i)
            scale = v.fma(rtol, v.larger(v.abs(new), v.abs(old)), v.load(atol, i))
            e = v.div(e, scale)
            v.store(v.fma(e, e, v.load(judgement, 0)), judgement, 0)
        square = v.mul(v.load(judgement, 0), v.constant(1.0 / self.size))
        v.store(square, judgement, 0)
        functions = Elementary(v)
        logarithm = functions.log(v.add(square, v.constant(1e-20)))
        factor = functions.exp(v.mul(v.constant(-0.5 / self.method.order), logarithm))
        v.store(v.mul(v.constant(_SAFETY), factor), judgement, 1)

    def _dense(self) -> None:
        v, method = self.lanes, self.method
        with self._kernel("dense") as (y, point, k, theta, within):
            x = v.load(theta, 0)
            rest = v.sub(v.constant(1.0), x)
            increment = [v.place(k, s * self.size) for s in range(method.stages)]
            with self._each_state() as i:
                sums = []
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

    def _commit(self) -> None:
        v = self.lanes
        with self._kernel("commit") as (y, point, accepted):
            take = v.greater(v.load(accepted, 0), v.constant(0.5))
            with self._each_state() as i:
                v.store(v.select(take, v.load(point, i), v.load(y, i)), y, i)
