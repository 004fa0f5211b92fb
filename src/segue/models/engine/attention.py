"""Attention as machine code: rotary positions, the cache of keys and values, shares over all that a row has read.

The cache of a row holds, head by head, the keys in blocks of sixteen positions (for each place sixteen numbers), so
that shares need no sum across a vector, and the values position by position.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from segue.models.engine.layout import LANES, Layout
from segue.models.engine.vectors import F32, I64, POINTER, Code, Value, integer, vector
from segue.models.score.config import ScoreConfig


def keep(module: ir.Module, config: ScoreConfig, layout: Layout, cache: Any) -> Code:
    """(queries, turns, keys, values, rows, positions, tokens): turn queries and keys, keep keys and values."""
    code = Code(module, "keep", *[POINTER] * 6, I64)
    query, turns, keys, values, rows, positions, count = code.arguments
    b, size, half = code.b, config.head_width, config.head_width // 2
    lanes = math.gcd(LANES, half)

    def turn(pointer: Value, table: Value) -> None:
        def pair(place: Value) -> None:
            first, second = code.load(pointer, place, lanes), code.load(pointer, b.add(place, integer(half)), lanes)
            cosine, sine = code.load(table, place, lanes), code.load(table, b.add(place, integer(half)), lanes)
            code.store(b.fsub(b.fmul(first, cosine), b.fmul(second, sine)), pointer, place)
            code.store(b.fadd(b.fmul(second, cosine), b.fmul(first, sine)), pointer, b.add(place, integer(half)))

        code.loop(half, pair, step=lanes)

    def token(number: Value) -> None:
        position = code.index(positions, number)
        row = b.mul(code.index(rows, number), integer(layout.row))
        table = code.at(turns, b.mul(position, integer(size)))
        block, lane = b.lshr(position, integer(4)), b.and_(position, integer(LANES - 1))

        def head(which: Value) -> None:
            start = b.add(b.mul(number, integer(3 * layout.width)), b.mul(which, integer(size)))
            queries = code.at(query, start)
            key, value = code.at(queries, layout.width), code.at(queries, 2 * layout.width)
            turn(queries, table)
            turn(key, table)
            own = b.add(row, b.mul(which, integer(size * layout.positions)))
            key_place = b.add(b.add(own, b.mul(block, integer(size * LANES))), lane)
            value_place = b.add(own, b.mul(position, integer(size)))

            def number_of(place: Value) -> None:
                code.store(code.number(key, place), keys, b.add(key_place, b.mul(place, integer(LANES))), cache)
                code.store(code.number(value, place), values, b.add(value_place, place), cache)

            code.loop(size, number_of)

        code.loop(config.heads, head)

    code.loop(count, token)
    return code


def attend(module: ir.Module, config: ScoreConfig, layout: Layout, cache: Any) -> Code:
    """(queries, keys, values, rows, positions, tokens, room for shares, seen): attention over what a row has read."""
    code = Code(module, "attend", *[POINTER] * 5, I64, POINTER, POINTER)
    query, keys, values, rows, positions, count, shares, seen = code.arguments
    b, size = code.b, config.head_width
    work = _Head(code, size, cache)

    def token(number: Value) -> None:
        position = code.index(positions, number)
        row = b.mul(code.index(rows, number), integer(layout.row))

        def head(which: Value) -> None:
            own = b.add(row, b.mul(which, integer(size * layout.positions)))
            queries = code.at(query, b.add(b.mul(number, integer(3 * layout.width)), b.mul(which, integer(size))))
            out = code.at(seen, b.add(b.mul(number, integer(layout.width)), b.mul(which, integer(size))))
            end = b.add(position, integer(1))
            total = work.shares(queries, code.at(keys, own, cache), end, shares)
            work.weigh(code.at(values, own, cache), end, shares, total, out)

        code.loop(config.heads, head)

    code.loop(count, token)
    return code


@dataclass(frozen=True, slots=True)
class _Head:
    """Writes the work of one head: its width, and the type that the cache holds."""

    code: Code
    size: int
    cache: Any

    def shares(self, query: Value, keys: Value, end: Value, shares: Value) -> Value:
        """Write e^(query key / sqrt(size)), over the largest, for all positions before the end; return their sum."""
        code, size, cache, b = self.code, self.size, self.cache, self.code.b
        chains = math.gcd(4, size)
        lanes = ir.Constant(vector(kind=I64), list(range(LANES)))

        def fit(start: Value, largest: Value) -> tuple[Value, ...]:
            block = code.at(keys, b.mul(start, integer(size)), cache)

            def place(first: Value, *sums: Value) -> tuple[Value, ...]:
                here = [b.add(first, integer(chain)) for chain in range(chains)]
                return tuple(
                    code.multiply_add(
                        code.load(block, b.mul(at, integer(LANES)), kind=cache),
                        code.spread(code.number(query, at)),
                        held,
                    )
                    for at, held in zip(here, sums, strict=True)
                )

            sums = code.loop(size, place, *[code.spread(0.0)] * chains, step=chains)
            total = sums[0]
            for one in sums[1:]:
                total = b.fadd(total, one)
            total = b.fmul(total, code.spread(1 / math.sqrt(size)))
            is_read = b.icmp_signed("<", b.add(lanes, code.spread_integer(start)), code.spread_integer(end))
            total = b.select(is_read, total, code.spread(-1e30))
            code.store(total, shares, start)
            return (code.larger(total, largest),)

        (most,) = code.loop(end, fit, code.spread(-1e30), step=LANES)
        largest = code.spread(code.largest(most))

        def share(start: Value, total: Value) -> tuple[Value, ...]:
            value = code.exp(b.fsub(code.load(shares, start), largest))
            code.store(value, shares, start)
            return (b.fadd(total, value),)

        (sums,) = code.loop(end, share, code.spread(0.0), step=LANES)
        return code.total(sums)

    def weigh(self, values: Value, end: Value, shares: Value, total: Value, out: Value) -> None:
        """Write the mean of the values by their shares."""
        code, size, cache, b = self.code, self.size, self.cache, self.code.b
        lanes = math.gcd(LANES, size)
        even = b.and_(end, integer(-2))
        parts = size // lanes

        def add(at: Value, sums: tuple[Value, ...]) -> tuple[Value, ...]:
            share, start = code.spread(code.number(shares, at), lanes), b.mul(at, integer(size))
            loaded = [code.load(values, b.add(start, integer(part * lanes)), lanes, cache) for part in range(parts)]
            return tuple(code.multiply_add(one, share, held) for one, held in zip(loaded, sums, strict=True))

        def two(at: Value, *sums: Value) -> tuple[Value, ...]:
            return add(at, sums[:parts]) + add(b.add(at, integer(1)), sums[parts:])

        sums = code.loop(even, two, *[code.spread(0.0, lanes)] * (2 * parts), step=2)
        summed = [b.fadd(sums[part], sums[part + parts]) for part in range(parts)]
        summed = list(code.loop(end, lambda at, *held: add(at, held), *summed, start=even))
        scale = code.spread(b.fdiv(ir.Constant(F32, 1.0), total), lanes)
        for part, one in enumerate(summed):
            code.store(b.fmul(one, scale), out, part * lanes)
