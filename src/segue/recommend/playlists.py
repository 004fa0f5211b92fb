"""Playlists that players read: M3U8, XSPF (xspf.org, version 1) and JSPF (its JSON form)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from segue.errors import InputError, did_you_mean
from segue.listens.song import Song

NAMESPACE = "http://xspf.org/ns/0/"
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    """A song of a playlist, with a note on it."""

    song: Song
    note: str = ""


def write_playlist(path: Path, title: str, entries: Sequence[Entry]) -> None:
    """Write a playlist in the format that the file's suffix names; InputError for another suffix."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        near = did_you_mean(path.suffix.lower(), WRITERS)
        raise InputError(f"playlist {path.name!r} must end in one of {', '.join(WRITERS)}{near}")
    path.write_bytes(writer(title, entries))


def m3u8(title: str, entries: Sequence[Entry]) -> bytes:
    """Extended M3U in UTF-8: a length in seconds (-1 where unknown), a name and a place for each song."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(title)}"]
    for entry in entries:
        seconds = -1 if entry.song.duration is None else round(entry.song.duration)
        name = " - ".join(part for part in (entry.song.artist, entry.song.title) if part)
        lines += [f"#EXTINF:{seconds},{_one_line(name)}", _one_line(place_of(entry.song) or name).lstrip("#")]
    return ("\n".join(lines) + "\n").encode()


def xspf(title: str, entries: Sequence[Entry]) -> bytes:
    """XSPF version 1; durations are in milliseconds."""
    root = ET.Element("playlist", {"version": "1", "xmlns": NAMESPACE})
    ET.SubElement(root, "title").text = NOT_XML.sub("", title)
    tracks = ET.SubElement(root, "trackList")
    for entry in entries:
        track = ET.SubElement(tracks, "track")
        for name, value in track_fields(entry).items():
            ET.SubElement(track, name).text = NOT_XML.sub("", str(value))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def jspf(title: str, entries: Sequence[Entry]) -> bytes:
    """JSPF: XSPF as JSON; locations and identifiers are lists."""
    tracks = []
    for entry in entries:
        fields = track_fields(entry)
        tracks.append(
            {name: [value] if name in ("location", "identifier") else value for name, value in fields.items()}
        )
    return orjson.dumps({"playlist": {"title": title, "track": tracks}}, option=orjson.OPT_INDENT_2)


def track_fields(entry: Entry) -> dict[str, str | int]:
    """What XSPF and JSPF say of a song, in the order that XSPF wants; what is not known is left out."""
    song = entry.song
    fields: dict[str, str | int] = {
        "location": place_of(song),
        "identifier": f"https://musicbrainz.org/recording/{song.ids['mbid']}" if "mbid" in song.ids else "",
        "title": song.title,
        "creator": song.artist,
        "annotation": entry.note,
        "album": song.album,
        "duration": 0 if song.duration is None else round(1000 * song.duration),
    }
    return {name: value for name, value in fields.items() if value}


def place_of(song: Song) -> str:
    """Where a player finds the song: its file, else its Spotify URI, else ""."""
    if "path" in song.ids:
        path = Path(song.ids["path"])
        return path.as_uri() if path.is_absolute() else song.ids["path"]
    return song.ids.get("spotify", "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


WRITERS: dict[str, Callable[[str, Sequence[Entry]], bytes]] = {
    ".m3u8": m3u8,
    ".m3u": m3u8,
    ".xspf": xspf,
    ".jspf": jspf,
}
