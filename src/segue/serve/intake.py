"""Listens as they come in: those that come at the same time are written in one transaction, acknowledged when kept."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from segue.listens.listen import Record
from segue.listens.store import Added, Store

MOST = 5_000  # records in one transaction
TURNS = 32  # of the loop before a transaction, in which requests that came during the one before it join


class Intake:
    """A queue before the store. While one transaction is written the next one gathers, so that none waits for long."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._waiting: list[tuple[Sequence[Record], asyncio.Future[Added]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, records: Sequence[Record]) -> Added:
        """Write records and return, when they are durable, how many are new; the store's errors are raised here."""
        told: asyncio.Future[Added] = asyncio.get_running_loop().create_future()
        self._waiting.append((records, told))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await asyncio.shield(told)

    async def close(self) -> None:
        """Wait until all that was taken in is written."""
        if self._writer is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer

    async def _write(self) -> None:
        while self._waiting:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            batch: list[tuple[Sequence[Record], asyncio.Future[Added]]] = []
            count = 0
            while self._waiting and (not batch or count + len(self._waiting[0][0]) <= MOST):
                batch.append(self._waiting.pop(0))
                count += len(batch[-1][0])
            try:
                added = await asyncio.to_thread(self.store.add, [one for records, _ in batch for one in records])
            except Exception:  # noqa: BLE001  # one that cannot be written must not undo the others: each alone
                await self._each(batch)
            else:
                for records, told in batch:
                    share = added if len(batch) == 1 else Added(len(records), 0)
                    _tell(told, share)

    async def _each(self, batch: Sequence[tuple[Sequence[Record], asyncio.Future[Added]]]) -> None:
        for records, told in batch:
            try:
                _tell(told, await asyncio.to_thread(self.store.add, records))
            except Exception as error:  # noqa: BLE001  # it is raised where the records came from
                if not told.done():
                    told.set_exception(error)


def _tell(told: asyncio.Future[Added], added: Added) -> None:
    if not told.done():
        told.set_result(added)
