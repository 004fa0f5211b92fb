"""Tones that want to move: the third and the seventh of a dominant chord that resolves to its tonic.

The key is not asked: a dominant is a major triad, with or without a minor seventh, that is followed at once by a major
or minor triad (or its bare fifth) a fifth lower in root position, so that modulations and applied dominants count too.
"""

from __future__ import annotations

from collections.abc import Iterator

from segue.compose.coach.reading import Moment, Reading
from segue.compose.coach.rule import Found, Rule

_THIRD, _FIFTH, _SEVENTH = 4, 7, 10
_PAUSE = 2  # beats; after a dominant so long a new phrase may begin


def dominant_root(before: Moment, now: Moment) -> int | None:
    """The root (pitch class) of a dominant that resolves at `now`; None where there is none."""
    for root in before.pcs:
        tonic = (root + 5) % 12
        tones = {root, (root + _THIRD) % 12, (root + _FIFTH) % 12, (root + _SEVENTH) % 12}
        if not before.pcs <= tones or (root + _THIRD) % 12 not in before.pcs:
            continue
        minor, major, fifth = ((tonic + step) % 12 for step in (3, 4, 7))
        is_triad = tonic in now.pcs and len(now.pcs & {minor, major}) < 2 and now.pcs <= {tonic, minor, major, fifth}
        sounding = [note.pitch for note in now.notes if note is not None]
        if is_triad and min(sounding) % 12 == tonic:
            return root
    return None


def leading_tones(reading: Reading) -> Iterator[Found]:
    """The third of a dominant in the highest voice does not rise to the tonic."""
    for before, now in reading.steps():
        root = dominant_root(before, now)
        old, new = before.notes[0], now.notes[0]
        if root is None or old is None or new is None or old.pitch % 12 != (root + _THIRD) % 12:
            continue
        if old.pitch != new.pitch != old.pitch + 1 and _is_cadence(reading, before, now, root):
            told = f"the leading tone {reading.name_of(old.pitch, before.start)} goes to"
            yield Found(
                before.start,
                (reading.strict[0].name,),
                f"{told} {reading.name_of(new.pitch, now.start)}",
                f"let it rise to {reading.name_of(old.pitch + 1, now.start)}",
            )


def _is_cadence(reading: Reading, before: Moment, now: Moment, root: int) -> bool:
    """Whether the dominant stands in root position on a beat and its tonic on the next: not in passing."""
    bass = min(note.pitch for note in before.notes if note is not None)
    on_beats = reading.strength(before.start) > 0 < reading.strength(now.start)
    return bass % 12 == root and on_beats and now.start - before.start < _PAUSE * reading.bar_at(now.start).metre.beat


def sevenths(reading: Reading) -> Iterator[Found]:
    """The seventh of a dominant does not fall by step when the chord resolves."""
    for before, now in reading.steps():
        root = dominant_root(before, now)
        if root is None:
            continue
        for voice, (old, new) in enumerate(zip(before.notes, now.notes, strict=True)):
            if old is None or new is None or old.pitch % 12 != (root + _SEVENTH) % 12:
                continue
            if new.pitch - old.pitch not in (-1, -2):
                told = f"the seventh {reading.name_of(old.pitch, before.start)} goes to"
                yield Found(
                    before.start,
                    (reading.strict[voice].name,),
                    f"{told} {reading.name_of(new.pitch, now.start)}",
                    f"let it fall to {reading.name_of(_resolution(reading, old.pitch, now), now.start)}",
                )


def _resolution(reading: Reading, seventh: int, now: Moment) -> int:
    """The third of the tonic under a seventh: the one that sounds, else the one of the key, else the minor step."""
    for tones in (now.pcs, frozenset(reading.key_at(now.start).scale)):
        for pitch in (seventh - 1, seventh - 2):
            if pitch % 12 in tones:
                return pitch
    return seventh - 1


def doubled_leading_tones(reading: Reading) -> Iterator[Found]:
    """Two voices have the third of a dominant."""
    for before, now in reading.steps():
        root = dominant_root(before, now)
        if root is None:
            continue
        third = (root + _THIRD) % 12
        doubling = [place for place, note in enumerate(before.notes) if note is not None and note.pitch % 12 == third]
        if len(doubling) > 1 and all(before.begins(place) for place in doubling):
            names = tuple(reading.strict[place].name for place in doubling)
            tone = reading.key_at(before.start).spell(third)
            instead = reading.key_at(before.start).spell(root)
            yield Found(
                before.start, names, f"the leading tone {tone} is doubled", f"{names[-1]}: double the root {instead}"
            )


RULES = (
    Rule(
        "leading-tone",
        "fault",
        "The leading tone in the highest voice rises to the tonic when a dominant in root position resolves.",
        "Kostka and Payne, Tonal Harmony, ch. 6 and 13",
        leading_tones,
    ),
    Rule(
        "chord-seventh",
        "fault",
        "The seventh of a dominant falls by step when the chord resolves.",
        "Kostka and Payne, Tonal Harmony, ch. 13",
        sevenths,
    ),
    Rule(
        "doubled-leading-tone",
        "weakness",
        "The leading tone of a dominant is not doubled.",
        "Kostka and Payne, Tonal Harmony, ch. 6",
        doubled_leading_tones,
    ),
)
