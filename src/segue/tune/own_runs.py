"""Models tuned to one's own tunes, among the runs of the registry: where their whole models lie."""

from __future__ import annotations

from pathlib import Path

from segue.errors import ConflictError, FormatError
from segue.tune.registry import Registry
from segue.tune.run import Run

SCORE, HARMONY = "score", "harmony"  # tasks; a run's model folder, its weights whole, has the name of its task


def model_folder(run: Run) -> Path:
    """Return the model folder of a run; FormatError where the run has none."""
    folder = None if run.path is None else run.path / run.task
    if folder is None or not folder.is_dir():
        raise FormatError(f"run {run.id} holds no {run.task} model", file=str(run.path))
    return folder


def served_model(registry: Registry, task: str) -> Path | None:
    """Return the model folder of the tuned model of a task that is served, or None: then the shipped one is."""
    run = registry.served(task)
    return None if run is None else model_folder(run)


def serve(registry: Registry, run: Run) -> str:
    """Serve a run if it is better than the model was before; return why it is not served ("" where it is)."""
    served = registry.served(run.task)
    if served is not None and served.id == run.id:
        return ""
    if not run.is_better(run.after[run.metric], run.before[run.metric]):
        return f"{run.metric} on held-out tunes is not better than before"
    try:
        registry.promote(run.id)
    except ConflictError as error:
        return str(error)
    return ""
