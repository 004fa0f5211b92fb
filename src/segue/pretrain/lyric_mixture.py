"""The n-gram beside a lyric model: counted on train, its share chosen on valid, and what both say of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch

from segue.models.lyrics.ngrams import ORDER, NGrams, Told, kind_of
from segue.models.lyrics.room import Room
from segue.models.lyrics.vocabulary import LETTERS, LyricVocabulary
from segue.models.score.network import ScoreModel

_CHOSEN_ON = 40_000  # tokens of valid by which the shares are chosen, at most
_LEAST = 1e-30


def count_ngrams(vocabulary: LyricVocabulary, windows: Sequence[Sequence[int]], spellings: Iterable[str]) -> NGrams:
    """Count the windows of the train part, and the spellings of words that are no items: letters of words to come."""
    spelled = (word for word in spellings if word not in vocabulary.numbers and set(word) <= set(LETTERS))
    return NGrams.of([*windows, *(vocabulary.line_body([word]) for word in spelled)], vocabulary.size)


def choose_shares(ngrams: NGrams, model: ScoreModel, room: Room, windows: Sequence[Sequence[int]]) -> NGrams:
    """Choose the share of the network on windows of the valid part, evenly taken from all of them."""
    tokens = sum(map(len, windows))
    rows = [told(ngrams, model, room, window) for window in windows[:: max(-(-tokens // _CHOSEN_ON), 1)]]
    fields = ("network", "own", "known", "kinds")
    return ngrams.with_shares(Told(*(np.concatenate([getattr(row, name) for row in rows]) for name in fields)))


def told(ngrams: NGrams, model: ScoreModel, room: Room, window: Sequence[int]) -> Told:
    """Return what both say of each token of a window but the first, among those that may stand there."""
    with torch.no_grad():
        logits = model.logits(model.hidden(torch.tensor([window[:-1]])))[0].float()
    said = logits.softmax(-1).numpy()
    network, own, knowns = [], [], []
    for place, (row, legal, token) in enumerate(zip(said, room.after(window[:-1]), window[1:], strict=True)):
        p, known = ngrams.after(window[max(place + 2 - ORDER, 0) : place + 1])
        is_legal = bool(legal[token])  # else the text breaks its own length: then all may stand there
        network.append(row[token] / max(float(row[legal].sum()), _LEAST) if is_legal else row[token])
        own.append(p[token] / max(float(p[legal].sum()), _LEAST) if is_legal else p[token])
        knowns.append(known)
    kinds = np.array([kind_of(token) for token in window[:-1]], dtype=np.int64)
    return Told(np.array(network, np.float64), np.array(own, np.float64), np.array(knowns, np.int64), kinds)
