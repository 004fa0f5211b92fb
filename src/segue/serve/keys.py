"""API keys: 256 bits, shown once, kept as a hash, with scopes, the last use and an end; and sessions of the page.

A secret of 256 random bits cannot be guessed, so one round of SHA-256 is enough to keep it by (a slow hash is for
passwords, which people choose).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from segue.errors import InputError, NotFoundError, did_you_mean
from segue.serve.ledger import Ledger, now

SCOPES = ("listens", "compose", "recognize", "models", "admin")
PREFIX = "segue_"
_BYTES = 32
_LASTS = timedelta(days=30)  # a session of the page
_TOLD_EVERY = timedelta(minutes=1)  # the last use is written down no more often


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it may be shown: its id, who it was made for, what it may do, and whose listener it acts for.

    Without a `listener` it may name any. Times are ISO 8601 in UTC.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    listener: str | None
    made_at: str
    used_at: str | None = None
    revoked_at: str | None = None

    def may(self, scope: str) -> bool:
        """Whether it may do what a scope stands for."""
        return scope in self.scopes or "admin" in self.scopes


def make_key(
    ledger: Ledger, name: str, scopes: Sequence[str] = ("listens",), listener: str | None = None
) -> tuple[str, Key]:
    """Make a key and return its secret, which is kept nowhere, and the key. InputError for an unknown scope."""
    for scope in scopes:
        if scope not in SCOPES:
            raise InputError(f"scope {scope!r} is none of {', '.join(SCOPES)}{did_you_mean(scope, SCOPES)}")
    if not scopes or not name.strip() or len(name) > 200:
        raise InputError(
            f"a key for {name[:40]!r} with scopes {list(scopes)}: a name of 1 to 200 letters and one scope"
        )
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    key = Key(secrets.token_hex(6), name.strip(), tuple(dict.fromkeys(scopes)), listener, now())
    ledger.run(
        "INSERT INTO keys (id, name, hash, scopes, listener, made_at) VALUES (?, ?, ?, ?, ?, ?)",
        *(key.id, key.name, _hash(secret), " ".join(key.scopes), listener, key.made_at),
    )
    return secret, key


def list_keys(ledger: Ledger) -> list[Key]:
    """Return all keys, revoked ones too, the oldest first."""
    return [_key(row) for row in ledger.rows("SELECT * FROM keys ORDER BY made_at")]


def key_of(ledger: Ledger, secret: str) -> Key | None:
    """Return the key of a secret, or None where there is none or it was revoked; notes that it was used."""
    row = ledger.one("SELECT * FROM keys WHERE hash = ? AND revoked_at IS NULL", _hash(secret))
    if row is None:
        return None
    key = _key(row)
    if key.used_at is None or datetime.fromisoformat(key.used_at) + _TOLD_EVERY < datetime.now(UTC):
        ledger.run("UPDATE keys SET used_at = ? WHERE id = ?", now(), key.id)
    return key


def revoke_key(ledger: Ledger, key_id: str) -> None:
    """End a key and its sessions; NotFoundError where there is none of that id."""
    with ledger.writing() as connection:
        changed = connection.execute(
            "UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (now(), key_id)
        ).rowcount
        if not changed:
            raise NotFoundError(f"no key {key_id!r} that is in use")
        connection.execute("DELETE FROM sessions WHERE key_id = ?", (key_id,))


# ---- sessions of the page


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the page: the secret of its cookie, and the token that every write must carry besides."""

    cookie: str
    csrf: str


def begin_session(ledger: Ledger, key: Key) -> Session:
    """Begin a session for a key; it lasts 30 days, or until the key is revoked."""
    session = Session(secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES))
    until = (datetime.now(UTC) + _LASTS).isoformat(timespec="microseconds")
    ledger.run("DELETE FROM sessions WHERE until < ?", now())
    ledger.run("INSERT INTO sessions VALUES (?, ?, ?, ?)", _hash(session.cookie), key.id, session.csrf, until)
    return session


def session_of(ledger: Ledger, cookie: str) -> tuple[Key, str] | None:
    """Return the key of a session and the token its writes must carry, or None where it is over."""
    row = ledger.one(
        "SELECT keys.*, sessions.csrf FROM sessions JOIN keys ON keys.id = sessions.key_id"
        " WHERE sessions.hash = ? AND sessions.until > ? AND keys.revoked_at IS NULL",
        *(_hash(cookie), now()),
    )
    return None if row is None else (_key(row), row["csrf"])


def end_session(ledger: Ledger, cookie: str) -> None:
    """End a session."""
    ledger.run("DELETE FROM sessions WHERE hash = ?", _hash(cookie))


def is_same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of where they differ."""
    return secrets.compare_digest(one.encode(), other.encode())


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _key(row: object) -> Key:
    told = {name: row[name] for name in ("id", "name", "listener", "made_at", "used_at", "revoked_at")}  # type: ignore[index]
    return Key(**told, scopes=tuple(str(row["scopes"]).split()))  # type: ignore[index]
