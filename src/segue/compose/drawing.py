"""Drawing alternatives: the score model fills holes in a score, under the grammar, several times at once.

Every verb of the studio comes down to this. A long score is cut to excerpts around its holes; where the holes do not
fit into one, they are filled from left to right, each excerpt seeing what was drawn before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice

from segue.compose.excerpt import Said, said, windows
from segue.compose.holes import Drawn, Ground, check_holes, entering, put_in
from segue.compose.offer import Offer, check_count
from segue.errors import InputError
from segue.models.engine.generating import Request, generate_batch
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

SAMPLING = Sampling(temperature=0.9, top_p=0.97)
_ROWS = 8  # alternatives drawn in one batch: as many as share one reading of the weights
_AGAIN = 3  # times that alternatives equal to others are drawn anew
_NOT_SUNG = ~m.SYLLABLES
_NO_HOLD = ~m.bits(v.HOLD)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a token is to be drawn: the grammar's state, the bar of the score (from 0), the lane (0: the chords)."""

    state: grammar.State
    bar: int
    lane: int

    @property
    def offset(self) -> Fraction:
        """Where in the bar, in quarter notes."""
        return Fraction(self.state.pos, v.TICKS)


# Tokens that may come at a spot, one bit each (see `segue.music.language.masks`), or None for all that are legal.
Narrow = Callable[[Spot], "int | None"]


@dataclass(frozen=True)
class Rewriting:
    """What is to be drawn: a score and the holes in it.

    `style` tells the model another style than the score's. `heads` say how a part without notes is said (its kind,
    instrument and register, by its number from 0; see `excerpt.head_of`), else its program decides. `narrow` are rules
    of what may come, each left out where nothing legal would remain. `task` is "lead", or "harmonize" for chords after
    the voices of each bar.
    """

    score: Score
    holes: frozenset[Lane]
    style: str = ""
    heads: Mapping[int, Head] = field(default_factory=dict)
    narrow: tuple[Narrow, ...] = ()
    task: str = "lead"

    def __post_init__(self) -> None:
        check_holes(self.score, self.holes)
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
    """
    check_count(n)
    found: dict[int, Offer[Score]] = {}
    seeds = iter(range(sampling.seed, sampling.seed + n * (1 + _AGAIN)))
    for _ in range(1 + _AGAIN):
        wanted = list(islice(seeds, n - len(found)))
        for first in range(0, len(wanted), _ROWS):
            for offer in _drawn(engine, rewriting, wanted[first : first + _ROWS], sampling, progress):
                if all(offer.value != other.value for other in found.values()):
                    found[offer.seed] = offer
        if len(found) == n or sampling.temperature == 0:
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
) -> list[Offer[Score]]:
    ground = Ground.of(rewriting.score, rewriting.holes)
    making = [_Making(ground.score, seed) for seed in seeds]
    language = score_language(grammar.Limits(fill_in_range=True, masks=True))
    plan = windows(ground.score, rewriting.holes, rewriting.heads, engine.longest)
    done = 0
    for window in plan:
        requests, cuts = [], []
        for one in making:
            cut = said(_styled(one.score, rewriting.style), window, rewriting.heads, rewriting.task, engine.longest)
            allow = _allow(one.score, cut, rewriting.narrow)
            seed = replace(sampling, seed=one.seed)
            requests.append(Request(cut.prefix, engine.longest, None, seed, allow))
            cuts.append(cut)
        for one, cut, made in zip(making, cuts, generate_batch(engine, language, requests), strict=True):
            drawn = Drawn(decode(cut.prefix + made.tokens), cut.first, cut.voices, window.holes)
            one.score = put_in(one.score, drawn)
            one.logprobs += [each for each in made.logprobs if each < 0]
        done += len({bar for bar, _ in window.holes})
        if progress is not None:
            progress(done)
    return [Offer(ground.finished(one.score), _mean(one.logprobs), one.seed) for one in making]


def _mean(logprobs: Sequence[float]) -> float:
    return math.fsum(logprobs) / len(logprobs) if logprobs else math.nan


def _styled(score: Score, style: str) -> Score:
    return score.replace(style=style) if style else score


def _allow(score: Score, cut: Said, rules: Sequence[Narrow]) -> Allow:
    """What may fill the holes: a kept note rings on where one does, nothing is sung, then the rules.

    A rule that would leave nothing legal is left out at that spot.
    """
    rings = entering(score, cut.holes)
    hidden = frozenset(cut.holes)

    def allow(state: AnyState) -> tuple[int, ...] | None:
        if not isinstance(state, grammar.State) or not 0 <= state.fill < len(cut.holes):
            return None
        bar, lane = cut.holes[state.fill]
        left = state.mask()
        for mask in _kept(state, rings.get((bar, lane), 0), (bar - 1, lane) in hidden):
            left = left & mask or left
        spot = Spot(state, bar, lane)
        for rule in rules:
            narrowed = rule(spot)
            if narrowed is not None:
                left = left & narrowed or left
        return m.as_tuple(left)

    return allow


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


def _longest(mask: int) -> int:
    return mask.bit_length() - 1  # lengths ascend with the tokens' numbers
