"""A small part of Python as machine code: enough for the driver, no more.

A function may use: whole numbers and floats; arithmetic, comparisons, ``and``,
``or``; ``if``, ``while``, ``for ... in range``; calls of other such functions;
and one record, its first argument, whose fields are numbers and arrays. There
are no bounds checks. The same source runs as ordinary Python, bit for bit, and
a test holds the two together.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llvmlite import ir

from deqi.engine.lanes import F32, F64, I1, I32, I64, POINTER, Value
from deqi.errors import EngineError

_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_OPERATIONS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_SLOT_BYTES = 8


class Translator:
    """Translates functions into a module.

    Parameters
    ----------
    module : llvmlite module
        Where they go.
    fields : mapping
        Type of each field of the record, in its order: ``i64``, ``f64``, or with ``*`` an array;
        ``lane*`` is an array of the lanes' float type, ``mask*`` of its whole numbers.
    lane : llvmlite type
        Float type of a lane.
    kernels : mapping
        Functions that ``record.run("name")`` calls, and the fields that they take.
    """

    def __init__(
        self,
        module: Any,
        fields: Mapping[str, str],
        lane: Any,
        kernels: Mapping[str, tuple[Any, Sequence[str]]],
    ) -> None:
        self.module, self.fields, self.kernels = module, fields, kernels
        self.slots = {name: k for k, name in enumerate(fields)}
        whole = I64 if lane == F64 else I32
        self.elements = {"i64*": I64, "f64*": F64, "lane*": lane, "mask*": whole}
        self.functions: dict[str, Any] = {}

    def add(self, function: Callable[..., Any], *, public: bool = False) -> Any:
        """Translate a function; those it calls must have been added before.

        Raises
        ------
        EngineError
            If it uses anything but the part of Python that is known here.
        """
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        assert isinstance(tree, ast.FunctionDef)
        kind = ir.FunctionType(I64, [POINTER, *([I64] * (len(tree.args.args) - 1))])
        made = ir.Function(self.module, kind, function.__name__)
        made.linkage = "external" if public else "internal"
        made.attributes.add("nounwind")
        self.functions[function.__name__] = made
        _Body(self, made, tree, function.__globals__).write()
        return made


class _Body:
    """The body of one function."""

    def __init__(self, owner: Translator, made: Any, tree: ast.FunctionDef, names: Mapping[str, Any]) -> None:
        self.owner, self.tree, self.names = owner, tree, names
        self.entry = made.append_basic_block("entry")
        self.start = made.append_basic_block("start")
        self.b = ir.IRBuilder(self.start)
        self.record = made.args[0]
        self.record_name = tree.args.args[0].arg
        self.locals: dict[str, tuple[Value, Any]] = {}
        self.loops: list[tuple[Any, Any]] = []
        for argument, value in zip(tree.args.args[1:], made.args[1:], strict=True):
            self.assign(argument.arg, value)

    def write(self) -> None:
        self.block(self.tree.body)
        if not self.b.block.is_terminated:
            self.b.ret(ir.Constant(I64, 0))
        ir.IRBuilder(self.entry).branch(self.start)

    def refuse(self, node: ast.AST) -> EngineError:
        return EngineError(
            f"{ast.unparse(node)[:80]!r} is beyond the part of Python that is translated",
            where=f"{self.tree.name}, line {getattr(node, 'lineno', 0)}",
        )

    # ------------------------------------------------------------------ values

    def convert(self, value: Value, kind: Any) -> Value:
        b, given = self.b, value.type
        if given == kind:
            return value
        if given == F32:
            value, given = b.fpext(value, F64), F64
            return self.convert(value, kind)
        if given == I1:
            return self.convert(b.zext(value, I64), kind)
        if given == I32:
            return self.convert(b.sext(value, I64), kind)
        if kind == I32:
            return b.trunc(self.convert(value, I64), I32)
        if kind == I1:
            return b.icmp_signed("!=", value, ir.Constant(I64, 0))
        if kind == F32:
            return b.fptrunc(self.convert(value, F64), F32)
        return b.sitofp(value, F64) if kind == F64 else b.fptosi(value, I64)

    def field(self, name: str, node: ast.AST) -> Value:
        """Number, or address of the array, in a field of the record."""
        if name not in self.owner.slots:
            raise self.refuse(node)
        kind = {"i64": I64, "f64": F64}.get(self.owner.fields[name], POINTER)
        index = ir.Constant(I64, self.owner.slots[name])
        slot = self.b.gep(self.record, [index], inbounds=True, source_etype=I64)
        value = self.b.load(slot, typ=kind)
        value.align = _SLOT_BYTES
        # Fields never change while the function runs; only what arrays hold does.
        value.set_metadata("invariant.load", self.owner.module.add_metadata([]))
        return value

    def element(self, node: ast.Subscript) -> tuple[Value, Any]:
        """Address and type of an array's element."""
        match node.value:
            case ast.Attribute(value=ast.Name(id=self.record_name), attr=name):
                pass
            case _:
                raise self.refuse(node)
        kind = self.owner.elements.get(self.owner.fields.get(name, ""))
        if kind is None:
            raise self.refuse(node)
        base, index = self.field(name, node), self.value(node.slice)
        return self.b.gep(base, [index], inbounds=True, source_etype=kind), kind

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=bool() | int() | float() as x):
                return ir.Constant(F64, x) if isinstance(x, float) else ir.Constant(I64, int(x))
            case ast.Name(id=name):
                return self.name(name, node)
            case ast.Attribute(value=ast.Name(id=self.record_name), attr=name):
                return self.field(name, node)
            case ast.Subscript():
                address, kind = self.element(node)
                loaded = self.b.load(address, typ=kind)
                return self.convert(loaded, {F32: F64, I32: I64}.get(kind, kind))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                x = self.value(operand)
                return self.b.fneg(x) if x.type == F64 else self.b.neg(x)
            case ast.BinOp() | ast.Compare():
                return self.binary(node)
            case ast.BoolOp():
                return self.boolean(node)
            case ast.Call():
                return self.call(node)
        raise self.refuse(node)

    def whole(self, node: ast.expr) -> Value:
        """A value that must be a whole number: of a float, Python would keep the rest."""
        value = self.value(node)
        if value.type == F64:
            raise self.refuse(node)
        return self.convert(value, I64)

    def name(self, name: str, node: ast.AST) -> Value:
        if name in self.locals:
            slot, kind = self.locals[name]
            return self.b.load(slot, typ=kind)
        constant = self.names.get(name)
        if isinstance(constant, int | float):
            return ir.Constant(F64 if isinstance(constant, float) else I64, constant)
        raise self.refuse(node)

    def pair(self, left: ast.expr, right: ast.expr, node: ast.AST) -> tuple[Value, Value, Any]:
        x, y = self.value(left), self.value(right)
        kind = F64 if F64 in (x.type, y.type) else I64
        return self.convert(x, kind), self.convert(y, kind), kind

    def binary(self, node: ast.BinOp | ast.Compare) -> Value:
        if isinstance(node, ast.Compare):
            comparison = _COMPARISONS.get(type(node.ops[0]))
            if len(node.ops) != 1 or comparison is None:
                raise self.refuse(node)
            x, y, kind = self.pair(node.left, node.comparators[0], node)
            if kind == I64:
                return self.b.icmp_signed(comparison, x, y)
            # As in Python, only != is true of a NaN.
            compare = self.b.fcmp_unordered if comparison == "!=" else self.b.fcmp_ordered
            return compare(comparison, x, y)
        operation = _OPERATIONS.get(type(node.op))
        if operation is None:
            raise self.refuse(node)
        x, y, kind = self.pair(node.left, node.right, node)
        if operation == "div":
            return self.b.fdiv(self.convert(x, F64), self.convert(y, F64))
        return getattr(self.b, ("f" if kind == F64 else "") + operation)(x, y)

    def boolean(self, node: ast.BoolOp) -> Value:
        """With short circuit, as in Python."""
        b, stop_on_true = self.b, isinstance(node.op, ast.Or)
        end, coming = b.append_basic_block("decided"), []
        for k, part in enumerate(node.values):
            value = self.convert(self.value(part), I1)
            coming.append((value, b.block))
            if k + 1 < len(node.values):
                following = b.append_basic_block("next")
                b.cbranch(value, *((end, following) if stop_on_true else (following, end)))
                b.position_at_end(following)
        b.branch(end)
        b.position_at_end(end)
        decided = b.phi(I1)
        for value, block in coming:
            decided.add_incoming(value, block)
        return decided

    def call(self, node: ast.Call) -> Value:
        if node.keywords:
            raise self.refuse(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id=self.record_name), attr="run") if len(node.args) == 1:
                (argument,) = node.args
                name = argument.value if isinstance(argument, ast.Constant) else None
                if not isinstance(name, str) or name not in self.owner.kernels:
                    raise self.refuse(node)
                kernel, fields = self.owner.kernels[name]
                return self.b.call(kernel, [self.field(f, node) for f in fields])
            case ast.Attribute(value=ast.Name(id=self.record_name), attr="take_ticket") if not node.args:
                queue = self.field("queue", node)
                return self.b.atomic_rmw("add", queue, ir.Constant(I64, 1), "monotonic")
            case ast.Name(id=name) if name in self.owner.functions:
                function = self.owner.functions[name]
                match node.args:
                    case [ast.Name(id=self.record_name), *rest] if len(rest) + 1 == len(function.args):
                        arguments = [self.whole(a) for a in rest]
                        return self.b.call(function, [self.record, *arguments])
        raise self.refuse(node)

    # ------------------------------------------------------------------ statements

    def assign(self, name: str, value: Value) -> None:
        """A local has the type of its first assignment."""
        if name not in self.locals:
            value = self.convert(value, I64) if value.type == I1 else value
            at_entry = ir.IRBuilder(self.entry)
            self.locals[name] = (at_entry.alloca(value.type, name=name), value.type)
        slot, kind = self.locals[name]
        self.b.store(self.convert(value, kind), slot)

    def block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if self.b.block.is_terminated:
                raise self.refuse(statement)
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                worth = self.value(value)
                if name in self.locals and worth.type == F64 != self.locals[name][1]:
                    raise self.refuse(node)
                self.assign(name, worth)
            case ast.Assign(targets=[ast.Subscript() as target], value=value):
                worth = self.value(value)
                address, kind = self.element(target)
                self.b.store(self.convert(worth, kind), address)
            case ast.AugAssign(target=target, op=op, value=value):
                self.statement(ast.Assign([target], ast.BinOp(target, op, value)))
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Expr(value=ast.Call() as called):
                self.call(called)
            case ast.If():
                self.branch(node)
            case ast.While() | ast.For():
                self.loop(node)
            case ast.Break():
                self.b.branch(self.loops[-1][1])
            case ast.Continue():
                self.b.branch(self.loops[-1][0])
            case ast.Return(value=ast.expr() as value):
                self.b.ret(self.whole(value))
            case _:
                raise self.refuse(node)

    def branch(self, node: ast.If) -> None:
        b = self.b
        condition = self.convert(self.value(node.test), I1)
        yes, no, end = (b.append_basic_block(n) for n in ("then", "else", "endif"))
        b.cbranch(condition, yes, no)
        for block, body in ((yes, node.body), (no, node.orelse)):
            b.position_at_end(block)
            self.block(body)
            if not b.block.is_terminated:
                b.branch(end)
        b.position_at_end(end)

    def loop(self, node: ast.While | ast.For) -> None:
        if node.orelse:
            raise self.refuse(node)
        b = self.b
        test, step, body, end = (b.append_basic_block(n) for n in ("test", "step", "body", "end"))
        counter, high = self.counting(node) if isinstance(node, ast.For) else (None, None)
        b.branch(test)
        b.position_at_end(test)
        if counter is not None:
            condition = b.icmp_signed("<", self.value(counter), high)
        else:
            assert isinstance(node, ast.While)
            condition = self.convert(self.value(node.test), I1)
        b.cbranch(condition, body, end)
        b.position_at_end(body)
        self.loops.append((step, end))
        self.block(node.body)
        self.loops.pop()
        if not b.block.is_terminated:
            b.branch(step)
        b.position_at_end(step)
        if counter is not None:
            self.assign(counter.id, b.add(self.value(counter), ir.Constant(I64, 1)))
        b.branch(test)
        b.position_at_end(end)

    def counting(self, node: ast.For) -> tuple[ast.Name, Value]:
        """The counter, set to its first value, and where it stops."""
        match node:
            case ast.For(target=ast.Name() as counter, iter=ast.Call(func=ast.Name(id="range"), args=given)):
                bounds = [self.whole(a) for a in given]
                if len(bounds) > 2:
                    raise self.refuse(node.iter)
                self.assign(counter.id, bounds[0] if len(bounds) == 2 else ir.Constant(I64, 0))
                return counter, bounds[-1]
        raise self.refuse(node)
