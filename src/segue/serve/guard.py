"""What surrounds every request: a limit to its size, the headers that browsers are to heed, figures, and a line of log.

The log has method, route, status, size and time, and nothing of who asked or what: no query, no name, no address.
"""

from __future__ import annotations

import asyncio
import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segue.serve.figures import Figures
from segue.serve.memory import give_back
from segue.serve.problems import problem
from segue.serve.settings import Settings

_LOG = logging.getLogger("segue.serve.requests")
_LONG = 0.25  # seconds of an answer for which a model was loaded, or worked
UPLOADS = ("/api/v1/imports", "/api/v1/recognize", "/api/v1/music")
HEADERS = (
    (b"content-security-policy",
     b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
     b" media-src 'self' blob:; font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none';"
     b" form-action 'self'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)  # fmt: skip


class TooLargeError(Exception):
    """A body that grew beyond its limit while it was read."""


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings, figures: Figures) -> None:
        self.app, self.settings, self.figures = app, settings, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it is too large, and write down what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status, size = time.perf_counter(), 500, 0
        most = self._most(scope["path"])
        is_begun, body = False, _Counted(receive, most)

        async def answer(message: Message) -> None:
            nonlocal status, size, is_begun
            if body.is_too_large and not is_begun:
                return  # what the application makes of a body that was cut off is not told
            if message["type"] == "http.response.start":
                status, is_begun = message["status"], True
                held = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in HEADERS if one[0] not in held)]
                if b"cache-control" not in held:
                    message["headers"].append((b"cache-control", b"no-store"))
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            if _length(scope) > most:
                raise TooLargeError
            await self.app(scope, body, answer)
        except TooLargeError:
            body.is_too_large = True
        finally:
            if body.is_too_large and not is_begun:
                body.is_too_large = False
                await problem(413, f"a body of more than {most:,} bytes is not accepted here")(scope, receive, answer)
            route = getattr(scope.get("route"), "path", "/{file}" if status < 400 else "none")
            self._note(scope["method"], route, status, size, time.perf_counter() - begun)

    def _note(self, method: str, route: str, status: int, size: int, seconds: float) -> None:
        self.figures.request(method, route, status, seconds)
        _LOG.info("%s %s %d %d bytes %.1f ms", method, route, status, size, 1000 * seconds)
        if seconds > _LONG:
            asyncio.get_running_loop().run_in_executor(None, give_back)

    def _most(self, path: str) -> int:
        return self.settings.largest_upload if path.startswith(UPLOADS) else self.settings.largest


def _length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


class _Counted:
    """A body that is counted while it is read; TooLargeError where it grows beyond `most` bytes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.receive, self.most, self.read, self.is_too_large = receive, most, 0, False

    async def __call__(self) -> Message:
        message = await self.receive()
        self.read += len(message.get("body", b""))
        if self.read > self.most:
            self.is_too_large = True
            raise TooLargeError
        return message
