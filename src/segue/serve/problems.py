"""Errors as problems (RFC 9457): every class of `segue.errors` by its own status, what a request lacks by name."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from segue.errors import LimitError, SegueError

MEDIA = "application/problem+json"
_LOG = logging.getLogger("segue.serve")


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Return a problem: its status, the status's name as title, what is wrong here, and `more` members."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(orjson.dumps(body), status, headers, MEDIA)


def add_handlers(app: FastAPI) -> None:
    """Answer errors of Segue, of requests and of routes as problems; of anything else the log alone tells."""
    app.add_exception_handler(SegueError, _told)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _routed)
    app.add_exception_handler(Exception, _unforeseen)


async def _told(_: Request, error: Exception) -> Response:
    if not isinstance(error, SegueError):  # starlette's type of handlers knows no better
        raise error
    if error.http_status >= 500:
        _LOG.error("%s: %s", type(error).__name__, error)
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, LimitError) and error.seconds else None
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": 'Bearer realm="segue"'}
    return problem(error.http_status, str(error), headers=headers, kind=type(error).__name__)


async def _unreadable(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    told = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()]
    return problem(422, f"{told[0]['where']}: {told[0]['what']}" if told else "the request cannot be read", errors=told)


async def _routed(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))


async def _unforeseen(request: Request, error: Exception) -> Response:
    _LOG.error("unforeseen error at %s", request.scope.get("route_path", ""), exc_info=error)
    return problem(500, "something went wrong here that was not foreseen; the server's log says what")
