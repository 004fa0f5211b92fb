"""A second witness of the musicnn networks: the graph that the wheel ships, run node by node in numpy's doubles.

It follows the nodes of the `.meta` file that TensorFlow wrote, so it owes nothing to our reading of the network. Where
a node chooses between training and use, use is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Graph:
    """A graph, and the values of its variables by name."""

    def __init__(self, meta: bytes, variables: Mapping[str, Array]) -> None:
        from tensorboard.compat.proto.meta_graph_pb2 import MetaGraphDef

        told = MetaGraphDef()
        told.ParseFromString(meta)
        self.nodes = {node.name: node for node in told.graph_def.node}
        self.variables = variables

    def value(self, name: str, fed: Mapping[str, Array]) -> Array:
        """The value of a node where those of others are fed."""

        @cache
        def of(node_name: str) -> Array:
            plain = node_name.partition(":")[0]
            if plain in fed:
                return fed[plain]
            node = self.nodes[plain]
            if node.op == "VariableV2":
                return self.variables[plain].astype(np.float64)
            if node.op == "Const":
                return constant(node.attr["value"].tensor)
            names = list(node.input)
            if node.op in ("Switch", "Merge"):  # what is not training comes out first, and goes in first
                return of(names[0])
            return OPERATIONS[node.op](node.attr, *(of(one) for one in names))

        return of(name)


def constant(tensor: Any) -> Array:
    shape = [one.size for one in tensor.tensor_shape.dim]
    kind, held = {1: ("<f4", tensor.float_val), 3: ("<i4", tensor.int_val)}[tensor.dtype]
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, kind).reshape(shape)
    return np.full(shape, next(iter(held)) if held else 0, kind)


def convolved(attr: Any, image: Array, kernel: Array) -> Array:
    assert list(attr["strides"].list.i) == [1, 1, 1, 1]
    high, wide = kernel.shape[:2]
    if attr["padding"].s == b"SAME":
        spans = [((size - 1) // 2, size // 2) for size in (high, wide)]
        image = np.pad(image, ((0, 0), *spans, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(image, (high, wide), (1, 2))
    return np.einsum("bxyihw,hwio->bxyo", windows, kernel, optimize=True)


def normalised(attr: Any, values: Array, gamma: Array, beta: Array, mean: Array, variance: Array) -> Array:
    assert not attr["is_training"].b
    return (values - mean) / np.sqrt(variance + attr["epsilon"].f) * gamma + beta


def pooled(attr: Any, image: Array) -> Array:
    one, high, wide, last = attr["ksize"].list.i
    assert list(attr["strides"].list.i) == [one, high, wide, last] == [1, 1, image.shape[2], 1]
    return image.max(2, keepdims=True)


def sliced(_: Any, values: Array, first: Array, last: Array, step: Array) -> Array:
    assert (list(first), list(last), list(step)) == ([0], [1], [1])
    return values[0]


def axes(which: Array) -> tuple[int, ...]:
    return tuple(int(one) for one in np.atleast_1d(which))


OPERATIONS: dict[str, Callable[..., Array]] = {
    "Identity": lambda _, value: value,
    "Add": lambda _, one, other: one + other,
    "Sub": lambda _, one, other: one - other,
    "Mul": lambda _, one, other: one * other,
    "BiasAdd": lambda _, one, other: one + other,
    "Rsqrt": lambda _, value: 1 / np.sqrt(value),
    "Relu": lambda _, value: np.maximum(value, 0),
    "Sigmoid": lambda _, value: 1 / (1 + np.exp(-value)),
    "MatMul": lambda _, one, other: one @ other,
    "Pad": lambda _, value, widths: np.pad(value, widths),
    "ExpandDims": lambda _, value, axis: np.expand_dims(value, axes(axis)),
    "Squeeze": lambda attr, value: np.squeeze(value, tuple(attr["squeeze_dims"].list.i)),
    "ConcatV2": lambda _, *given: np.concatenate(given[:-1], int(given[-1])),
    "Transpose": lambda _, value, order: np.transpose(value, order),
    "Max": lambda attr, value, which: value.max(axes(which), keepdims=attr["keep_dims"].b),
    "Mean": lambda attr, value, which: value.mean(axes(which), keepdims=attr["keep_dims"].b),
    "Shape": lambda _, value: np.array(value.shape),
    "Pack": lambda _, *given: np.stack(given),
    "Reshape": lambda _, value, shape: np.reshape(value, shape),
    "StridedSlice": sliced,
    "Conv2D": convolved,
    "FusedBatchNorm": normalised,
    "MaxPool": pooled,
}


def graph_of(folder: Path, variables: Mapping[str, Array]) -> Graph:
    """The graph of a folder of the wheel."""
    return Graph((folder / ".meta").read_bytes(), variables)
