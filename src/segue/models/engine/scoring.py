"""How probable given tokens are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.models.engine.grammar import Language
from segue.models.engine.protocol import Engine


def score(
    engine: Engine, tokens: Sequence[int], given: int = 1, language: Language | None = None
) -> NDArray[np.float64]:
    """Return the log-probability in nats of each token after the first `given` ones, (T - given,).

    With a language, probabilities are shares among what its grammar accepts, as in generating; without one, among the
    whole vocabulary. InputError where a token is not legal, or where there are more than the model sees at once.
    """
    if not 1 <= given <= len(tokens):
        raise InputError(f"given {given} must be from 1 to the number of tokens, {len(tokens)}")
    if given == len(tokens):
        return np.zeros(0)
    logits = engine.open().feed_each(0, tokens[:-1])[given - 1 :].astype(np.float64)
    wanted = logits[np.arange(len(logits)), np.asarray(tokens[given:])]
    if language is None:
        return wanted - _log_sum(logits)
    state, sums = language.start(), np.empty(len(logits))
    for place, token in enumerate(tokens):
        if place >= given:
            sums[place - given] = _log_sum(logits[place - given, language.sets.tokens(state)])
        state = state.advance(token)
    return wanted - sums


def _log_sum(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """log(sum(exp)) over the last axis."""
    most = logits.max(-1)
    return np.asarray(most + np.log(np.exp(logits - most[..., None]).sum(-1)))
