"""The plain form of the task: history and song as one text, read by the backbone with a classification head.

It is slow (every pair is a text of its own) and works for any backbone, GPT-class ones too: the song stands last,
where a model that reads from left to right has seen the history.
"""

from __future__ import annotations

import numpy as np

from segue.errors import InputError
from segue.recommend.catalogue import Catalogue
from segue.recommend.held_out import Pair, strangers
from segue.recommend.interactions import Interactions
from segue.tune.task import Task
from segue.tune.text_task import TextBatch, text_task


def plain_task(
    catalogue: Catalogue, heard: Interactions, *, shown: int = 10, max_length: int = 128
) -> Task[Pair, TextBatch]:
    """Tell heard from not heard: "A, B, C. Next: D: jazz, soul", at most `shown` songs of the history, the last ones.

    The song asked about is never among the history shown. Metrics: AUC, F1, log loss.
    """
    if shown < 1:
        raise InputError(f"shown {shown}: at least one song of the history must be shown")

    def text(pair: Pair) -> str:
        return pair_text(catalogue, heard, pair, shown)

    return text_task("recommend-plain", text, lambda pair: int(pair.label), "binary", max_length=max_length)


def pair_text(catalogue: Catalogue, heard: Interactions, pair: Pair, shown: int = 10) -> str:
    """The text of one pair."""
    others = [song for song in heard.sequences[pair.listener].tolist() if song != pair.song][-shown:]
    told = ", ".join(str(catalogue.songs[song]) for song in others)
    return f"{told}. Next: {catalogue.text(pair.song)}"


def plain_pairs(heard: Interactions, seed: int) -> list[Pair]:
    """Training pairs: every heard song, and for each one of the same listener's that was not, drawn uniformly."""
    found: list[Pair] = []
    for listener, songs in enumerate(heard.sequences):
        rng = np.random.default_rng((seed, listener))
        found += [Pair(listener, int(song), True) for song in songs]
        found += [Pair(listener, int(song), False) for song in strangers(songs, heard.songs, len(songs), rng)]
    return found
