"""The words in the tags of a recording, as plain text: ID3's USLT, the comments of FLAC, Ogg and Opus, and MP4's."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import mutagen
from mutagen.mp4 import MP4

from segue.errors import FormatError

MOST = 100_000  # letters that are read
_COMMENTS = ("lyrics", "unsyncedlyrics", "unsynced lyrics")
_STAMP = re.compile(r"^(?:\[[\d:.]+\]\s*)+", re.MULTILINE)
# mutagen has no single error for files that are not what they say
_BROKEN = (
    *(mutagen.MutagenError, OSError, EOFError, struct.error, ValueError, KeyError, IndexError, TypeError),
    *(AttributeError, OverflowError, ZeroDivisionError, AssertionError, NotImplementedError),
)


def read_words(path: Path) -> str:
    """Return the words that a recording's tags hold, without stamps of time; "" where there are none.

    FormatError where the tags cannot be read.
    """
    try:
        file = mutagen.File(path)
        tags = None if file is None else file.tags
        if tags is None:
            return ""
        if isinstance(file, MP4):
            found = [str(one) for one in tags.get("\xa9lyr", [])]
        elif hasattr(tags, "getall"):
            found = [str(frame.text) for frame in tags.getall("USLT")]
        else:
            found = [str(one) for name in _COMMENTS for one in tags.get(name, [])]
    except _BROKEN as error:
        raise FormatError(f"its tags cannot be read: {error}"[:200], file=path.name) from error
    return _STAMP.sub("", max(found, key=len, default="")[:MOST]).strip()
