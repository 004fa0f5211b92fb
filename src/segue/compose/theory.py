"""Rules of harmony, each with its source: as constraints on what is drawn, or as costs by which offers are ranked.

A *hard* rule narrows what may come at a spot (and is left out where it would leave nothing); a *soft* one tells for a
result how often it is broken, from 0 (never) to 1. Each can be switched off by its name.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise, permutations
from types import MappingProxyType

from segue.compose.bearing import PLAIN, is_avoided, longest, qualities_bearing, roots_bearing
from segue.compose.drawing import Narrow, Spot
from segue.compose.holes import CHORDS
from segue.errors import InputError, did_you_mean
from segue.music.cadence import cadence_of
from segue.music.chord import NO_CHORD, QUALITIES, Chord
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.encode import Lane
from segue.music.note import Note
from segue.music.score import Score

CADENCES = ("authentic", "half", "plagal", "deceptive")
_TONIC_CHORDS = ("", "6", "maj7", "m", "m6", "m7")
_DOMINANTS = ("", "7", "9", "13", "7b9", "sus4", "7sus4")
# roots before a cadence's last bar, and in it: semitones above the tonic
CADENCE_ROOTS: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = MappingProxyType(
    {"authentic": ((7,), (0,)), "half": ((0, 2, 5, 8, 9), (7,)), "plagal": ((5,), (0,)), "deceptive": ((7,), (8, 9))}
)
MELODY_TONES = "melody-tones"  # the rule's name
_WORST_MOTION = 2.0  # semitones a voice: a chord change that moves every voice by a whole tone costs 1


@dataclass(frozen=True)
class Setting:
    """A score whose holes are filled (or were), cadences planned (the kind, by the bar that it leads into), and the
    qualities that new chords may have."""

    score: Score
    holes: frozenset[Lane]
    cadences: Mapping[int, str] = field(default_factory=dict)
    qualities: tuple[str, ...] = tuple(QUALITIES)

    def __post_init__(self) -> None:
        for bar, kind in self.cadences.items():
            if kind not in CADENCES:
                raise InputError(f"cadence {kind!r} is none of {', '.join(CADENCES)}{did_you_mean(kind, CADENCES)}")
            if not 0 < bar < len(self.score.bars):
                raise InputError(f"a cadence into bar {bar + 1}: bars 2 to {len(self.score.bars)} are accepted")

    @cached_property
    def starts(self) -> list[Fraction]:
        """Where bars begin, and at last where the score ends."""
        return self.score.bar_starts

    @cached_property
    def _chord_starts(self) -> list[Fraction]:
        return [one.start for one in self.score.chords]

    def bar_at(self, time: Fraction) -> int:
        """Return the bar (from 0) of a time in quarter notes."""
        return min(bisect_right(self.starts, time), len(self.score.bars)) - 1

    def chord_at(self, time: Fraction) -> Chord:
        """Return the chord that sounds at a time in quarter notes; `NO_CHORD` before the first."""
        place = bisect_right(self._chord_starts, time)
        return self.score.chords[place - 1].chord if place else NO_CHORD

    @cached_property
    def _melody(self) -> tuple[list[Note], list[Fraction], Fraction]:
        notes = [] if self.melody is None else list(self.score.parts[self.melody].notes)
        return notes, [note.start for note in notes], max((note.length for note in notes), default=Fraction(0))

    def sounding(self, since: Fraction, until: Fraction) -> list[Note]:
        """Return the notes of the melody that sound between two times."""
        notes, starts, longest_note = self._melody
        near = notes[bisect_left(starts, since - longest_note) : bisect_left(starts, until)]
        return [note for note in near if note.end > since]

    @property
    def melody(self) -> int | None:
        """The part (from 0) that leads: the first with notes that is no drums."""
        parts = enumerate(self.score.parts)
        return next((number for number, part in parts if len(part.notes) and not part.is_drums), None)


@dataclass(frozen=True)
class Rule:
    """A rule, in words and with its source; `hard` and `soft` where it has those forms."""

    name: str
    says: str
    source: str
    hard: Callable[[Setting], Narrow] | None = None
    soft: Callable[[Setting], float] | None = None


# ---- what sounds where


def weighty(setting: Setting, since: Fraction, until: Fraction) -> Iterator[Note]:
    """Yield notes of the melody that last a beat or more and sound in a stretch of time."""
    for note in setting.sounding(since, until):
        if note.length >= min(setting.score.bars[setting.bar_at(note.start)].metre.beat, Fraction(1)):
            yield note


# ---- chord and scale


def _notes_in_scale(setting: Setting) -> Narrow:
    score, starts = setting.score, setting.starts

    def narrow(spot: Spot) -> int | None:
        if spot.lane <= CHORDS or spot.state.phase not in ("mono", "poly") or (spot.bar, CHORDS) in setting.holes:
            return None
        bar = score.bars[spot.bar]
        chord = setting.chord_at(starts[spot.bar] + spot.offset)
        if chord.root is None:
            return None
        scale = frozenset(bar.key.scale) | frozenset(chord.pitch_classes)
        rest = frozenset(pc for pc in scale if not is_avoided(pc, chord))
        return _notes(spot.state.tonic, scale, rest, int(bar.metre.beat * v.TICKS))

    return narrow


@lru_cache(maxsize=4096)
def _notes(tonic: int, short: frozenset[int], long: frozenset[int], beat: int) -> int:
    """All tokens but the notes outside `short`, and those of a beat or more outside `long` (pitch classes)."""
    return ~m.bits(
        token
        for token in v.NOTE
        if (v.step_of(token) + tonic) % 12 not in (long if v.TICKS_OF[token] >= beat else short)
    )


def _share_out_of_scale(setting: Setting) -> float:
    score = setting.score
    wrong = whole = Fraction(0)
    for number, part in enumerate(score.parts):
        for note in () if part.is_drums else part.notes:
            bar = setting.bar_at(note.start)
            if (bar, number + 1) not in setting.holes:
                continue
            chord = setting.chord_at(note.start)
            pc = note.pitch % 12
            is_long = note.length >= score.bars[bar].metre.beat
            in_scale = pc in score.bars[bar].key.scale or pc in chord.pitch_classes
            whole += note.length
            wrong += note.length * (not in_scale or (is_long and is_avoided(pc, chord)))
    return float(wrong / whole) if whole else 0.0


def _chords_fit_melody(setting: Setting) -> Narrow:
    score, starts, part = setting.score, setting.starts, setting.melody
    plain = tuple(quality for quality in PLAIN if quality in setting.qualities)

    def narrow(spot: Spot) -> int | None:
        is_root = spot.state.phase == "chords"
        if part is None or (spot.bar, part + 1) in setting.holes or not (is_root or spot.state.phase == "quality"):
            return None
        bar, since = score.bars[spot.bar], starts[spot.bar] + spot.offset
        half = bar.length / 2 if spot.offset < bar.length / 2 else bar.length
        long = frozenset(note.pitch % 12 for note in weighty(setting, since, since + bar.metre.beat))
        until = starts[spot.bar] + half
        needed = longest(setting.sounding(since, until), since, until)
        if needed is None:
            return None
        if is_root:
            return roots_bearing(spot.state.tonic, long, needed, plain)
        return qualities_bearing(spot.root, long, needed)

    return narrow


def _share_of_clashes(setting: Setting) -> float:
    score, part = setting.score, setting.melody
    if part is None:
        return 0.0
    clashes = whole = 0
    for note in weighty(setting, Fraction(0), score.end):
        bar = setting.bar_at(note.start)
        if (bar, CHORDS) in setting.holes or (bar, part + 1) in setting.holes:
            whole += 1
            clashes += is_avoided(note.pitch % 12, setting.chord_at(note.start))
    return clashes / whole if whole else 0.0


# ---- cadences


def _cadences_come(setting: Setting) -> Narrow:
    planned = setting.cadences

    def narrow(spot: Spot) -> int | None:
        if spot.lane > CHORDS:
            return None
        if spot.bar in planned:
            kind = planned[spot.bar]
            return _only(spot, CADENCE_ROOTS[kind][1], _DOMINANTS[:2] if kind == "half" else _TONIC_CHORDS)
        if spot.bar + 1 in planned:
            roots = CADENCE_ROOTS[planned[spot.bar + 1]][0]
            return _only(spot, roots, _DOMINANTS if 7 in roots else tuple(QUALITIES))
        return None

    return narrow


def _only(spot: Spot, roots: tuple[int, ...], qualities: tuple[str, ...]) -> int | None:
    """One chord from the bar's start on, of these roots (above the tonic) and qualities."""
    state = spot.state
    if state.phase == "bar":
        return 1 << v.CHORD_LANE if spot.lane < CHORDS and state.rank < 10 else None
    if state.phase == "quality":
        return m.bits(v.QUALITY_OF[name] for name in qualities)
    if state.phase == "chords" and state.pitch < 0:
        return m.bits(v.ROOT.start + step for step in roots)
    return ~(_POSITIONS | m.BASSES) if state.phase == "chords" else None


_POSITIONS = m.bits((*v.AT, v.FAR_TOKEN))


def _share_of_missed_cadences(setting: Setting) -> float:
    missed = 0
    for bar, kind in setting.cadences.items():
        start = setting.starts[bar]
        before = setting.chord_at(start - Fraction(1, v.TICKS))
        found = cadence_of(before, setting.chord_at(start), setting.score.bars[bar].key)
        missed += found != kind
    return missed / len(setting.cadences) if setting.cadences else 0.0


# ---- from chord to chord


def changes_in(setting: Setting) -> Iterator[tuple[Chord, Chord]]:
    """Chords that follow one another where at least the second lies in a hole."""
    for before, after in pairwise(setting.score.chords):
        bar = setting.bar_at(after.start)
        if (bar, CHORDS) in setting.holes and before.chord.root and after.chord.root and before.chord != after.chord:
            yield before.chord, after.chord


@lru_cache(maxsize=1 << 14)
def motion(before: Chord, after: Chord) -> float:
    """The least mean motion of a voice between two chords, in semitones; tones are doubled where one has fewer.

    >>> motion(Chord.parse("C"), Chord.parse("Am"))  # G to A, the others stay: 2 semitones in 3 voices
    0.6666666666666666
    """
    few, many = sorted((before.pitch_classes[:5], after.pitch_classes[:5]), key=len)
    if not few:
        return 0.0
    best = min(
        sum(min((one - other) % 12, (other - one) % 12) for one, other in zip(voices, many, strict=True))
        for filled in _doubled(few, len(many))
        for voices in permutations(filled)
    )
    return best / len(many)


def _doubled(tones: tuple[int, ...], count: int) -> Iterator[tuple[int, ...]]:
    if len(tones) == count:
        yield tones
        return
    for tone in dict.fromkeys(tones):
        yield from _doubled((*tones, tone), count)


def _roughness(setting: Setting) -> float:
    found = [min(motion(before, after) / _WORST_MOTION, 1.0) for before, after in changes_in(setting)]
    return sum(found) / len(found) if found else 0.0


def _share_unresolved(setting: Setting) -> float:
    """The share of dominant sevenths whose seventh neither stays nor falls by a step into the next chord."""
    whole = wrong = 0
    for before, after in changes_in(setting):
        if before.root and before.triad == "maj" and 10 in before.intervals:
            seventh = (before.root.pc + 10) % 12
            whole += 1
            wrong += not {seventh, (seventh - 1) % 12, (seventh - 2) % 12} & set(after.pitch_classes)
    return wrong / whole if whole else 0.0


# ---- when chords change


def _on_beats(setting: Setting) -> Narrow:
    def narrow(spot: Spot) -> int | None:
        state = spot.state
        if spot.lane != CHORDS or state.phase != "chords":
            return None
        far = state.far if state.building else 0
        return _beats(int(setting.score.bars[spot.bar].metre.beat * v.TICKS), state.pos, far)

    return narrow


@lru_cache(maxsize=4096)
def _beats(beat: int, pos: int, far: int) -> int:
    """All tokens but positions beside beats, or not after a tick; `far` ticks were said of the position."""
    wrong = [token for token in v.AT if (far + v.TICKS_OF[token]) % beat or far + v.TICKS_OF[token] <= pos]
    return ~m.bits((*wrong, *v.LATE_BY))


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            Rule(
                "chord-scale",
                "New notes belong to the chord or to the key's scale; one of a beat or more is no avoided tone,"
                " a semitone above a tone of the chord.",
                "Nettles and Graf, The Chord Scale Theory and Jazz Harmony (1997): chord tones, tensions, avoid notes",
                _notes_in_scale,
                _share_out_of_scale,
            ),
            Rule(
                MELODY_TONES,
                "A new chord has the tone of the melody that sounds longest in its half of the bar, and none a semitone"
                " under a note that lasts a beat or more.",
                "Piston, Harmony, on the harmonization of a melody; the avoid notes of Nettles and Graf (1997)",
                _chords_fit_melody,
                _share_of_clashes,
            ),
            Rule(
                "cadences",
                "Where a cadence is planned its two chords stand, one to a bar.",
                "Caplin, Classical Form (1998), on cadential progressions; Piston, Harmony, on cadences",
                _cadences_come,
                _share_of_missed_cadences,
            ),
            Rule(
                "voice-leading",
                "From chord to chord voices move little: the least motion, two semitones a voice being the most.",
                "Tymoczko, The Geometry of Musical Chords, Science 313 (2006): minimal voice leadings",
                None,
                _roughness,
            ),
            Rule(
                "sevenths",
                "The seventh of a dominant stays or falls by a step.",
                "Aldwell and Schachter, Harmony and Voice Leading, on V7: the seventh resolves down by step",
                None,
                _share_unresolved,
            ),
            Rule(
                "on-beats",
                "Chords change on beats.",
                "Lerdahl and Jackendoff, A Generative Theory of Tonal Music (1983), metrical preference rule 5f",
                _on_beats,
            ),
            Rule(
                "range",
                "New notes lie within the range of their instrument.",
                "Adler, The Study of Orchestration, appendix: ranges (see segue.music.instruments)",
            ),  # kept by the grammar
        )
    }
)
RANGE = "range"
WEIGHT = 1.0  # nats a token that a rule costs which is always broken


def checked_rules(names: Collection[str] | None, without: Collection[str] = ()) -> tuple[Rule, ...]:
    """Return the rules of these names (all without), less some; InputError where there is none of that name."""
    for name in (*(names or ()), *without):
        if name not in RULES:
            raise InputError(f"rule {name!r} is none of {', '.join(RULES)}{did_you_mean(name, RULES)}")
    return tuple(rule for name, rule in RULES.items() if (names is None or name in names) and name not in without)


def narrowing(rules: Iterable[Rule], setting: Setting) -> tuple[Narrow, ...]:
    """Return the hard forms of rules for a setting."""
    return tuple(rule.hard(setting) for rule in rules if rule.hard is not None)


def cost(rules: Iterable[Rule], setting: Setting) -> float:
    """Return what the soft forms of rules take from an offer, in nats a token."""
    return WEIGHT * sum(rule.soft(setting) for rule in rules if rule.soft is not None)
