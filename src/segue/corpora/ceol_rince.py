"""Ceol Rince na hÉireann: Irish dance tunes as MIDI, with the tonic of each by experts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import below, each_file, rows
from segue.formats import midi
from segue.music.key import MODES, Key
from segue.music.keyfinding import find_mode, weights_of_parts
from segue.music.note import Notes
from segue.music.pitch import spell
from segue.music.score import Part, Score
from segue.music.styles import style_named

_FLUTE = 73  # General MIDI's
_BY_METRE = {"6/8": "jig", "9/8": "slip jig", "12/8": "jig", "3/8": "waltz", "3/4": "waltz", "2/4": "polka"}


def read(folder: Path) -> Found:
    """Give the tunes by file name, without the drone that some have as an accompaniment."""
    roots = {row[""]: int(row["root"]) for row in rows(folder / "roots.csv") if row["root"].isdecimal()}

    def tune(file: Path) -> Iterator[Piece]:
        score = midi.read(file.read_bytes(), file=below(folder, file))
        title = _title(score.parts[0].name) or file.stem
        style = _style(title, str(score.metre))
        score = score.replace(parts=(_melody(score.parts[0]),), title=title, style=style)
        if file.stem in roots:
            score = _in_key(score, roots[file.stem])
        yield Piece(file.stem, score, "ceol_rince", style, file=file.stem)

    return each_file(folder, "MIDI/*.mid", tune)


def _title(name: str) -> str:
    """A title with its article in front: "Achonry Lasses (reel), The" is "The Achonry Lasses (reel)"."""
    title, comma, article = name.strip().rpartition(", ")
    return f"{article} {title}" if comma and article in ("The", "A", "An") else name.strip()


def _style(title: str, metre: str) -> str:
    """The dance that the last words of a title name, else the usual one of its metre."""
    named = re.findall(r"reel|slip jig|jig|hornpipe|polka|march|waltz|slide|air|set dance", title.casefold())
    if not named:
        return _BY_METRE.get(metre, "reel")
    return "jig" if named[-1] == "slide" else style_named(named[-1])


def _melody(part: Part) -> Part:
    """The tune played by a flute, its notes in full: all begin a tick of 480 late, and end a tick or two too soon."""
    notes = part.notes
    late = min(notes.starts, default=0) % 2  # the resolution and all note values are even
    starts = [start - late for start in notes.starts]
    lengths = [length + length % 2 for length in notes.lengths]
    full = Notes(notes.resolution, starts, lengths, notes.pitches, notes.velocities)
    return replace(part, notes=full, program=_FLUTE)


def _in_key(score: Score, root: int) -> Score:
    """The score with its bars in the key of that tonic, of the mode that its signature then gives."""
    signature = score.key.signature
    tonic = spell(root, signature)
    mode = next((mode for mode, fifths in MODES.items() if tonic.fifths - fifths == signature), None)
    key = Key(tonic, mode) if mode else find_mode(weights_of_parts(score.parts), tonic)
    return score.replace(bars=tuple(replace(bar, key=key) for bar in score.bars))
