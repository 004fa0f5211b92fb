"""The figures of a phrase model: what comes back, how even its ways are, and how near to people's its phrases."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from segue.compose.phrases.folder import Sampler
from segue.compose.phrases.learning import evaluate
from segue.compose.phrases.measures import distance, evenness, reconstruction
from segue.compose.phrases.network import PhraseNetwork
from segue.compose.phrases.phrase import Condition, Phrase, Place
from segue.compose.phrases.saying import Drawing, say_points
from segue.compose.phrases.space import draw_points, points_of, way
from segue.errors import InputError

_PATHS, _STEPS, _DRAWN, _JUDGED = 100, 8, 500, 1000
_SAMPLERS: tuple[Sampler, ...] = ("prior", "generator")


@dataclass(frozen=True)
class Figures:
    """What a phrase model reaches on phrases of two bars of tunes that it never saw.

    `notes` and `phrases`: shares that come back exactly from their points, `encoded`: notes from where the encoder puts
    them in one pass, before the steps of `placing`; `evenness` of ways between two of them (`measures.evenness`);
    `valid`: share of what is said on these ways, and drawn, that is a whole phrase; `prior` and `generator`: distances
    (`measures.distance`) of drawn phrases to held-out ones, `human` that of one half of the held-out ones to the other.
    """

    notes: float
    phrases: float
    encoded: float
    evenness: float
    valid: float
    prior: float
    generator: float
    human: float

    @property
    def sampler(self) -> Sampler:
        """What draws phrases that are nearer to people's."""
        return "generator" if self.generator <= self.prior else "prior"


def figures(network: PhraseNetwork, phrases: Sequence[Phrase], seed: int = 0) -> Figures:
    """Return the figures on held-out phrases of two bars, in the order in which they are given."""
    if len(phrases) < 2:
        raise InputError(f"{len(phrases)} held-out phrases: 2 at least are needed to measure on")
    judged = phrases[:_JUDGED]
    notes, whole = reconstruction(network, points_of(network, judged)[0], judged)
    encoded = evaluate(network, judged)
    paths = _paths(network, phrases)
    half = len(judged) // 2
    conditions = [phrase.condition for phrase in judged[:_DRAWN]]
    drawn = {
        name: say_points(network, draw_points(network, conditions, name, seed), conditions, Drawing(0.8, seed))
        for name in _SAMPLERS
    }
    said = [phrase for path in paths for phrase in path] + drawn["prior"] + drawn["generator"]
    return Figures(
        notes=notes,
        phrases=whole,
        encoded=encoded["notes"],
        evenness=statistics.fmean(map(evenness, paths)) if paths else 1.0,
        valid=sum(map(_is_whole, said)) / len(said),
        prior=distance(drawn["prior"], judged)["mean"],
        generator=distance(drawn["generator"], judged)["mean"],
        human=distance(judged[:half], judged[half:])["mean"],
    )


def _is_whole(phrase: Phrase) -> bool:
    """Whether a phrase is read as a score of its bars, each as long as its metre says."""
    score = phrase.score(Place())
    return len(score.bars) == phrase.bars and not any(bar.is_irregular for bar in score.bars)


def _paths(network: PhraseNetwork, phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    """Ways between held-out phrases of one condition, ends as the model says them."""
    waiting: dict[Condition, Phrase] = {}
    pairs: list[tuple[Phrase, Phrase]] = []
    for phrase in phrases:
        other = waiting.pop(phrase.condition, None)
        if other is None:
            waiting[phrase.condition] = phrase
        else:
            pairs.append((other, phrase))
    if not pairs:
        return []
    points: list[Tensor] = []
    conditions: list[Condition] = []
    for one, other in pairs[:_PATHS]:
        (first, last), _ = points_of(network, [one, other])
        points += [way(first, last, step / _STEPS) for step in range(_STEPS + 1)]
        conditions += [one.condition] * (_STEPS + 1)
    said = say_points(network, torch.stack(points), conditions)
    return [said[start : start + _STEPS + 1] for start in range(0, len(said), _STEPS + 1)]
