"""The whole: what comes back, how phrases and the piece end, and whether every bar is full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from segue.compose.coach.reading import STRICT, Harmony, Reading
from segue.compose.coach.rule import Found, Rule
from segue.music.cadence import cadence_of
from segue.music.form import unfold
from segue.music.key import Key
from segue.music.keyfinding import key_of
from segue.music.score import Bar, Score
from segue.music.sections import find_form

_FEWEST_BARS = 16
_PHRASE = 8  # bars
_LATE = 2  # bars at the end in which the tonic must come


def never_returns(reading: Reading) -> Iterator[Found]:
    """Nothing comes back in a piece of sixteen bars or more: no section and no bar, wherever it lies.

    Chorales and their kin follow their words and are not asked.
    """
    score = reading.score
    form = find_form(score) if reading.style not in STRICT else ""
    if len(unfold(score).bars) < _FEWEST_BARS or len(set(form)) < len(form) or len(form) < 2:
        return
    if _recurring(reading) == 0:
        told = f"nothing comes back: the form is {form}"
        yield Found(reading.starts[0], (), told, "let the first phrase return, changed or not, as the last")


def _recurring(reading: Reading) -> int:
    """How many bars of the tune have the rhythm and the steps of an earlier one, wherever they lie."""
    voice = reading.tune
    if voice is None:
        contents = Counter(one.chord for one in reading.harmonies)
        return sum(count - 1 for count in contents.values())
    bars: dict[int, list[tuple[Fraction, int]]] = {}
    for note in voice.notes:
        bars.setdefault(reading.bar_of(note.start), []).append((reading.within(note.start), note.pitch))
    shapes = Counter(
        (tuple(start for start, _ in bar), tuple(new - old for (_, old), (_, new) in pairwise(bar)))
        for bar in bars.values()
        if len(bar) > 2
    )
    return sum(count - 1 for count in shapes.values())


def no_final_cadence(reading: Reading) -> Iterator[Found]:
    """The piece ends neither on its tonic chord nor, without chords, on a tone of it; the relative key counts too."""
    score = reading.score
    if len(score.bars) < _PHRASE or not (reading.harmonies or reading.tune):
        return
    key = score.bars[-1].key
    since = reading.starts[max(0, len(score.bars) - _LATE)]
    relatives = [Key.of_signature(one.signature, mode) for one in (key, score.key) for mode in ("major", "minor")]
    tonics = {one.tonic.pc for one in (key, score.key, key_of(score), *relatives)}
    ends = [one for one in reading.harmonies if one.end > since]
    if ends:
        if not any(one.chord.root is not None and one.chord.root.pc in tonics for one in ends):
            told = f"the piece ends on {ends[-1].chord}, not on its tonic chord"
            yield Found(ends[-1].start, (), told, f"end on {_tonic_chord(key)}, with {key.tonic.up(1)}7 before it")
    elif reading.tune is not None:
        last = reading.tune.notes[-1]
        if not any((last.pitch - pc) % 12 in (0, 3, 4, 7) for pc in tonics):
            told = f"the tune ends on {reading.name_of(last.pitch, last.start)}, which is not of the tonic chord"
            yield Found(last.start, (reading.tune.name,), told, f"end on {key.tonic}")


def _tonic_chord(key: Key) -> str:
    return f"{key.tonic}{'' if (key.tonic.pc + 4) % 12 in key.scale else 'm'}"


def no_cadence(reading: Reading) -> Iterator[Found]:
    """No phrase of eight bars in the whole piece ends with a cadence."""
    score = reading.score
    if len(score.bars) < 2 * _PHRASE or len(reading.harmonies) < 4:
        return
    keys = (score.key, key_of(score))
    pairs = list(pairwise(reading.harmonies))
    if not any(_is_cadence(before, last, keys) for before, last in pairs):
        key = score.key
        told = "no two chords of the piece make a cadence"
        yield Found(pairs[-1][0].start, (), told, f"{key.tonic.up(1)}7 {_tonic_chord(key)} at the end of a phrase")


def _is_cadence(before: Harmony, last: Harmony, keys: tuple[Key, ...]) -> bool:
    return any(cadence_of(before.chord, last.chord, key) for key in keys)


def unfilled_bars(reading: Reading) -> Iterator[Found]:
    """A bar is shorter or longer than its metre, and no neighbour, repeat or pick-up makes up for it."""
    score = reading.score
    bars = score.bars
    for place, bar in enumerate(bars):
        if not bar.is_irregular or _is_made_up(score, place):
            continue
        start = reading.starts[place]
        missing = bar.metre.length - bar.length
        what = f"{_quarters(bar.length)} quarter notes in a bar of {bar.metre}"
        how = f"{_quarters(abs(missing))} quarter notes {'are missing' if missing > 0 else 'are too many'}"
        fix = "add them, or write the metre that the bar has" if missing > 0 else "take them out, or write its metre"
        yield Found(start, (), f"{what}: {how}", fix)


def _quarters(length: Fraction) -> str:
    return str(length) if length.denominator == 1 else f"{float(length):g}"


def _is_made_up(score: Score, place: int) -> bool:
    """Whether an irregular bar is one half of a bar that a border of phrases, a repeat or the end splits."""
    bars = score.bars
    bar = bars[place]
    if place == 0 or bar.length > bar.metre.length:
        return place == 0 and bar.length < bar.metre.length
    around = {place - 1, place + 1} & set(range(len(bars)))
    if any(bars[other].length + bar.length == bar.metre.length for other in around):
        return True
    is_last = place == len(bars) - 1
    return is_last or _is_at_border(bars, place)


def _is_at_border(bars: tuple[Bar, ...], place: int) -> bool:
    """Whether a repeat, an ending or a section begins or ends at the bar."""
    bar = bars[place]
    after = bars[place + 1] if place + 1 < len(bars) else None
    begins = bar.repeats_from or bool(bar.ending) or bool(bar.section) or bars[place - 1].repeats_to > 1
    ends = bar.repeats_to > 1 or (after is not None and bool(after.repeats_from or after.ending or after.section))
    return begins or ends


RULES = (
    Rule(
        "no-return",
        "weakness",
        "Something comes back: a phrase, or at least a figure.",
        "Schoenberg, Fundamentals of Musical Composition, ch. 3 and 5",
        never_returns,
    ),
    Rule(
        "final-cadence",
        "weakness",
        "The piece ends on its tonic.",
        "Kostka and Payne, Tonal Harmony, ch. 10",
        no_final_cadence,
    ),
    Rule(
        "no-cadence",
        "hint",
        "Phrases end with cadences.",
        "Kostka and Payne, Tonal Harmony, ch. 10",
        no_cadence,
    ),
    Rule(
        "bar-length",
        "fault",
        "Every bar is as long as its metre says, but for those that a pick-up or a repeat splits.",
        "Gould, Behind Bars (2011), chapter on metre",
        unfilled_bars,
    ),
)
