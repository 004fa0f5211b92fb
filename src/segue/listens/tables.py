"""The tables of the store, as SQLAlchemy Core knows them; `migrations/` makes the same ones step by step.

Times are whole numbers since 1970 in UTC: `listens.at` in seconds, all others in microseconds.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# Counters: "version" grows with every write, "songs" with every write that changed the catalogue.
META = Table(
    "meta",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# `folded` is the song's key as "artist\ntitle"; `digest` its 16-byte BLAKE2b, unique: long names fit any index.
# `changed` is the counter "songs" at the write that last made or completed the row: readers load what is newer.
SONGS = Table(
    "songs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("folded", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("album", Text, nullable=False),
    Column("year", Integer),
    Column("duration", Float),
    Column("changed", BigInteger, nullable=False, index=True),
)

SONG_IDS = Table(
    "song_ids",
    METADATA,
    Column("song_id", Integer, ForeignKey("songs.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Position 0 is the strongest tag.
SONG_TAGS = Table(
    "song_tags",
    METADATA,
    Column("song_id", Integer, ForeignKey("songs.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("tag", Text, nullable=False),
    sqlite_with_rowid=False,
)

# One row for each file that was told: what is heard stands beside the tags, and goes without touching them.
# `digest` is the 16-byte BLAKE2b of the path.
SONG_STYLES = Table(
    "song_styles",
    METADATA,
    Column("digest", LargeBinary(16), primary_key=True),
    Column("song_id", Integer, ForeignKey("songs.id"), nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("style", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("model", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
)

LISTENERS = Table(
    "listeners",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
)

SOURCES = Table(
    "sources",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(1000), nullable=False, unique=True),
)

# The primary key is the identity of a listen; it also is the order in which a listener's past is read.
LISTENS = Table(
    "listens",
    METADATA,
    Column("listener_id", Integer, ForeignKey("listeners.id"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("song_id", Integer, ForeignKey("songs.id"), primary_key=True, autoincrement=False),
    Column("source_id", Integer, ForeignKey("sources.id"), primary_key=True, autoincrement=False),
    Column("ms_played", Integer),
    Column("skipped", Boolean),
    sqlite_with_rowid=False,
)

TALLIES = Table(
    "tallies",
    METADATA,
    Column("listener_id", Integer, ForeignKey("listeners.id"), primary_key=True, autoincrement=False),
    Column("song_id", Integer, ForeignKey("songs.id"), primary_key=True, autoincrement=False),
    Column("source_id", Integer, ForeignKey("sources.id"), primary_key=True, autoincrement=False),
    Column("plays", Integer, nullable=False),
    sqlite_with_rowid=False,
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("listener_id", Integer, ForeignKey("listeners.id"), nullable=False),
    Column("song_id", Integer, ForeignKey("songs.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("source_id", Integer, ForeignKey("sources.id"), nullable=False),
    UniqueConstraint("listener_id", "song_id", "at", "verdict", "source_id"),
)

# A listener who set nothing has no row; `less` is a list of words as JSON.
LEANINGS = Table(
    "leanings",
    METADATA,
    Column("listener_id", Integer, ForeignKey("listeners.id"), primary_key=True, autoincrement=False),
    Column("half_life", Float),
    Column("less", Text, nullable=False),
)

# A text is held once by a rule: `digest` is the 16-byte BLAKE2b of rule and text.
HELD = Table(
    "held",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("origin", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("rule", String(40), nullable=False),
    Column("words", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("judged_at", BigInteger),
)

# One row for each alternative; those of one call of a verb share `call` and are numbered by `place` from 1.
OFFERS = Table(
    "offers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("call", String(32), nullable=False),
    Column("place", Integer, nullable=False),
    Column("verb", String(40), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("wish", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("digest", LargeBinary(16), nullable=False, index=True),
    Column("given", LargeBinary(16)),
    Column("state", String(20), nullable=False),
    Column("judged_at", BigInteger),
    Column("tokens", LargeBinary),
    Column("edited", LargeBinary),
    UniqueConstraint("call", "place"),
)
