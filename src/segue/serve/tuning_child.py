"""The process that tunes for a server: lines of JSON on its output, of steps and of what came of it."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from segue.errors import SegueError
from segue.listens.sql import open_store
from segue.recommend.sizes import taste_recipe
from segue.recommend.tuning import Tuned, tune_onward
from segue.tune.callbacks import Callback
from segue.tune.history import Outlook, Step
from segue.tune.registry import Registry

_EVERY = 0.5  # seconds between two lines


class Lines(Callback):
    """Steps of the training as lines, a few a second."""

    def __init__(self) -> None:
        self._steps, self._told = 0, 0.0

    def started(self, outlook: Outlook) -> None:
        """Learn how many steps there are."""
        self._steps = outlook.steps

    def stepped(self, step: Step) -> None:
        """Tell of a step."""
        if time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            tell({"done": step.step, "total": self._steps, "said": f"training, loss {step.loss:.3f}"})


def tell(words: dict[str, Any]) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def as_result(tuned: Tuned) -> dict[str, Any]:
    """What came of a tuning: the run, before and after, the systems beside it, and whether it is served now."""
    run = tuned.run
    return {
        "run": run.id,
        "is_served": tuned.is_served,
        "refused": tuned.refused,
        "metric": run.metric,
        "continued": None if run.continued is None else run.continued.as_dict(),
        "before": dict(run.before),
        "after": dict(run.after),
        "served_before": {name: dict(row) for name, row in run.served.items()},
        "comparison": tuned.comparison.as_dict(),
    }


def end_with_the_server() -> None:
    """Wait for the end of the input, which the server holds open while it lives, and end at once."""
    sys.stdin.buffer.read()
    os._exit(1)


def main(words: str) -> int:
    """Tune as the words, JSON, ask."""
    asked = json.loads(words)
    made = Path(asked["folder"]) / "result.json"
    if made.is_file():  # it was done, and the server died before it heard of it
        tell({"result": json.loads(made.read_text(encoding="utf-8"))})
        return 0
    try:
        with open_store(asked["store"]) as store:
            tuned = tune_onward(
                store,
                taste_recipe(asked["size"]),
                Path(asked["home"]),
                Path(asked["folder"]),
                callbacks=lambda: [Lines()],
                told=lambda said, done, total: tell({"done": done, "total": total, "said": said}),
            )
        Registry(Path(asked["home"]) / "models").prune("recommend", asked["keep"])
    except SegueError as error:
        tell({"error": str(error)})
        return error.exit_code
    partial = made.with_suffix(".partial")
    partial.write_text(json.dumps(as_result(tuned)), encoding="utf-8")
    partial.replace(made)
    tell({"result": as_result(tuned)})
    return 0


if __name__ == "__main__":
    threading.Thread(target=end_with_the_server, daemon=True).start()
    sys.exit(main(sys.argv[1]))
