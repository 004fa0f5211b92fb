"""What is kept of a listener, taken out or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from segue.listens.exporting import all_records, json_line, row_of
from segue.listens.leanings import Leaning
from segue.serve.access import ListensCaller, ServiceOf
from segue.serve.shapes import PROBLEMS, Listener

router = APIRouter(prefix="/me", tags=["me"], responses=PROBLEMS)


class ReceiptOut(BaseModel):
    """What was forgotten of a listener, and when; `runs` were counted anew without them, of those `retired` the weights
    are gone."""

    listener: str
    rows: int
    jobs: int
    keys: int
    files: int
    runs: list[str]
    retired: list[str]
    at: str


@router.get("/export", response_class=StreamingResponse)
def export(
    caller: ListensCaller, service: ServiceOf, listener: Annotated[Listener | None, Query()] = None
) -> StreamingResponse:
    """All that is kept of a listener, as lines of JSON that can be imported again; the last one is what they set."""
    name = caller.listener(listener)
    service.store.counts(name)  # an unknown one is met before anything is sent

    def lines() -> Iterator[bytes]:
        for record in all_records(service.store, name):
            yield json_line(row_of(record)).encode()
        if (leaning := service.store.leanings.of(name)) != Leaning():
            yield json_line({"listener": name} | asdict(leaning)).encode()

    headers = {"Content-Disposition": 'attachment; filename="segue-export.jsonl"'}
    return StreamingResponse(lines(), headers=headers, media_type="application/jsonl")


@router.delete("", response_model=ReceiptOut)
async def forget(
    caller: ListensCaller, service: ServiceOf, listener: Annotated[Listener | None, Query()] = None
) -> Any:
    """Erase a listener: rows, files, what is held in memory, and their part of the models; with a receipt."""
    name = caller.listener(listener)
    from segue.serve.erasing import erase  # what it looks through is slow to import

    told = await to_thread.run_sync(erase, service, name)
    return {"listener": name, **told, "at": datetime.now(UTC).isoformat(timespec="seconds")}
