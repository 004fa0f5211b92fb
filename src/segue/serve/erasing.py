"""Forgetting a listener everywhere: rows, files of jobs, keys, what is in memory, what models have seen.

A run keeps, as hashes, which listener it saw with which song and held out: these go from every run. Of the run that is
served, and of the one that would be gone back to, what the recommender counted over all listeners is counted anew
without this one; other runs that met the listener are retired: their figures stay, and their weights go. What the
language model's weights took from one listener among many cannot be told apart in them; the receipt names the runs,
nothing goes on from their weights, and the next tuning, from which the listener is absent, takes their place. A tuning
under way, which holds the listener in its files, begins again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segue.recommend.kept import forget_kept
from segue.recommend.seen import forget_seen

if TYPE_CHECKING:
    from segue.listens.song import Song
    from segue.serve.service import Service

_GONE = "(erased)"


def erase(service: Service, listener: str) -> dict[str, Any]:
    """Erase a listener; NotFoundError where the store does not know the name."""
    heard = [row.song for row in service.store.history(listener)]
    ledger = service.ledger
    own = [row["id"] for row in ledger.rows("SELECT id FROM jobs WHERE listener = ?", listener)]
    for job in own:
        service.jobs.halt(job)
    for row in ledger.rows("SELECT id FROM jobs WHERE kind = 'import' AND listener IS NULL"):
        service.jobs.wait(row["id"])  # it may name the listener
    again = _halt_tunings(service)
    rows = service.store.erase(listener)
    service.tastes.forget(listener)
    service.rendered.clear()
    again += _halt_tunings(service)  # one that was asked for meanwhile
    files = _forget_tunings(service)
    runs, retired = _forget_runs(service, listener, heard)
    with contextlib.suppress(FileNotFoundError):  # nothing is served
        os.utime(service.registry.path / "recommend" / "served.json")  # what is in memory is read again
    files += sum(_remove(service.jobs.folder(job)) for job in own)
    files += _forget_accounts(service, listener)
    with ledger.writing() as connection:
        connection.execute("DELETE FROM jobs WHERE listener = ?", (listener,))
        connection.execute("DELETE FROM answers WHERE instr(body, ?) > 0", (listener.encode(),))
        theirs = "(SELECT id FROM keys WHERE listener = ?)"
        connection.execute(f"DELETE FROM sessions WHERE key_id IN {theirs}", (listener,))
        connection.execute(f"DELETE FROM answers WHERE key_id IN {theirs}", (listener,))
        keys = connection.execute("DELETE FROM keys WHERE listener = ?", (listener,)).rowcount
    ledger.scrub()
    for job in again:
        service.jobs.resume(job)
    return {"rows": rows, "jobs": len(own), "keys": keys, "files": files, "runs": runs, "retired": retired}


def _forget_runs(service: Service, listener: str, heard: Sequence[Song]) -> tuple[list[str], list[str]]:
    """Take a listener out of every run; return which were counted anew, and which are retired."""
    registry, runs, retired = service.registry, [], []
    spared = registry.spared("recommend")
    for run in registry.list("recommend"):
        if run.path and forget_seen(run.path, listener, heard) + forget_kept(run.path, listener):
            if run.id in spared:
                _refit(service, run.path)
                runs.append(run.id)
            else:
                retired.append(registry.retire(run.id, "it had met a listener who was erased").id)
    return runs, retired


def _refit(service: Service, run: Path) -> None:
    from segue.recommend.refit import refit_parts  # loads PyTorch
    from segue.recommend.served import FOLDER

    if (run / FOLDER).is_dir():
        refit_parts(service.store, run / FOLDER)


def _tunings(service: Service) -> list[str]:
    return [row["id"] for row in service.ledger.rows("SELECT id FROM jobs WHERE kind = 'tune'")]


def _halt_tunings(service: Service) -> list[str]:
    """Stop all tunings; return the jobs that were under way."""
    return [job for job in _tunings(service) if service.jobs.halt(job)]


def _forget_tunings(service: Service) -> int:
    """Remove what tunings keep of listeners; return how many files."""
    files = sum(_remove(service.jobs.folder(job)) for job in _tunings(service))
    return files + _remove(service.registry.path / "recommend" / ".training")


def _forget_accounts(service: Service, listener: str) -> int:
    """Strip a listener's name out of what is told of other jobs, and remove files of theirs that may hold anybody."""
    ledger, files = service.ledger, 0
    for row in ledger.rows("SELECT * FROM jobs WHERE listener IS NULL OR listener != ?", listener):
        if row["kind"] == "import" and row["listener"] is None:
            files += _remove(service.jobs.folder(row["id"]))
        kept = {name: row[name] for name in ("asked", "said", "result", "problem") if row[name]}
        told = {name: _without(text, listener, name in ("asked", "result")) for name, text in kept.items()}
        for name in told:
            if told[name] != kept[name]:
                ledger.run(f"UPDATE jobs SET {name} = ? WHERE id = ?", told[name], row["id"])
    return files


def _without(text: str, listener: str, is_json: bool) -> str:
    """A text, plain or JSON, with the name, wherever it stands as a word of its own, taken out."""
    name = re.compile(rf"(?<!\w){re.escape(listener)}(?!\w)")

    def strip(value: Any) -> Any:
        if isinstance(value, str):
            return name.sub(_GONE, value)
        if isinstance(value, dict):
            return {strip(key): strip(one) for key, one in value.items()}
        return [strip(one) for one in value] if isinstance(value, list) else value

    return json.dumps(strip(json.loads(text)), ensure_ascii=False) if is_json else str(strip(text))


def _remove(folder: Path) -> int:
    """Remove a folder; return how many files it held."""
    files = sum(1 for file in folder.rglob("*") if file.is_file())
    shutil.rmtree(folder, ignore_errors=True)
    return files
