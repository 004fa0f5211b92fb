"""What listeners set, over SQLAlchemy Core."""

from __future__ import annotations

import json

from sqlalchemy import Connection, Engine, delete, insert, select

from segue.errors import NotFoundError, did_you_mean
from segue.listens.engine import writing
from segue.listens.leanings import Leaning
from segue.listens.recorder import raise_version
from segue.listens.tables import LEANINGS, LISTENERS


class SqlLeaningLog:
    """Keeps leanings; see `leanings.LeaningLog` for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, listener: str) -> Leaning:
        """What a listener set, or a leaning with nothing set."""
        with self._engine.connect() as connection:
            row = listener_row(connection, listener)
            query = select(LEANINGS.c.half_life, LEANINGS.c.less).where(LEANINGS.c.listener_id == row)
            found = connection.execute(query).first()
        return Leaning() if found is None else Leaning(found.half_life, tuple(json.loads(found.less)))

    def set(self, listener: str, leaning: Leaning) -> None:
        """Keep what a listener set, instead of what was."""
        with writing(self._engine) as connection:
            row = listener_row(connection, listener)
            connection.execute(delete(LEANINGS).where(LEANINGS.c.listener_id == row))
            if leaning != Leaning():
                less = json.dumps(list(leaning.less), ensure_ascii=False)
                values = {"listener_id": row, "half_life": leaning.half_life, "less": less}
                connection.execute(insert(LEANINGS).values(values))
            raise_version(connection)


def listener_row(connection: Connection, listener: str) -> int:
    """The row number of a listener; NotFoundError names the nearest one."""
    row = connection.execute(select(LISTENERS.c.id).where(LISTENERS.c.name == listener)).scalar()
    if row is None:
        names = connection.execute(select(LISTENERS.c.name).limit(10_000)).scalars().all()
        raise NotFoundError(f"no listener {listener!r} here{did_you_mean(listener, names)}")
    return int(row)
