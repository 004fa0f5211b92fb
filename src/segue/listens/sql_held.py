"""The review queue over SQLAlchemy Core."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from segue.errors import InputError, NotFoundError, did_you_mean
from segue.listens.engine import writing
from segue.listens.heard import EPOCH, from_microseconds
from segue.listens.held import HELD_STATES, HeldState, HeldText
from segue.listens.recorder import microseconds
from segue.listens.song import check_text
from segue.listens.tables import HELD

_LONGEST = 10_000  # characters of a text


class SqlReviewQueue:
    """Keeps what was held; see `held.ReviewQueue` for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def hold(self, text: str, *, origin: str, rule: str, words: Sequence[str]) -> HeldText:
        """Put a text into the queue; InputError for one without a letter or of more than 10,000."""
        check_text("held text", text)
        if not text.strip() or len(text) > _LONGEST:
            raise InputError(f"a text of {len(text)} characters cannot be held: 1 to {_LONGEST:,} are accepted")
        row = {"at": microseconds(datetime.now(UTC)), "origin": origin, "text": text, "rule": rule}
        row |= {"words": json.dumps(list(words), ensure_ascii=False), "state": "waiting", "digest": _digest(text, rule)}
        with writing(self._engine) as connection:
            found = _find(connection, text, rule)
            if found is not None:
                return found
            made = connection.execute(insert(HELD).values(row)).inserted_primary_key
            return _row(connection, made[0] if made else 0)

    def find(self, text: str, rule: str) -> HeldText | None:
        """The row of a text that this rule held, or None."""
        with self._engine.connect() as connection:
            return _find(connection, text, rule)

    def list(self, state: HeldState | None = None) -> Sequence[HeldText]:
        """All rows, or those of one state, the oldest first."""
        query = select(HELD).order_by(HELD.c.id)
        if state is not None:
            _check(state)
            query = query.where(HELD.c.state == state)
        with self._engine.connect() as connection:
            return [_held(row) for row in connection.execute(query)]

    def judge(self, row: int, state: HeldState) -> HeldText:
        """Accept or reject a row, or let it wait again."""
        _check(state)
        judged_at = None if state == "waiting" else microseconds(datetime.now(UTC))
        with writing(self._engine) as connection:
            _row(connection, row)
            connection.execute(update(HELD).where(HELD.c.id == row).values(state=state, judged_at=judged_at))
            return _row(connection, row)


def _check(state: str) -> None:
    if state not in HELD_STATES:
        raise InputError(f"state {state!r} is none of {', '.join(HELD_STATES)}{did_you_mean(state, HELD_STATES)}")


def _digest(text: str, rule: str) -> bytes:
    return hashlib.blake2b(f"{rule}\n{text}".encode(), digest_size=16).digest()


def _find(connection: Connection, text: str, rule: str) -> HeldText | None:
    row = connection.execute(select(HELD).where(HELD.c.digest == _digest(text, rule))).first()
    return None if row is None else _held(row)


def _row(connection: Connection, number: int) -> HeldText:
    row = connection.execute(select(HELD).where(HELD.c.id == number)).first()
    if row is None:
        raise NotFoundError(f"no text number {number} in the review queue")
    return _held(row)


def _held(row: Row[Any]) -> HeldText:
    return HeldText(
        id=row.id,
        at=from_microseconds(row.at) or EPOCH,
        origin=row.origin,
        text=row.text,
        rule=row.rule,
        words=tuple(json.loads(row.words)),
        state=row.state,
        judged_at=from_microseconds(row.judged_at),
    )
