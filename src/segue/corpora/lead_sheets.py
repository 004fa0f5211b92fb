"""Scores as MusicXML: OpenEWLD's lead sheets, and the OpenScore Lieder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import below, each_file
from segue.formats import musicxml
from segue.music.keyfinding import with_modes
from segue.music.score import Score
from segue.music.styles import UNKNOWN, style_named

_VOICE = 53  # General MIDI's "Voice Oohs"


def read_openewld(folder: Path) -> Found:
    """Give OpenEWLD's songs: melody, chords, words; the style is the genre named most often on Discogs."""
    genres = _genres(folder / "OpenEWLD.db")

    def song(file: Path) -> Iterator[Piece]:
        name = below(folder, file)
        style = genres.get(name, UNKNOWN)
        score = with_modes(musicxml.read(file.read_bytes(), file=name))
        score = score.replace(title=file.stem.replace("_", " "), composer=_spaced(file.parts[-3]), style=style)
        yield Piece(file.stem, score, "openewld", style, file.parts[-3], file=name)

    return each_file(folder, "dataset/*/*/*.mxl", song)


def read_lieder(folder: Path) -> Found:
    """Give the songs for voice and piano of the Lieder corpus; a group is a composer."""

    def song(file: Path) -> Iterator[Piece]:
        composer, title = file.relative_to(folder / "scores").parts[0], file.parent.name
        score = _sung(with_modes(musicxml.read(file.read_bytes(), file=below(folder, file))))
        score = score.replace(title=_spaced(title), composer=_spaced(composer), style="lied")
        yield Piece(below(folder / "scores", file.parent), score, "lieder", "lied", composer, file=below(folder, file))

    return each_file(folder, "scores/**/*.mxl", song)


def _sung(score: Score) -> Score:
    """The score with its parts that have words sounding as voices: the set gives singers an oboe."""
    return score.replace(parts=tuple(replace(part, program=_VOICE) if part.words else part for part in score.parts))


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _genres(database: Path) -> dict[str, str]:
    """Style by path of the lead sheet; the set's own style names come before its wider genres."""
    found: dict[str, str] = {}
    if not database.is_file():
        return found
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as store:
        for column, table in (("style", "work_style"), ("genre", "work_genres")):
            columns = f"SELECT path_leadsheet, {column} FROM works JOIN {table} USING (id)"
            query = f"{columns} ORDER BY occurrences DESC, {column}"
            for path, name in store.execute(query):
                if found.get(path, UNKNOWN) == UNKNOWN:
                    found[path] = style_named(name)
    return found
