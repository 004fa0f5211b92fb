"""A database made at once, one made by the migrations, and things that are no store."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from segue.errors import ConflictError, FormatError, InputError, UnavailableError
from segue.listens.engine import make_engine, to_url, writing
from segue.listens.schema import MIGRATIONS, SCHEMA, upgrade
from segue.listens.song import Song
from segue.listens.sql import open_store
from segue.listens.tables import METADATA


def test_the_newest_migration_is_the_schema() -> None:
    numbers = sorted(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("r*.py"))
    assert numbers == [f"{place:04d}" for place in range(1, len(numbers) + 1)]
    assert numbers[-1] == SCHEMA


def test_the_migrations_make_the_tables_that_the_code_knows(place: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    url = to_url(place)
    engine = make_engine(url)
    with writing(engine) as connection:
        upgrade(connection, SCHEMA)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
    with open_store(place) as store:  # taken as it is, not made again
        store.add_songs([Song("Björk")])
        assert store.version() == 1


def test_sqlite_tables_are_the_same_word_for_word_whether_migrated_or_made(tmp_path: Path) -> None:
    with open_store(tmp_path / "made.db"):
        pass
    engine = make_engine(to_url(tmp_path / "migrated.db"))
    with writing(engine) as connection:
        upgrade(connection, SCHEMA)
    engine.dispose()

    def columns(path: Path) -> list[tuple[object, ...]]:
        database = sqlite3.connect(path)
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        found = [(table, *row) for table in tables for row in database.execute(f"PRAGMA table_info({table})")]
        found += [(table, *row) for table in tables for row in database.execute(f"PRAGMA foreign_key_list({table})")]
        database.close()
        return found

    assert columns(tmp_path / "made.db") == columns(tmp_path / "migrated.db")


def test_an_interrupted_making_leaves_nothing(place: str) -> None:
    engine = make_engine(to_url(place))
    with pytest.raises(KeyboardInterrupt), writing(engine) as connection:
        upgrade(connection, SCHEMA)
        raise KeyboardInterrupt
    engine.dispose()
    with open_store(place) as store:
        assert store.songs() == ()


def test_a_database_of_another_program_is_left_alone(place: str) -> None:
    engine = make_engine(to_url(place))
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE songs (title TEXT)"))
    engine.dispose()
    with pytest.raises(ConflictError, match="tables of another program: songs"):
        open_store(place)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Ann, " * 1000)
    with pytest.raises(FormatError, match=r"letter\.db is not a database"):
        open_store(path)
    assert path.read_text() == "Dear Ann, " * 1000


@pytest.mark.parametrize("place", ["sqlite://", "sqlite:///:memory:", "", "mysql://x/y", "://", "."])
def test_a_place_that_cannot_be_a_store_is_refused(place: str) -> None:
    with pytest.raises(InputError, match="a path of an SQLite file"):
        open_store(place)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="no folder can be made for the store"):
        open_store(tmp_path / "file" / "segue.db")


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    with pytest.raises(UnavailableError, match=r"postgresql\+psycopg://ann:\*\*\*@127\.0\.0\.1:9") as caught:
        open_store("postgresql://ann:secret@127.0.0.1:9/segue")
    assert "secret" not in str(caught.value)


def test_two_processes_may_open_one_new_store_at_once(place: str) -> None:
    code = "import sys; from segue.listens.sql import open_store; open_store(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", code, place]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]


def test_opening_a_fresh_store_loads_no_migrations(tmp_path: Path) -> None:
    code = (
        "import sys; from segue.listens.sql import open_store; open_store(sys.argv[1]).close();"
        "print([name for name in ('alembic', 'torch', 'pyarrow', 'mutagen') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "s.db")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
