"""The review queue over HTTP: words that were held until a person has looked at them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from segue.serve.access import ComposeCaller, ServiceOf
from segue.serve.paging import tagged
from segue.serve.shapes import PROBLEMS, Closed

router = APIRouter(prefix="/review", tags=["review"], responses=PROBLEMS)
State = Literal["waiting", "accepted", "rejected"]


class HeldOut(BaseModel):
    """A text that was held: from where, by which rule and words, and what was said of it."""

    id: int
    at: str
    origin: str
    text: str
    rule: str
    words: list[str]
    state: State
    judged_at: str | None


class JudgementIn(Closed):
    """What is said of a held text."""

    state: State


@router.get("", response_model=list[HeldOut])
def held(
    request: Request, _: ComposeCaller, service: ServiceOf, state: Annotated[State | None, Query()] = None
) -> Response:
    """What was held, the oldest first."""
    return tagged(request, orjson.dumps([asdict(one) for one in service.store.held.list(state)]))


@router.put("/{row}", response_model=HeldOut)
def judge(row: Annotated[int, Path(ge=1, lt=1 << 63)], said: JudgementIn, _: ComposeCaller, service: ServiceOf) -> Any:
    """Accept or reject a held text, or let it wait again."""
    return Response(orjson.dumps(asdict(service.store.held.judge(row, said.state))), media_type="application/json")
