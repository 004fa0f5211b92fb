"""Running the server: the socket, the first admin key, the end that loses nothing."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any

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
    logging.basicConfig(
        level=logging.INFO, format='{"at":"%(asctime)s","level":"%(levelname)s","from":"%(name)s","what":"%(message)s"}'
    )
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
