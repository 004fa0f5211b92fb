"""Running the server: the socket, the first admin key, the end that loses nothing."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import orjson
import uvicorn

from segue.errors import UnavailableError
from segue.serve.app import make_app
from segue.serve.keys import list_keys, make_key
from segue.serve.service import Service
from segue.serve.settings import Settings

_PATIENCE = 30  # seconds for requests under way when the server ends


def run(settings: Settings, told: Callable[[dict[str, Any]], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; `told` is shown the address and, at the first start, the admin key.

    UnavailableError where the address is taken.
    """
    _log()
    with closing(listening_at(settings)) as listening:
        app = make_app(settings)
        service: Service = app.state.service
        secret = ""
        if not any("admin" in key.scopes and key.revoked_at is None for key in list_keys(service.ledger)):
            secret, _ = make_key(service.ledger, "first", ["admin"])
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        told({"address": f"http://{shown}:{port}/", "admin_key": secret, "is_open": settings.is_open})
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_PATIENCE
        )
        uvicorn.Server(config).run(sockets=[listening])


class JsonLines(logging.Formatter):
    """A line of JSON for each record, whatever its words hold: at, level, from, what, and the trace of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "what": record.getMessage(),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(told).decode()


def _log() -> None:
    """Log to stderr: short lines for who looks at a terminal, JSON for programs."""
    lines = logging.StreamHandler()
    plain = logging.Formatter("%(asctime)s  %(message)s", datefmt="%H:%M:%S")
    lines.setFormatter(plain if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[lines])


def listening_at(settings: Settings) -> socket.socket:
    """Return a socket that listens at the address of settings; UnavailableError where it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only where the protocol is named; else an answer in two pieces waits 40 ms
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((settings.host, settings.port))
        made.listen(2048)
    except OSError as error:
        made.close()
        raise UnavailableError(
            f"{settings.host}:{settings.port} cannot be served at: {error.strerror or error}; --port names another"
        ) from error
    return made
