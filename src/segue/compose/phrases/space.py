"""The space of phrases for musicians: ways between two, variations of one, others like it, new ones in a style.

phrases = load_phrases()
phrases.between(a, b, steps=5)
phrases.vary(a, amount=0.3, n=4)
phrases.phrase("jig", key=Key.parse("D"), metre="6/8", bars=4)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from segue.compose.offer import check_count
from segue.compose.phrases.folder import Held, Sampler, load_phrase_model
from segue.compose.phrases.learning import PhraseBatch, collate
from segue.compose.phrases.network import PLACES, PhraseNetwork, inside_of
from segue.compose.phrases.phrase import BARS, Condition, Phrase, Place, condition, phrase_of
from segue.compose.phrases.placing import refined
from segue.compose.phrases.saying import GREEDY, Drawing, say_points
from segue.errors import InputError
from segue.music.key import Key
from segue.music.language import vocabulary as v
from segue.music.score import Score
from segue.tune.batches import to_device
from segue.tune.task import device_of

MOST_STEPS = 64
_LIKE = 0.8  # temperature of what is like another phrase, or new
_C = Key()


class Phrases:
    """A phrase model and what it does with scores of two or four bars: one voice, and chords above it."""

    def __init__(self, held: Held) -> None:
        self.network: PhraseNetwork = held.network
        self.sampler: Sampler = held.sampler

    def between(self, one: Score, other: Score, steps: int = 3) -> list[Score]:
        """Return `steps` phrases on the way from one to another, in the key, register and instrument of the first.

        Both have the same number of bars and the same metre. The ends themselves are not returned; style and mode
        change halfway.
        """
        if not 1 <= steps <= MOST_STEPS:
            raise InputError(f"{steps} steps between two phrases: 1 to {MOST_STEPS} are accepted")
        (mine, place), (theirs, _) = phrase_of(one), phrase_of(other)
        if (mine.bars, mine.metre) != (theirs.bars, theirs.metre):
            raise InputError(
                f"phrases of {mine.bars} and {theirs.bars} bars of {_metre(mine)} and {_metre(theirs)}: between two "
                "phrases of as many bars of the same metre there is a way"
            )
        points, _ = self._points([mine, theirs])
        ways = [number / (steps + 1) for number in range(1, steps + 1)]
        space = torch.stack([way(points[0], points[1], share) for share in ways])
        conditions = [(mine if share <= 0.5 else theirs).condition for share in ways]
        return self._scores(space, conditions, place, GREEDY)

    def vary(self, score: Score, amount: float = 0.5, n: int = 4, seed: int = 0) -> list[Score]:
        """Return n variations: the phrase's point moved at random by `amount` standard deviations of the prior.

        At 0 every one is the phrase as the model knows it, at 1 little of it may be left.
        """
        check_count(n)
        if not 0 <= amount <= 4:
            raise InputError(f"amount {amount}: 0 to 4 is accepted")
        phrase, place = phrase_of(score)
        points, _ = self._points([phrase])
        inside = inside_of(torch.tensor([phrase.condition])).unsqueeze(-1)
        space = points + amount * _normal((n, *points.shape[1:]), seed) * inside
        return self._scores(space, [phrase.condition] * n, place, GREEDY)

    def like(self, score: Score, n: int = 4, seed: int = 0) -> list[Score]:
        """Return n phrases like one: points drawn from where the model places it, said by chance."""
        check_count(n)
        phrase, place = phrase_of(score)
        points, spread = self._points([phrase])
        space = points + spread * _normal((n, *points.shape[1:]), seed)
        return self._scores(space, [phrase.condition] * n, place, Drawing(_LIKE, seed))

    def phrase(
        self,
        style: str = "unknown",
        *,
        key: Key = _C,
        metre: str = "4/4",
        bars: int = 2,
        n: int = 1,
        seed: int = 0,
        sampler: Sampler | None = None,
    ) -> list[Score]:
        """Return n new phrases of a style; `sampler` is the model's own choice if not named."""
        check_count(n)
        if bars not in BARS:
            raise InputError(f"a phrase of {bars} bars: 2 or 4 are accepted")
        asked = (*condition(style, key, metre), v.BAR.start + bars - 1)
        space = draw_points(self.network, [asked] * n, sampler or self.sampler, seed)
        return self._scores(space, [asked] * n, Place(key.tonic.pc), Drawing(_LIKE, seed))

    def _points(self, phrases: Sequence[Phrase]) -> tuple[Tensor, Tensor]:
        """Means and standard deviations (n, PLACES, place) of phrases in the space."""
        return points_of(self.network, phrases)

    def _scores(self, space: Tensor, conditions: Sequence[Condition], place: Place, drawing: Drawing) -> list[Score]:
        return [phrase.score(place) for phrase in say_points(self.network, space, conditions, drawing)]


def points_of(network: PhraseNetwork, phrases: Sequence[Phrase]) -> tuple[Tensor, Tensor]:
    """Return points, and standard deviations about them (n, PLACES, place), of phrases in the space; 0 where a phrase
    has no bar. The points are where the decoder says the phrases, near the means that the encoder gives."""
    batch: PhraseBatch = to_device(collate(network, phrases), device_of(network))
    with torch.no_grad():
        mu, logvar = network.encode(batch.ids, batch.places, batch.is_token)
    inside = inside_of(batch.condition).unsqueeze(-1)
    return refined(network, batch, mu * inside), (0.5 * logvar).exp() * inside


def draw_points(network: PhraseNetwork, conditions: Sequence[Condition], sampler: Sampler, seed: int) -> Tensor:
    """Return a point (n, PLACES, place) for each condition, from the standard normal prior or from the generator."""
    device = device_of(network)
    told = torch.tensor(conditions, device=device)
    if sampler == "prior":
        noise = _normal((len(conditions), PLACES, network.config.place), seed).to(device)
        return noise * inside_of(told).unsqueeze(-1)
    with torch.no_grad():
        return network.dream(_normal((len(conditions), network.config.noise), seed).to(device), told)


def way(one: Tensor, other: Tensor, share: float) -> Tensor:
    """Return the point (PLACES, place) at a share of the way between two, along an arc in each place.

    sin((1 - s) w) / sin(w) a + sin(s w) / sin(w) b with the angle w between a and b (Shoemake 1985); straight where
    they have no angle.
    """
    product = (one * other).sum(-1, keepdim=True)
    sizes = one.norm(dim=-1, keepdim=True) * other.norm(dim=-1, keepdim=True)
    angle = torch.acos((product / sizes.clamp(min=1e-9)).clamp(-1, 1))
    is_arc = angle.sin() > 1e-3
    sine = torch.where(is_arc, angle.sin(), torch.ones_like(angle))
    arc = (torch.sin((1 - share) * angle) * one + torch.sin(share * angle) * other) / sine
    return torch.where(is_arc, arc, (1 - share) * one + share * other)


def _normal(shape: Sequence[int], seed: int) -> Tensor:
    return torch.randn(tuple(shape), generator=torch.Generator().manual_seed(seed))


def _metre(phrase: Phrase) -> str:
    return v.TOKENS[phrase.metre].removeprefix("metre:")


@cache
def load_phrases(folder: Path | None = None) -> Phrases:
    """Load a phrase model, once; without a folder the one that Segue brings along. Errors as `load_phrase_model`."""
    return Phrases(load_phrase_model(folder))
