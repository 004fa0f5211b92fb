"""From LLVM's module to a function of this process, for the processor at hand; nothing is written to disk."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from threading import Lock
from typing import Any

from llvmlite import binding as llvm

from segue.models.engine.kernel import forward_module
from segue.models.engine.layout import Processor
from segue.models.score.config import ScoreConfig

_ARGUMENTS = [ctypes.c_void_p] * 8 + [ctypes.c_int64] * 2 + [ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p]
_LOCK = Lock()  # LLVM's set-up is not for several threads at once


class Forward:
    """The compiled forward pass of one shape; calling it releases the interpreter lock.

    `halves` tells whether the cache holds half floats.
    """

    def __init__(self, config: ScoreConfig, processor: Processor) -> None:
        with _LOCK:
            machine = _target().create_target_machine(
                cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2, jit=True
            )
            module = llvm.parse_assembly(str(forward_module(config, processor)))
            # no passes over the module: they take longer than all else and gain nothing, it is written in vectors
            self._engine = llvm.create_mcjit_compiler(module, machine)
            self._engine.finalize_object()
            address = self._engine.get_function_address("forward")
        self.halves = processor.has_halves
        self.call: Any = ctypes.CFUNCTYPE(None, *_ARGUMENTS)(address)


@lru_cache(maxsize=8)
def forward_of(config: ScoreConfig, processor: Processor) -> Forward:
    """Return the forward pass of a shape, compiled once in a process."""
    return Forward(config, processor)


def this_processor() -> Processor:
    """Return what this machine's processor can do."""
    triple, features = _target().triple, llvm.get_host_cpu_features()
    is_arm = triple.startswith(("aarch64", "arm64"))
    return Processor(is_wide=features.get("avx512f", False), has_halves=is_arm or features.get("f16c", False))


def _target() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()
