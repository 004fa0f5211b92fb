"""Whole pieces by a plan of form: sections drawn in turn or brought back with a variation, each with its cadence."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from segue.compose.arrange import arrange
from segue.compose.drawing import SAMPLING, Narrow, Rewriting, Spot, draw
from segue.compose.excerpt import head_of
from segue.compose.forms import Plan, Section, plan
from segue.compose.guides import LineGuide, Pitches, RangeGuide, between, of_classes
from segue.compose.likeness import likeness
from segue.compose.melody import MelodyWish, range_of
from segue.compose.offer import Offer
from segue.compose.roles import check_parts, check_style
from segue.compose.stretches import Told, several, silent
from segue.compose.theory import Setting, checked_rules, narrowing
from segue.errors import InputError
from segue.models.engine.generating import Request, generate
from segue.models.engine.grammar import State as AnyState
from segue.models.engine.language import score_language
from segue.models.engine.piece import Wish
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.cadence import cadence_of
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.language import grammar
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import Lane
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, ChordAt, Part, Score

_CHORDS, _MELODY = 0, 1  # lanes
_CLOSE = 2  # bars of a cadence
_TRIES, _LIVELY = 3, 0.3  # of drawing a new section; how dull the first may be that is taken
_LONG = 3  # quarter notes of a bar in which a chord may last two bars; in a shorter one four
_HEADER = 7  # tokens before the voices
_RULES = ("chord-scale", "cadences", "on-beats")
_ROOTS = sum(1 << token for token in v.ROOT)
_LEAVING = sum(1 << token for token in (*v.BAR, v.END))


@dataclass(frozen=True)
class PieceWish:
    """What a piece shall be; None leaves a thing to the model.

    `form` and `bars` are those of `segue.compose.forms.plan`, `tempo` is in quarter notes a minute. `variation` is the
    share of bars (0 to 1) of a section that comes back which are written anew, besides a cadence that must change.
    `melody` tells its range and instrument, `parts` what is arranged to it ("style": what its style has; () for a lead
    sheet alone; see `arrange`).
    """

    form: str = "AABA"
    bars: int | None = None
    style: str = ""
    key: Key | None = None
    metre: Metre | None = None
    tempo: float | None = None
    variation: float = 0.25
    melody: MelodyWish = field(default_factory=MelodyWish)
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.variation <= 1:
            raise InputError(f"a variation of {self.variation}: 0 (as it was) to 1 (all bars anew) is accepted")
        if self.melody.contour:
            raise InputError(f"contour {self.melody.contour!r}: that is for one melody, a piece has many phrases")
        check_style(self.style)
        plan(self.form, self.bars)
        if self.parts and self.parts != ("style",):
            check_parts(self.parts)
        self.header()

    def header(self) -> Wish:
        """What is asked of the model for the piece's header."""
        return Wish(check_style(self.style) or None, self.key, self.metre, self.tempo)


def piece(
    engine: Engine,
    wish: PieceWish | None = None,
    *,
    n: int = 1,
    sampling: Sampling = SAMPLING,
    told: Told = silent,
) -> list[Offer[Score]]:
    """Write pieces by a plan, `n` of them, the likeliest first; the same seed gives the same piece.

    Chords and melody of a new section are drawn bar by bar; a section that comes back is the same but for the bars of
    its variation and, where it ends otherwise, its last two. Each ends with its cadence, the last on the tonic. `told`
    hears how many bars are done; Ctrl-C keeps the sections that are done.
    """
    wish = wish or PieceWish()
    planned = plan(wish.form, wish.bars)

    def once(seed: int) -> tuple[Offer[Score], bool]:
        seeded = replace(sampling, seed=seed)
        writing = _Writing(engine, wish, planned, seeded, told)
        score, fit, done = writing.written()
        reasons = tuple(_reasons(score, planned, done))
        is_stopped = done < len(planned.sections)
        if not wish.parts or is_stopped:
            return Offer(score, fit, seed, reasons), is_stopped
        parts = () if wish.parts == ("style",) else wish.parts
        (arranged,) = arrange(engine, score, parts=parts, sampling=seeded, told=told)
        is_whole = not any(reason.startswith("stopped") for reason in arranged.reasons)
        return Offer(arranged.value, (fit + arranged.fit) / 2, seed, (*reasons, *arranged.reasons)), not is_whole

    return several(n, sampling.seed, once)


@dataclass(frozen=True)
class _Writing:
    """One piece in the making."""

    engine: Engine
    wish: PieceWish
    plan: Plan
    sampling: Sampling
    told: Told

    def written(self) -> tuple[Score, float, int]:
        """The piece, the mean log-probability of what was drawn, and how many sections are done."""
        score, bar = self._header()
        fits: list[float] = []
        try:
            self.told("sections", 0, self.plan.bars)
            for place, section in enumerate(self.plan.sections):
                sampling = replace(self.sampling, seed=self.sampling.seed * 131 + place)
                draws = self._again if self.plan.returns(place) else self._new
                score, fit = draws(score, bar, section, sampling)
                fits.append(fit)
                self.told("sections", section.after, self.plan.bars)
        except KeyboardInterrupt:
            if not fits:
                raise
        return score, _mean(fits), len(fits)

    def _header(self) -> tuple[Score, Bar]:
        """A score without bars that says style, tempo and the melody's part, and what each bar is like."""
        wish = self.wish.header()
        fields = wish.fields()

        def allow(state: AnyState) -> tuple[int, ...] | None:
            wanted = fields.get(len(state.head)) if isinstance(state, grammar.State) else None
            return None if wanted is None else (wanted,)

        prefix = (v.ID["task:lead"], v.ID["source:notated"])
        request = Request(prefix, _HEADER - len(prefix), None, self.sampling, allow)
        head = decode((*prefix, *generate(self.engine, score_language(), request).tokens, v.BAR.start))
        player = self.wish.melody.player
        part = Part(Notes.of(()), "Melody", player.program)
        first = head.bars[0]
        return Score((part,), tempos=head.tempos, style=head.style), Bar(first.metre, self.wish.key or first.key)

    # ---- sections

    def _new(self, score: Score, bar: Bar, section: Section, sampling: Sampling) -> tuple[Score, float]:
        """Go on with a section that was not heard yet; the liveliest and least like those before it of some tries."""
        longer = score.replace(bars=(*score.bars, *_bars(bar, section)))
        lanes = (_MELODY,) if section.degrees else (_CHORDS, _MELODY)
        if section.degrees:
            longer = longer.replace(chords=(*longer.chords, *_given(longer, section)))
        holes = frozenset((number, lane) for number in range(section.first, section.after) for lane in lanes)
        known = {self.plan.sections[one.model] for one in self.plan.sections if one.first < section.first}
        tries: list[tuple[float, Score, float]] = []
        while len(tries) < _TRIES and not (tries and tries[-1][0] <= _LIVELY):
            seeded = replace(sampling, seed=sampling.seed * 7 + len(tries))
            made, fit = self._drawn(longer, section, holes, seeded)
            tries.append((_dullness(made, section, known), made, fit))
        _, made, fit = min(tries, key=lambda one: one[0])
        return made, fit

    def _again(self, score: Score, bar: Bar, section: Section, sampling: Sampling) -> tuple[Score, float]:
        """Bring a section back, with its variation."""
        model = self.plan.sections[section.model]
        longer = _repeated(score.replace(bars=(*score.bars, *_bars(bar, section))), model, section)
        if section.degrees:
            longer = longer.replace(chords=(*score.chords, *_given(longer, section)))
        is_closed_anew = section.cadence != model.cadence or section.degrees != model.degrees
        anew = _varied(section, self.wish.variation, is_closed_anew, sampling.seed)
        holes = {(number, _MELODY) for number in anew}
        if is_closed_anew and not section.degrees:
            holes |= {(number, _CHORDS) for number in range(section.after - _CLOSE, section.after)}
        return self._drawn(longer, section, frozenset(holes), sampling) if holes else (longer, math.nan)

    def _drawn(self, score: Score, section: Section, holes: frozenset[Lane], sampling: Sampling) -> tuple[Score, float]:
        low, high = range_of(self.wish.melody, ())
        last = section.after - 1
        cadences = {} if section.degrees or (last, _CHORDS) not in holes else {last: section.cadence}
        ruled = narrowing(checked_rules(_RULES), Setting(score, holes, cadences))
        whole = between(low, high)
        guide = LineGuide(
            _MELODY, lambda *_: whole, _endings(score, section, whole, section == self.plan.sections[-1]),
            shortest=6, final=v.TICKS, repeats=3,
            room=lambda bar, ticks: 1 if ticks < 0 and bar == section.first else 1 << 12,
            must_sound=lambda bar, ticks: not ticks and bar in (section.first, last),
        )  # fmt: skip
        heads = {0: head_of(score.parts[0], score.key.tonic.pc, "mono", (low + high) // 2)}
        framing = _Framing(section, 2 if score.bars[-1].length >= _LONG else 4)
        narrow: tuple[Narrow, ...] = (RangeGuide(_MELODY, whole), guide, *ruled, framing)
        (offer,) = draw(self.engine, Rewriting(score, holes, heads=heads, narrow=narrow), 1, sampling)
        return offer.value, offer.fit


def _dullness(score: Score, section: Section, known: Iterable[Section]) -> float:
    """The share of a section's bars that were heard in it before, or that of those in common with another section."""
    bars = range(section.first, section.after)
    heard = [likeness(score, range(one, one + 1), range(other, other + 1)).bars for one, other in pairwise(bars)]
    own = sum(heard) / len(heard)
    others = (likeness(score, bars, range(one.first, one.after)) for one in known)
    return max([own, *((alike.bars + alike.rhythm * alike.intervals) / 2 for alike in others)])


def _mean(fits: Sequence[float]) -> float:
    known = [fit for fit in fits if not math.isnan(fit)]
    return sum(known) / len(known) if known else math.nan


def _bars(bar: Bar, section: Section) -> tuple[Bar, ...]:
    return (replace(bar, section=section.name), *(bar,) * (section.bars - 1))


def _given(score: Score, section: Section) -> list[ChordAt]:
    """The chords of a section whose form gives its harmony: sevenths on the degrees, as a blues has them."""
    key, starts = score.bars[section.first].key, score.bar_starts
    is_minor = key.mode in ("minor", "dorian", "phrygian", "locrian")
    found: list[ChordAt] = []
    for number, degree in enumerate(section.degrees):
        quality = "m7" if is_minor and degree != 5 else "7"
        chord = Chord(key.spell(key.tonic.pc + {1: 0, 4: 5, 5: 7}[degree]), quality)
        if not found or found[-1].chord != chord:
            found.append(ChordAt(starts[section.first + number], chord))
    return found


def _repeated(score: Score, model: Section, section: Section) -> Score:
    """Write the notes and chords of a section again where it comes back."""
    starts = score.bar_starts
    begin, end, shift = starts[model.first], starts[model.after], starts[section.first] - starts[model.first]
    notes = score.parts[0].notes
    moved = [replace(note, start=note.start + shift) for note in notes if begin <= note.start < end]
    chords = [replace(one, start=one.start + shift) for one in score.chords if begin <= one.start < end]
    part = replace(score.parts[0], notes=Notes.of([*notes, *moved]))
    return score.replace(parts=(part,), chords=(*score.chords, *chords))


def _varied(section: Section, share: float, is_closed_anew: bool, seed: int) -> list[int]:
    """The bars of a return that are written anew: its cadence where that changes, then bars late in their phrases.

    The first bar is kept as long as others are left, so that one hears what comes back.
    """
    count = round(share * section.bars)
    anew = list(range(section.after - _CLOSE, section.after)) if is_closed_anew else []
    draws = random.Random(seed)
    rest = [bar for bar in range(section.first, section.after) if bar not in anew]
    order = sorted(rest, key=lambda bar: (bar == section.first, -((bar - section.first) % 4), draws.random()))
    return sorted(anew + order[: max(0, count - len(anew))])


def _endings(score: Score, section: Section, whole: Pitches, is_last: bool) -> dict[int, Pitches]:
    """On what a section's melody ends: at the end the tonic, at a close its triad, where it is open the dominant's."""
    key = score.bars[section.after - 1].key
    scale = key.scale
    degrees = (4, 6, 1) if section.cadence == "half" else (0,) if is_last else (0, 2, 4)
    return {section.after - 1: whole & of_classes(frozenset(scale[step] for step in degrees))}


@dataclass
class _Framing:
    """A chord where the section begins, another one after two long bars at the latest, a melody in every bar."""

    section: Section
    most: int  # bars that a chord may last
    _root: int = field(default=-1, init=False)
    _since: int = field(default=0, init=False)

    def __call__(self, spot: Spot) -> int | None:
        """Return the tokens that may come; None where it does not matter."""
        state, bar = spot.state, spot.bar
        if state.phase == "quality" and spot.lane == _CHORDS:
            if spot.root != self._root:
                self._root, self._since = spot.root, bar
            return None
        is_due = bar == self.section.first or bar - self._since >= self.most
        legal = state.mask()
        if spot.lane == -1 and is_due and legal >> v.CHORD_LANE & 1:
            return 1 << v.CHORD_LANE
        if spot.lane == _CHORDS and is_due and state.phase == "chords" and state.is_entry:
            stale = 1 << v.ROOT.start + (self._root - state.tonic) % 12 if bar != self.section.first else 0
            return _ROOTS & ~stale
        # from here the bar could be left without its melody
        return ~_LEAVING if spot.lane <= _CHORDS and legal >> v.VOICE.start & 1 else None


# ---- what came


def _reasons(score: Score, planned: Plan, done: int) -> Iterator[str]:
    sections = planned.sections[:done]
    names = " ".join(section.name for section in sections)
    yield f"{planned.form}: {names}, {sections[-1].after} bars in {score.key}, {score.metre}"
    for place, section in enumerate(sections):
        if planned.returns(place):
            model = planned.sections[section.model]
            alike = likeness(score, range(model.first, model.after), range(section.first, section.after))
            same = round(alike.bars * section.bars)
            yield (
                f"{section.name} comes back in bars {section.first + 1} to {section.after}: {same} of {section.bars}"
                f" bars are the same, {alike.rhythm:.0%} of the rhythm"
            )
    for section in sections:
        kind = _heard_cadence(score, section)
        if kind:
            yield f"{kind} cadence in bar {section.after}"
    if done < len(planned.sections):
        yield f"stopped after bar {sections[-1].after} of {planned.bars}"


def _heard_cadence(score: Score, section: Section) -> str:
    """The cadence that the last two chords of a section make, as they are written."""
    end = score.bar_starts[section.after]
    chords = [one.chord for one in score.chords if one.start < end]
    return cadence_of(chords[-2], chords[-1], score.bars[section.after - 1].key) if len(chords) > 1 else ""
