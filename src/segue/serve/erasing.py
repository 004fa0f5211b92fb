"""Forgetting a listener everywhere: rows, files of jobs, keys, what is in memory, what models have seen.

A run keeps, as hashes, which listener it saw with which song: these go from every run. What the weights themselves took
from one listener among many cannot be told apart in them; the receipt names the runs, and the next tuning, from which
the listener is absent, takes their place.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from segue.recommend.seen import forget_seen

if TYPE_CHECKING:
    from segue.serve.service import Service


def erase(service: Service, listener: str) -> dict[str, Any]:
    """Erase a listener; NotFoundError where the store does not know the name."""
    heard = [row.song for row in service.store.history(listener)]
    rows = service.store.erase(listener)
    service.tastes.forget(listener)
    service.rendered.clear()
    runs = [run.id for run in service.registry.list("recommend") if run.path and forget_seen(run.path, listener, heard)]
    ledger = service.ledger
    jobs = [row["id"] for row in ledger.rows("SELECT id FROM jobs WHERE listener = ?", listener)]
    files = 0
    for job in jobs:
        folder = service.jobs.folder(job)
        files += sum(1 for file in folder.rglob("*") if file.is_file())
        shutil.rmtree(folder, ignore_errors=True)
    with ledger.writing() as connection:
        connection.execute("DELETE FROM jobs WHERE listener = ?", (listener,))
        theirs = "(SELECT id FROM keys WHERE listener = ?)"
        connection.execute(f"DELETE FROM sessions WHERE key_id IN {theirs}", (listener,))
        connection.execute(f"DELETE FROM answers WHERE key_id IN {theirs}", (listener,))
        keys = connection.execute("DELETE FROM keys WHERE listener = ?", (listener,)).rowcount
    ledger.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"rows": rows, "jobs": len(jobs), "keys": keys, "files": files, "runs": runs}
