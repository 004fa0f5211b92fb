"""The part of ListenBrainz' interface that players send to: `/1/submit-listens` and `/1/validate-token`.

A player set to this server's address, with a key in place of the user's token, feeds it. After the documentation of
the ListenBrainz API (https://listenbrainz.readthedocs.io/en/latest/users/api/core.html): at most 1,000 listens in a
request, 10,240 bytes each. What a player plays just now (`playing_now`) is acknowledged and not kept.
"""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from segue.errors import FormatError, InputError, LimitError, UnknownCallerError
from segue.listens.listen import Listen
from segue.listens.sources.items import Dropped
from segue.listens.sources.listenbrainz import History
from segue.serve.access import Caller, ServiceOf, caller_of
from segue.serve.keys import key_of
from segue.serve.shapes import PROBLEMS

router = APIRouter(prefix="/1", tags=["listenbrainz"], responses=PROBLEMS)
MOST_LISTENS, MOST_BYTES = 1_000, 10_240
_KINDS = ("single", "playing_now", "import")


@router.post("/submit-listens")
async def submit_listens(request: Request, service: ServiceOf) -> Response:
    """Take listens in, as a player sends them; answered when they are durable."""
    caller = caller_of(request)
    if not caller.key.may("listens"):
        raise UnknownCallerError("this key may not send listens")
    service.rates.take(caller.key.id)
    kind, payload = _payload(await request.body())
    if kind != "playing_now":
        listener = _owner(caller)
        records = _listens(payload, listener)
        if records:
            await service.intake.add(records)
            service.figures.listens.inc(len(records))
    return Response(b'{"status":"ok"}', media_type="application/json")


@router.get("/validate-token")
async def validate_token(request: Request, service: ServiceOf) -> Response:
    """Tell whether a key is valid and whose it is."""
    given = request.headers.get("authorization", "").partition(" ")[2].strip() or request.query_params.get("token", "")
    key = key_of(service.ledger, given) if given else None
    if key is None:
        return _told({"code": 200, "message": "Token invalid.", "valid": False})
    return _told({"code": 200, "message": "Token valid.", "valid": True, "user_name": key.listener or key.name})


def _told(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


def _owner(caller: Caller) -> str:
    """Whose listens a key sends: its listener's, else the name it was made under."""
    return caller.key.listener or caller.key.name


def _payload(body: bytes) -> tuple[str, list[Any]]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FormatError(f"the body is no JSON: {error}") from error
    kind = told.get("listen_type") if isinstance(told, dict) else None
    payload = told.get("payload") if isinstance(told, dict) else None
    if kind not in _KINDS or not isinstance(payload, list) or not payload:
        raise FormatError(f"listen_type {str(kind)[:40]!r} with a payload: {', '.join(_KINDS)} and a list are accepted")
    if len(payload) > MOST_LISTENS or (kind != "import" and len(payload) > 1):
        raise FormatError(
            f"{len(payload):,} listens of type {kind}: 1, or {MOST_LISTENS:,} of type import, are accepted"
        )
    if len(body) > MOST_BYTES and any(len(orjson.dumps(one)) > MOST_BYTES for one in payload):
        raise LimitError(f"a listen is larger than {MOST_BYTES:,} bytes", http_status=413)
    return kind, payload


def _listens(payload: list[Any], listener: str) -> list[Listen]:
    history = History(listener)
    found = []
    for place, one in enumerate(payload):
        try:
            item = history.listen(one)
        except (KeyError, TypeError, ValueError, InputError) as error:
            raise FormatError(f"payload.{place}: {_why(error)}") from error
        if isinstance(item, Dropped):
            raise FormatError(f"payload.{place}: {item.reason}")
        if isinstance(item, Listen):
            found.append(item)
    return found


def _why(error: Exception) -> str:
    return f"{error.args[0]!r} is not there" if isinstance(error, KeyError) and error.args else str(error)
