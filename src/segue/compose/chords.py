"""Chords: a progression continued, filled or said anew, in a key, metre, style and section, plain or rich."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from segue.compose.drawing import DRAWS, Draws, Narrow, Rewriting, Spot, continued
from segue.compose.excerpt import laid_out
from segue.compose.holes import CHORDS, holes_in
from segue.compose.offer import Offer
from segue.compose.ranking import best
from segue.compose.theory import CADENCES, Setting, checked_rules
from segue.errors import InputError, did_you_mean
from segue.models.engine.language import score_language
from segue.models.engine.protocol import Engine
from segue.models.engine.scoring import score as score_tokens
from segue.music.chord import QUALITIES, Chord
from segue.music.key import Key
from segue.music.keyfinding import key_of
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.encode import say
from segue.music.metre import Metre
from segue.music.score import Bar, ChordAt, Progression, Score
from segue.music.styles import STYLES

_TRIADS = ("", "m", "dim", "aug", "sus4", "sus2")
_SEVENTHS = ("7", "m7", "maj7", "m7b5", "dim7", "6", "m6", "7sus4", "mMaj7")
# complexity -> the qualities that may come
COMPLEXITIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "triads": _TRIADS,
        "sevenths": (*_TRIADS, *_SEVENTHS),
        "rich": tuple(quality for quality in QUALITIES if quality not in _TRIADS),
    }
)
_SEEN_AFTER = 3  # kept bars behind a hole that an alternative is held against
_WISHED = 0.5  # nats a token that a chord changed everywhere is liked more than one changed nowhere


@dataclass(frozen=True)
class ChordWish:
    """How new chords shall be; "" and None leave it to the model.

    `complexity` is "triads", "sevenths" (and triads) or "rich" (no triads), `span` how many bars a chord lasts (1/2, 1,
    2 ...), `cadences` the kind of cadence ("authentic", "half", "plagal", "deceptive") by the bar (from 0) that it
    leads into, `without` rules of `segue.compose.theory` that are switched off.
    """

    style: str = ""
    complexity: str = ""
    span: Fraction | None = None
    cadences: Mapping[int, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.style and self.style not in STYLES:
            raise InputError(f"style {self.style!r} is none of {', '.join(STYLES)}{did_you_mean(self.style, STYLES)}")
        if self.complexity and self.complexity not in COMPLEXITIES:
            known = ", ".join(COMPLEXITIES)
            raise InputError(
                f"complexity {self.complexity!r} is none of {known}{did_you_mean(self.complexity, COMPLEXITIES)}"
            )
        if self.span is not None and not Fraction(1, 8) <= self.span <= 64:
            raise InputError(f"a chord of {self.span} bars: 1/8 to 64 are accepted")
        for kind in self.cadences.values():
            if kind not in CADENCES:
                raise InputError(f"cadence {kind!r} is none of {', '.join(CADENCES)}{did_you_mean(kind, CADENCES)}")
        checked_rules(None, self.without)

    @property
    def qualities(self) -> tuple[str, ...]:
        """The qualities that new chords may have."""
        return COMPLEXITIES[self.complexity] if self.complexity else tuple(QUALITIES)

    def narrowing(self, score: Score, bars: Collection[int]) -> tuple[Narrow, ...]:
        """Return the wish as constraints on the chords of some bars of a score."""
        found: list[Narrow] = [_sounding(score, frozenset(bars))]
        if self.complexity:
            found.append(of_qualities(self.qualities))
        if self.span is not None:
            found.append(_in_spans(score, bars, self.span))
        return tuple(found)


def _sounding(score: Score, bars: frozenset[int]) -> Narrow:
    """Some chord always sounds; of new bars the first says one, at its start if none sounds before."""
    first = {bar for bar in bars if bar - 1 not in bars}
    here = Setting(score, frozenset())
    bare = {bar for bar in first if not score.bars[bar].is_irregular and here.chord_at(here.starts[bar] - 1).is_none}

    def narrow(spot: Spot) -> int | None:
        state = spot.state
        if state.phase == "bar" and spot.bar in first and state.rank < _AT_CHORDS:
            return 1 << v.CHORD_LANE
        if state.phase != "chords" or spot.lane != CHORDS:
            return None
        if state.is_entry and spot.bar in bare:
            return _CHORD_ENTRY
        return ~(1 << v.NO_CHORD | (spot.bar in first) << v.SILENT)

    return narrow


def of_qualities(qualities: Collection[str]) -> Narrow:
    """Return the constraint that new chords have one of these qualities."""
    mask = m.bits(v.QUALITY_OF[quality] for quality in qualities)
    return lambda spot: mask if spot.state.phase == "quality" else None


def places_due(score: Score, bars: Collection[int], span: Fraction) -> dict[int, list[int]]:
    """Return the ticks of each bar at which chords of `span` bars begin, counted from the first of `bars`; on beats."""
    first = min(bars)
    due: dict[int, list[int]] = {}
    for bar in bars:
        metre = score.bars[bar].metre
        beats = [int(beat * v.TICKS) for beat in metre.beats if beat < score.bars[bar].length]
        length = score.bars[bar].length * v.TICKS
        since = Fraction(bar - first)
        counted = -(-since // span)  # spans begun before this bar
        places = []
        while counted * span < since + 1:
            wanted = (counted * span - since) * length
            places.append(min(beats, key=lambda beat: (abs(beat - wanted), beat)))
            counted += 1
        due[bar] = sorted(set(places))
    return due


def _in_spans(score: Score, bars: Collection[int], span: Fraction) -> Narrow:
    """A chord every so many bars, counted from the first that is new; inside bars on beats."""
    due = places_due(score, bars, span)

    def narrow(spot: Spot) -> int | None:
        places = due.get(spot.bar)
        if places is None or spot.lane > CHORDS or max(places, default=0) >= v.FAR:
            return None
        return due_at(spot, places)

    return narrow


_AT_CHORDS = 10  # how far a bar has come where its chords are said
_CHORD_ENTRY = m.CHORD_STARTS & ~(1 << v.NO_CHORD)
_POSITIONS = m.bits((*v.AT, v.FAR_TOKEN))


def due_at(spot: Spot, places: Sequence[int]) -> int | None:
    """Return what the chord lane may say where chords are due at these ticks of the bar."""
    state = spot.state
    if state.phase == "bar":
        if state.rank >= _AT_CHORDS:
            return None
        return 1 << v.CHORD_LANE if places else ~(1 << v.CHORD_LANE)
    if state.phase != "chords":
        return None
    if state.pitch < 0 and (state.building or (places and places[0] == state.pos)):
        return _CHORD_ENTRY
    later = [place for place in places if place > state.pos or (state.is_entry and place >= state.pos)]
    if later:
        return m.bits(v.at_tokens(later[0])[:1]) | (m.BASSES if state.pitch >= 0 else 0)
    return 1 << v.SILENT if state.is_entry else ~_POSITIONS


def new_progression(
    bars: int, key: Key | None = None, metre: Metre | None = None, section: str = "", title: str = ""
) -> Progression:
    """Return a progression of empty bars to be filled; the first carries the section's name."""
    if not 1 <= bars <= 1000:
        raise InputError(f"{bars} bars: 1 to 1,000 are accepted")
    plain = Bar(metre or Metre(), key or Key())
    return Progression((), (replace(plain, section=section), *(plain,) * (bars - 1)), title)


def progression_of(
    given: Sequence[Chord], key: Key | None = None, metre: Metre | None = None, section: str = ""
) -> Progression:
    """Return a progression of chords, one to a bar; without a key in the one that they suggest.

    InputError where there is none.
    """
    if not given:
        raise InputError("no chords are given; at least one is needed")
    empty = new_progression(len(given), key, metre, section)
    placed = tuple(ChordAt(start, chord) for start, chord in zip(empty.score.bar_starts, given, strict=False))
    made = replace(empty, chords=placed)
    return made if key is not None else in_key(made, key_of(made.score))


def in_key(progression: Progression, key: Key) -> Progression:
    """Return a progression whose bars are in a key; the chords stay."""
    return replace(progression, bars=tuple(replace(bar, key=key) for bar in progression.bars))


def chords(
    engine: Engine,
    progression: Progression,
    bars: Collection[int] | None = None,
    wish: ChordWish | None = None,
    *,
    more: int = 0,
    draws: Draws = DRAWS,
) -> list[Offer[Progression]]:
    """Return progressions whose bars (from 0) are filled, and `more` bars behind them.

    Without bars and with more only what is appended is new; without both the bars that have no chord yet. InputError
    where there is nothing to fill, and for bars that there are not.
    """
    score = progression.score
    wanted = set(bars or ())
    if more:
        score, appended = continued(score, more)
        wanted |= appended
    if not wanted:
        starts = score.bar_starts
        first = next((place for place, end in enumerate(starts[1:]) if _has_chord(score, starts[place], end)), None)
        wanted = set(range(len(score.bars) if first is None else first))
        wanted |= {place for place in range(len(score.bars)) if not _has_chord(score, starts[place], starts[place + 1])}
    if not wanted:
        raise InputError(f"every bar of the progression has a chord; name bars 1 to {len(score.bars)}, or bars to add")
    offers = _rechorded(engine, score, wanted, wish or ChordWish(), draws)
    return [Offer(one.value.progression, one.fit, one.seed, (*one.reasons, *_stops(one.value))) for one in offers]


def _stops(score: Score) -> list[str]:
    """Where Ctrl-C ended the work: a progression has no notice that could say so."""
    return [told for told in score.notice if told.startswith("stopped")]


def _has_chord(score: Score, start: Fraction, end: Fraction) -> bool:
    return any(start <= one.start < end for one in score.chords)


def reharmonize(
    engine: Engine,
    score: Score,
    bars: Collection[int] | None = None,
    wish: ChordWish | None = None,
    *,
    draws: Draws = DRAWS,
) -> list[Offer[Score]]:
    """Return scores with other chords in these bars (all without), those that differ more ranked higher.

    What is as it was before is left out; every note is kept. InputError where no chord is there to be changed.
    """
    if not score.chords:
        raise InputError(f"score {score.title!r} has no chords that could be changed; harmonize gives it some")
    wanted = set(range(len(score.bars))) if bars is None else set(bars)
    offers = _rechorded(engine, score, wanted, wish or ChordWish(), draws, lambda made: _WISHED * changed(score, made))
    return [offer for offer in offers if offer.value.chords != score.chords]


def changed(before: Score, after: Score) -> float:
    """Return the share of time in which two scores of the same bars have different chords."""
    times = sorted({one.start for one in (*before.chords, *after.chords)} | {Fraction(0), before.end})
    one, other = Setting(before, frozenset()), Setting(after, frozenset())
    differs = sum(stop - start for start, stop in pairwise(times) if one.chord_at(start) != other.chord_at(start))
    return float(Fraction(differs) / before.end)


def _rechorded(
    engine: Engine,
    score: Score,
    bars: Collection[int],
    wish: ChordWish,
    draws: Draws,
    liking: Callable[[Score], float] | None = None,
) -> list[Offer[Score]]:
    holes = holes_in(score, bars, [CHORDS])
    rewriting = Rewriting(score, holes, wish.style, narrow=wish.narrowing(score, bars))
    after = min((bar for bar in range(len(score.bars)) if bar not in bars and bar > min(bars)), default=None)
    if not score.parts and after is not None:  # drawn from left to right, so that what follows was not seen
        before = liking

        def liking(made: Score) -> float:
            return _leads_on(engine, made, after) + (before(made) if before is not None else 0.0)

    rules = checked_rules(None, wish.without)
    return best(engine, rewriting, draws, rules, cadences=wish.cadences, qualities=wish.qualities, liking=liking)


def _leads_on(engine: Engine, score: Score, bar: int) -> float:
    """How probable the kept bars from one on are behind new ones, in nats a token."""
    layout = laid_out(score, (), {})
    first, last = max(0, bar - 32), min(bar + _SEEN_AFTER, len(score.bars))
    given = len(say(layout, first=first, last=bar).tokens)
    tokens = say(layout, first=first, last=last).tokens
    return float(score_tokens(engine, tokens, given, score_language()).mean())
