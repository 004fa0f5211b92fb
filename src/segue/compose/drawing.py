"""Drawing alternatives: the score model fills holes in a score, under the grammar, several times at once.

Every verb of the studio comes down to this. A long score is cut to excerpts around its holes; where the holes do not
fit into one, they are filled from left to right, each excerpt seeing what was drawn before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice

from segue.compose.excerpt import Said, Window, said, windows
from segue.compose.holes import Drawn, Ground, check_holes, entering, put_in, sounding
from segue.compose.offer import Offer, check_count
from segue.compose.onward import Script, begun, is_onward, limits
from segue.errors import InputError, did_you_mean
from segue.models.engine.generating import Request, generate_batch
from segue.models.engine.grammar import Allow, Language
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
_ROWS = 8  # alternatives drawn in one batch: as many as share one reading of the weights
_AGAIN = 3  # times that alternatives equal to others are drawn anew
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


@dataclass(frozen=True, slots=True)
class Draws:
    """How many alternatives a verb offers, how they are drawn, and who is told how many bars are done."""

    n: int = 4
    sampling: Sampling = SAMPLING
    progress: Callable[[int], None] | None = None

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
) -> list[Offer[Score]]:
    """Fill the holes `n` times, the likeliest first; what is outside them stays as it was, to the note.

    Alternative i is drawn with the seed of `sampling` plus i; those equal to one before are drawn anew with further
    seeds, and left out if they still are. `progress` is told how many bars are done, where several excerpts are needed.
    Stopped by Ctrl-C between excerpts, what is done is returned; `Score.notice` says from which bar on nothing is new.
    """
    check_count(n)
    found: dict[int, Offer[Score]] = {}
    stopped = False
    seeds = iter(range(sampling.seed, sampling.seed + n * (1 + _AGAIN)))
    for _ in range(1 + _AGAIN):
        wanted = list(islice(seeds, n - len(found)))
        for first in range(0, len(wanted), _ROWS):
            made, stopped = _drawn(engine, rewriting, wanted[first : first + _ROWS], sampling, progress)
            for offer in made:
                if all(offer.value != other.value for other in found.values()):
                    found[offer.seed] = offer
            if stopped:
                break
        if stopped or len(found) == n or sampling.temperature == 0:
            break
    return sorted(found.values(), key=lambda offer: (-offer.fit, offer.seed))


def continued(score: Score, bars: int) -> tuple[Score, frozenset[int]]:
    """Return the score with empty bars behind it, in its last key and metre, and their numbers (from 0)."""
    if not 1 <= bars <= 1000:
        raise InputError(f"{bars} bars: 1 to 1,000 are accepted")
    if not score.bars:
        raise InputError(f"score {score.title!r} has no bars that could be continued")
    last = score.bars[-1]
    longer = score.replace(bars=(*score.bars, *(Bar(last.metre, last.key),) * bars))
    return longer, frozenset(range(len(score.bars), len(longer.bars)))


@dataclass
class _Making:
    """One alternative in the making."""

    score: Score
    seed: int
    logprobs: list[float] = field(default_factory=list)


def _drawn(
    engine: Engine,
    rewriting: Rewriting,
    seeds: Sequence[int],
    sampling: Sampling,
    progress: Callable[[int], None] | None,
) -> tuple[list[Offer[Score]], bool]:
    """Alternatives of these seeds, and whether they were stopped before all holes were filled."""
    ground = Ground.of(rewriting.score, rewriting.holes)
    making = [_Making(ground.score, seed) for seed in seeds]
    plan = windows(ground.score, rewriting.holes, rewriting.heads, engine.longest)
    filled = done = 0
    try:
        for window in plan:
            _fill(engine, rewriting, making, window, sampling)
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
    offers = [Offer(ground.finished(one.score), _mean(one.logprobs), one.seed) for one in making]
    return offers, filled < len(plan)


def _fill(engine: Engine, rewriting: Rewriting, making: Sequence[_Making], window: Window, sampling: Sampling) -> None:
    """Fill the holes of one window in every alternative."""
    asks = [_asked(engine, rewriting, one, window, sampling) for one in making]
    made = generate_batch(engine, asks[0].language, [ask.request for ask in asks])
    drawn = [
        Drawn(decode(ask.cut.prefix + tokens.tokens), ask.cut.first, ask.cut.voices, window.holes)
        for ask, tokens in zip(asks, made, strict=True)
    ]
    scores = [put_in(one.score, new) for one, new in zip(making, drawn, strict=True)]
    for one, score, new in zip(making, scores, made, strict=True):
        one.score = score
        one.logprobs += [each for each in new.logprobs if each < 0]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the engine for one window of one alternative."""

    cut: Said
    language: Language
    request: Request


def _asked(engine: Engine, rewriting: Rewriting, one: _Making, window: Window, sampling: Sampling) -> _Asked:
    score = one.score.replace(style=rewriting.style) if rewriting.style else one.score
    heads, rules = rewriting.heads, rewriting.narrow
    spoken = sounding(rewriting.score) & window.holes
    bars = None
    if is_onward(rewriting.score, window):
        cut = begun(score, window, heads, engine.longest)
        bounds, bars = limits(score, cut, rewriting.in_range), len({bar for bar, _ in window.holes})
        allow = _onward(Script(score, cut, heads, spoken), entering(score, cut.holes), rules)
    else:
        cut = said(score, window, heads, rewriting.task, engine.longest)
        bounds, allow = (
            grammar.Limits(fill_in_range=rewriting.in_range, masks=True),
            _filling(score, cut, spoken, rules),
        )
    request = Request(cut.prefix, engine.longest, bars, replace(sampling, seed=one.seed), allow)
    return _Asked(cut, score_language(bounds), request)


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
