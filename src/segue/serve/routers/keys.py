"""Keys and sessions over HTTP: an admin makes and revokes keys; the page trades a key for a session."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from segue.errors import UnknownCallerError
from segue.serve.access import COOKIE, AdminCaller, ServiceOf, caller_of
from segue.serve.keys import begin_session, end_session, key_of, list_keys, make_key, revoke_key, session_of
from segue.serve.paging import tagged
from segue.serve.shapes import PROBLEMS, Closed, Listener, Name

router = APIRouter(tags=["keys"], responses=PROBLEMS)
Scope = Literal["listens", "compose", "recognize", "models", "admin"]
_LASTS = 30 * 86400


class KeyIn(Closed):
    """A key to be made."""

    name: Annotated[Name, Field(max_length=200)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=5)] = ("listens",)
    listener: Listener | None = None


class KeyOut(BaseModel):
    """A key as it may be shown."""

    id: str
    name: str
    scopes: list[str]
    listener: str | None
    made_at: str
    used_at: str | None
    revoked_at: str | None


class MadeOut(KeyOut):
    """A key with its secret, which is shown this once."""

    secret: str


class SessionIn(Closed):
    """The secret of a key."""

    key: Annotated[str, Field(min_length=1, max_length=200)]


class SessionOut(BaseModel):
    """Who asks: what the key may do, whose it is, and the token that writes of the page carry."""

    scopes: list[str]
    listener: str | None
    csrf: str | None


@router.get("/keys", response_model=list[KeyOut])
def keys(request: Request, _: AdminCaller, service: ServiceOf) -> Response:
    """All keys, revoked ones too, without their secrets."""
    return tagged(request, orjson.dumps([asdict(key) for key in list_keys(service.ledger)]))


@router.post("/keys", status_code=201, response_model=MadeOut)
def make(asked: KeyIn, _: AdminCaller, service: ServiceOf) -> Any:
    """Make a key; its secret is shown this once and kept nowhere."""
    secret, key = make_key(service.ledger, asked.name, asked.scopes, asked.listener)
    return asdict(key) | {"secret": secret}


@router.delete("/keys/{key_id}", status_code=204, response_class=Response)
def revoke(key_id: str, _: AdminCaller, service: ServiceOf) -> Response:
    """End a key, and the sessions that were begun with it."""
    revoke_key(service.ledger, key_id)
    return Response(status_code=204)


@router.post("/session", response_model=SessionOut)
def begin(asked: SessionIn, request: Request, service: ServiceOf) -> Response:
    """Trade a key for a session: a cookie that scripts cannot read, and a token that writes carry besides."""
    service.rates.take("session")
    key = key_of(service.ledger, asked.key)
    if key is None:
        raise UnknownCallerError("this key is not valid")
    session = begin_session(service.ledger, key)
    answer = JSONResponse({"scopes": key.scopes, "listener": key.listener, "csrf": session.csrf})
    answer.set_cookie(
        COOKIE, session.cookie, max_age=_LASTS, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return answer


@router.get("/session", response_model=SessionOut)
def session(request: Request, service: ServiceOf) -> Any:
    """Who asks, and what they may."""
    caller = caller_of(request)
    cookie = request.cookies.get(COOKIE, "")
    found = session_of(service.ledger, cookie) if caller.is_session else None
    return {"scopes": caller.key.scopes, "listener": caller.key.listener, "csrf": found[1] if found else None}


@router.delete("/session", status_code=204, response_class=Response)
def end(request: Request, service: ServiceOf) -> Response:
    """End the session."""
    caller_of(request)
    end_session(service.ledger, request.cookies.get(COOKIE, ""))
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE)
    return answer
