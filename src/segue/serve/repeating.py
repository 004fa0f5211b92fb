"""Writes that may be sent twice: with an Idempotency-Key the second is answered as the first was, and does nothing.

After the IETF's draft "The Idempotency-Key HTTP Header Field". Answers are kept for a day.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from weakref import WeakValueDictionary

import orjson
from fastapi import Header, Request
from fastapi.responses import Response

from segue.errors import ConflictError
from segue.serve.ledger import Ledger, now

_KEPT = timedelta(days=1)
_locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
Repeat = Annotated[
    str,
    Header(alias="Idempotency-Key", max_length=200, description="Sent again with the same key, nothing is done twice."),
]


async def once(
    request: Request, ledger: Ledger, key_id: str, name: str, act: Callable[[], Awaitable[tuple[int, Any]]]
) -> Response:
    """Carry out a write and keep its answer by `name`; without a name it is carried out each time.

    ConflictError where the name was used for another request.
    """
    if not name:
        status, value = await act()
        return Response(orjson.dumps(value), status, media_type="application/json")
    lock = _locks.setdefault((key_id, name), asyncio.Lock())
    async with lock:
        return await _answer(request, ledger, (key_id, name), act)


async def _answer(
    request: Request, ledger: Ledger, place: tuple[str, str], act: Callable[[], Awaitable[tuple[int, Any]]]
) -> Response:
    key_id, name = place
    said = hashlib.sha256(f"{request.method} {request.url.path} ".encode() + await request.body()).digest()
    kept = ledger.one("SELECT * FROM answers WHERE key_id = ? AND name = ?", key_id, name)
    if kept is not None:
        if kept["request"] != said:
            raise ConflictError(f"the Idempotency-Key {name!r} was used for another request")
        return Response(kept["body"], kept["status"], {"Idempotency-Replayed": "true"}, "application/json")
    status, value = await act()
    body = orjson.dumps(value)
    ledger.run("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?)", key_id, name, said, status, body, now())
    ledger.run("DELETE FROM answers WHERE at < ?", (datetime.now(UTC) - _KEPT).isoformat(timespec="microseconds"))
    return Response(body, status, media_type="application/json")
