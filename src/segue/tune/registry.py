"""The registry: runs on disk, which of them is served, and what was served before.

HOME/models/<task>/<run id>/    model.safetensors  recipe.toml  metrics.json  README.md  curve.png
HOME/models/<task>/served.json  the pointer, written whole or not at all

A run that is retired keeps its figures alone, and a file that tells why.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segue.errors import ConflictError, FormatError, InputError, NotFoundError, did_you_mean
from segue.tune.card import model_card
from segue.tune.run import Run

if TYPE_CHECKING:
    from torch import nn


RETIRED = "retired.txt"
_FIGURES = ("metrics", "recipe", "README", "curve", "comparison", "retired")  # files of a run, without their suffixes


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the record: a run was promoted, came back by a rollback, was withdrawn (`run` is then "") or retired
    (`run` is then what stays served)."""

    at: str
    act: str
    run: str
    instead_of: str


class Registry:
    """The runs under one folder, `HOME/models`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def list(self, task: str | None = None) -> list[Run]:
        """Return all runs, of one task or of all, oldest first; FormatError names a damaged one."""
        pattern = f"{task or '*'}/*/metrics.json"
        files = [file for file in self.path.glob(pattern) if not file.parent.name.startswith(".")]
        return sorted((Run.from_file(file) for file in files), key=lambda run: (run.made_at, run.id))

    def show(self, run: str) -> Run:
        """Return a run by its id; NotFoundError suggests the nearest."""
        found = [file for file in self.path.glob("*/*/metrics.json") if file.parent.name == run and run[:1] != "."]
        if not found:
            names = [file.parent.name for file in self.path.glob("*/[!.]*/metrics.json")]
            raise NotFoundError(f"no run {run!r} in {self.path}{did_you_mean(run, names)}; it holds {len(names)}")
        return Run.from_file(found[0])

    def training_directory(self, task: str, run: str) -> Path:
        """Return where a run's training keeps its checkpoints until it is added; the same run finds them again."""
        return self.path / task / ".training" / run

    def add(self, run: Run, model: nn.Module) -> Run:
        """Write a run's folder, whole or not at all, and return the run with its path; a run of that id is replaced.

        Its training directory, where there is one, is emptied: `metrics.jsonl` and the files of TensorBoard move along.
        """
        from segue.tune.checkpoint import frozen_hash, save_weights
        from segue.tune.pictures import draw_curves

        run = replace(run, frozen_weights=frozen_hash(model))
        target = self.path / run.task / run.id
        partial = target.with_name(f".{run.id}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        save_weights(model, partial / "model.safetensors")
        (partial / "recipe.toml").write_text(run.recipe.to_toml(), encoding="utf-8")
        (partial / "metrics.json").write_text(json.dumps(run.as_dict(), indent=1) + "\n", encoding="utf-8")
        (partial / "README.md").write_text(model_card(run), encoding="utf-8")
        draw_curves([run.history], run.metric, [partial / "curve.png"])
        training = self.training_directory(run.task, run.id)
        for name in ("metrics.jsonl", "tensorboard"):
            if (training / name).exists():
                (training / name).rename(partial / name)
        old = target.with_name(f".{run.id}.old")
        if target.exists():
            target.rename(old)
        partial.rename(target)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(training, ignore_errors=True)
        return replace(run, path=target)

    def load(self, run: Run, model: nn.Module) -> None:
        """Set a model, built by the run's recipe, to the run's weights.

        ConflictError where the model's frozen weights are not those that the run was tuned on.
        """
        from segue.tune.checkpoint import frozen_hash, load_weights

        if run.path is None:
            raise InputError(f"run {run.id} is not in a registry yet")
        self._check_whole(run)
        load_weights(model, run.path / "model.safetensors")
        if frozen_hash(model) != run.frozen_weights:
            raise ConflictError(f"run {run.id} was tuned on another {run.recipe.backbone} than the one loaded here")

    def served(self, task: str) -> Run | None:
        """Return the run that is served for a task, or None."""
        stack = self._pointer(task)["stack"]
        return self.show(stack[-1]) if stack else None

    def record(self, task: str) -> tuple[Change, ...]:
        """Return every promotion and rollback of a task, oldest first."""
        return tuple(Change(**one) for one in self._pointer(task)["record"])

    def promote(self, run: str, even_if_worse: bool = False) -> Run:
        """Serve a run from now on; ConflictError where it does not beat the one being served on the judging metric.

        Both must be measured on the same data; a run measured on newer data carries the served one's figures on it
        (`Run.served`), and one that tells what it made of what the served one knew is judged by that (`Continued`).
        """
        found = self.show(run)
        self._check_whole(found)
        served = self.served(found.task)
        if served is not None and served.id == found.id:
            raise ConflictError(f"{run} is being served already")
        if served is not None and not even_if_worse:
            _check_better(found, served)
        self._move(found.task, "promote", lambda stack: [*stack, found.id])
        return found

    def rollback(self, task: str) -> Run:
        """Serve the run that was served before; ConflictError where there is none."""
        self._check_task(task)
        if len(self._pointer(task)["stack"]) < 2:
            raise ConflictError(f"nothing was served before for {task!r}, so there is nothing to go back to")
        self._move(task, "rollback", lambda stack: stack[:-1])
        back = self.served(task)
        if back is None:
            raise ConflictError(f"nothing is served for {task!r}")
        return back

    def withdraw(self, task: str) -> None:
        """Serve no run of a task: the model is used as it is shipped; ConflictError where none is served."""
        self._check_task(task)
        if self.served(task) is None:
            raise ConflictError(f"no run of {task!r} is served: the model is as it is shipped")
        self._move(task, "withdraw", lambda _: [])

    def spared(self, task: str) -> tuple[str, ...]:
        """Return the runs that must stay whole: the one that would be gone back to, and the one that is served."""
        return tuple(self._pointer(task)["stack"][-2:])

    def retired(self, run: Run) -> str:
        """Return why a run's weights are gone, "" where they are there."""
        try:
            return "" if run.path is None else (run.path / RETIRED).read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def retire(self, run: str, why: str) -> Run:
        """Remove a run's weights and keep its figures: it is never served again, nor gone back to.

        ConflictError where it is served now.
        """
        found = self.show(run)
        served = self.served(found.task)
        if found.path is None or (served is not None and served.id == found.id):
            raise ConflictError(f"{run} is being served: promote another one first")
        if found.id in self._pointer(found.task)["stack"]:  # first, so that nothing goes back to what is half gone
            self._move(found.task, "retire", lambda stack: [one for one in stack if one != found.id])
        (found.path / RETIRED).write_text(why + "\n", encoding="utf-8")
        for place in found.path.iterdir():
            if place.is_dir():
                shutil.rmtree(place)
            elif place.stem not in _FIGURES:
                place.unlink()
        return found

    def prune(self, task: str, keep: int) -> Sequence[str]:
        """Retire all runs of a task but the latest `keep` and those that must stay whole; return which."""
        if keep < 1:
            raise InputError(f"{keep} runs are to be kept: 1 or more is accepted")
        spared = self.spared(task)
        old = [run for run in self.list(task)[:-keep] if run.id not in spared and not self.retired(run)]
        return [self.retire(run.id, f"the latest {keep} runs are kept whole").id for run in old]

    def export(self, run: str, target: Path) -> Path:
        """Copy a run's folder to a new folder, or into a new zip where the name ends in .zip; returns the target."""
        found = self.show(run)
        if found.path is None or target.exists():
            raise ConflictError(f"{target} is there already; name a new folder or a new .zip")
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix != ".zip":
            return Path(shutil.copytree(found.path, target))
        partial = target.with_name(f".{target.name}.partial")
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for file in sorted(found.path.rglob("*")):
                archive.write(file, Path(found.id) / file.relative_to(found.path))
        return partial.replace(target)

    def _check_whole(self, run: Run) -> None:
        why = self.retired(run)
        if why:
            raise ConflictError(f"the weights of {run.id} are gone: {why}; tune again")

    def _check_task(self, task: str) -> None:
        tasks = [folder.name for folder in self.path.glob("[!.]*") if folder.is_dir()]
        if task not in tasks:
            raise NotFoundError(f"no runs of a task {task!r} in {self.path}{did_you_mean(task, tasks)}")

    def _move(self, task: str, act: str, change: Callable[[Sequence[str]], Sequence[str]]) -> None:
        pointer = self._pointer(task)
        before = pointer["stack"]
        after = change(before)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        line = {"at": moment, "act": act, "run": after[-1] if after else "", "instead_of": before[-1] if before else ""}
        file = self.path / task / "served.json"
        partial = file.with_name(f".served.{os.getpid()}.partial")
        state = {"stack": after, "record": [*pointer["record"], line]}
        partial.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
        partial.replace(file)

    def _pointer(self, task: str) -> dict[str, Any]:
        file = self.path / task / "served.json"
        if not file.exists():
            return {"stack": [], "record": []}
        try:
            state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if not isinstance(state["stack"], list) or not isinstance(state["record"], list):
                raise FormatError("not a pointer to a served run", file=str(file))
        except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
            raise FormatError(f"not a pointer to a served run: {error}", file=str(file)) from error
        return state


def _check_better(run: Run, served: Run) -> None:
    same = served.data_hash == run.data_hash
    if not same and run.continued is not None and run.continued.since == served.id:
        if run.continued.decision == "keep":
            raise ConflictError(f"{run.id} is not served instead of {served.id}: {run.continued.why}")
        return
    theirs: Mapping[str, float] = served.after if same else run.served.get(served.id, {})
    if run.metric not in theirs:
        raise ConflictError(
            f"{run.id} and the served {served.id} were measured on unlike data by {run.metric}; "
            "tune again, so that both are measured on the same"
        )
    mine, other = run.after[run.metric], theirs[run.metric]
    if not run.is_better(mine, other):
        raise ConflictError(f"{run.id} ({run.metric} {mine:.4f}) does not beat the served {served.id} ({other:.4f})")
