"""Another note for one voice of a chord: in its compass, in the harmony, and in no parallels with another voice."""

from __future__ import annotations

from collections.abc import Sequence

from segue.compose.coach.reading import Moment, Reading, Voice

# Kostka and Payne, Tonal Harmony, ch. 5: what untrained choirs sing. Names as files write them.
COMPASSES: dict[str, tuple[int, int]] = {
    "soprano": (60, 79),
    "alto": (55, 74),
    "tenor": (48, 67),
    "baritone": (43, 65),
    "bass": (40, 60),
}
_FARTHEST = 7  # semitones from the note before that a proposal may leap


def voice_type(voice: Voice) -> str:
    """The kind of singer that a voice names itself after, or ""."""
    plain = voice.name.casefold().lstrip()
    return next((kind for kind in COMPASSES if plain.startswith(kind) and voice.is_sung), "")


def compass_of(voice: Voice) -> tuple[int, int]:
    """The lowest and highest pitch of a voice: of its kind of singer, else what it reaches in this piece."""
    kind = voice_type(voice)
    if kind:
        return COMPASSES[kind]
    pitches = [note.pitch for note in voice.notes]
    return min(pitches), max(pitches)


def alternative(reading: Reading, before: Moment, now: Moment, voices: Sequence[int]) -> str:
    """Say which other tone of the harmony one of these voices could take; "" where there is none.

    The nearest to the note before it, of inner voices first, then of the bass, whose note may only change its octave,
    as the chord would else be another inversion; the tune is left to the last.
    """
    found: list[tuple[int, int, str]] = []
    ranks = {0: 2, len(now.notes) - 1: 1}
    for voice in voices:
        old, new = before.notes[voice], now.notes[voice]
        if old is None or new is None:
            continue
        low, high = compass_of(reading.strict[voice])
        tones = {new.pitch % 12} if voice == len(now.notes) - 1 else now.pcs
        for pitch in range(max(low, old.pitch - _FARTHEST), min(high, old.pitch + _FARTHEST) + 1):
            if pitch != new.pitch and pitch % 12 in tones and _is_clean(before, now, voice, pitch):
                name = reading.strict[voice].name
                told = f"{name}: {reading.name_of(pitch, now.start)} instead of {reading.name_of(new.pitch, now.start)}"
                found.append((ranks.get(voice, 0), abs(pitch - old.pitch), told))
    return min(found)[2] if found else ""


def _is_clean(before: Moment, now: Moment, voice: int, pitch: int) -> bool:
    """Whether a voice with another pitch crosses no other, makes no parallels, and leaves every tone in the chord."""
    old = before.notes[voice]
    left = {note.pitch % 12 for place, note in enumerate(now.notes) if note is not None and place != voice}
    if old is None or left | {pitch % 12} != set(now.pcs):
        return False
    for other, (was, note) in enumerate(zip(before.notes, now.notes, strict=True)):
        if other == voice or note is None:
            continue
        if note.pitch < pitch if other < voice else note.pitch > pitch:
            return False
        if was is None or was.pitch == note.pitch or old.pitch == pitch:
            continue
        interval = abs(note.pitch - pitch) % 12
        if interval in (0, 7) and interval == abs(was.pitch - old.pitch) % 12:
            return False
    return True
