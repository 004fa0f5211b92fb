"""What of a score sounds, and when: the same for our own timbres and for a SoundFont."""

from __future__ import annotations

from segue.errors import InputError
from segue.music.score import Part, Score
from segue.sound.accompany import needs_pad, pad
from segue.sound.timeline import Timeline, played

LONGEST = 1_200.0  # seconds of a piece


def sounding_parts(score: Score) -> tuple[list[Part], Timeline, float]:
    """Return the parts that sound with repeats played out, when they do, and where they end in seconds.

    Chord symbols are a part of their own where there is no accompaniment. InputError beyond `LONGEST` seconds.
    """
    score = played(score)
    parts = [part for part in score.parts if len(part.notes)]
    if needs_pad(score):
        parts.append(pad(score))
    timeline = Timeline(score.tempos)
    seconds = max((timeline.at(part.notes.end) for part in parts), default=0.0)
    if seconds > LONGEST:
        raise InputError(f"a piece of {seconds:,.0f} seconds: at most {LONGEST:,.0f} are rendered")
    return parts, timeline, seconds
