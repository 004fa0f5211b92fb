"""The review queue: what is held once stays held until a person speaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.errors import InputError, NotFoundError
from segue.listens.sql import SqlStore, open_store


def test_what_is_held_waits_and_is_judged(store: SqlStore) -> None:
    first = store.held.hold("Zeile: böse", origin="lyrics", rule="slur", words=["böse"])
    second = store.held.hold("另一行", origin="prompt", rule="self-harm", words=["另", "行"])
    assert [one.text for one in store.held.list("waiting")] == ["Zeile: böse", "另一行"]
    assert (second.words, second.origin, second.state, second.judged_at) == (("另", "行"), "prompt", "waiting", None)
    accepted = store.held.judge(first.id, "accepted")
    assert accepted.state == "accepted" and accepted.judged_at is not None and accepted.judged_at >= accepted.at
    assert [one.id for one in store.held.list("waiting")] == [second.id]
    assert [one.id for one in store.held.list()] == [first.id, second.id]
    assert store.held.judge(first.id, "waiting").judged_at is None


def test_the_same_text_is_held_once_and_its_verdict_is_found(store: SqlStore) -> None:
    held = store.held.hold("one line", origin="lyrics", rule="slur", words=["line"])
    store.held.judge(held.id, "rejected")
    again = store.held.hold("one line", origin="prompt", rule="slur", words=["line"])
    assert (again.id, again.state, again.origin) == (held.id, "rejected", "lyrics")
    assert store.held.find("one line", "self-harm") is None
    found = store.held.find("one line", "slur")
    assert found is not None and found.state == "rejected"


def test_the_queue_outlives_the_program(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        store.held.hold("a line", origin="lyrics", rule="slur", words=["line"])
    with open_store(tmp_path / "s.db") as store:
        assert [one.text for one in store.held.list("waiting")] == ["a line"]


def test_what_cannot_be_held_or_judged_is_named(light: SqlStore) -> None:
    with pytest.raises(InputError, match="1 to 10,000 are accepted"):
        light.held.hold("  ", origin="lyrics", rule="slur", words=[])
    with pytest.raises(NotFoundError, match="no text number 7 in the review queue"):
        light.held.judge(7, "accepted")
    with pytest.raises(InputError, match=r"state 'accept' is none of .* \(did you mean \"accepted\"\?\)"):
        light.held.judge(1, "accept")  # type: ignore[arg-type]
