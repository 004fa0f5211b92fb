"""Long work: asked for once, told how far it is, stopped, and gone on with after a restart.

A job's kind is a module-level function in `KINDS`: (asked, working) -> result. It may be run again after the server was
ended at any moment, so what it does twice must be as good as done once.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from segue.errors import ConflictError, NotFoundError, SegueError, UnavailableError
from segue.listens.importing import import_file
from segue.listens.store import Store
from segue.serve.figures import Figures
from segue.serve.ledger import Ledger, now, values_of
from segue.serve.settings import Settings
from segue.serve.tuning import tune

State = Literal["waiting", "running", "done", "failed", "cancelled"]
OVER = ("done", "failed", "cancelled")
_PATIENCE = 40.0  # seconds until a job has stopped
_LOG = logging.getLogger("segue.serve")


class StoppedError(Exception):
    """A job was asked to stop, or the server is about to end."""


@dataclass(frozen=True)
class Job:
    """A job as it is told: what was asked, how far it is (`done` of `total`, if that is known), what came of it."""

    id: str
    kind: str
    asked: dict[str, Any]
    state: State
    done: int
    total: int | None
    said: str
    result: dict[str, Any] | None
    problem: str | None
    key_id: str
    listener: str | None
    made_at: str
    ended_at: str | None


@dataclass(frozen=True)
class Working:
    """What a job may use: the store, the settings, its folder, a way to tell how far it is, and whether to stop.

    `tell` and `check` raise StoppedError where the job is to stop.
    """

    store: Store
    settings: Settings
    folder: Path
    tell: Callable[[int, int | None, str], None]
    is_stopped: Callable[[], bool]

    def check(self) -> None:
        """Raise StoppedError where the job is to stop."""
        if self.is_stopped():
            raise StoppedError


class Jobs:
    """Jobs, one at a time of each lane: imports do not wait for tuning."""

    def __init__(self, ledger: Ledger, store: Store, settings: Settings, figures: Figures) -> None:
        self.ledger, self.store, self.settings, self.figures = ledger, store, settings, figures
        self._stopped: set[str] = set()
        self._asking = threading.Lock()
        self._is_closing = False
        self._lanes: dict[str, queue.SimpleQueue[str | None]] = {
            lane: queue.SimpleQueue() for lane in set(LANES.values())
        }
        self._threads = [
            threading.Thread(target=self._work, args=(lane,), name=f"segue {lane}", daemon=True) for lane in self._lanes
        ]
        for row in ledger.rows("SELECT id, kind FROM jobs WHERE state IN ('waiting', 'running') ORDER BY made_at"):
            self._lanes[LANES[row["kind"]]].put(row["id"])
        for thread in self._threads:
            thread.start()

    def folder(self, job_id: str) -> Path:
        """Return the folder of a job's files."""
        return self.settings.home / "jobs" / job_id

    def new_id(self) -> str:
        """Return an id for a job whose files are to be laid down before it is asked for."""
        return secrets.token_hex(8)

    def ask(
        self, kind: str, asked: Mapping[str, Any], key_id: str, listener: str | None = None, job_id: str | None = None
    ) -> Job:
        """Write a job down and let it wait for its turn."""
        made = job_id or self.new_id()
        self.ledger.run(
            "INSERT INTO jobs (id, kind, asked, state, key_id, listener, made_at) VALUES (?, ?, ?, 'waiting', ?, ?, ?)",
            *(made, kind, json.dumps(asked), key_id, listener, now()),
        )
        self._lanes[LANES[kind]].put(made)
        return self.show(made)

    def ask_alone(self, kind: str, asked: Mapping[str, Any], key_id: str) -> Job:
        """Write a job down, or return the one of its kind that waits or runs: two would do the same work twice."""
        with self._asking:
            row = self.ledger.one("SELECT id FROM jobs WHERE kind = ? AND state IN ('waiting', 'running')", kind)
            return self.ask(kind, asked, key_id) if row is None else self.show(row["id"])

    def show(self, job_id: str) -> Job:
        """Return a job; NotFoundError where there is none of that id."""
        row = self.ledger.one("SELECT * FROM jobs WHERE id = ?", job_id)
        if row is None:
            raise NotFoundError(f"no job {job_id!r}")
        return _job(values_of(row))

    def list(self, before: str = "", limit: int = 50) -> list[Job]:
        """Return jobs, the latest first; `before` is the time of the last one of the page before."""
        rows = self.ledger.rows(
            "SELECT * FROM jobs WHERE ? = '' OR made_at < ? ORDER BY made_at DESC LIMIT ?", before, before, limit
        )
        return [_job(values_of(row)) for row in rows]

    def cancel(self, job_id: str) -> Job:
        """Stop a job, at once where it waits; ConflictError where it is over."""
        job = self.show(job_id)
        if job.state in OVER:
            raise ConflictError(f"job {job_id} is {job.state} already")
        self._stopped.add(job_id)
        if self.ledger.run(
            "UPDATE jobs SET state = 'cancelled', ended_at = ? WHERE id = ? AND state = 'waiting'", now(), job_id
        ):
            shutil.rmtree(self.folder(job_id), ignore_errors=True)
        return self.show(job_id)

    def halt(self, job_id: str) -> bool:
        """Stop a job and wait until it has stopped; return whether it was under way."""
        if self.show(job_id).state in OVER:
            return False
        with contextlib.suppress(ConflictError):  # over meanwhile
            self.cancel(job_id)
        return self.wait(job_id).state == "cancelled"

    def wait(self, job_id: str) -> Job:
        """Wait until a job is over; UnavailableError where that takes too long."""
        until = time.monotonic() + _PATIENCE
        while (found := self.show(job_id)).state not in OVER:
            if time.monotonic() > until:
                raise UnavailableError(f"job {job_id} ({found.kind}) is under way still; ask again")
            time.sleep(0.05)
        return found

    def resume(self, job_id: str) -> Job:
        """Let a job that failed or was cancelled wait for its turn again; ConflictError for any other."""
        job = self.show(job_id)
        if not self.ledger.run(
            "UPDATE jobs SET state = 'waiting', problem = NULL, ended_at = NULL"
            " WHERE id = ? AND state IN ('failed', 'cancelled')",
            job_id,
        ):
            raise ConflictError(f"job {job_id} is {job.state}: only what failed or was cancelled is gone on with")
        self._stopped.discard(job_id)
        self._lanes[LANES[job.kind]].put(job_id)
        return self.show(job_id)

    def close(self) -> None:
        """Stop what runs, so that it is gone on with at the next start."""
        self._is_closing = True
        for lane in self._lanes.values():
            lane.put(None)
        for thread in self._threads:
            thread.join(timeout=30)

    def _work(self, lane: str) -> None:
        while (job_id := self._lanes[lane].get()) is not None and not self._is_closing:
            if self.ledger.run(
                "UPDATE jobs SET state = 'running' WHERE id = ? AND state IN ('waiting', 'running')", job_id
            ):
                self._carry_out(self.show(job_id))

    def _carry_out(self, job: Job) -> None:
        def is_stopped() -> bool:
            return self._is_closing or job.id in self._stopped

        def tell(done: int, total: int | None, said: str) -> None:
            if is_stopped():
                raise StoppedError
            self.ledger.run("UPDATE jobs SET done = ?, total = ?, said = ? WHERE id = ?", done, total, said, job.id)

        working = Working(self.store, self.settings, self.folder(job.id), tell, is_stopped)
        try:
            result = KINDS[job.kind](job.asked, working)
        except StoppedError:
            if job.id in self._stopped:
                self._end(job, "cancelled")
            return  # else the server ends: the job stays as running and is gone on with
        except SegueError as error:
            self._end(job, "failed", problem=str(error))
        except Exception as error:  # noqa: BLE001  # a job must never end the thread of those behind it
            _LOG.error("job %s (%s) failed", job.id, job.kind, exc_info=error)
            self._end(job, "failed", problem="it failed in a way that was not foreseen; the server's log says how")
        else:
            self._end(job, "done", result)
            shutil.rmtree(self.folder(job.id), ignore_errors=True)

    def _end(self, job: Job, state: State, result: Mapping[str, Any] | None = None, problem: str | None = None) -> None:
        told = None if result is None else json.dumps(result, ensure_ascii=False)
        self.ledger.run(
            "UPDATE jobs SET state = ?, result = ?, problem = ?, ended_at = ? WHERE id = ?",
            *(state, told, problem, now(), job.id),
        )
        self.figures.jobs.labels(job.kind, state).inc()


def _job(row: dict[str, Any]) -> Job:
    row["asked"] = json.loads(row["asked"])
    row["result"] = None if row["result"] is None else json.loads(row["result"])
    return Job(**row)


# ---- kinds


def import_listens(asked: Mapping[str, Any], working: Working) -> dict[str, Any]:
    """Import a file that was sent into a listener's history; all of it in one transaction, twice as good as once."""
    report = import_file(
        working.store,
        working.folder / asked["file"],
        asked["listener"],
        dry_run=bool(asked.get("dry_run")),
        source=asked.get("source"),
        progress=lambda count: working.tell(count, None, f"{count:,} records read"),
    )
    return report.as_dict()


KINDS: Mapping[str, Callable[[Mapping[str, Any], Working], dict[str, Any]]] = {"import": import_listens, "tune": tune}
LANES: Mapping[str, str] = {"import": "imports", "tune": "tuning"}
