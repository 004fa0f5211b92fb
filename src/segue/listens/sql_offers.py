"""The log of offers over SQLAlchemy Core."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, case, delete, func, insert, select, update

from segue.errors import InputError, NotFoundError, did_you_mean
from segue.listens.engine import writing
from segue.listens.heard import EPOCH, from_microseconds
from segue.listens.offered import OFFER_STATES, Acceptance, LoggedOffer, NewCall, OfferState
from segue.listens.recorder import microseconds
from segue.listens.tables import OFFERS


class SqlOfferLog:
    """Keeps what was offered; see `offered.OfferLog` for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, call: NewCall) -> str:
        """Add a call with its offers; InputError for a call without offers."""
        if not call.verb.strip() or not call.offers:
            raise InputError(f"a call of {call.verb!r} with {len(call.offers)} offers: a verb and one offer are needed")
        name = uuid.uuid4().hex
        shared: dict[str, object] = {
            "at": microseconds(datetime.now(UTC)),
            "call": name,
            "verb": call.verb,
            "given": call.given,
        }
        shared |= {"wish": json.dumps(dict(call.wish), ensure_ascii=False, default=str), "state": "offered"}
        rows = [
            shared | {"place": place, "seed": one.seed, "kind": one.kind, "digest": one.digest, "tokens": one.tokens}
            for place, one in enumerate(call.offers, 1)
        ]
        with writing(self._engine) as connection:
            connection.execute(insert(OFFERS), rows)
        return name

    def judge(self, call: str, place: int, state: OfferState, edited: bytes | None = None) -> LoggedOffer:
        """Say what became of an offer; `edited` is kept only where it was edited."""
        _check(state)
        here = (OFFERS.c.call == call) & (OFFERS.c.place == place)
        kept = edited if state == "edited" else None
        values = {OFFERS.c.state: state, OFFERS.c.judged_at: microseconds(datetime.now(UTC)), OFFERS.c.edited: kept}
        with writing(self._engine) as connection:
            if not connection.execute(update(OFFERS).where(here).values(values)).rowcount:
                raise NotFoundError(f"no offer {place} of a call {call!r} in the log")
            return _logged(connection.execute(select(OFFERS).where(here)).one())

    def row(self, number: int) -> LoggedOffer:
        """The offer of a row number; NotFoundError where there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(select(OFFERS).where(OFFERS.c.id == number)).first()
        if row is None:
            raise NotFoundError(f"no offer number {number} in the log")
        return _logged(row)

    def find(self, digest: bytes) -> LoggedOffer | None:
        """The latest offer of this music, or None."""
        query = select(OFFERS).where(OFFERS.c.digest == digest).order_by(OFFERS.c.id.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _logged(row)

    def list(
        self, *, verb: str | None = None, states: Sequence[OfferState] | None = None, limit: int | None = None
    ) -> Sequence[LoggedOffer]:
        """Offers, the latest call first and its offers by place."""
        query = select(OFFERS).order_by(OFFERS.c.at.desc(), OFFERS.c.call, OFFERS.c.place).limit(limit)
        if verb is not None:
            query = query.where(OFFERS.c.verb == verb)
        if states is not None:
            for state in states:
                _check(state)
            query = query.where(OFFERS.c.state.in_(states))
        with self._engine.connect() as connection:
            return [_logged(row) for row in connection.execute(query)]

    def acceptance(self) -> Sequence[Acceptance]:
        """How the offers of each verb were taken, by verb."""
        with self._engine.connect() as connection:
            taken = _calls_taken(connection)
            counts = [func.sum(case((OFFERS.c.state == state, 1), else_=0)) for state in OFFER_STATES[1:]]
            calls = func.count(func.distinct(OFFERS.c.call))
            query = select(OFFERS.c.verb, calls, func.count(), *counts).group_by(OFFERS.c.verb).order_by(OFFERS.c.verb)
            return [
                Acceptance(verb, many, taken.get(verb, 0), offers, int(accepted), int(edited), int(declined))
                for verb, many, offers, accepted, edited, declined in connection.execute(query)
            ]

    def delete(self, *, call: str | None = None, verb: str | None = None) -> int:
        """Remove the offers of a call or a verb, or all; in an SQLite file their bytes are overwritten too."""
        statement = delete(OFFERS)
        if call is not None:
            statement = statement.where(OFFERS.c.call == call)
        if verb is not None:
            statement = statement.where(OFFERS.c.verb == verb)
        with writing(self._engine) as connection:
            gone = connection.execute(statement).rowcount
        if self._engine.dialect.name == "sqlite":  # what was overwritten may still lie in the write-ahead log
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone


def _calls_taken(connection: Connection) -> dict[str, int]:
    calls = func.count(func.distinct(OFFERS.c.call))
    query = select(OFFERS.c.verb, calls).where(OFFERS.c.state.in_(("accepted", "edited"))).group_by(OFFERS.c.verb)
    return {row[0]: row[1] for row in connection.execute(query)}


def _check(state: str) -> None:
    if state not in OFFER_STATES:
        raise InputError(f"state {state!r} is none of {', '.join(OFFER_STATES)}{did_you_mean(state, OFFER_STATES)}")


def _logged(row: Row[Any]) -> LoggedOffer:
    return LoggedOffer(
        id=row.id,
        at=from_microseconds(row.at) or EPOCH,
        call=row.call,
        place=row.place,
        verb=row.verb,
        seed=row.seed,
        wish=row.wish,
        kind=row.kind,
        digest=row.digest,
        given=row.given,
        state=row.state,
        judged_at=from_microseconds(row.judged_at),
        tokens=row.tokens,
        edited=row.edited,
    )
