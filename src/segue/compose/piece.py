"""Whole pieces by a plan of form: sections drawn in turn or brought back with a variation, each with its cadence."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from segue.compose.arrange import arrange
from segue.compose.drawing import SAMPLING, Ask, Glimpse, Narrow, Rewriting, Seen, draw_each
from segue.compose.excerpt import head_of
from segue.compose.forms import Plan, Section, plan
from segue.compose.guides import LineGuide, RangeGuide, between
from segue.compose.likeness import likeness
from segue.compose.melody import MelodyWish, range_of
from segue.compose.offer import Offer
from segue.compose.roles import check_parts, check_style
from segue.compose.section_parts import CLOSE, Framing, endings, given_chords, repeated, varied
from segue.compose.stretches import Told, in_batches, silent
from segue.compose.theory import Setting, checked_rules, narrowing
from segue.errors import InputError
from segue.models.engine.generating import Request, generate_batch
from segue.models.engine.grammar import State as AnyState
from segue.models.engine.language import score_language
from segue.models.engine.piece import Wish
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.cadence import cadence_of
from segue.music.key import Key
from segue.music.language import grammar
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import Lane
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, Part, Score

_CHORDS, _MELODY = 0, 1  # lanes
_TRIES, _LIVELY = 3, 0.3  # of drawing a new section; how dull the first may be that is taken
_LONG = 3  # quarter notes of a bar in which a chord may last two bars; in a shorter one four
_HEADER = 7  # tokens before the voices
_RULES = ("chord-scale", "cadences", "on-beats")


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
    seen: Seen | None = None,
) -> list[Offer[Score]]:
    """Write pieces by a plan, `n` of them at once, the likeliest first; the same seed gives the same piece.

    Chords and melody of a new section are drawn bar by bar; a section that comes back is the same but for the bars of
    its variation and, where it ends otherwise, its last two. Each ends with its cadence, the last on the tonic. `told`
    hears how many bars are done in all pieces, `seen` is shown each bar as soon as it is drawn (a section found dull is
    drawn once more); Ctrl-C keeps the sections that are done.
    """
    wish = wish or PieceWish()
    planned = plan(wish.form, wish.bars)

    def written(seeds: Sequence[int]) -> tuple[list[Offer[Score]], bool]:
        samplings = [replace(sampling, seed=seed) for seed in seeds]
        offers = _together(engine, wish, planned, samplings, (told, seen))
        if not wish.parts or len(offers[0].value.bars) < planned.bars:
            return offers, len(offers[0].value.bars) < planned.bars
        return with_parts(engine, wish.parts, offers, samplings, told)

    return in_batches(n, sampling.seed, written)


def _together(
    engine: Engine, wish: PieceWish, planned: Plan, samplings: Sequence[Sampling], heard: tuple[Told, Seen | None]
) -> list[Offer[Score]]:
    """Write pieces side by side, so that the engine draws for all of them at once; Ctrl-C keeps whole sections."""
    told, seen = heard
    writings = [_Writing(wish, planned, sampling, seen) for sampling in samplings]
    begun = [writing.begun(head) for writing, head in zip(writings, _headers(engine, wish, samplings), strict=True)]
    made: list[_Made] = [_Made(score) for score, _ in begun]
    done = 0
    try:
        told("sections", 0, planned.bars)
        for place, section in enumerate(planned.sections):
            steps = [
                writing.section(one.score, bar, place)
                for writing, one, (_, bar) in zip(writings, made, begun, strict=True)
            ]
            made = [one.and_then(*drawn) for one, drawn in zip(made, _in_step(engine, steps), strict=True)]
            done = place + 1
            told("sections", section.after, planned.bars)
    except KeyboardInterrupt:
        if not done:
            raise
    return [
        Offer(one.score, _mean(one.fits), sampling.seed, tuple(_reasons(one.score, planned, done)))
        for one, sampling in zip(made, samplings, strict=True)
    ]


def _headers(engine: Engine, wish: PieceWish, samplings: Sequence[Sampling]) -> list[Score]:
    """Scores of one bar that say style, key, metre and tempo, as wished, else as the model likes."""
    fields = wish.header().fields()

    def allow(state: AnyState) -> tuple[int, ...] | None:
        wanted = fields.get(len(state.head)) if isinstance(state, grammar.State) else None
        return None if wanted is None else (wanted,)

    prefix = (v.ID["task:lead"], v.ID["source:notated"])
    requests = [Request(prefix, _HEADER - len(prefix), None, sampling, allow) for sampling in samplings]
    made = generate_batch(engine, score_language(), requests)
    return [decode((*prefix, *one.tokens, v.BAR.start)) for one in made]


def _in_step(engine: Engine, steps: Sequence[_Step]) -> list[_Drawn]:
    """Run steps side by side: what each asks for next is drawn for all at once."""
    found: dict[int, _Drawn] = {}
    offers: dict[int, Offer[Score] | None] = dict.fromkeys(range(len(steps)))
    while offers:
        asks: dict[int, Ask] = {}
        for place, offer in offers.items():
            try:
                asks[place] = next(steps[place]) if offer is None else steps[place].send(offer)
            except StopIteration as ended:
                found[place] = ended.value
        offers = dict(zip(asks, draw_each(engine, list(asks.values())), strict=True))
    return [found[place] for place in range(len(steps))]


def with_parts(
    engine: Engine,
    parts: Sequence[str],
    offers: Sequence[Offer[Score]],
    samplings: Sequence[Sampling],
    told: Told = silent,
) -> tuple[list[Offer[Score]], bool]:
    """Return pieces with parts arranged to them ("style": those of their style), and whether Ctrl-C came.

    If it did, those are returned that have some parts by then.
    """
    parts = () if tuple(parts) == ("style",) else parts
    found: list[Offer[Score]] = []
    try:
        for offer, sampling in zip(offers, samplings, strict=True):
            (arranged,) = arrange(engine, offer.value, parts=parts, sampling=sampling, told=told)
            fit = (offer.fit + arranged.fit) / 2
            found.append(Offer(arranged.value, fit, offer.seed, (*offer.reasons, *arranged.reasons)))
            if any(reason.startswith("stopped") for reason in arranged.reasons):
                return found, True
    except KeyboardInterrupt:
        if not found:
            raise
        return found, True
    return found, False


_Drawn = tuple[Score, float]  # what is written, and the mean log-probability of what was drawn last
_Step = Generator[Ask, Offer[Score], _Drawn]  # asks for something to be drawn, is sent it, and gives what it made of it


@dataclass(frozen=True)
class _Made:
    """A piece as far as it goes, and the fit of each section."""

    score: Score
    fits: tuple[float, ...] = ()

    def and_then(self, score: Score, fit: float) -> _Made:
        return _Made(score, (*self.fits, fit))


@dataclass(frozen=True)
class _Writing:
    """One piece in the making."""

    wish: PieceWish
    plan: Plan
    sampling: Sampling
    seen: Seen | None

    def begun(self, head: Score) -> tuple[Score, Bar]:
        """A score without bars that says style, tempo and the melody's part, and what each bar is like."""
        part = Part(Notes.of(()), "Melody", self.wish.melody.player.program)
        first = head.bars[0]
        return Score((part,), tempos=head.tempos, style=head.style), Bar(first.metre, self.wish.key or first.key)

    def section(self, score: Score, bar: Bar, place: int) -> _Step:
        """Write the next section."""
        sampling = replace(self.sampling, seed=self.sampling.seed * 131 + place)
        writes = self._again if self.plan.returns(place) else self._new
        return writes(score, bar, self.plan.sections[place], sampling)

    # ---- sections

    def _new(self, score: Score, bar: Bar, section: Section, sampling: Sampling) -> _Step:
        """Go on with a section that was not heard yet; the liveliest and least like those before it of some tries."""
        longer = score.replace(bars=(*score.bars, *_bars(bar, section)))
        lanes = (_MELODY,) if section.degrees else (_CHORDS, _MELODY)
        if section.degrees:
            longer = longer.replace(chords=(*longer.chords, *given_chords(longer, section)))
        holes = frozenset((number, lane) for number in range(section.first, section.after) for lane in lanes)
        known = {self.plan.sections[one.model] for one in self.plan.sections if one.first < section.first}
        tries: list[tuple[float, Score, float]] = []
        while len(tries) < _TRIES and not (tries and tries[-1][0] <= _LIVELY):
            seeded = replace(sampling, seed=sampling.seed * 7 + len(tries))
            offer = yield self._asked(longer, section, holes, seeded)
            tries.append((_dullness(offer.value, section, known), offer.value, offer.fit))
        _, made, fit = min(tries, key=lambda one: one[0])
        return made, fit

    def _again(self, score: Score, bar: Bar, section: Section, sampling: Sampling) -> _Step:
        """Bring a section back, with its variation."""
        model = self.plan.sections[section.model]
        longer = repeated(score.replace(bars=(*score.bars, *_bars(bar, section))), model, section)
        if section.degrees:
            longer = longer.replace(chords=(*score.chords, *given_chords(longer, section)))
        is_closed_anew = section.cadence != model.cadence or section.degrees != model.degrees
        anew = varied(section, self.wish.variation, is_closed_anew, sampling.seed)
        holes = {(number, _MELODY) for number in anew}
        if is_closed_anew and not section.degrees:
            holes |= {(number, _CHORDS) for number in range(section.after - CLOSE, section.after)}
        if not holes:
            return longer, math.nan
        offer = yield self._asked(longer, section, frozenset(holes), sampling)
        return offer.value, offer.fit

    def _asked(self, score: Score, section: Section, holes: frozenset[Lane], sampling: Sampling) -> Ask:
        low, high = range_of(self.wish.melody, ())
        last = section.after - 1
        cadences = {} if section.degrees or (last, _CHORDS) not in holes else {last: section.cadence}
        ruled = narrowing(checked_rules(_RULES), Setting(score, holes, cadences))
        whole = between(low, high)
        guide = LineGuide(
            _MELODY, lambda *_: whole, endings(score, section, whole, section == self.plan.sections[-1]),
            shortest=6, final=v.TICKS, repeats=3,
            room=lambda bar, ticks: 1 if ticks < 0 and bar == section.first else 1 << 12,
            must_sound=lambda bar, ticks: not ticks and bar in (section.first, last),
        )  # fmt: skip
        heads = {0: head_of(score.parts[0], score.key.tonic.pc, "mono", (low + high) // 2)}
        framing = Framing(section, 2 if score.bars[-1].length >= _LONG else 4)
        narrow: tuple[Narrow, ...] = (RangeGuide(_MELODY, whole), guide, *ruled, framing)
        return Ask(Rewriting(score, holes, heads=heads, narrow=narrow), sampling, self._shown)

    def _shown(self, glimpse: Glimpse) -> None:
        if self.seen is not None:
            self.seen(replace(glimpse, seed=self.sampling.seed))


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
