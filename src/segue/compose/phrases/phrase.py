"""A phrase: two or four bars of one voice with its chords, in tokens of the score language that no key changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from segue.errors import InputError, did_you_mean
from segue.music.key import MODES, Key
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.layout import BarLayout, Layout, lay_out
from segue.music.score import Score
from segue.music.styles import STYLES

BARS = (2, 4)
PARTS = 4  # parts of a bar: a phrase has a place in the space for each of them
GIVEN = 11  # tokens of the header and the voice, which are not the phrase's own
LONGEST = {2: 64, 4: 128}  # tokens of a phrase
_STYLE, _MODE, _TONIC, _METRE, _INSTRUMENT, _REGISTER = 2, 3, 4, 5, 9, 10
_MONO = v.ID["kind:mono"]
_MODES = tuple(MODES)
_MOST_TICKS = 8 * v.TICKS  # of a bar
_FEWEST_NOTES = 3


Condition = tuple[int, int, int, int]  # tokens of style, mode, metre, and of the last bar


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a phrase says: the tokens of its style, mode and metre, and those of its bars up to `end`.

    Steps count from a voice in register 0, and from the tonic; in which key and octave it sounds is told apart.
    """

    style: int
    mode: int
    metre: int
    body: tuple[int, ...]

    @property
    def bars(self) -> int:
        """How many bars it has."""
        return sum(token in v.BAR for token in self.body)

    @property
    def condition(self) -> Condition:
        """What is given of it: the tokens of style, mode and metre, and that of its last bar."""
        return self.style, self.mode, self.metre, v.BAR.start + self.bars - 1

    @property
    def tokens(self) -> tuple[int, ...]:
        """The whole of it in the score language, in C and register 0."""
        return (*given(self.style, self.mode, self.metre), *self.body)

    def score(self, place: Place) -> Score:
        """Return it as a score in a key and register, played by an instrument."""
        tokens = list(self.tokens)
        tokens[_TONIC] = v.TONIC.start + place.tonic
        tokens[_INSTRUMENT], tokens[_REGISTER] = place.instrument, place.register
        return decode(tokens)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phrase sounds: its tonic (pitch class), and the tokens of its instrument and register."""

    tonic: int = 0
    instrument: int = v.ID["inst:piano"]
    register: int = v.ID["register:0"]


def given(style: int, mode: int, metre: int) -> tuple[int, ...]:
    """Return the tokens before a phrase's first bar."""
    head = (v.ID["task:lead"], v.ID["source:notated"], style, mode, v.TONIC.start, metre, v.ID["tempo:0"])
    return (*head, v.VOICE.start, _MONO, v.ID["inst:piano"], v.ID["register:0"])


def condition(style: str, key: Key, metre: str) -> tuple[int, int, int]:
    """Return the tokens of a style, a key's mode and a metre; InputError where there is none of that name."""
    if style not in STYLES:
        raise InputError(f"style {style!r} is none of {', '.join(STYLES)}{did_you_mean(style, STYLES)}")
    if metre not in v.METRES or v.METRE_TICKS[v.ID[f"metre:{metre}"]] > _MOST_TICKS:
        raise InputError(f"metre {metre!r}: of those up to eight quarter notes {', '.join(_METRES)} are accepted")
    return v.ID[f"style:{style}"], v.MODE.start + _MODES.index(key.mode), v.ID[f"metre:{metre}"]


_METRES = tuple(metre for metre in v.METRES if v.METRE_TICKS[v.ID[f"metre:{metre}"]] <= _MOST_TICKS)


def places_of(body: Sequence[int], metre: int) -> list[int]:
    """Return for each token of a body, and for what would follow, the part of a bar where it begins.

    Parts are counted from 0 through the phrase, `PARTS` to a bar.

    >>> words = "bar:0 voice:1 note:0:48 note:4:48 bar:1 voice:1 note:0:96 end".split()
    >>> places_of([v.ID[word] for word in words], v.ID["metre:4/4"])
    [0, 0, 0, 2, 4, 4, 4, 8, 8]
    """
    cursor = Cursor(metre)
    found = [cursor.place]
    for token in body:
        cursor.take(token)
        found.append(cursor.place)
    return found


class Cursor:
    """Where in a phrase one is, token by token."""

    def __init__(self, metre: int) -> None:
        self._ticks = v.METRE_TICKS[metre]
        self._bar, self._tick, self._far, self._in_chords = 0, 0, 0, False
        self._begun = False

    @property
    def place(self) -> int:
        """The part of a bar where the next token begins."""
        return self._bar * PARTS + min(self._tick * PARTS // self._ticks, PARTS)

    def take(self, token: int) -> None:
        """Go over a token."""
        if token in v.BAR:
            self._bar += self._begun
            self._tick, self._begun = 0, True
        elif token == v.CHORD_LANE or token in v.VOICE:
            self._tick, self._far, self._in_chords = 0, 0, token == v.CHORD_LANE
        elif token == v.FAR_TOKEN:
            self._far += v.FAR
        elif token in v.AT:
            self._tick, self._far = self._far + v.TICKS_OF[token], 0
        elif token in v.LATE_BY or (not self._in_chords and (token in v.NOTE or token in v.REST or token in v.HOLD)):
            self._tick += v.TICKS_OF[token]


def phrases_in(layout: Layout) -> Iterator[Phrase]:
    """Give the phrases of a laid-out piece: of its first single voice, from bar to bar without gaps or overlaps."""
    voice = next((place for place, head in enumerate(layout.heads) if head.kind == _MONO), None)
    if voice is None:
        return
    start = next((number for number, bar in enumerate(layout.bars) if not bar.partial), len(layout.bars))
    for bars in BARS:
        for first in range(start, len(layout.bars) - bars + 1, bars):
            phrase = _phrase(layout.style, layout.bars[first : first + bars], voice)
            if phrase is not None:
                yield phrase


def phrase_of(score: Score) -> tuple[Phrase, Place]:
    """Return a score of two or four bars as a phrase, and where it sounds: its first single voice with its chords.

    InputError where it has another number of bars, no such voice, or changes its key or metre.
    """
    if len(score.bars) not in BARS:
        raise InputError(f"a phrase of {len(score.bars)} bars: 2 or 4 are accepted")
    layout = lay_out(score)
    voice = next((place for place, head in enumerate(layout.heads) if head.kind == _MONO), None)
    if voice is None:
        raise InputError(f"score {score.title!r} has no part that sounds one note at a time")
    phrase = _phrase(layout.style, layout.bars, voice)
    if phrase is None:
        raise InputError(
            f"score {score.title!r} is no phrase: whole bars of one key and one metre (up to eight quarter notes) are "
            f"accepted, with {_FEWEST_NOTES} notes or more and at most {LONGEST[len(score.bars)]} tokens"
        )
    head = layout.heads[voice]
    return phrase, Place(layout.bars[0].tonic - v.TONIC.start, head.instrument, head.register)


def _phrase(style: int, bars: Sequence[BarLayout], voice: int) -> Phrase | None:
    """Bars as a phrase; None where they are none."""
    first = bars[0]
    asked = (first.tonic, first.mode, first.metre, ())
    is_same = all((bar.tonic, bar.mode, bar.metre, bar.partial) == asked for bar in bars)
    if not is_same or first.ticks > _MOST_TICKS:
        return None
    body: list[int] = []
    for number, bar in enumerate(bars):
        chords = (*bar.sounding, *bar.chords) if not number else bar.chords
        lane = bar.voices[voice]
        if not number and bar.entries[voice]:
            kept = next((place for place, token in enumerate(lane) if token not in v.HOLD), len(lane))
            lane = (*bar.entries[voice], *lane[kept:])
        body.append(v.BAR.start + number)
        body += (v.CHORD_LANE, *chords) if chords else ()
        said = tuple(token for token in lane if token not in v.SYLLABLE)
        body += (v.VOICE.start, *said) if said else ()
    body.append(v.END)
    notes = sum(token in v.NOTE for token in body)
    if notes < _FEWEST_NOTES or len(body) > LONGEST[len(bars)]:
        return None
    return Phrase(style, first.mode, first.metre, tuple(body))
