"""The lanes of one part, bar by bar: one voice after another note, many notes at positions, or drums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from segue.music.language import vocabulary as v

Row = tuple[int, int, int]  # start, pitch, length: in ticks and MIDI numbers
Sung = dict[int, int]  # start of a note in ticks -> its syllable token

LONGEST = 16 * v.TICKS  # of a note among many; longer ones are cut
SLACK = 2  # ticks by which notes of one voice may overlap and are then cut: a twelfth of a quarter note


@dataclass(frozen=True, slots=True)
class VoiceLanes:
    """What a part says in each bar (() where it is silent), how it enters a bar anew, and what it could not say."""

    bars: tuple[tuple[int, ...], ...]
    entries: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


def is_one_voice(rows: Sequence[Row]) -> tuple[list[Row], bool]:
    """Return the notes and whether never two sound at once; overlaps of at most `SLACK` ticks are cut first."""
    cut = list(rows)
    for place in range(len(cut) - 1):
        start, pitch, length = cut[place]
        over = start + length - cut[place + 1][0]
        if over <= 0:
            continue
        if over > SLACK or over >= length:
            return list(rows), False
        cut[place] = (start, pitch, length - over)
    return cut, True


def mono_lanes(rows: Sequence[Row], bounds: Sequence[int], bases: Sequence[int], words: Sung) -> VoiceLanes:
    """Lay out one voice: notes, rests and holds that fill each bar in which it sounds.

    `bounds` are the starts of bars and at last their end, `bases` the pitch of step 0 in each bar.
    """
    count = len(bounds) - 1
    lanes: list[list[int]] = [[] for _ in range(count)]
    filled = [0] * count
    entries: dict[int, tuple[int, ...]] = {}
    place = 0
    for start, pitch, length in rows:
        while place < count - 1 and bounds[place + 1] <= start:
            place += 1
        lane, inside = lanes[place], start - bounds[place]
        lane += v.rest_tokens(inside - filled[place])
        end = start + length
        stop = min(end, bounds[place + 1])
        first = v.note_tokens(pitch - bases[place], stop - start)
        syllable = words.get(start)
        lane += first if syllable is None else _sung(first, syllable)
        filled[place] = stop - bounds[place]
        over = place + 1
        while end > stop and over < count:
            start, stop = stop, min(end, bounds[over + 1])
            lanes[over] += v.hold_tokens(stop - start)
            entries[over] = v.note_tokens(pitch - bases[over], stop - start)
            filled[over] = stop - start
            over += 1
    for bar, lane in enumerate(lanes):
        if lane:
            lane += v.rest_tokens(bounds[bar + 1] - bounds[bar] - filled[bar])
    return VoiceLanes(tuple(map(tuple, lanes)), entries)


def poly_lanes(rows: Sequence[Row], bounds: Sequence[int], bases: Sequence[int], words: Sung) -> VoiceLanes:
    """Lay out a part of several notes at once: positions, and the notes that begin there, from low to high.

    Notes may ring over bar lines, `LONGEST` ticks at most; of two equal pitches at one position the longer is said.
    """
    lanes: list[list[int]] = [[] for _ in range(len(bounds) - 1)]
    lost: list[str] = []
    unsung = dict(words)
    place, before = 0, -1
    kept = {(start, pitch): length for start, pitch, length in rows}  # rows ascend by length
    if len(kept) < len(rows):
        lost.append(f"{len(rows) - len(kept)} notes that begin together on one pitch")
    for (start, pitch), length in kept.items():
        while place < len(lanes) - 1 and bounds[place + 1] <= start:
            place += 1
            before = -1
        inside = start - bounds[place]
        if inside != before:
            lanes[place] += v.at_tokens(inside)
            before = inside
        if length > LONGEST:
            lost.append(f"the end of a note of {length / v.TICKS:g} quarter notes, cut to {LONGEST // v.TICKS}")
        said = v.note_tokens(pitch - bases[place], min(length, LONGEST))
        syllable = unsung.pop(start, None)  # of several notes the lowest is sung
        lanes[place] += said if syllable is None else _sung(said, syllable)
    return VoiceLanes(tuple(map(tuple, lanes)), {}, tuple(dict.fromkeys(lost)))


def drum_lanes(rows: Sequence[Row], bounds: Sequence[int]) -> VoiceLanes:
    """Lay out drums: positions, and what is struck there, from low to high."""
    lanes: list[list[int]] = [[] for _ in range(len(bounds) - 1)]
    place, before = 0, -1
    for start, pitch in dict.fromkeys((start, pitch) for start, pitch, _ in rows):
        while place < len(lanes) - 1 and bounds[place + 1] <= start:
            place += 1
            before = -1
        inside = start - bounds[place]
        if inside != before:
            lanes[place] += v.at_tokens(inside)
            before = inside
        lanes[place].append(v.DRUM.start + pitch - v.DRUMS.start)
    return VoiceLanes(tuple(map(tuple, lanes)))


def _sung(note: tuple[int, ...], syllable: int) -> tuple[int, ...]:
    """Put the syllable's token right after the joined token, before the holds."""
    place = next(place for place, token in enumerate(note) if token in v.NOTE) + 1
    return (*note[:place], syllable, *note[place:])
