"""What a score is, in a few words and numbers: key, metre, form, length, parts and their ranges, chords."""

from __future__ import annotations

from dataclasses import dataclass

from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.keyfinding import key_of
from segue.music.pitch import name
from segue.music.score import Part, Score
from segue.music.sections import find_form

_USUAL_BPM = 120.0
_NOTABLE = 16  # changes of key or metre that are listed


@dataclass(frozen=True)
class PartSummary:
    """A part: its name, its instrument, how many notes and syllables it has, its range as "G3" and MIDI numbers."""

    name: str
    instrument: str
    program: int
    is_drums: bool
    notes: int
    lowest: str
    highest: str
    pitches: tuple[int, int] | None
    syllables: int


@dataclass(frozen=True)
class Summary:
    """A score in a few words; `keys` and `metres` in the order in which they are written, each once at a change.

    `heard_key` is the key that notes (or chords) suggest, whatever is written. `bars` counts them as written,
    `played_bars` with repeats; `seconds` is the time it takes with them.
    """

    title: str
    composer: str
    style: str
    keys: tuple[str, ...]
    heard_key: str
    metres: tuple[str, ...]
    bpm: float
    bars: int
    played_bars: int
    seconds: float
    form: str
    parts: tuple[PartSummary, ...]
    chords: int
    chord_labels: tuple[str, ...]
    notice: tuple[str, ...]


def summarize(score: Score) -> Summary:
    """Return the summary of a score."""
    from segue.music.form import unfold

    played = unfold(score)
    has_pitches = bool(score.chords) or any(len(part.notes) for part in score.parts if not part.is_drums)
    return Summary(
        title=score.title,
        composer=score.composer,
        style=score.style,
        keys=_changes([str(bar.key) for bar in score.bars]),
        heard_key=str(key_of(score)) if has_pitches else "",
        metres=_changes([str(bar.metre) for bar in score.bars]),
        bpm=score.tempos[0].bpm if score.tempos else _USUAL_BPM,
        bars=len(score.bars),
        played_bars=len(played.bars),
        seconds=seconds_of(played),
        form=find_form(score),
        parts=tuple(_part(part, score.key.signature) for part in score.parts),
        chords=len(score.chords),
        chord_labels=tuple(dict.fromkeys(str(one.chord) for one in score.chords)),
        notice=score.notice,
    )


def _changes(values: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for value in values:
        if not found or found[-1] != value:
            found.append(value)
    return tuple(found[:_NOTABLE])


def seconds_of(score: Score) -> float:
    """Return how long a score lasts as written, repeats not played, in seconds; without a tempo at 120 a minute."""
    at, bpm, seconds = 0.0, score.tempos[0].bpm if score.tempos else _USUAL_BPM, 0.0
    end = float(score.end)
    for tempo in score.tempos:
        start = min(float(tempo.start), end)
        seconds += (start - at) * 60 / bpm
        at, bpm = start, tempo.bpm
    return seconds + (end - at) * 60 / bpm


def _part(part: Part, signature: int) -> PartSummary:
    pitches = part.notes.pitches
    lowest, highest = (min(pitches), max(pitches)) if len(pitches) else (0, 0)
    is_pitched = len(pitches) > 0 and not part.is_drums
    return PartSummary(
        name=part.name,
        instrument="drums" if part.is_drums else INSTRUMENTS[OF_PROGRAM[part.program]].name,
        program=part.program,
        is_drums=part.is_drums,
        notes=len(pitches),
        lowest=name(lowest, signature) if is_pitched else "",
        highest=name(highest, signature) if is_pitched else "",
        pitches=(lowest, highest) if is_pitched else None,
        syllables=len(part.words),
    )
