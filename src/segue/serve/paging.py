"""Pages of lists: a cursor says where the next one begins; what it says is the server's own affair."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated

import orjson
from fastapi import Query, Request
from fastapi.responses import Response

from segue.errors import InputError

Limit = Annotated[int, Query(ge=1, le=1000, description="The most entries of a page.")]
Cursor = Annotated[str, Query(max_length=500, description="`next` of the page before; the first page without.")]


_FURTHEST = 1 << 31  # entries behind the first


def cursor_of(place: object) -> str:
    """Return a cursor for a place: anything that JSON can say."""
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def place_of(cursor: str, kind: type[int] | type[str]) -> int | str | None:
    """Return the place of a cursor, None for none; InputError where it is no cursor of this list."""
    if not cursor:
        return None
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise InputError(f"cursor {cursor[:40]!r} is none that was given out here") from error
    if (
        not isinstance(place, kind)
        or isinstance(place, bool)
        or (isinstance(place, int) and not 0 <= place < _FURTHEST)
    ):
        raise InputError(f"cursor {cursor[:40]!r} is none of this list")
    return place


def tagged(request: Request, body: bytes, media: str = "application/json") -> Response:
    """Return a body with its ETag, or 304 where the caller has it already."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    asked = request.headers.get("if-none-match", "")
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in {one.strip().removeprefix("W/") for one in asked.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media)
