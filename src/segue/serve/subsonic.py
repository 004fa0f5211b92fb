"""A client of players' servers that speak (Open)Subsonic: Navidrome, Gonic, Supysonic and others.

Library, plays and stars come in; playlists go out. After the interface's documentation (https://opensubsonic.netlify.app):
a token is the MD5 of password and salt. The password itself goes to a server that knows no tokens only where the way
there is encrypted, or does not leave this machine.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from segue.errors import AccessError, FormatError, InputError, UnavailableError
from segue.listens.listen import Feedback, Record, Tally
from segue.listens.song import Song
from segue.serve.settings import is_loopback

VERSION, CLIENT = "1.16.1", "segue"
_PAGE = 500  # albums asked for at a time
_WRONG_USER = (40, 44)  # codes of refused names, passwords and keys
_NO_TOKENS = (10, 41)  # of servers that want the password itself: "a parameter is missing", "no tokens"
Told = Callable[[int, str], None]


@dataclass(frozen=True)
class Track:
    """A song as a server has it: its id there, plays, and when it was starred."""

    id: str
    song: Song
    plays: int
    starred_at: datetime | None


class Subsonic:
    """A server by its address, for one user.

    InputError for an address that is none, UnavailableError where nobody answers, AccessError for a wrong password,
    FormatError where what answers is no such server.
    """

    def __init__(self, address: str, user: str, password: str, client: httpx.Client | None = None) -> None:
        if not address.startswith(("http://", "https://")):
            raise InputError(f"address {address!r}: one such as http://localhost:4533 is accepted")
        self.address, self.user = address.rstrip("/"), user
        self._password, self._is_plain = password, False
        self._client = client or httpx.Client(timeout=60)

    def ask(self, call: str, **values: object) -> dict[str, Any]:
        """Make a call and return what it answers."""
        told = self._told(call, values)
        problem = told.get("error", {})
        if problem.get("code") in _NO_TOKENS and not self._is_plain and self._may_be_plain:
            self._is_plain = True
            told = self._told(call, values)
            problem = told.get("error", {})
        if told.get("status") != "ok":
            kind = AccessError if problem.get("code") in (*_WRONG_USER, *_NO_TOKENS) else UnavailableError
            raise kind(f"{self.address} refused {call}: {problem.get('message', 'without a reason')}")
        return told

    def _told(self, call: str, values: dict[str, object]) -> dict[str, Any]:
        about = {"u": self.user, "v": VERSION, "c": CLIENT, "f": "json", **self._proof()}
        try:
            answer = self._client.post(f"{self.address}/rest/{call}.view", data=about | values)
            if answer.status_code != httpx.codes.UNAUTHORIZED:  # some servers say so twice
                answer.raise_for_status()
            return dict(answer.json()["subsonic-response"])
        except httpx.HTTPError as error:
            raise UnavailableError(f"{self.address} does not answer {call}: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(
                f"what answers is no Subsonic server: {error!r}", file=self.address, place=call
            ) from error

    def _proof(self) -> dict[str, str]:
        if self._is_plain:
            return {"p": f"enc:{self._password.encode().hex()}"}
        salt = secrets.token_hex(8)
        return {"t": hashlib.md5((self._password + salt).encode(), usedforsecurity=False).hexdigest(), "s": salt}

    @property
    def _may_be_plain(self) -> bool:
        """Whether the password itself may be sent to a server that knows no tokens: encrypted, or on this machine."""
        place = httpx.URL(self.address)
        return place.scheme == "https" or is_loopback(place.host)

    def tracks(self, told: Told = lambda _count, _name: None) -> Iterator[Track]:
        """All songs of the library, album by album."""
        count = first = 0
        while (
            albums := self.ask("getAlbumList2", type="alphabeticalByName", size=_PAGE, offset=first)
            .get("albumList2", {})
            .get("album", [])
        ):
            first += len(albums)
            for album in albums:
                for one in self.ask("getAlbum", id=album["id"])["album"].get("song", []):
                    count += 1
                    told(count, str(album.get("name", "")))
                    yield track_of(one)

    def make_playlist(self, name: str, tracks: Sequence[Track]) -> None:
        """Make a playlist of songs, or put them in place of those of the one that has that name."""
        known = self.ask("getPlaylists").get("playlists", {}).get("playlist", [])
        ids = [track.id for track in tracks]
        found = next((one["id"] for one in known if one.get("name") == name), None)
        where = {"name": name} if found is None else {"playlistId": found}
        self.ask("createPlaylist", **where, songId=ids)


def track_of(told: dict[str, Any]) -> Track:
    """Read a song as a server tells it; FormatError where it has no id or artist."""
    try:
        starred = told.get("starred")
        genres = [one["name"] for one in told.get("genres", [])] or [told["genre"]] * bool(told.get("genre"))
        song = Song(
            str(told.get("artist") or told.get("displayArtist") or ""),
            str(told["title"]),
            str(told.get("album", "")),
            told.get("year") or None,
            tuple(str(name).lower() for name in genres),
            float(told["duration"]) if told.get("duration") else None,
            {"mbid": told["musicBrainzId"]} if told.get("musicBrainzId") else {},
        )
        at = datetime.fromisoformat(starred.replace("Z", "+00:00")) if starred else None
        return Track(
            str(told["id"]), song, int(told.get("playCount") or 0), at and (at if at.tzinfo else at.replace(tzinfo=UTC))
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"a song that cannot be read: {error}", place=str(told.get("id", ""))) from error


def records_of(tracks: Sequence[Track], listener: str) -> list[Record]:
    """Return what a listener did with songs: plays as counts, stars as likes."""
    plays: list[Record] = [Tally(listener, one.song, one.plays, "subsonic") for one in tracks if one.plays]
    stars: list[Record] = [
        Feedback(listener, one.song, "like", one.starred_at, "subsonic") for one in tracks if one.starred_at
    ]
    return [*plays, *stars]
