"""Requests to every verb of the studio, for `benchmarks.compose_valid`: what is asked, and what is to be kept of it.

Given are the tunes of Nottingham's test part (held out from all training), chorales of the test part of `jsb`, charts
of jazz standards, those in odd metres first, and eight bars of Segue's own in 7/8 and 5/4, in which no tune there is.
Which of them, which bars and which wishes is drawn from the case's number.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise

from benchmarks.result import data_dir
from segue.compose.chords import COMPLEXITIES, ChordWish, new_progression
from segue.compose.likeness import CONTOURS
from segue.compose.melody import MelodyWish
from segue.compose.offer import Offer
from segue.compose.piece import PieceWish, piece
from segue.compose.stretches import opening
from segue.compose.studio import Studio
from segue.compose.theory import CADENCES, Setting
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Note
from segue.music.score import Progression, Score

MOST_BARS = 16  # of what is given
ODD = ("7/8", "5/4")
METRES = ("4/4", "3/4", "6/8", "2/4", "7/8", "5/4", "9/8", "2/2", "12/8")
KEYS = ("C", "G", "D", "Bb", "F# minor", "A minor", "Eb", "E dorian", "C# minor")
STYLES = ("", "pop", "jazz", "reel", "waltz", "rock", "chorale", "bossa", "blues", "folk")
BANDS = (("bass",), ("piano",), ("guitar", "bass"), ("second",), ("drums",), ("bass", "piano", "drums"), ("satb",))
FORMS = (("A", 8), ("AA", 8), ("ABA", 12), ("AB", 8), ("verse-chorus", 12), ("12-bar-blues", 24))
Kept = Callable[[Score], str]  # what was to be kept and is not, or ""


@dataclass(frozen=True)
class Given:
    """What verbs are given: lead sheets (melody and chords), music in parts, charts."""

    sheets: Sequence[Score]
    parted: Sequence[Score]
    charts: Sequence[Progression]


@dataclass(frozen=True)
class Case:
    """One request: its number, its verb, what it asks for in words, the asking, and what is to be kept."""

    number: int
    verb: str
    says: str
    ask: Callable[[Studio], Sequence[Offer[Score] | Offer[Progression]]]
    kept: Kept


def held_out(name: str) -> list[Piece]:
    """The test part of a corpus."""
    corpus = BY_NAME[name]
    found = corpus.read(corpus.place(data_dir()))
    return [one for one in found if isinstance(one, Piece) and one.part == "test"]


def given(engine: Engine) -> Given:
    """Read what is given."""
    tunes = [one.score for one in held_out("nottingham")]
    sheets = [one for one in tunes if one.chords and len(one.parts[0].notes)]
    sheets = [one if len(one.bars) <= MOST_BARS else opening(one, MOST_BARS // 2) for one in sheets]
    for number, metre in enumerate(ODD * 4):
        wish = PieceWish("A", 8, key=Key.parse(KEYS[number]), metre=Metre.parse(metre))
        (offer,) = piece(engine, wish, sampling=Sampling(0.9, 0.97, seed=number))
        sheets.append(offer.value)
    chorales = [opening(one.score, min(6, len(one.score.bars))) for one in held_out("jsb")]
    charts = [opening(one.score, min(MOST_BARS, len(one.score.bars))) for one in held_out("jazz_standards_ireal")]
    charts.sort(key=lambda one: str(one.metre) in ("4/4", "3/4"))  # odd metres first, so that they are not left out
    return Given(sheets, [*chorales, *sheets], [one.progression for one in charts[:100] if one.chords])


def cases(given: Given) -> Iterator[Case]:
    """Requests without end, the verbs taking turns."""
    number = 0
    while True:
        for verb, make in MAKERS.items():
            says, ask, kept = make(random.Random(number), given)
            yield Case(number, verb, says, ask, kept)
            number += 1


# ---- what is kept


def difference(before: Score, after: Score, holes: frozenset[tuple[int, int]]) -> str:
    """What of a score outside its holes (bar from 0, lane) is not as it was: notes to their loudness, chords as heard.

    A note that rang out of a hole is struck anew at the bar line and counts as kept.
    """
    if (before.bars, before.tempos, before.title) != (after.bars, after.tempos, after.title):
        return "bars, tempos or title differ"
    if len(before.parts) != len(after.parts):
        return f"{len(after.parts)} parts of {len(before.parts)}"
    for bar in range(len(before.bars)):
        for lane in range(len(before.parts) + 1):
            if (bar, lane) not in holes and heard(before, bar, lane) != heard(after, bar, lane):
                return f"bar {bar + 1}, lane {lane} is not as it was"
    return ""


def heard(score: Score, bar: int, lane: int) -> object:
    """What sounds in one lane of a bar: the chord at its start and those that follow, or notes cut to the bar."""
    start, stop = score.bar_starts[bar : bar + 2]
    if lane == 0:
        return str(Setting(score, frozenset()).chord_at(start)), [
            one for one in score.chords if start < one.start < stop
        ]
    notes = [note for note in score.parts[lane - 1].notes if note.start < stop and note.end > start]
    return sorted((max(note.start, start), min(note.end, stop), note.pitch, note.velocity) for note in notes)


def _begins_with(phrase: Score, over: Sequence[object], after: Score) -> str:
    """Whether a phrase stands unchanged at the beginning, and so many bars follow."""
    if after.bars[: len(phrase.bars)] != phrase.bars or len(after.bars) != len(phrase.bars) + len(over):
        return "the phrase's bars differ, or others follow than asked for"
    notes = [note for note in after.parts[0].notes if note.start < phrase.end]
    if notes != list(phrase.parts[0].notes):
        return "the phrase's notes differ"
    chords = tuple(one for one in after.chords if one.start < phrase.end)
    return "" if chords == phrase.chords else "the phrase's chords differ"


def _sings_over(chart: Progression, rhythm: Sequence[Note] | None, after: Score) -> str:
    if after.bars != chart.bars or after.chords != chart.chords:
        return "bars or chords differ"
    if rhythm is not None:
        times = [(note.start, note.length) for note in after.parts[0].notes]
        if times != [(note.start, note.length) for note in rhythm]:
            return "the rhythm differs"
    return ""


def _is_as_wished(wish: PieceWish, bars: int, after: Score) -> str:
    if len(after.bars) != bars or {bar.metre for bar in after.bars} != {wish.metre}:
        return f"{len(after.bars)} bars of {bars}, or another metre"
    if {bar.key for bar in after.bars} != {wish.key} or (wish.style and after.style != wish.style):
        return "another key or style"
    return "" if len(after.parts[0].notes) else "no melody"


# ---- what is asked

Made = tuple[str, Callable[[Studio], Sequence["Offer[Score] | Offer[Progression]"]], Kept]


def _some_bars(draws: random.Random, count: int) -> list[int]:
    """A run of bars, from 1; sometimes all."""
    first = draws.randrange(count)
    return list(range(1, count + 1)) if draws.random() < 0.2 else list(range(first + 1, min(first + 4, count) + 1))


def _chord_wish(draws: random.Random, bars: Sequence[int]) -> ChordWish:
    wish = ChordWish(style=draws.choice(STYLES), complexity=draws.choice(("", *COMPLEXITIES)))
    if draws.random() < 0.4:
        wish = replace(wish, span=draws.choice((Fraction(1, 2), Fraction(1), Fraction(2))))
    last = bars[-1] - 1
    if len(bars) > 1 and draws.random() < 0.4:
        wish = replace(wish, cadences={last: draws.choice(CADENCES)})
    return wish


def _chords(draws: random.Random, given: Given) -> Made:
    if draws.random() < 0.3:
        bars, metre = draws.choice((4, 8)), Metre.parse(draws.choice(METRES))
        empty = new_progression(bars, Key.parse(draws.choice(KEYS)), metre, draws.choice(("", "verse", "chorus")))
        wish = _chord_wish(draws, range(1, bars + 1))
        holes = frozenset((bar, 0) for bar in range(bars))
        return (
            f"{bars} bars in {metre}",
            lambda studio: studio.chords(empty, wish),
            partial(difference, empty.score, holes=holes),
        )
    chart = draws.choice(given.charts)
    if draws.random() < 0.4:
        more = draws.choice((1, 4, 8))

        def goes_on(after: Score) -> str:
            is_long = len(after.bars) == len(chart.bars) + more
            kept = tuple(one for one in after.chords if one.start < chart.score.end)
            return "" if is_long and kept == chart.chords and after.bars[: len(chart.bars)] == chart.bars else "changed"

        return f"{more} bars more to {chart.title!r}", lambda studio: studio.chords(chart, more=more), goes_on
    named = _some_bars(draws, len(chart.bars))
    wish = _chord_wish(draws, named)
    kept = partial(difference, chart.score, holes=frozenset((bar - 1, 0) for bar in named))
    return f"bars {named} of {chart.title!r}", lambda studio: studio.chords(chart, wish, bars=named), kept


def _reharmonize(draws: random.Random, given: Given) -> Made:
    sheet = draws.choice(given.sheets)
    bars = _some_bars(draws, len(sheet.bars))
    wish = _chord_wish(draws, bars)
    kept = partial(difference, sheet, holes=frozenset((bar - 1, 0) for bar in bars))
    return f"bars {bars} of {sheet.title!r}", lambda studio: studio.reharmonize(sheet, wish, bars=bars), kept


def _harmonize(draws: random.Random, given: Given) -> Made:
    sheet = draws.choice(given.sheets).replace(chords=())
    wish = _chord_wish(draws, range(1, len(sheet.bars) + 1))
    kept = partial(difference, sheet, holes=frozenset((bar, 0) for bar in range(len(sheet.bars))))
    return repr(sheet.title), lambda studio: studio.harmonize(sheet, wish), kept


def _infill(draws: random.Random, given: Given) -> Made:
    score = draws.choice(given.parted[:77] if draws.random() < 0.4 else given.sheets)
    bars = _some_bars(draws, len(score.bars))
    lanes = range(0 if score.chords else 1, len(score.parts) + 1)
    parts = None if draws.random() < 0.3 else sorted(draws.sample(lanes, draws.randint(1, len(lanes))))
    holes = frozenset((bar - 1, lane) for bar in bars for lane in (parts if parts is not None else lanes))
    says = f"bars {bars}, lanes {parts} of {score.title!r}"
    return says, lambda studio: studio.infill(score, bars, parts=parts), partial(difference, score, holes=holes)


def _melody_wish(draws: random.Random) -> MelodyWish:
    contour = draws.choice(("", "", *CONTOURS))
    return draws.choice(
        (
            MelodyWish(contour=contour),
            MelodyWish(57, 74, contour),
            MelodyWish(instrument="violin", contour=contour),
            MelodyWish(instrument="flute", style="jazz"),
        )
    )


def _melody(draws: random.Random, given: Given) -> Made:
    sheet = draws.choice(given.sheets)
    chart = draws.choice(given.charts) if draws.random() < 0.5 else sheet.progression
    wish = _melody_wish(draws)
    rhythm = sheet.parts[0].notes if chart.bars == sheet.bars and draws.random() < 0.3 else None
    if rhythm is not None and any(other.start < one.end for one, other in pairwise(rhythm)):
        rhythm = None  # a rhythm is of one voice
    says = f"over {chart.title!r} {chart.bars[0].metre}{'' if rhythm is None else ', rhythm given'}"
    kept = partial(_sings_over, chart, None if rhythm is None else list(rhythm))
    return says, lambda studio: studio.melody(chart, wish, rhythm=rhythm), kept


def _go_on(draws: random.Random, given: Given) -> Made:
    phrase = draws.choice(given.sheets)
    phrase = opening(phrase, min(8, len(phrase.bars)))
    chart = draws.choice(given.sheets).progression
    kept = partial(_begins_with, phrase, chart.bars)
    return f"{phrase.title!r}, {len(chart.bars)} bars", lambda studio: studio.go_on(phrase, chart), kept


def _answer(draws: random.Random, given: Given) -> Made:
    phrase = draws.choice(given.sheets)
    phrase = opening(phrase, min(draws.choice((2, 4, 8)), len(phrase.bars)))
    kept = partial(_begins_with, phrase, phrase.bars)
    return f"{phrase.title!r}, {len(phrase.bars)} bars", lambda studio: studio.answer(phrase), kept


def _arrange(draws: random.Random, given: Given) -> Made:
    sheet = draws.choice(given.sheets)
    parts = draws.choice(BANDS)
    if "satb" in parts and not max(sheet.parts[0].notes.pitches) >= 57:
        parts = ("bass",)

    def kept(after: Score) -> str:
        same = (after.parts[0], after.chords, after.bars) == (sheet.parts[0], sheet.chords, sheet.bars)
        added = len(after.parts) - len(sheet.parts)
        return "" if same and added == (3 if parts == ("satb",) else len(parts)) else "the sheet differs, or parts lack"

    return f"{','.join(parts)} to {sheet.title!r}", lambda studio: studio.arrange(sheet, parts=parts), kept


def _piece(draws: random.Random, _: Given) -> Made:
    form, bars = draws.choice(FORMS)
    metre, key = Metre.parse(draws.choice(METRES)), Key.parse(draws.choice(KEYS))
    style = draws.choice(STYLES)
    wish = PieceWish(form, bars, style, key, metre, parts=draws.choice(((), (), ("bass",), ("drums",))))
    says = f"{form}, {bars} bars, {style or 'any style'}, {key}, {metre}, {wish.parts}"
    return says, lambda studio: studio.piece(wish), partial(_is_as_wished, wish, bars)


MAKERS: Mapping[str, Callable[[random.Random, Given], Made]] = {
    "chords": _chords,
    "reharmonize": _reharmonize,
    "harmonize": _harmonize,
    "infill": _infill,
    "melody": _melody,
    "go_on": _go_on,
    "answer": _answer,
    "arrange": _arrange,
    "piece": _piece,
}
