"""The words in the tags of a recording: ID3's USLT and SYLT, Vorbis comments, MP4's ©lyr, APEv2 in MP3.

Such words are plain, with headings, or LRC, whichever player wrote them; plain ones go before those with times, which
are often parted for singing along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mutagen.apev2 import APEv2
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from segue.errors import FormatError
from segue.formats import lrc, lyrics
from segue.formats.audio_tags import BROKEN, open_tags
from segue.music.lyric import Line, Lyric

_MP4 = "\xa9lyr"
_COMMENTS = ("unsyncedlyrics", "lyrics", "syncedlyrics")
_MILLISECONDS = 2  # what SYLT calls times that are not counted in frames
_SUNG = (0, 1)  # types of SYLT: other, lyrics; the rest are chords, titles, events
MOST = 200_000  # letters that are read


def read_words(path: Path) -> Lyric | None:
    """Return the words that a recording carries in its tags, the first that can be read; None where there are none.

    FormatError where the tags cannot be read.
    """
    file = open_tags(path)
    for text in _texts(file, path):
        if isinstance(text, Lyric):
            return text
        data = text[:MOST].encode("utf-8", errors="replace")
        with suppress(FormatError):
            read: Callable[..., Lyric] = lrc.read if lrc.is_like(data) else lyrics.read
            return read(data, file=path.name)
    return None


def _texts(file: Any, path: Path) -> Iterator[str | Lyric]:
    tags = file.tags
    if isinstance(file, MP4):
        yield from map(str, (tags or {}).get(_MP4, []))
    elif isinstance(file, (FLAC, OggVorbis, OggOpus)):
        for name in _COMMENTS:
            yield from map(str, (tags or {}).get(name, []))
    elif tags is not None:
        yield from (str(frame.text) for frame in tags.getall("USLT"))
        yield from filter(None, map(_timed, tags.getall("SYLT")))
    if isinstance(file, MP3):
        with suppress(*BROKEN):
            yield from map(str, APEv2(path).get("lyrics", []))


def _timed(frame: Any) -> Lyric | None:
    """Words with times; pieces are syllables where some begin with a new line, else lines."""
    if frame.type not in _SUNG:
        return None
    pieces = [(str(text).replace("\r\n", "\n"), at) for text, at in frame.text]
    is_parted = any("\n" in text for text, _ in pieces)
    lines: list[Line] = []
    is_open = False
    for text, at in pieces:
        for place, part in enumerate(text.split("\n")):
            if is_open and place == 0 and is_parted:
                lines[-1] = Line(lines[-1].text + part, lines[-1].at)
            else:
                lines.append(Line(part, at / 1000 if frame.format == _MILLISECONDS else None))
        is_open = True
    kept = tuple(Line(line.text.strip(), line.at) for line in lines if line.text.strip())
    return Lyric((("", kept),)) if kept else None
