"""A folder of audio files becomes part of the catalogue, by the files' tags."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen

from segue.errors import InputError
from segue.listens.song import Song, check_text
from segue.listens.sources.items import Broken, length
from segue.listens.store import Store
from segue.listens.styles import HeardFile

SUFFIXES = frozenset(
    ".aac .aif .aiff .ape .asf .dsf .flac .m4a .m4b .mp3 .mp4 .mpc .oga .ogg .opus .spx .tta .wav .wma .wv".split()  # noqa: SIM905
)
BATCH = 200  # files between two writes: what Ctrl-C may cost
NAMED = 20  # unreadable files that a report names
# What a tag may be called in the formats whose names mutagen does not make alike.
NAMES: Mapping[str, tuple[str, ...]] = {
    "artist": ("artist", "author", "tpe1", "albumartist", "album artist", "wm/albumartist", "tpe2"),
    "title": ("title", "tit2"),
    "album": ("album", "wm/albumtitle", "talb"),
    "year": ("originaldate", "date", "year", "wm/year", "tdrc"),
    "genre": ("genre", "wm/genre", "tcon"),
    "isrc": ("isrc", "wm/isrc", "tsrc"),
    "mbid": ("musicbrainz_trackid", "musicbrainz/track id"),
}
# What mutagen lets through for files that are not what they say; it has no single error for them.
UNREADABLE = (
    *(mutagen.MutagenError, OSError, EOFError, struct.error, ValueError, KeyError, IndexError, TypeError),
    *(AttributeError, OverflowError, ZeroDivisionError, AssertionError, NotImplementedError),
)


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan did: audio files seen, songs new and known, files unreadable and where the first of them are.

    `is_whole` is False where Ctrl-C ended it; what was read until then is kept.
    """

    files: int
    new: int
    known: int
    unreadable: int
    places: tuple[Broken, ...]
    is_whole: bool = True


def scan_folder(store: Store, folder: Path, progress: Callable[[int], None] | None = None) -> ScanReport:
    """Add the songs of all audio files below a folder to the store; InputError where there is no folder."""
    if not folder.is_dir():
        raise InputError(f"no folder {str(folder)!r}")
    files = new = known = unreadable = 0
    is_whole, places, songs = True, list[Broken](), list[Song]()

    def keep() -> None:
        nonlocal new, known
        added = store.add_songs(songs)
        new, known = new + added.new, known + added.known
        songs.clear()

    try:
        for path in audio_files(folder):
            files += 1
            found = read_song(path)
            if isinstance(found, Broken):
                unreadable += 1
                places += [found] if len(places) < NAMED else []
            else:
                songs.append(found)
            if len(songs) >= BATCH:
                keep()
            if progress is not None:
                progress(files)
    except KeyboardInterrupt:
        is_whole = False
    keep()
    return ScanReport(files, new, known, unreadable, tuple(places), is_whole)


def audio_files(folder: Path) -> Iterator[Path]:
    """The audio files below a folder in order of name; links are followed, each real folder is entered once."""
    entered: set[tuple[int, int]] = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            if path.suffix.lower() in SUFFIXES and path.is_file():
                yield path


def read_song(path: Path) -> Song | Broken:
    """The song that a file's tags name, or why there is none."""
    try:
        file = mutagen.File(path, easy=True)
        if file is None:
            return Broken(shown(path), "is no audio file that mutagen knows")
        tags = {str(name).casefold(): value for name, value in (file.tags or {}).items()}
        return to_song(tags, length(getattr(file.info, "length", None)), path)
    except UNREADABLE as error:
        return Broken(shown(path), f"{error}"[:200] or type(error).__name__)


def heard_file(path: Path, style: str, probability: float, model: str) -> HeardFile:
    """What was told of an audio file, with the song that its tags name; InputError where its path cannot be kept."""
    song = read_song(path)
    named = path_id(path).get("path") or shown(path.resolve())
    return HeardFile(named, None if isinstance(song, Broken) else song, style, probability, model)


def to_song(tags: Mapping[str, Any], duration: float | None, path: Path) -> Song:
    """A song from tags by lower-case name; InputError where no artist is named."""
    found = {what: values(tags, names) for what, names in NAMES.items()}
    if not found["artist"]:
        raise InputError("has no tag that names the artist")
    year = re.match(r"\d{4}", first(found["year"]))
    ids = {kind: first(found[kind]) for kind in ("isrc", "mbid") if found[kind]} | path_id(path)
    return Song(
        artist=first(found["artist"]),
        title=first(found["title"]),
        album=first(found["album"]),
        year=int(year.group()) if year and 1000 <= int(year.group()) <= 2200 else None,
        tags=tuple(
            dict.fromkeys(
                word for genre in found["genre"] for word in re.split(r"\s*[;,|\0]\s*", genre.lower()) if word
            )
        ),
        duration=duration,
        ids=ids,
    )


def values(tags: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    """The values of the first of these tags that has any."""
    for name in names:
        value = tags.get(name)
        several = value if isinstance(value, list | tuple) else getattr(value, "text", [] if value is None else [value])
        found = [str(one).strip() for one in several if str(one).strip()]
        if found:
            return found
    return []


def first(found: list[str]) -> str:
    """The first value, or an empty text."""
    return found[0] if found else ""


def path_id(path: Path) -> dict[str, str]:
    """The file's path as an id; none where the path is no text or too long."""
    try:
        check_text("path", str(path.resolve()))
    except InputError:
        return {}
    return {"path": str(path.resolve())}


def shown(path: Path) -> str:
    """A path that can be printed whatever bytes it has."""
    return str(path).encode("utf-8", "backslashreplace").decode()
