"""The genre in the tags of a recording, read and written: MP3, FLAC, Ogg Vorbis and Opus, MP4, WAV and AIFF.

A file is never changed where it lies. The genre is written into a copy beside it; the copy must decode to the same
sound and carry the same other tags, and the old bytes must come out of it again; only then it takes the file's place.
"""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
from mutagen.aiff import AIFF
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC
from mutagen.id3 import TCON
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from segue.errors import ConflictError, FormatError, InputError
from segue.formats.audio import decode
from segue.formats.tag_changes import Change, change_of, written_down

_ID3 = (MP3, WAVE, AIFF)
_COMMENTS = (FLAC, OggVorbis, OggOpus)
_WRITTEN = "MP3, FLAC, Ogg Vorbis, Opus, MP4, WAV and AIFF are"
_MP4 = "\xa9gen"
# mutagen has no single error for files that are not what they say
BROKEN = (
    *(mutagen.MutagenError, OSError, EOFError, struct.error, ValueError, KeyError, IndexError, TypeError),
    *(AttributeError, OverflowError, ZeroDivisionError, AssertionError, NotImplementedError),
)


def read_genres(path: Path) -> tuple[str, ...]:
    """Return the genres that a recording's tags name; FormatError where its tags cannot be read."""
    return _genres(open_tags(path), path)


def write_genre(path: Path, genre: str, log: Callable[[Change], None], *, is_replacing: bool = False) -> Change | None:
    """Write a genre into a recording's tags and return what changed; None where it has one (or, replacing, this one).

    `log` is given the change before the file is touched. A link's target is written. The file's mode stays, and it gets
    a new time of change, by which players and backups see it.
    FormatError where the tags cannot be written or the copy would sound other; ConflictError where the file changes
    meanwhile; InputError where nothing can be written beside it.
    """
    path = path.resolve()
    if not genre.strip():
        raise InputError("an empty genre cannot be written")
    old = read_genres(path)
    if old and (not is_replacing or old == (genre,)):
        return None
    before = path.stat()
    copy: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=".segue-", suffix=".part", dir=path.parent)
        os.close(descriptor)
        copy = Path(name)
        shutil.copy2(path, copy)
        _save(copy, genre, type(open_tags(path)))
        _check(path, copy, genre)
        change = change_of(path, copy, (old, genre))
        written_down(copy)
        now = path.stat()
        if (now.st_mtime_ns, now.st_size, now.st_ino) != (before.st_mtime_ns, before.st_size, before.st_ino):
            raise ConflictError(f"{path.name} was changed by another program meanwhile, and is left as it is")
        _own(copy, before)
        log(change)
        copy.replace(path)
    except OSError as error:
        raise InputError(f"{path.name}: nothing can be written beside it: {error.strerror or error}") from error
    finally:
        if copy is not None:
            copy.unlink(missing_ok=True)
    return change


def open_tags(path: Path, kind: Any = None, **how: Any) -> Any:
    """The tags of a file, of a kind of mutagen's where it is known already: a copy's name does not tell it."""
    try:
        file = mutagen.File(path) if kind is None else kind(path, **how)
        if file is None:
            raise FormatError(f"tags are not written in such files; {_WRITTEN}", file=path.name)
        if not isinstance(file, (*_ID3, *_COMMENTS, MP4)):
            raise FormatError(f"tags are not written in {type(file).__name__} files; {_WRITTEN}", file=path.name)
        return file
    except FormatError:
        raise
    except BROKEN as error:
        raise FormatError(f"its tags cannot be read: {error}"[:200], file=path.name) from error


def _genres(file: Any, path: Path) -> tuple[str, ...]:
    if isinstance(file, MP4):
        found = (file.tags or {}).get(_MP4, [])
    elif isinstance(file, _COMMENTS):
        found = (file.tags or {}).get("genre", [])
    else:
        found = [name for frame in (file.tags.getall("TCON") if file.tags else []) for name in frame.genres]
        if not found and isinstance(file, MP3):
            with suppress(*BROKEN):
                found = list(APEv2(path).get("genre", []))
    return tuple(str(one) for one in found if str(one).strip())


def _save(path: Path, genre: str, kind: Any) -> None:
    """Write the genre into a file; tags in ID3v2.3 stay so, and frames are not translated."""
    file = open_tags(path, kind)
    try:
        if file.tags is None:
            file.add_tags()
        if isinstance(file, MP4):
            file.tags[_MP4] = [genre]
            file.save()
        elif isinstance(file, _COMMENTS):
            file.tags["genre"] = [genre]
            file.save()
        else:
            version = getattr(file.tags, "version", (2, 4, 0))[1]
            if version > 2 and len(file.tags):
                file = open_tags(path, kind, translate=False)
            file.tags.setall("TCON", [TCON(encoding=0 if genre.isascii() else 1, text=[genre])])
            file.save(v2_version=3 if version == 3 else 4)
    except BROKEN as error:
        raise FormatError(f"its tags cannot be written: {error}"[:200], file=path.name) from error


def _check(path: Path, copy: Path, genre: str) -> None:
    """FormatError where the copy has lost a tag, lacks the genre, or does not sound as the file does."""
    old = open_tags(path)
    new = open_tags(copy, type(old))
    if _genres(new, copy) != (genre,):
        raise FormatError("the genre does not read back from its tags, so it is left as it is", file=path.name)
    if _others(old) != _others(new):
        raise FormatError("writing the genre would change other tags, so it is left as it is", file=path.name)
    before, after = decode(path), decode(copy)
    facts = [(one.seconds, one.container, one.channels, one.source_rate, one.heard) for one in (before, after)]
    same = facts[0] == facts[1] and all(
        one.start == two.start and np.array_equal(one.samples, two.samples)
        for one, two in zip(before.stretches, after.stretches, strict=True)
    )
    if not same:
        raise FormatError("with the genre written it would not sound the same, so it is left as it is", file=path.name)


def _others(file: Any) -> list[tuple[str, Any]]:
    """All tags but the genre, in an order that does not hang on the file's."""
    if file.tags is None:
        return []
    told = file.tags if isinstance(file, _COMMENTS) else file.tags.items()
    kept = [(str(name), value) for name, value in told if str(name).casefold() not in ("genre", "tcon", _MP4)]
    return sorted(kept, key=lambda item: (item[0], str(item[1])))


def _own(copy: Path, before: os.stat_result) -> None:
    """Give the copy to the file's owner; OSError where that is not allowed."""
    if hasattr(os, "chown") and (copy.stat().st_uid, copy.stat().st_gid) != (before.st_uid, before.st_gid):
        os.chown(copy, before.st_uid, before.st_gid)
