"""Tuning in service: in a process of its own, behind all else; it tells how far it is and goes on where it stopped.

It compares what it made with what is served and promotes only what is better (`segue.recommend.tuning`). The process
ends when the server does, however that ends: it holds the other end of its standard input.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segue.errors import TrainingError

if TYPE_CHECKING:
    from segue.serve.jobs import Working

_BEHIND = 10  # of niceness: answers go before
_PATIENCE = 20  # seconds for a checkpoint after Ctrl-C
_LOOKS = 0.5  # seconds between two looks whether to stop


def tune(asked: Mapping[str, Any], working: Working) -> dict[str, Any]:
    """Tune the recommender on the store as it is; TrainingError, with the reason, where it ends without a model."""
    words = json.dumps(
        {
            "home": str(working.settings.home),
            "store": working.settings.store,
            "size": asked.get("size", "small"),
            "folder": str(working.folder),
            "keep": working.settings.keep_runs,
        }
    )
    with subprocess.Popen(
        [sys.executable, "-m", "segue.serve.tuning_child", words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE"},
    ) as child:
        with contextlib.suppress(AttributeError, OSError):  # no such thing on this system
            os.setpriority(os.PRIO_PROCESS, child.pid, _BEHIND)
        try:
            return _followed(child, working)
        except BaseException:
            _stop(child)
            raise


def _followed(child: subprocess.Popen[str], working: Working) -> dict[str, Any]:
    result: dict[str, Any] | None = None
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(child, lines), name="segue tuning lines", daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=_LOOKS)
        except queue.Empty:
            working.check()
            continue
        if line is None:
            break
        told = json.loads(line)
        if "error" in told:
            raise TrainingError(told["error"])
        if "result" in told:
            result = told["result"]
        else:
            working.tell(told["done"], told["total"], told["said"])
    if result is None:
        raise TrainingError(f"the tuning ended with exit code {child.wait()} and no model")
    return result


def _read(child: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in child.stdout or ():
        lines.put(line)
    lines.put(None)


def _stop(child: subprocess.Popen[str]) -> None:
    """As Ctrl-C does: it saves what it has, and the same job goes on from there."""
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGINT)
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
