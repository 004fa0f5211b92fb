"""Score models tuned to one's own tunes, among the runs of the registry: where their whole models lie."""

from __future__ import annotations

from pathlib import Path

from segue.errors import FormatError
from segue.tune.registry import Registry
from segue.tune.run import Run

TASK = "score"
_MODEL = "score"  # in a run's folder: a model folder, its weights whole


def model_folder(run: Run) -> Path:
    """Return the model folder of a run of the task `score`; FormatError where the run has none."""
    folder = None if run.path is None else run.path / _MODEL
    if folder is None or not folder.is_dir():
        raise FormatError(f"run {run.id} holds no score model", file=str(run.path))
    return folder


def new_model_folder(run_folder: Path) -> Path:
    """Return where a run's whole model is to be written."""
    return run_folder / _MODEL


def served_model(registry: Registry) -> Path | None:
    """Return the model folder of the tuned score model that is served, or None: then the shipped one is."""
    run = registry.served(TASK)
    return None if run is None else model_folder(run)
