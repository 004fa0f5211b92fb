"""Words in the tags of recordings are read as the tag library wrote them, whichever kind of file and of words."""

from __future__ import annotations

from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, SYLT, USLT

from segue.errors import FormatError
from segue.formats.audio_words import read_words
from segue.music.lyric import Line
from tests.formats.test_audio_tags import made

TEXT = "Down by the river\nI saw my love\n\n[chorus]\nLa la la"
LRC = "[00:01.00]Down by the river\n[00:03.50]I saw my love"


def lines(path: Path) -> list[str]:
    words = read_words(path)
    assert words is not None
    return [line.text for line in words.lines]


def put(path: Path, text: str) -> Path:
    """Write words into a file's tags, where its kind keeps them."""
    file = mutagen.File(path)
    if path.suffix == ".m4a":
        file["\xa9lyr"] = [text]
    elif path.suffix in (".mp3", ".wav", ".aiff"):
        file.tags.add(USLT(encoding=3, lang="eng", desc="", text=text))
    else:
        file["LYRICS"] = text
    file.save()
    return path


@pytest.mark.parametrize("kind", ["mp3", "wav", "aiff", "flac", "ogg", "opus", "m4a"])
def test_words_are_read_from_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    assert read_words(path) is None
    assert lines(put(path, TEXT)) == ["Down by the river", "I saw my love", "La la la"]
    words = read_words(path)
    assert words is not None and [name for name, _ in words.sections] == ["", "chorus"]


def test_words_with_times_are_read_with_them(tmp_path: Path) -> None:
    words = read_words(put(made(tmp_path, "flac"), LRC))
    assert words is not None
    assert words.lines == (Line("Down by the river", 1.0), Line("I saw my love", 3.5))


def test_timed_frames_are_put_into_lines(tmp_path: Path) -> None:
    path = made(tmp_path, "mp3")
    tags = ID3(path)
    told = [("\nDown ", 1000), ("by the river", 1400), ("\nI saw", 3500), (" my love", 4000)]
    tags.add(SYLT(encoding=3, lang="eng", format=2, type=1, desc="", text=told))
    tags.save(path)
    words = read_words(path)
    assert words is not None
    assert words.lines == (Line("Down by the river", 1.0), Line("I saw my love", 3.5))
    tags.setall("SYLT", [SYLT(encoding=3, lang="eng", format=2, type=1, desc="", text=[("Down", 10), ("I saw", 20)])])
    tags.save(path)
    assert lines(path) == ["Down", "I saw"]
    tags.setall("SYLT", [SYLT(encoding=3, lang="eng", format=2, type=5, desc="", text=[("Am", 10)])])  # chords
    tags.save(path)
    assert read_words(path) is None


def test_plain_words_go_before_those_with_times_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    path = put(made(tmp_path, "ogg"), LRC)
    file = mutagen.File(path)
    file["UNSYNCEDLYRICS"] = [" ", TEXT]
    file.save()
    assert lines(path)[-1] == "La la la"


def test_words_of_an_mp3_may_be_in_its_other_tags(tmp_path: Path) -> None:
    path = made(tmp_path, "mp3")
    ape = APEv2()
    ape["Lyrics"] = TEXT
    ape.save(path)
    assert lines(path)[0] == "Down by the river"


def test_a_file_that_is_no_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"nothing of the kind")
    with pytest.raises(FormatError, match=r"a\.mp3"):
        read_words(tmp_path / "a.mp3")
    soundfile.write(tmp_path / "a.wav", np.zeros(800, np.float32), 8000)
    assert read_words(tmp_path / "a.wav") is None
