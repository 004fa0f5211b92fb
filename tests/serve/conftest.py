"""A server on a small home, and callers of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from segue.serve.app import make_app
from segue.serve.keys import make_key
from segue.serve.service import Service
from tests.serve.homes import a_home, settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


@pytest.fixture
def server(home: Path) -> Iterator[TestClient]:
    """Whoever asks by this client carries no key."""
    with TestClient(make_app(settings(home, folders=(home / "music",))), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def service(server: TestClient) -> Service:
    found: Service = server.app.state.service  # type: ignore[attr-defined]
    return found


@pytest.fixture
def admin(service: Service) -> dict[str, str]:
    """Headers of who may do all, for anybody."""
    return {"Authorization": f"Bearer {make_key(service.ledger, 'admin', ['admin'])[0]}"}


@pytest.fixture
def ann(service: Service) -> dict[str, str]:
    """Headers of ann's player."""
    return {"Authorization": f"Bearer {make_key(service.ledger, 'player', ['listens'], 'ann')[0]}"}
