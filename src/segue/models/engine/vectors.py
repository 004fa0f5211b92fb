"""Writing vector code for the processor at hand: a thin layer over LLVM's builder, in vectors of sixteen floats.

LLVM makes of a vector whatever the processor has: one AVX-512 register, two of AVX2, four of NEON.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from segue.models.engine.layout import LANES

F16, F32 = ir.HalfType(), ir.FloatType()
I32, I64, VOID = ir.IntType(32), ir.IntType(64), ir.VoidType()
POINTER = ir.PointerType()
_BYTES = {F16: 2, F32: 4}
Value = Any  # llvmlite carries no types

# exp(r) = 1 + r + r^2 / 2 + ... for |r| <= log(2) / 2: Taylor's terms up to the seventh are exact to float32
_EXP_TERMS = (1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0)
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.693359375, -2.12194440e-4
_ROUNDER = 12582912.0  # 1.5 * 2^23: added and taken away again, it leaves the nearest integer


def vector(lanes: int = LANES, kind: Any = F32) -> Any:
    """The type of a vector."""
    return ir.VectorType(kind, lanes)


class Code:
    """Writes the instructions of one function; pointers count in floats, or in 32-bit integers."""

    def __init__(self, module: ir.Module, name: str, *arguments: Any) -> None:
        self.function = ir.Function(module, ir.FunctionType(VOID, arguments), name)
        self.function.attributes.add("nounwind")
        for argument in self.function.args:
            if argument.type == POINTER:
                argument.add_attribute("noalias")
        self.b = ir.IRBuilder(self.function.append_basic_block("entry"))
        self._module = module

    @property
    def arguments(self) -> tuple[Value, ...]:
        """The function's own arguments."""
        return tuple(self.function.args)

    def call(self, other: Code, *arguments: Value) -> None:
        """Call another function; plain numbers become 64-bit integers."""
        self.b.call(other.function, [integer(one) for one in arguments])

    def loop(
        self,
        stop: Value,
        body: Callable[..., tuple[Value, ...] | None],
        *carried: Value,
        start: Value = 0,
        step: int = 1,
    ) -> tuple[Value, ...]:
        """Run `body(i, *carried)` for i from start to stop; it gives the carried values of the next round."""
        b, start, stop = self.b, integer(start), integer(stop)
        before = b.block
        inside, after = b.append_basic_block("inside"), b.append_basic_block("after")
        b.cbranch(b.icmp_signed("<", start, stop), inside, after)
        b.position_at_end(inside)
        count = b.phi(I64)
        count.add_incoming(start, before)
        held = [b.phi(one.type) for one in carried]
        following = body(count, *held) or ()
        last = b.block
        later = b.add(count, integer(step))
        count.add_incoming(later, last)
        for phi, first, following_one in zip(held, carried, following, strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(following_one, last)
        b.cbranch(b.icmp_signed("<", later, stop), inside, after)
        b.position_at_end(after)
        results = [b.phi(one.type) for one in carried]
        for phi, first, following_one in zip(results, carried, following, strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(following_one, last)
        return tuple(results)

    def at(self, pointer: Value, place: Value, kind: Any = F32) -> Value:
        """The pointer that many numbers further on."""
        return self.b.gep(pointer, [integer(place)], source_etype=kind)

    def load(self, pointer: Value, place: Value = 0, lanes: int = LANES, kind: Any = F32) -> Value:
        """A vector of numbers in memory, as floats."""
        held = self.b.load(self.at(pointer, place, kind), align=_BYTES[kind], typ=vector(lanes, kind))
        return held if kind == F32 else self.b.fpext(held, vector(lanes))

    def store(self, value: Value, pointer: Value, place: Value = 0, kind: Any = F32) -> None:
        """Put a vector of floats, or a single one, into memory, rounded to the kind kept there."""
        kept = value if kind == F32 else self.b.fptrunc(value, kind)
        self.b.store(kept, self.at(pointer, place, kind), align=_BYTES[kind])

    def number(self, pointer: Value, place: Value = 0) -> Value:
        """A single float in memory."""
        return self.b.load(self.at(pointer, place), align=4, typ=F32)

    def index(self, pointer: Value, place: Value) -> Value:
        """A 32-bit integer in memory, as one of 64 bits."""
        return self.b.sext(self.b.load(self.at(pointer, place), align=4, typ=I32), I64)

    def unpack(self, pointer: Value, place: Value) -> tuple[Value, Value]:
        """Two vectors from sixteen 32-bit words: the bfloat16 in their low halves, and those in their high halves."""
        words = self.b.load(self.at(pointer, place), align=4, typ=vector(kind=I32))
        low = self.b.shl(words, ir.Constant(words.type, [16] * LANES))
        high = self.b.and_(words, ir.Constant(words.type, [0xFFFF0000] * LANES))
        return self.b.bitcast(low, vector()), self.b.bitcast(high, vector())

    def spread(self, number: Value, lanes: int = LANES) -> Value:
        """A vector that holds one number everywhere."""
        kind = vector(lanes)
        if not isinstance(number, ir.Value):
            return ir.Constant(kind, [number] * lanes)
        one = self.b.insert_element(ir.Constant(kind, ir.Undefined), number, integer(0))
        return self.b.shuffle_vector(one, ir.Constant(kind, ir.Undefined), ir.Constant(vector(lanes, I32), [0] * lanes))

    def spread_integer(self, number: Value) -> Value:
        """A vector that holds one 64-bit integer everywhere."""
        kind = vector(kind=I64)
        one = self.b.insert_element(ir.Constant(kind, ir.Undefined), number, integer(0))
        return self.b.shuffle_vector(one, ir.Constant(kind, ir.Undefined), ir.Constant(vector(kind=I32), [0] * LANES))

    def multiply_add(self, a: Value, b: Value, c: Value) -> Value:
        """a * b + c, in one rounding where the processor can."""
        return self.b.call(self._intrinsic("llvm.fmuladd", a.type, 3), [a, b, c])

    def total(self, value: Value) -> Value:
        """The sum over a vector, pairwise."""
        return self._fold(value, self.b.fadd)

    def largest(self, value: Value) -> Value:
        """The largest of a vector."""
        return self._fold(value, self.larger)

    def larger(self, a: Value, b: Value) -> Value:
        """The larger of two, lane by lane."""
        return self.b.select(self.b.fcmp_ordered(">", a, b), a, b)

    def root(self, number: Value) -> Value:
        """The square root of a float."""
        return self.b.call(self._intrinsic("llvm.sqrt", F32, 1), [number])

    def exp(self, value: Value) -> Value:
        """e to the power of each lane; relative error 1e-7, 0 and the largest float at the ends of the range."""
        b = self.b
        value = self.larger(value, self.spread(-87.0))
        value = b.select(b.fcmp_ordered("<", value, self.spread(88.0)), value, self.spread(88.0))
        rounder = self.spread(_ROUNDER)
        whole = b.fsub(self.multiply_add(value, self.spread(_LOG2_E), rounder), rounder)
        rest = self.multiply_add(whole, self.spread(-_LN2_HIGH), value)
        rest = self.multiply_add(whole, self.spread(-_LN2_LOW), rest)
        out = self.spread(_EXP_TERMS[0])
        for term in _EXP_TERMS[1:]:
            out = self.multiply_add(out, rest, self.spread(term))
        power = b.shl(b.fptosi(whole, vector(kind=I32)), ir.Constant(vector(kind=I32), [23] * LANES))
        return b.bitcast(b.add(b.bitcast(out, vector(kind=I32)), power), vector())

    def _fold(self, value: Value, join: Callable[[Value, Value], Value]) -> Value:
        width = value.type.count
        while width > 1:
            width //= 2
            places = [ir.Constant(vector(width, I32), [start + i for i in range(width)]) for start in (0, width)]
            low, high = (self.b.shuffle_vector(value, value, each) for each in places)
            value = join(low, high)
        return self.b.extract_element(value, integer(0))

    def _intrinsic(self, name: str, kind: Any, count: int) -> Value:
        suffix = f"v{kind.count}f32" if isinstance(kind, ir.VectorType) else "f32"
        full = f"{name}.{suffix}"
        if full in self._module.globals:
            return self._module.globals[full]
        return ir.Function(self._module, ir.FunctionType(kind, [kind] * count), full)


def integer(number: Value) -> Value:
    """A plain number as a 64-bit integer; anything else as it is."""
    return ir.Constant(I64, number) if isinstance(number, int) else number
