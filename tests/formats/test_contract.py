"""What every format of the list promises: its example is read, writing gives it back, damage is one kind of error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segue.errors import FormatError, InputError
from segue.formats import ALL, Format, find, read_all, read_any, read_file, suffixes, write_file
from segue.music.lyric import Lyric
from segue.music.score import Score

READERS = [each for each in ALL if hasattr(each, "read")]
WRITERS = [each for each in ALL if hasattr(each, "write")]
BOTH = [each for each in READERS if each in WRITERS]


def named(formats: list[Format]) -> Any:
    return pytest.mark.parametrize("each", formats, ids=[each.NAME for each in formats])


def read(each: Any, data: bytes) -> Any:
    return each.read(data, file="example")


def test_names_are_single_and_suffixes_are_suffixes() -> None:
    names = [each.NAME for each in ALL]
    assert len(set(names)) == len(names)
    for each in ALL:
        assert each.SUFFIXES
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in each.SUFFIXES)
        assert hasattr(each, "read") or hasattr(each, "write")


@named(READERS)
def test_the_example_is_read(each: Format) -> None:
    piece = read(each, each.EXAMPLE)
    if getattr(each, "IS_WORDS", False):
        assert isinstance(piece, Lyric)
        assert piece.lines
    else:
        assert isinstance(piece, Score)
        assert piece.bars
        assert piece.chords or any(len(part.notes) for part in piece.parts)


@named(READERS)
def test_the_example_is_found_by_its_suffix_and_read_from_a_file(each: Format, tmp_path: Path) -> None:
    for suffix in each.SUFFIXES:
        path = tmp_path / f"example{suffix.upper()}"
        path.write_bytes(each.EXAMPLE)
        assert find(path, each.EXAMPLE)[0] is each
        assert read_any(path) == read(each, each.EXAMPLE)


@named([each for each in READERS if hasattr(each, "read_all")])
def test_a_file_of_several_pieces_begins_with_the_one_that_read_gives(each: Any) -> None:
    assert each.read_all(each.EXAMPLE, file="")[0] == read(each, each.EXAMPLE)


@named(BOTH)
def test_what_is_written_is_read_back(each: Any) -> None:
    piece = read(each, each.EXAMPLE)
    assert read(each, each.write(piece)) == piece
    assert each.write(piece) == each.write(piece)


@named(READERS)
@pytest.mark.parametrize("cut", [0, 1, 3, 10, 0.2, 0.5, 0.9, -1])
def test_a_truncated_example_is_read_or_refused(each: Format, cut: float) -> None:
    place = int(cut * len(each.EXAMPLE)) if isinstance(cut, float) else cut
    try:
        read(each, each.EXAMPLE[:place])
    except FormatError as error:
        assert error.file == "example"


GARBAGE = {
    "nothing": b"",
    "zeros": bytes(1_000),
    "high bytes": bytes(range(255, 127, -1)) * 10,
    "every byte": bytes(range(256)) * 20,
    "an executable": b"\x7fELF" + bytes(range(256)) * 4,
    "a zip of nothing": b"PK\5\6" + bytes(18),
    "an entity bomb": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    "half a surrogate": "X:1\nK:C\n".encode("utf-16") + b"\xd8",
    "a long line": b"A" * 200_000,
    "deep brackets": b"(" * 50_000 + b")" * 50_000,
}


@named(READERS)
@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_read_or_refused_and_nothing_else(each: Format, name: str) -> None:
    try:
        read(each, GARBAGE[name])
    except FormatError as error:
        assert str(error)


@named(READERS)
def test_an_empty_file_is_refused(each: Format) -> None:
    with pytest.raises(FormatError, match=r"empty|no ABC tune"):
        read(each, b"")


@named(BOTH)
def test_writing_is_one_step(each: Format, tmp_path: Path) -> None:
    path = tmp_path / f"out{each.SUFFIXES[0]}"
    path.write_bytes(b"old")
    piece = read(each, each.EXAMPLE)
    write_file(piece, path)
    assert read(each, path.read_bytes()) == piece
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


# ---- finding


def test_an_unknown_suffix_names_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "song.midd"
    path.write_bytes(b"?")
    with pytest.raises(InputError, match=r"'song\.midd' has no suffix that can be read: \.mid, .*did you mean \"\.mid"):
        read_any(path)
    with pytest.raises(InputError, match=r"'song\.docx' has no suffix that can be written: \.mid, "):
        write_file(Score(), tmp_path / "song.docx")


def test_a_file_without_a_suffix_is_known_by_how_it_begins(tmp_path: Path) -> None:
    told: list[Callable[[bytes], bool]] = [each.is_like for each in READERS if hasattr(each, "is_like")]
    assert told
    for each in READERS:
        if hasattr(each, "is_like"):
            path = tmp_path / each.NAME
            path.write_bytes(each.EXAMPLE)
            assert read_all(path)[0] == read(each, each.EXAMPLE)


def test_a_wrong_suffix_is_forgiven_by_no_one(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(b"X:1\nK:C\nCDEF|\n")
    with pytest.raises(FormatError, match=r"song\.mid, byte 0: it begins with b'X:1"):
        read_file(path)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"song\.mid cannot be written: No such file"):
        write_file(Score(), tmp_path / "none" / "song.mid")


def test_suffixes_are_listed_once() -> None:
    assert len(set(suffixes())) == len(suffixes())
    assert ".mid" in suffixes(of="write")
