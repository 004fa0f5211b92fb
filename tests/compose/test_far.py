"""What is done for every note of a long piece: as a plain search through all of it would find, in one way through."""

from __future__ import annotations

import random
from fractions import Fraction

from segue.compose.holes import Drawn, holes_in, put_in
from segue.compose.reasons import reasons
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score, bars_until
from tests.pretrain.tunes import tune


def _crowded(seed: int, bars: int = 12) -> Score:
    """Few pitches, short and long notes, so that many of one pitch meet."""
    draws, end = random.Random(seed), 16 * bars
    notes = {
        (start, pitch): Note(Fraction(start, 4), Fraction(min(draws.choice((1, 2, 3, 40)), end - start), 4), pitch)
        for start, pitch in ((draws.randrange(end), draws.choice((60, 62, 64))) for _ in range(8 * bars))
    }
    return Score((Part(Notes.of(notes.values()), "Melody"),), bars_until(Fraction(4 * bars), Bar()))


def test_what_is_put_in_leaves_room_to_every_kept_note_of_its_pitch() -> None:
    for seed in range(8):
        score, other = _crowded(seed), _crowded(seed + 100)
        hidden = {bar for bar in range(len(score.bars) - 1) if bar % 3 == 1}
        holes = holes_in(score, hidden, [1])
        starts = score.bar_starts
        kept = [note for note in score.parts[0].notes if _bar(starts, note.start) not in hidden]
        wanted = set()
        for note in other.parts[0].notes:
            bar = _bar(starts, note.start)
            if bar in hidden:
                end = min(note.end, starts[bar + 1])
                if not any(one.pitch == note.pitch and one.start < end and note.start < one.end for one in kept):
                    wanted.add((note.start, end, note.pitch))
        filled = put_in(score, Drawn(other, 0, (0,), holes))
        new = {
            (note.start, note.end, note.pitch) for note in filled.parts[0].notes if _bar(starts, note.start) in hidden
        }
        assert new == wanted and wanted


def _bar(starts: list[Fraction], time: Fraction) -> int:
    return max(place for place, start in enumerate(starts[:-1]) if start <= time)


def test_the_same_is_said_of_bars_wherever_they_lie_in_a_piece() -> None:
    short = tune(5, 12)
    holes = holes_in(short, [9, 10])
    told = reasons(short, holes)
    assert told and reasons(short.replace(bars=(*short.bars, *(Bar(),) * 400)), holes) == told
