"""The log of offers over HTTP: what was offered, what became of it, and how to forget it.

As on the command line it is of whom the server belongs to: what others ask for is not logged. What was taken is what
`segue tune score --from-accepts` learns from.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from segue.errors import InputError
from segue.listens.offered import OfferState
from segue.serve.access import AdminCaller, ServiceOf
from segue.serve.composing import read_music
from segue.serve.paging import Limit, tagged
from segue.serve.shapes import PROBLEMS, Closed
from segue.serve.verbs import Label, MaybeText

router = APIRouter(prefix="/offers", tags=["compose"], responses=PROBLEMS)
Call = Annotated[str, Path(min_length=1, max_length=100, description="The name of a call, as its offers tell it.")]
Place = Annotated[int, Path(ge=1, le=1_000, description="The number of the offer in it.")]


class LoggedOut(BaseModel):
    """An offer in the log; `music` is a hash of its notes and chords, or of its words."""

    number: int
    at: str
    call: str
    place: int
    verb: str
    seed: int
    wish: dict[str, Any]
    kind: str
    music: str
    state: OfferState
    judged_at: str | None


class AcceptanceOut(BaseModel):
    """How the offers of a verb were taken: calls, those of which something was taken, and offers by what became of
    them."""

    verb: str
    calls: int
    taken: int
    rate: float
    offers: int
    accepted: int
    edited: int
    declined: int


class LogOut(BaseModel):
    """The latest offers, and how those of each verb were taken over all."""

    offers: list[LoggedOut]
    verbs: list[AcceptanceOut]


class VerdictIn(Closed):
    """What became of an offer; of one that was edited also what was made of it, as ABC."""

    state: Literal["accepted", "edited", "declined"]
    music: MaybeText = ""


class ForgottenOut(BaseModel):
    """How many offers are forgotten."""

    deleted: int


@router.get("", response_model=LogOut)
def log(
    request: Request,
    _: AdminCaller,
    service: ServiceOf,
    verb: Annotated[Label | None, Query(description="Offers of this verb only.")] = None,
    limit: Limit = 20,
) -> Response:
    """What was offered, the latest first, and how each verb's offers were taken."""
    from segue.compose.log import logged_as_json, rate_as_json

    offers = [logged_as_json(one) for one in service.store.offers.list(verb=verb, limit=limit)]
    verbs = [rate_as_json(one) for one in service.store.offers.acceptance()]
    return tagged(request, orjson.dumps({"offers": offers, "verbs": verbs}))


@router.put("/{call}/{place}", response_model=LoggedOut)
def judge(call: Call, place: Place, said: VerdictIn, _: AdminCaller, service: ServiceOf) -> Any:
    """Say that an offer was taken as it is, taken and edited, or not wanted; the latest word counts."""
    from segue.compose.log import Recorder, logged_as_json

    if (said.state == "edited") != bool(said.music):
        raise InputError("music is what was made of an edited offer: it goes with the state edited, and only with it")
    recorder = Recorder(service.store.offers)
    if said.state == "edited":
        row = recorder.edited(call, place, read_music(said.music, "abc"))
    else:
        row = recorder.accepted(call, place) if said.state == "accepted" else recorder.declined(call, place)
    return Response(orjson.dumps(logged_as_json(row)), media_type="application/json")


@router.delete("", response_model=ForgottenOut)
def forget(
    _: AdminCaller,
    service: ServiceOf,
    verb: Annotated[Label | None, Query(description="Offers of this verb only; all without.")] = None,
) -> Any:
    """Forget offers for good."""
    return Response(orjson.dumps({"deleted": service.store.offers.delete(verb=verb)}), media_type="application/json")
