"""POP909-CL: Chinese pop songs as played, with the melody, a bridge (second melody) and the piano, and experts' chords.

The corrected set keeps all three lanes in one track. They are told apart again by the original set, which has a track
for each: a note there and here has the same pitch and velocity, and those of one pitch and velocity keep their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import below, each_file
from segue.formats import midi
from segue.music.note import Notes
from segue.music.score import Part, Score

LANES = ("Melody", "Bridge", "Piano")
_Columns = tuple[list[int], list[int], list[int], list[int]]


def read(folder: Path) -> Found:
    """Give the songs by number, with their lanes apart where the folder `pop909` lies beside this one."""
    original = folder.parent / "pop909"

    def song(file: Path) -> Iterator[Piece]:
        name = below(folder, file)
        number = file.stem.strip()
        score = midi.read(file.read_bytes(), file=name)
        twin = original / number / f"{number}.mid"
        lanes = midi.read(twin.read_bytes(), file=f"pop909/{twin.name}").parts if twin.is_file() else ()
        yield Piece(number, _song(score, lanes), "pop909_cl", "pop", file=name)

    return each_file(folder, "POP909_processed/*.mid", song)


def _song(score: Score, lanes: Sequence[Part]) -> Score:
    """The score with its lanes apart; a track of chords that the reader could not name is left out."""
    played = max(score.parts, key=lambda part: len(part.notes))
    return score.replace(parts=tuple(_apart(played, lanes)), style="pop")


def _apart(played: Part, lanes: Sequence[Part]) -> list[Part]:
    """The lanes of the notes: those of the note of the same pitch, velocity and turn in the original."""
    owner: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for lane, part in enumerate(lanes[: len(LANES)]):
        notes = part.notes
        for start, pitch, velocity in zip(notes.starts, notes.pitches, notes.velocities, strict=True):
            owner[pitch, velocity].append((start, lane))
    turns = {sound: iter(sorted(turn)) for sound, turn in owner.items()}
    columns: list[_Columns] = [([], [], [], []) for _ in LANES]
    notes = played.notes
    for row in zip(notes.starts, notes.lengths, notes.pitches, notes.velocities, strict=True):
        _, lane = next(turns.get((row[2], row[3]), iter(())), (0, len(LANES) - 1))
        for column, value in zip(columns[lane], row, strict=True):
            column.append(value)
    return [
        Part(Notes(notes.resolution, *column), name) for name, column in zip(LANES, columns, strict=True) if column[0]
    ]
