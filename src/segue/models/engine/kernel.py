"""The decoder as machine code, made for one shape: all layers in one call, bfloat16 weights read as they are stored.

Arithmetic is float32; only the order of sums differs from PyTorch's. Weights lie in panels of 32 output rows: for each
input place sixteen 32-bit words, each with two bfloat16 (rows 0-15 low, 16-31 high), so that a product needs no sum
across a vector. Keys lie in blocks of sixteen positions for the same reason.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from segue.models.engine.attention import attend, keep
from segue.models.engine.layout import LANES, PANEL, Layout, Processor
from segue.models.engine.vectors import F16, F32, I64, POINTER, Code, Value, integer
from segue.models.score.config import ScoreConfig


def forward_module(config: ScoreConfig, processor: Processor) -> ir.Module:
    """Return LLVM's module of `forward`, for one shape and one kind of processor.

    forward(weights, tables, keys, values, scratch, tokens, rows, positions, count, rows in the cache, wanted, how many
    wanted, logits): read `count` tokens (at most `CHUNK`), each of a row at a position; write logits after those
    wanted. `tables` holds the token vectors, the cosines and sines of all positions, and the weights of the norms.
    """
    module = ir.Module("segue")
    layout = Layout(config)
    # the longer a piece, the more of the time goes into reading keys and values
    cache = F16 if processor.has_halves else F32
    parts = {
        "product": _product(module, processor),
        "norm": _norm(module, config, layout),
        "keep": keep(module, config, layout, cache),
        "attend": attend(module, config, layout, cache),
        "gate": _gate(module, layout),
    }
    for part in parts.values():
        part.function.linkage = "internal"
        part.b.ret_void()
    _forward(module, config, layout, cache, parts)
    return module


def _forward(module: ir.Module, config: ScoreConfig, layout: Layout, cache: Any, parts: dict[str, Code]) -> None:
    code = Code(module, "forward", *[POINTER] * 8, I64, I64, POINTER, I64, POINTER)
    weights, tables, keys, values, scratch, tokens, rows, positions, count, cached, wanted, asked, logits = (
        code.arguments
    )
    b, width = code.b, layout.width
    place = {name: code.at(scratch, start) for name, start in layout.scratch.items()}
    turns = code.at(tables, layout.vocabulary * width)
    norms = code.at(turns, layout.positions * config.head_width)

    def look_up(token: Value) -> None:
        source = code.at(tables, b.mul(code.index(tokens, token), integer(width)))
        _copy(code, source, code.at(place["stream"], b.mul(token, integer(width))), width)

    code.loop(count, look_up)

    def layer(number: Value) -> None:
        own = code.at(weights, b.mul(number, integer(layout.places[""])))
        matrix = {name: code.at(own, start) for name, start in layout.places.items()}
        norm = code.at(norms, b.mul(number, integer(2 * width)))
        start = b.mul(b.mul(number, cached), integer(layout.row))
        kept = (code.at(keys, start, cache), code.at(values, start, cache), rows, positions, count)
        code.call(parts["norm"], place["stream"], norm, place["normed"], count)
        code.call(parts["product"], matrix["query"], place["normed"], width, width, place["query"], 3 * width, count, 0)
        code.call(parts["keep"], place["query"], turns, *kept)
        code.call(parts["attend"], place["query"], *kept, place["shares"], place["seen"])
        code.call(parts["product"], matrix["output"], place["seen"], width, width, place["stream"], width, count, 1)
        code.call(parts["norm"], place["stream"], code.at(norm, width), place["normed"], count)
        inner = layout.feed_forward
        code.call(parts["product"], matrix["gate"], place["normed"], width, width, place["gate"], 2 * inner, count, 0)
        code.call(parts["gate"], place["gate"], count)
        code.call(parts["product"], matrix["down"], place["gate"], inner, 2 * inner, place["stream"], width, count, 1)

    code.loop(config.layers, layer)

    def gather(number: Value) -> None:
        source = code.at(place["stream"], b.mul(code.index(wanted, number), integer(width)))
        _copy(code, source, code.at(place["seen"], b.mul(number, integer(width))), width)

    code.loop(asked, gather)
    code.call(parts["norm"], place["seen"], code.at(norms, 2 * width * config.layers), place["normed"], asked)
    head = code.at(weights, config.layers * layout.places[""])
    code.call(parts["product"], head, place["normed"], width, width, logits, layout.vocabulary, asked, 0)
    b.ret_void()


def _copy(code: Code, source: Value, target: Value, size: int) -> None:
    code.loop(size, lambda place: code.store(code.load(source, place), target, place), step=LANES)


def _product(module: ir.Module, processor: Processor) -> Code:
    """(weights, x, columns, step of x, y, rows, tokens, adds): y = weights x for each token, or y += weights x."""
    code = Code(module, "product", POINTER, POINTER, I64, I64, POINTER, I64, I64, I64)
    weights, _, columns, _, _, rows, count, _ = code.arguments
    b = code.b

    def panel(first: Value) -> None:
        own = code.at(weights, b.mul(b.lshr(first, integer(1)), columns))
        done, together = integer(0), processor.together
        while together:
            end = b.and_(count, integer(-together))

            def tokens(token: Value, many: int = together) -> None:
                _panel_product(code, own, first, token, (many, processor.together // many))

            code.loop(end, tokens, start=done, step=together)
            done, together = end, together // 2

    code.loop(rows, panel, step=PANEL)
    return code


def _panel_product(code: Code, panel: Value, first: Value, token: Value, shape: tuple[int, int]) -> None:
    """Multiply a panel with some tokens together; several sums side by side hide how long an addition takes."""
    _, x, columns, step, y, rows, _, adds = code.arguments
    b = code.b
    together, unrolled = shape

    def column(place: Value, *sums: Value) -> tuple[Value, ...]:
        out = list(sums)
        for part in range(unrolled):
            here = b.add(place, integer(part))
            pair = code.unpack(panel, b.mul(here, integer(LANES)))
            for other in range(together):
                factor = code.spread(code.number(x, b.add(b.mul(b.add(token, integer(other)), step), here)))
                for half in (0, 1):
                    own = 2 * (part * together + other) + half
                    out[own] = code.multiply_add(pair[half], factor, out[own])
        return tuple(out)

    sums = code.loop(columns, column, *[code.spread(0.0)] * (2 * together * unrolled), step=unrolled)
    is_added = b.icmp_signed("!=", adds, integer(0))
    for other in range(together):
        for half in (0, 1):
            out = sums[2 * other + half]
            for part in range(1, unrolled):
                out = b.fadd(out, sums[2 * (part * together + other) + half])
            place = b.add(b.add(b.mul(b.add(token, integer(other)), rows), first), integer(half * LANES))
            before = b.select(is_added, code.load(y, place), code.spread(0.0))
            code.store(b.fadd(before, out), y, place)


def _norm(module: ir.Module, config: ScoreConfig, layout: Layout) -> Code:
    """(x, weight, y, tokens): y = weight x / sqrt(mean(x^2) + epsilon)."""
    code = Code(module, "norm", POINTER, POINTER, POINTER, I64)
    x, weight, y, count = code.arguments
    b, width = code.b, layout.width

    def token(number: Value) -> None:
        start = b.mul(number, integer(width))

        def square(place: Value, total: Value) -> tuple[Value, ...]:
            value = code.load(x, b.add(start, place))
            return (code.multiply_add(value, value, total),)

        (squares,) = code.loop(width, square, code.spread(0.0), step=LANES)
        mean = b.fmul(code.total(squares), ir.Constant(F32, 1 / config.width))
        scale = b.fdiv(ir.Constant(F32, 1.0), code.root(b.fadd(mean, ir.Constant(F32, config.epsilon))))

        def scaled(place: Value) -> None:
            here = b.add(start, place)
            code.store(b.fmul(b.fmul(code.load(x, here), code.spread(scale)), code.load(weight, place)), y, here)

        code.loop(width, scaled, step=LANES)

    code.loop(count, token)
    return code


def _gate(module: ir.Module, layout: Layout) -> Code:
    """(gates and ups, tokens): gate = gate / (1 + e^-gate) up, in place."""
    code = Code(module, "gate", POINTER, I64)
    gate, count = code.arguments
    b, inner = code.b, layout.feed_forward

    def token(number: Value) -> None:
        own = code.at(gate, b.mul(number, integer(2 * inner)))

        def part(place: Value) -> None:
            value, up = code.load(own, place), code.load(own, b.add(place, integer(inner)))
            below = b.fadd(code.spread(1.0), code.exp(b.fneg(value)))
            code.store(b.fmul(b.fdiv(value, below), up), own, place)

        code.loop(inner, part, step=LANES)

    code.loop(count, token)
    return code
