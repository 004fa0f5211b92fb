"""Who asks, and what they may: by a key, by a session of the page, or by being on this machine where that is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from segue.errors import AccessError, NotFoundError, UnknownCallerError
from segue.serve.keys import SCOPES, Key, is_same, key_of, session_of
from segue.serve.service import Service

COOKIE = "segue_session"
CSRF = "x-segue-csrf"
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
OPEN = Key("open", "this machine", SCOPES, None, "")  # who is let in without a key


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key, and whether it came by the page's session."""

    key: Key
    is_session: bool = False

    def listener(self, named: str | None) -> str:
        """Return whose listener is meant: the one named, else the key's own.

        AccessError for somebody else's, NotFoundError where none is named.
        """
        own = self.key.listener
        if named is None or named == own:
            if own is None:
                raise NotFoundError("whose? name a listener; this key is nobody's own")
            return own
        if own is not None:
            raise AccessError(f"this key is {own}'s; it may not act for {named!r}")
        return named


async def service_of(connection: HTTPConnection) -> Service:
    """Return what the server stands on."""
    return standing(connection)


def standing(connection: HTTPConnection) -> Service:
    """The same where nothing waits."""
    service: Service = connection.app.state.service
    return service


def caller_of(request: Request) -> Caller:
    """Return who asks; UnknownCallerError without a valid key, AccessError for the page's write without its token."""
    service = standing(request)
    given = request.headers.get("authorization")
    if given is not None:
        kind, _, secret = given.partition(" ")
        key = key_of(service.ledger, secret.strip()) if kind.lower() in ("bearer", "token") else None
        if key is None:
            raise UnknownCallerError("this key is not valid: `segue keys list` shows those that are")
        return Caller(key)
    cookie = request.cookies.get(COOKIE)
    found = session_of(service.ledger, cookie) if cookie else None
    if found is not None:
        key, csrf = found
        if request.method not in _SAFE and not is_same(request.headers.get(CSRF, ""), csrf):
            raise AccessError(f"a write by the page's session needs its token in the header {CSRF}")
        return Caller(key, is_session=True)
    if service.settings.is_open:
        if request.method not in _SAFE and request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise AccessError("another site may not write here")
        return Caller(OPEN)
    raise UnknownCallerError("a key is needed: Authorization: Bearer segue_..., made by `segue keys make`")


def needs(scope: str) -> Callable[..., Awaitable[Caller]]:
    """Return what lets in callers who may do what a scope stands for, no more often than their key allows."""

    async def caller(request: Request) -> Caller:
        found = caller_of(request)
        if not found.key.may(scope):
            raise AccessError(f"this key may do {', '.join(found.key.scopes)}; {scope} is needed")
        if found.key is not OPEN:  # who is on this machine may use it up in other ways too
            standing(request).rates.take(found.key.id)
        return found

    return caller


ServiceOf = Annotated[Service, Depends(service_of)]
ListensCaller = Annotated[Caller, Depends(needs("listens"))]
ComposeCaller = Annotated[Caller, Depends(needs("compose"))]
RecognizeCaller = Annotated[Caller, Depends(needs("recognize"))]
ModelsCaller = Annotated[Caller, Depends(needs("models"))]
AdminCaller = Annotated[Caller, Depends(needs("admin"))]
