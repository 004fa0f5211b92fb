"""What a new piece can take of one that is there: key, metre, tempo, form, the melody's instrument and range, parts."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import eq

from segue.compose.forms import Plan
from segue.compose.roles import CHOIR, parts_of
from segue.corpora.duplicates import upper_line
from segue.music.form import passages
from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.key import Key
from segue.music.keyfinding import key_of
from segue.music.language.vocabulary import METRES
from segue.music.metre import Metre
from segue.music.score import Part, Score

PHRASE = 8  # bars of a section, where there are two or more of them
MOST = 8  # sections that are taken; what comes behind them is not
_ALIKE = 0.5  # share of equal bars of a section that brings another one back
_LETTERS = "ABCDE"
_LEAST = 4  # bars of which a form can be told
_NARROWEST = 9  # semitones; a narrower tune's range is not asked for
_SUNG = (60, 81)  # MIDI pitches in which the melody of a choir is kept (Aldwell and Schachter, unit 5)


@dataclass(frozen=True)
class Traits:
    """What is taken of a piece; None, "" and () leave a thing as it is without one.

    `tempo` is in quarter notes a minute; `form` are letters of sections, of `bars` in all, `repeated` tells of each of
    them whether repeat signs stand around it; `low` and `high` are MIDI pitches of the melody that `instrument` plays;
    `is_alone` tells whether one part is all there is, `has_drums` and `has_chords` whether there are drums and chords.
    """

    key: Key | None = None
    metre: Metre | None = None
    tempo: float | None = None
    form: str = ""
    bars: int | None = None
    repeated: tuple[bool, ...] = ()
    instrument: str = ""
    low: int | None = None
    high: int | None = None
    is_alone: bool = True
    has_drums: bool = False
    has_chords: bool = True

    def without(self, *names: str) -> Traits:
        """Return the traits less those of these names, which are said otherwise."""
        plain = Traits()
        return replace(self, **{name: getattr(plain, name) for name in names})

    def parts(self, style: str) -> tuple[str, ...]:
        """Return the parts to be arranged to a melody in a style: none where the piece is one part alone."""
        if self.is_alone:
            return ()
        return tuple(part for part in parts_of(style) if self.has_drums or part != "drums")

    def range_for(self, parts: Sequence[str]) -> tuple[int | None, int | None]:
        """Return the lowest and the highest pitch of a melody; above the other voices of a choir it stays a soprano."""
        if self.low is None or self.high is None or not {*CHOIR, "satb"} & set(parts):
            return self.low, self.high
        low, high = max(self.low, _SUNG[0]), min(self.high, _SUNG[1])
        return (low, high) if high - low >= _NARROWEST else (None, None)

    def signed(self, score: Score, planned: Plan) -> Score:
        """Return a score with the repeat signs of the piece, where it is written by that plan of sections."""
        if len(self.repeated) != len(planned.sections) or len(score.bars) < planned.bars:
            return score
        bars = list(score.bars)
        for section, is_repeated in zip(planned.sections, self.repeated, strict=True):
            if is_repeated:
                bars[section.first] = replace(bars[section.first], repeats_from=True)
                bars[section.after - 1] = replace(bars[section.after - 1], repeats_to=2)
        return score.replace(bars=tuple(bars))


def traits_of(score: Score) -> Traits:
    """Read the traits of a score; of one without bars nothing is taken.

    A key of C major counts as not said where the notes are in another one, since files without a key are read so. A
    metre that the score language lacks is left out, and the form of less than four bars.
    """
    if not score.bars:
        return Traits()
    sounding = [part for part in score.parts if len(part.notes)]
    tune = next((part for part in sounding if not part.is_drums), None)
    metre = Counter(bar.metre for bar in score.bars).most_common(1)[0][0]
    sections = _sections(score, tune)
    found = Traits(
        metre=metre if str(metre) in METRES else None,
        tempo=score.tempos[0].bpm if score.tempos else None,
        form="".join(letter for letter, _, _ in sections),
        bars=sum(count for _, count, _ in sections) or None,
        repeated=tuple(is_repeated for _, _, is_repeated in sections),
        is_alone=len(sounding) < 2,
        has_drums=any(part.is_drums for part in sounding),
        has_chords=bool(score.chords),
    )
    if tune is not None or score.chords:
        found = replace(found, key=score.key if score.key != Key() else key_of(score))
    return _with_player(found, tune) if tune is not None else found


def _with_player(traits: Traits, tune: Part) -> Traits:
    """Add who plays a melody, and in which range, where that is wide enough to be asked for."""
    player = INSTRUMENTS[OF_PROGRAM[tune.program]]
    pitches = [pitch for _, pitch in upper_line(tune.notes)]
    low, high = max(min(pitches), player.low), min(max(pitches), player.high)
    found = replace(traits, instrument=player.name)
    return replace(found, low=low, high=high) if high - low >= _NARROWEST else found


_Section = tuple[str, int, bool]  # a letter, how many bars, whether it is repeated


def _sections(score: Score, tune: Part | None) -> list[_Section]:
    """The sections as they are written, all of one length: eight bars, or half of a shorter piece.

    Of endings the first counts, pick-ups do not. Where half the bars of a section are those of one before, it brings
    that one back; from the sixth on, which has no letter of its own, it is the one that it has most of.
    """
    repeats = passages(score.bars)
    once = [bar for one in repeats for first, after in one.spans(1) for bar in range(first, after)]
    once = [number for number in once if 2 * score.bars[number].length > score.bars[number].metre.length]
    if len(once) < _LEAST:
        return []
    each = PHRASE if len(once) >= 2 * PHRASE else max(len(once) // 2, 2)
    count = min(max(len(once) // each, 1), MOST)
    heard = _heard(score, tune)
    models: list[list[frozenset[_Begun]]] = []
    found: list[_Section] = []
    for place in range(count):
        numbers = once[place * each : (place + 1) * each]
        mine = [heard[number] for number in numbers]
        shares = [sum(map(eq, mine, model)) / each for model in models]
        best = max(range(len(models)), key=shares.__getitem__, default=-1)
        if best < 0 or (shares[best] < _ALIKE and len(models) < len(_LETTERS)):
            best = len(models)
            models.append(mine)
        middle = numbers[each // 2]
        is_repeated = any(one.times > 1 for one in repeats if one.first <= middle < one.end)
        found.append((_LETTERS[best], each, is_repeated))
    return found


_Begun = tuple[Fraction, object]  # when in its bar, and a pitch or a chord


def _heard(score: Score, tune: Part | None) -> list[frozenset[_Begun]]:
    """What begins in each bar: the notes of the melody, or the chords where there is none."""
    starts = score.bar_starts
    rows: list[tuple[Fraction, object]] = (
        [(note.start, note.pitch) for note in tune.notes]
        if tune is not None
        else [(one.start, one.chord) for one in score.chords]
    )
    found: list[set[_Begun]] = [set() for _ in score.bars]
    for start, what in rows:
        bar = min(bisect_right(starts, start), len(score.bars)) - 1
        found[bar].add((start - starts[bar], what))
    return [frozenset(one) for one in found]
