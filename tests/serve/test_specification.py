"""Every route by its specification, with and without a key: no server error, no answer that the specification hides.

SEGUE_CALLS sets how many calls a route gets; 100 without it, about 5,000 over all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import schemathesis.specs.openapi.schemas  # imported by the first call otherwise, deep in a test
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from jsonschema_rs import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from segue.listens.listen import Tally
from segue.listens.song import Song
from segue.serve.app import make_app
from segue.serve.keys import make_key
from segue.serve.service import Service
from tests.serve.homes import a_home
from tests.serve.homes import settings as server_settings

CALLS = int(os.environ.get("SEGUE_CALLS", "100"))
CHECKS = (not_a_server_error, status_code_conformance, response_schema_conformance)
PATIENCE = 600  # seconds for one answer: a piece of 500 bars takes long
SLOW = 12  # calls of a route that composes, each of which may take a second
MANY = settings(max_examples=CALLS, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
FEW = settings(MANY, max_examples=max(1, CALLS // SLOW))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    made = make_app(server_settings(a_home(tmp_path), rate=1e6, burst=1_000_000))
    yield made
    service: Service = made.state.service
    service.jobs.close()


@pytest.fixture
def specification(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@pytest.fixture
def key(app: FastAPI) -> dict[str, str]:
    service: Service = app.state.service
    return {"Authorization": f"Bearer {make_key(service.ledger, 'all', ['admin'])[0]}"}


def call_all(
    specification: schemathesis.BaseSchema, headers: dict[str, str], calls: settings, *, composes: bool
) -> list[str]:
    """Call each route with drawn values; return what the checks find, one line a route. How many calls is printed."""
    broken, count = [], 0
    for found in specification.get_all_operations():
        operation = found.ok()
        if operation.path.startswith("/api/v1/compose/") is not composes:
            continue

        @calls
        @given(case=operation.as_strategy())
        def call(case: schemathesis.Case) -> None:
            nonlocal count
            count += 1
            case.call_and_validate(headers=headers, checks=CHECKS, timeout=PATIENCE)

        try:
            call()
        except (AssertionError, FailureGroup) as error:
            broken.append(f"{operation.method.upper()} {operation.path}: {error}")
    sys.stdout.write(f"{count:,} calls\n")
    return broken


def test_routes_with_a_key(specification: schemathesis.BaseSchema, key: dict[str, str]) -> None:
    assert not call_all(specification, key, MANY, composes=False)


def test_routes_that_compose(specification: schemathesis.BaseSchema, key: dict[str, str]) -> None:
    assert not call_all(specification, key | {"Accept": "application/json"}, FEW, composes=True)


def test_routes_without_a_key(specification: schemathesis.BaseSchema) -> None:
    wrong = {"Authorization": "Bearer none"}
    assert not call_all(specification, wrong, FEW, composes=False)
    assert not call_all(specification, wrong, FEW, composes=True)


def test_the_specification_tells_of_every_route(specification: schemathesis.BaseSchema) -> None:
    raw = specification.raw_schema
    assert raw["openapi"].startswith("3.1")
    for path, operations in raw["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path} says nothing of itself"


def bodies(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body of the specification that is JSON or a file sent, and where it stands."""
    for path, operations in raw["paths"].items():
        for method, operation in operations.items():
            for media, body in operation.get("requestBody", {}).get("content", {}).items():
                yield f"{method} {path} {media} in", body
            for status, answer in operation["responses"].items():
                for media, body in answer.get("content", {}).items():
                    if media == "application/json":
                        yield f"{method} {path} {status} out", body


def test_every_body_has_an_example_that_its_schema_accepts(specification: schemathesis.BaseSchema) -> None:
    raw = specification.raw_schema
    found = dict(bodies(raw))
    assert len(found) > 60
    assert not [where for where, body in found.items() if "example" not in body]
    for where, body in found.items():
        schema = body.get("schema", {}) | {"components": raw["components"]}
        errors = list(Draft202012Validator(schema).iter_errors(body["example"]))
        assert not errors, (where, errors[0].message)


ROUTES = ("/api/v1/feedback", "/api/v1/listens", "/api/v1/taste", "/1/submit-listens")
VERBS = ("harmony", "reharmonize", "chords", "melody", "infill", "arrange", "phrase", "piece", "lyrics")


@pytest.mark.parametrize("route", [*ROUTES, *(f"/api/v1/compose/{verb}" for verb in VERBS)])
def test_an_example_is_accepted_as_it_stands(
    specification: schemathesis.BaseSchema, app: FastAPI, key: dict[str, str], route: str
) -> None:
    method, operation = next(
        (method, one) for method, one in specification.raw_schema["paths"][route].items() if "requestBody" in one
    )
    service: Service = app.state.service
    song = Song("Nina Simone", "Sinnerman")
    service.store.add([Tally("ann", song, 1)])
    example = operation["requestBody"]["content"]["application/json"]["example"]
    named = example | {"listener": "ann"} if route.startswith("/api/") and "compose" not in route else example
    with TestClient(app) as client:
        answer = client.request(method, route, json=named, headers=key)
    assert answer.is_success and "event: problem" not in answer.text, answer.text
