"""Styles of many files: several at a time, in their order, each kept when it is told, and few of them in memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from pathlib import Path

from segue.errors import InputError, SegueError, UnavailableError
from segue.recognize.answering import SHIPPED
from segue.recognize.guess import Answer
from segue.recognize.kept import KeptAnswers
from segue.recognize.traits import Explainer

_AHEAD = 4  # files for each process that are told before those in front of them are
_FEW = 8  # files for which no processes are started

Tell = Callable[..., Answer]  # called with a path and `is_explained`, as `Recognizer.file`
Answered = tuple[Answer | None, str]  # an answer, or why there is none


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a file: its answer, or None and why it has none. `is_kept` says that it was told before."""

    path: Path
    answer: Answer | None
    refusal: str = ""
    key: str = ""
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """How files are told: by which networks, whether with evidence, and how many at a time."""

    folder: Path = SHIPPED
    is_explained: bool = False
    jobs: int = 1

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise InputError(f"{self.jobs} files at a time: 1 and more is accepted")


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def tell_all(
    paths: Sequence[Path], how: Asking, kept: KeptAnswers | None = None, tell: Tell | None = None
) -> Iterator[Told]:
    """Yield what becomes of each file, in their order; what was told before is taken from `kept`.

    With `tell` that is asked in place of the shipped styles, one file at a time. Files that cannot be read are told
    with a refusal. UnavailableError where a process died over a file.
    """
    ready: dict[int, Told] = {}
    running: dict[Future[Answered], tuple[int, str]] = {}
    workers = _Workers(how, tell, many=len(paths) >= _FEW)
    asked = 0
    try:
        for place in range(len(paths)):
            while place not in ready:
                while asked < len(paths) and len(running) + len(ready) < workers.window:
                    known = _known(paths[asked], kept)
                    if known.answer is not None or known.refusal:
                        ready[asked] = known
                    else:
                        running[workers.ask(paths[asked])] = (asked, known.key)
                    asked += 1
                if place not in ready:
                    _take(running, ready, paths, kept)
            yield ready.pop(place)
    finally:
        workers.close(is_idle=not running)


def _known(path: Path, kept: KeptAnswers | None) -> Told:
    if kept is None:
        return Told(path, None)
    try:
        key = kept.key(path)
    except OSError as error:
        return Told(path, None, f"{path} cannot be read: {error.strerror or error}")
    answer = kept.find(key)
    return Told(path, answer, key=key, is_kept=answer is not None)


def _take(
    running: dict[Future[Answered], tuple[int, str]],
    ready: dict[int, Told],
    paths: Sequence[Path],
    kept: KeptAnswers | None,
) -> None:
    """Wait for the next answers, and keep them."""
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        place, key = running.pop(future)
        try:
            answer, refusal = future.result()
        except BrokenProcessPool as error:
            raise UnavailableError(
                f"a process ended over {paths[place]} or a file near it, perhaps for want of memory; what was told is "
                "kept: go on with --jobs 1"
            ) from error
        if answer is not None and kept is not None:
            kept.keep(key, answer)
        ready[place] = Told(paths[place], answer, refusal, key)


class _Workers:
    """Processes that each have networks of their own, started when the first file is asked; one job is done here."""

    def __init__(self, how: Asking, tell: Tell | None, *, many: bool) -> None:
        self.how, self.jobs = how, how.jobs if many and tell is None else 1
        self.window = 1 if self.jobs == 1 else _AHEAD * self.jobs
        self._pool: ProcessPoolExecutor | None = None
        self._others: list[multiprocessing.process.BaseProcess] = []  # children that are not of the pool
        self._tell = tell

    def ask(self, path: Path) -> Future[Answered]:
        """Have a file told; of one job the answer is there already."""
        if self.jobs > 1:
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._others = multiprocessing.active_children()
                self._pool = ProcessPoolExecutor(self.jobs, context, _begin, (self.how,))
            return self._pool.submit(_tell_there, path)
        self._tell = self._tell or Explainer(self.how.folder).file
        done: Future[Answered] = Future()
        done.set_result(_answered(self._tell, path, self.how))
        return done

    def close(self, *, is_idle: bool) -> None:
        """End the processes, also where they are at files: what they would tell is not waited for."""
        if self._pool is None:
            return
        self._pool.shutdown(wait=is_idle, cancel_futures=True)
        for process in () if is_idle else multiprocessing.active_children():
            if process not in self._others:
                process.terminate()


def _answered(tell: Tell, path: Path, how: Asking) -> Answered:
    try:
        return tell(path, is_explained=how.is_explained), ""
    except SegueError as error:
        told = str(error)
        return None, told if path.name in told else f"{path.name}: {told}"


# ---- in a process of its own

_mine: dict[str, tuple[Tell, Asking]] = {}


def _begin(how: Asking) -> None:
    """Make a process ready: one thread, no Ctrl-C (the parent has it), and an end where the parent is gone."""
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def end_with_parent(sentinel: int) -> None:
            wait_for([sentinel])
            os._exit(1)

        threading.Thread(target=end_with_parent, args=(parent.sentinel,), daemon=True).start()
    _mine["tell"] = (Explainer(how.folder).file, how)


def _tell_there(path: Path) -> Answered:
    tell, how = _mine["tell"]
    return _answered(tell, path, how)
