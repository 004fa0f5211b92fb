"""Who may come in: keys kept as hashes, scopes, listeners, sessions with their tokens, rates, sizes, headers."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from segue.errors import InputError, LimitError
from segue.serve.app import make_app
from segue.serve.keys import SCOPES, key_of, list_keys, make_key, revoke_key
from segue.serve.rates import Rates
from segue.serve.running import JsonLines, listening_at
from segue.serve.service import Service
from tests.serve.homes import settings

LIST = "/api/v1/recommendations"
THUMB = {"listener": "ann", "artist": "Artist 2", "verdict": "like"}


def test_without_a_key_nothing_is_told(server: TestClient) -> None:
    for headers in ({}, {"Authorization": "Bearer segue_wrong"}, {"Authorization": "Basic YTpi"}):
        answer = server.get(LIST, headers=headers)
        assert answer.status_code == 401 and answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 401 and "WWW-Authenticate" in answer.headers
    assert server.get("/healthz").status_code == 200 and server.get("/metrics").status_code == 401


def test_a_secret_lies_nowhere_on_disk(service: Service, home: Path) -> None:
    secret, key = make_key(service.ledger, "player", ["listens"], "ann")
    assert len(secret) >= 43 and key_of(service.ledger, secret) is not None
    for file in home.rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), file
    assert list_keys(service.ledger)[0].used_at is not None
    revoke_key(service.ledger, key.id)
    assert key_of(service.ledger, secret) is None


def test_scopes_part_what_a_key_may_do(server: TestClient, service: Service) -> None:
    places = {
        "listens": LIST + "?listener=ann",
        "compose": "/api/v1/review",
        "models": "/api/v1/models",
        "admin": "/api/v1/keys",
    }
    for scope in places:
        headers = {"Authorization": f"Bearer {make_key(service.ledger, scope, [scope])[0]}"}
        for needed, place in places.items():
            allowed = scope in (needed, "admin")
            assert server.get(place, headers=headers).status_code == (200 if allowed else 403), (scope, needed)
    assert set(places) < set(SCOPES)
    with pytest.raises(InputError, match='did you mean "models"'):
        make_key(service.ledger, "x", ["model"])


def test_a_listeners_key_sees_that_listener_alone(server: TestClient, ann: dict[str, str]) -> None:
    assert server.get(LIST, headers=ann).json()["listener"] == "ann"
    refused = server.get(LIST, params={"listener": "bob"}, headers=ann)
    assert refused.status_code == 403 and "ann's" in refused.json()["detail"]
    assert server.get("/api/v1/listeners", headers=ann).json() == ["ann"]
    assert server.post("/api/v1/feedback", json=THUMB | {"listener": "bob"}, headers=ann).status_code == 403


def test_the_page_trades_a_key_for_a_session_whose_writes_carry_a_token(server: TestClient, service: Service) -> None:
    secret, key = make_key(service.ledger, "page", ["listens"], "ann")
    assert server.post("/api/v1/session", json={"key": "segue_wrong"}).status_code == 401
    began = server.post("/api/v1/session", json={"key": secret})
    cookie = began.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and began.json()["listener"] == "ann"
    assert server.get(LIST).status_code == 200
    assert server.post("/api/v1/feedback", json=THUMB).status_code == 403
    written = server.post("/api/v1/feedback", json=THUMB, headers={"x-segue-csrf": began.json()["csrf"]})
    assert written.status_code == 201
    assert server.get("/api/v1/session").json()["csrf"] == began.json()["csrf"]
    revoke_key(service.ledger, key.id)
    assert server.get(LIST).status_code == 401


def test_open_access_is_for_this_machine_alone(home: Path) -> None:
    with pytest.raises(InputError, match="this machine alone"):
        settings(home, host="0.0.0.0", is_open=True)
    with TestClient(make_app(settings(home, is_open=True))) as server:
        assert server.get(LIST, params={"listener": "ann"}).status_code == 200
        other = {"Sec-Fetch-Site": "cross-site"}
        assert server.post("/api/v1/feedback", json=THUMB, headers=other).status_code == 403
        assert server.post("/api/v1/feedback", json=THUMB).status_code == 201


def test_a_bucket_of_two_filled_once_a_second() -> None:
    at = [0.0]
    rates = Rates(rate=1.0, burst=2, clock=lambda: at[0])
    rates.take("ann")
    rates.take("ann")
    with pytest.raises(LimitError, match="come again in 1 s") as refused:
        rates.take("ann")
    assert refused.value.seconds == 1
    rates.take("bob")
    at[0] = 1.0
    rates.take("ann")


def test_who_asks_too_often_is_told_when_to_come_again(home: Path) -> None:
    with TestClient(make_app(settings(home, rate=0.1, burst=3))) as server:
        secret, _ = make_key(server.app.state.service.ledger, "x", ["listens"], "ann")  # type: ignore[attr-defined]
        headers = {"Authorization": f"Bearer {secret}"}
        told = [server.get("/api/v1/listeners", headers=headers) for _ in range(4)]
        assert [one.status_code for one in told] == [200, 200, 200, 429]
        assert 1 <= int(told[-1].headers["Retry-After"]) <= 10


def test_a_body_that_is_too_large_is_refused_whether_it_says_its_length_or_not(home: Path) -> None:
    with TestClient(make_app(settings(home, is_open=True, largest=1000))) as server:
        assert server.post("/api/v1/feedback", content=b"x" * 1001).status_code == 413

        def pieces():  # type: ignore[no-untyped-def]
            for _ in range(20):
                yield b"x" * 100

        refused = server.post("/api/v1/feedback", content=pieces())
        assert refused.status_code == 413 and refused.json()["status"] == 413


def test_every_answer_carries_the_headers_that_browsers_heed(server: TestClient) -> None:
    for path in ("/", "/healthz", LIST, "/api/v1/none", "/api/v1/openapi.json"):
        headers = server.get(path).headers
        assert (
            "default-src 'none'" in headers["content-security-policy"]
            and "unsafe" not in headers["content-security-policy"]
        )
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_what_is_answered_in_two_pieces_does_not_wait_for_the_first_to_be_acknowledged(tmp_path: Path) -> None:
    async def is_sent_at_once() -> bool:
        told = asyncio.get_running_loop().create_future()

        class Noting(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                connection = transport.get_extra_info("socket")
                told.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

        with closing(listening_at(settings(tmp_path, port=0))) as listening:
            server = await asyncio.get_running_loop().create_server(Noting, sock=listening)
            _, writer = await asyncio.open_connection(*listening.getsockname())
            answer = await told
            writer.close()
            server.close()
            return bool(answer)

    with ThreadPoolExecutor(1) as other:  # a loop may run in this thread already: that of the browser's driver
        assert other.submit(lambda: asyncio.run(is_sent_at_once())).result(60)


def test_a_line_of_the_log_is_json_whatever_its_words_hold() -> None:
    hostile = 'GET /"a"\n{"b": \x1b[31m'
    try:
        raise InputError('no "such" thing')
    except InputError:
        error = sys.exc_info()
    record = logging.LogRecord("segue.serve", logging.ERROR, "x.py", 1, "%s failed", (hostile,), error)
    line = JsonLines().format(record)
    told = json.loads(line)
    assert "\n" not in line and told["what"] == f"{hostile} failed" and told["level"] == "ERROR"
    assert 'no "such" thing' in told["trace"] and told["at"].endswith("+00:00")
