"""Tuning in service: in a process of its own, behind all else; it tells how far it is and goes on where it stopped.

It compares what it made with what is served and promotes only what is better (`segue.recommend.tuning`).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segue.errors import TrainingError

if TYPE_CHECKING:
    from segue.serve.jobs import Working

_BEHIND = 10  # of niceness: answers go before
_PATIENCE = 60  # seconds for a checkpoint after Ctrl-C


def tune(asked: Mapping[str, Any], working: Working) -> dict[str, Any]:
    """Tune the recommender on the store as it is; TrainingError, with the reason, where it ends without a model."""
    words = json.dumps(
        {"home": str(working.settings.home), "store": working.settings.store, "size": asked.get("size", "small")}
    )
    with subprocess.Popen(
        [sys.executable, "-m", "segue.serve.tuning_child", words],
        stdin=subprocess.DEVNULL,
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
    for line in child.stdout or ():
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


def _stop(child: subprocess.Popen[str]) -> None:
    """As Ctrl-C does: it saves what it has, and the same job goes on from there."""
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGINT)
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
