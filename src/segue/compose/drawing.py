"""Drawing alternatives: the score model fills holes in a score, under the grammar, several times at once.

Every verb of the studio comes down to this. A long score is cut to excerpts around its holes; where the holes do not
fit into one, they are filled from left to right, each excerpt seeing what was drawn before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from itertools import islice

from segue.compose.excerpt import Said, Window, said, windows
from segue.compose.holes import Drawn, Ground, check_holes, entering, put_in, sounding
from segue.compose.offer import Offer, check_count
from segue.compose.onward import Script, begun, is_onward, limits
from segue.errors import InputError, did_you_mean
from segue.models.engine.generating import Request, stream_batch
from segue.models.engine.grammar import Allow
from segue.models.engine.grammar import State as AnyState
from segue.models.engine.language import score_language
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.language import grammar
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import Lane
from segue.music.language.layout import Head
from segue.music.score import Bar, Score
from segue.music.styles import STYLES

SAMPLING = Sampling(temperature=0.9, top_p=0.97)
ROWS = 8  # alternatives drawn in one batch: as many as share one reading of the weights
_AGAIN = 3  # times that alternatives equal to others are drawn anew
_language = lru_cache(maxsize=64)(score_language)  # kept, since it remembers legal sets
_NOT_SUNG = ~m.SYLLABLES
_NO_HOLD = ~m.bits(v.HOLD)
_NOT_SILENT = ~(1 << v.SILENT)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a token is to be drawn: the grammar's state, the bar of the score (from 0), the lane (0: the chords).

    Where bars are drawn in their place the lane is -1 between lanes: there a rule may ask for a lane, or forbid it.
    """

    state: grammar.State
    bar: int
    lane: int

    @property
    def offset(self) -> Fraction:
        """Where in the bar, in quarter notes."""
        return Fraction(self.state.pos, v.TICKS)

    @property
    def root(self) -> int:
        """The root of a chord whose quality is to be drawn, as a pitch class."""
        return (self.state.at - v.ROOT.start + self.state.tonic) % 12


@dataclass(frozen=True)
class Glimpse:
    """A bar (from 0) that was just drawn, and the seed of the alternative that it belongs to.

    Where it is drawn once more (a dull section, an alternative equal to another), a later glimpse takes its place.
    """

    seed: int
    bar: int
    make: Callable[[], Score]

    @cached_property
    def score(self) -> Score:
        """The alternative so far: its holes filled up to this bar, the others as they were; made when asked for."""
        return self.make()


Seen = Callable[[Glimpse], None]


@dataclass(frozen=True, slots=True)
class Draws:
    """How many alternatives a verb offers, how they are drawn, who is told how many bars are done, who sees each."""

    n: int = 4
    sampling: Sampling = SAMPLING
    progress: Callable[[int], None] | None = None
    seen: Seen | None = None

    def __post_init__(self) -> None:
        check_count(self.n)


DRAWS = Draws()

# Tokens that may come at a spot, one bit each (see `segue.music.language.masks`), or None for all that are legal.
Narrow = Callable[[Spot], "int | None"]


@dataclass(frozen=True)
class Rewriting:
    """What is to be drawn: a score and the holes in it.

    `style` tells the model another style than the score's. `heads` say how a part without notes is said (its kind,
    instrument and register, by its number from 0; see `excerpt.head_of`), else its program decides. `narrow` are rules
    of what may come, each left out where nothing legal would remain. `task` is "lead", or "harmonize" for chords after
    the voices of each bar. `in_range` keeps what is drawn within the range of its instrument.
    """

    score: Score
    holes: frozenset[Lane]
    style: str = ""
    heads: Mapping[int, Head] = field(default_factory=dict)
    narrow: tuple[Narrow, ...] = ()
    task: str = "lead"
    in_range: bool = True

    def __post_init__(self) -> None:
        check_holes(self.score, self.holes)
        if self.style and self.style not in STYLES:
            raise InputError(f"style {self.style!r} is none of {', '.join(STYLES)}{did_you_mean(self.style, STYLES)}")
        if self.task not in ("lead", "harmonize"):
            raise InputError(f"task {self.task!r} is none of lead, harmonize")


def draw(
    engine: Engine,
    rewriting: Rewriting,
    n: int = 4,
    sampling: Sampling = SAMPLING,
    progress: Callable[[int], None] | None = None,
    seen: Seen | None = None,
    *,
    is_distinct: bool = True,
) -> list[Offer[Score]]:
    """Fill the holes `n` times, the likeliest first; what is outside them stays as it was, to the note.

    Alternative i is drawn with the seed of `sampling` plus i; those equal to one before are drawn anew with further
    seeds, and left out if they still are, unless `is_distinct` is false: then each is one vote for what the model takes
    for likely. `progress` is told how many bars are done, on the mean of all alternatives, `seen` is shown each bar of
    each alternative as soon as it is drawn.
    Ctrl-C keeps the alternatives that are done; where none is, those that were begun, as far as their excerpts are
    filled: `Score.notice` says from which bar on nothing is new.
    """
    check_count(n)
    found: dict[int, Offer[Score]] = {}
    stopped = False
    seeds = iter(range(sampling.seed, sampling.seed + n * (1 + _AGAIN)))
    for _ in range(1 + _AGAIN):
        wanted = list(islice(seeds, n - len(found)))
        for first in range(0, len(wanted), ROWS):
            here = [replace(sampling, seed=seed) for seed in wanted[first : first + ROWS]]
            share = _shared(progress, rewriting.holes, (first, len(here), n)) if len(wanted) == n else None
            try:
                made, stopped = _drawn(engine, rewriting, here, share, seen)
            except KeyboardInterrupt:
                if not found:
                    raise
                made, stopped = [], True
            for offer in made if not (stopped and found) else ():
                if not is_distinct or all(offer.value != other.value for other in found.values()):
                    found[offer.seed] = offer
            if stopped:
                break
        if stopped or len(found) == n or sampling.temperature == 0:
            break
    return sorted(found.values(), key=lambda offer: (-offer.fit, offer.seed))


def _shared(
    progress: Callable[[int], None] | None, holes: frozenset[Lane], rows: tuple[int, int, int]
) -> Callable[[int], None] | None:
    """Tell bars as a share of all alternatives: some are done, some are in the making, of so many."""
    if progress is None:
        return None
    (done, making, all_rows), bars, tell = rows, len({bar for bar, _ in holes}), progress
    return lambda filled: tell((done * bars + making * filled) // all_rows)


def continued(score: Score, bars: int) -> tuple[Score, frozenset[int]]:
    """Return the score with empty bars behind it, in its last key and metre, and their numbers (from 0)."""
    if not 1 <= bars <= 1000:
        raise InputError(f"{bars} bars: 1 to 1,000 are accepted")
    if not score.bars:
        raise InputError(f"score {score.title!r} has no bars that could be continued")
    last = score.bars[-1]
    longer = score.replace(bars=(*score.bars, *(Bar(last.metre, last.key),) * bars))
    return longer, frozenset(range(len(score.bars), len(longer.bars)))


@dataclass(frozen=True)
class Ask:
    """Holes to be filled once, with a sampling, and who sees each bar of it."""

    rewriting: Rewriting
    sampling: Sampling = SAMPLING
    seen: Seen | None = None


def draw_each(engine: Engine, asks: Sequence[Ask]) -> list[Offer[Score]]:
    """Fill the holes of several scores, each once and as it would be alone, all together; offers in their order."""
    making = [_Making(ask, Ground.of(ask.rewriting.score, ask.rewriting.holes)) for ask in asks]
    plans = [_windows(engine, one) for one in making]
    for step in range(max(map(len, plans), default=0)):
        _fill(engine, [(one, plan[step]) for one, plan in zip(making, plans, strict=True) if step < len(plan)])
    return [one.offer() for one in making]


class _Making:
    """One alternative in the making."""

    def __init__(self, ask: Ask, ground: Ground) -> None:
        self.ask, self.ground, self.score = ask, ground, ground.score
        self.logprobs: list[float] = []

    def offer(self) -> Offer[Score]:
        return Offer(self.ground.finished(self.score), _mean(self.logprobs), self.ask.sampling.seed)


def _windows(engine: Engine, one: _Making) -> list[Window]:
    return windows(one.ground.score, one.ask.rewriting.holes, one.ask.rewriting.heads, engine.longest)


def _drawn(
    engine: Engine,
    rewriting: Rewriting,
    samplings: Sequence[Sampling],
    progress: Callable[[int], None] | None,
    seen: Seen | None,
) -> tuple[list[Offer[Score]], bool]:
    """Alternatives by these samplings, and whether they were stopped before all holes were filled."""
    ground = Ground.of(rewriting.score, rewriting.holes)
    making = [_Making(Ask(rewriting, sampling, seen), ground) for sampling in samplings]
    plan = _windows(engine, making[0])
    filled = done = 0
    try:
        for window in plan:
            _fill(engine, [(one, window) for one in making])
            filled, done = filled + 1, done + len({bar for bar, _ in window.holes})
            if progress is not None:
                progress(done)
    except KeyboardInterrupt:
        if not filled:
            raise
    for window in plan[filled : filled + 1]:
        told = f"stopped: nothing is new from bar {min(window.holes)[0] + 1} on"
        for one in making:
            one.score = one.score.replace(notice=(*one.score.notice, told))
    return [one.offer() for one in making], filled < len(plan)


def _fill(engine: Engine, work: Sequence[tuple[_Making, Window]]) -> None:
    """Fill the holes of one window in each alternative."""
    together: dict[grammar.Limits, list[_Asked]] = {}
    for one, window in work:
        bounds, asked = _asked(engine, one, window)
        together.setdefault(bounds, []).append(asked)
    filled: list[tuple[_Asked, Score, list[float]]] = []
    for bounds, asks in together.items():
        tokens: list[tuple[int, ...]] = [()] * len(asks)
        logprobs: list[list[float]] = [[] for _ in asks]
        for place, bar in stream_batch(engine, _language(bounds), [ask.request for ask in asks]):
            tokens[place] += bar.tokens
            logprobs[place] += [each for each in bar.logprobs if each < 0]
            asks[place].show(tokens[place], bar.number)
        filled += [(ask, ask.filled(tokens[place]), logprobs[place]) for place, ask in enumerate(asks)]
    for ask, score, values in filled:  # all or none, if Ctrl-C comes
        ask.one.score = score
        ask.one.logprobs += values


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the engine for one window of one alternative."""

    one: _Making
    score: Score  # before anything is filled
    cut: Said
    bars: tuple[int, ...]  # that have holes
    request: Request

    def filled(self, tokens: tuple[int, ...], last: int | None = None) -> Score:
        """The score with what is drawn put in, in all its holes or up to a bar."""
        holes = frozenset(hole for hole in self.cut.holes if last is None or hole[0] <= last)
        drawn = Drawn(decode(self.cut.prefix + tokens), self.cut.first, self.cut.voices, holes)
        return put_in(self.score, drawn)

    def show(self, tokens: tuple[int, ...], count: int) -> None:
        """Show the last of so many bars to who wants to see it."""
        ask = self.one.ask
        if ask.seen is not None and 0 < count <= len(self.bars):
            bar = self.bars[count - 1]
            ask.seen(Glimpse(ask.sampling.seed, bar, partial(self._so_far, tokens, bar)))

    def _so_far(self, tokens: tuple[int, ...], last: int) -> Score:
        return self.one.ground.finished(self.filled(tokens, last))


def _asked(engine: Engine, one: _Making, window: Window) -> tuple[grammar.Limits, _Asked]:
    rewriting = one.ask.rewriting
    score = one.score.replace(style=rewriting.style) if rewriting.style else one.score
    heads, rules = rewriting.heads, rewriting.narrow
    spoken = sounding(rewriting.score) & window.holes
    numbers = tuple(sorted({bar for bar, _ in window.holes}))
    bars = None
    if is_onward(rewriting.score, window):
        cut = begun(score, window, heads, engine.longest)
        bounds, bars = limits(score, cut, rewriting.in_range), len(numbers)
        allow = _onward(Script(score, cut, heads, spoken), entering(score, cut.holes), rules)
    else:
        cut = said(score, window, heads, rewriting.task, engine.longest)
        bounds, allow = (
            grammar.Limits(fill_in_range=rewriting.in_range, masks=True),
            _filling(score, cut, spoken, rules),
        )
    request = Request(cut.prefix, engine.longest, bars, one.ask.sampling, allow)
    return bounds, _Asked(one, one.score, cut, numbers, request)


def _mean(logprobs: Sequence[float]) -> float:
    return math.fsum(logprobs) / len(logprobs) if logprobs else math.nan


def _filling(score: Score, cut: Said, spoken: frozenset[Lane], rules: Sequence[Narrow]) -> Allow:
    """What may fill holes said at the end: a kept note rings on where one does, nothing is sung, then the rules.

    Holes that are `spoken` do not fall silent.
    """
    rings = entering(score, cut.holes)
    hidden = frozenset(cut.holes)

    def allow(state: AnyState) -> tuple[int, ...] | None:
        if not isinstance(state, grammar.State) or not 0 <= state.fill < len(cut.holes):
            return None
        bar, lane = cut.holes[state.fill]
        kept = _kept(state, rings.get((bar, lane), 0), (bar - 1, lane) in hidden)
        silent = (_NOT_SILENT, _not_resting(state)) if (bar, lane) in spoken else ()
        return _narrowed(Spot(state, bar, lane), (*kept, *silent), rules)

    return allow


def _onward(script: Script, rings: Mapping[Lane, int], rules: Sequence[Narrow]) -> Allow:
    """What may fill bars in their place: what their signs say, and the same as at the end."""

    def allow(state: AnyState) -> tuple[int, ...] | None:
        if not isinstance(state, grammar.State):
            return None
        place, mask = script.place(state), script.mask(state)
        if place is None:
            return m.as_tuple(state.mask() & mask)
        kept = _kept(state, rings.get(place, 0), place[0] > script.begin)
        silent = (_not_resting(state),) if place in script.spoken else ()
        return _narrowed(Spot(state, *place), (mask, *kept, *silent), rules)

    return allow


def _narrowed(spot: Spot, kept: Iterable[int], rules: Sequence[Narrow]) -> tuple[int, ...]:
    """The legal tokens that masks and rules leave; each is left out where it would leave none."""
    left = spot.state.mask()
    for mask in kept:
        left = left & mask or left
    for rule in rules:
        narrowed = rule(spot)
        if narrowed is not None:
            left = left & narrowed or left
    return m.as_tuple(left)


def _kept(state: grammar.State, ring: int, follows_hole: bool) -> Iterator[int]:
    """Masks that keep what lies before a hole: the note that rings into it for `ring` ticks goes on so long."""
    yield _NOT_SUNG
    if state.phase != "mono":
        return
    if state.pos < ring:
        left = ring - state.pos
        yield m.bits((_longest(m.holds(left)),))
        yield m.bits((_longest(m.rests(left)),))
    elif state.pos == ring and not (follows_hole and state.is_entry):
        yield _NO_HOLD


def _not_resting(state: grammar.State) -> int:
    """All tokens but a rest that lasts the whole bar."""
    return ~m.rests(state.bar_ticks) | m.rests(state.bar_ticks - 1) if state.phase == "mono" and not state.pos else -1


def _longest(mask: int) -> int:
    return mask.bit_length() - 1  # lengths ascend with the tokens' numbers
