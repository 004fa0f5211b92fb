"""A taste without a history: artists and songs that somebody names, and a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from segue.errors import InputError
from segue.listens.song import fold
from segue.recommend.catalogue import Catalogue, Indexes
from segue.recommend.history import History
from segue.recommend.parts import Floats, Hint, Part, Tags
from segue.recommend.parts.language import unit
from segue.recommend.scorer import Profile

Encode = Callable[[Sequence[str]], Floats]  # texts -> vectors (n, D)
LONGEST = 4  # words of a tag looked for in a sentence
PLAIN = frozenset(
    ("a", "an", "and", "for", "i", "in", "like", "me", "my", "of", "on", "or", "some", "the", "to", "with")
)


def named_songs(catalogue: Catalogue, names: Sequence[str]) -> Indexes:
    """The songs that these artists and songs stand for, in the order named, each once."""
    found = [catalogue.named(name) for name in names]
    return np.array(list(dict.fromkeys(int(number) for numbers in found for number in numbers)), np.int64)


def hint_of(text: str, parts: Sequence[Part], encode: Encode | None) -> Hint | None:
    """What a sentence tells: its vector under the text encoder, and the known tags it names; None where it is blank."""
    if not text.strip():
        return None
    words = tuple(tag for part in parts if isinstance(part, Tags) for tag in tags_in(text, part))
    vector = None if encode is None else unit(encode([text]))[0]
    if vector is None and not words:
        raise InputError(f"nothing to go by in {text[:60]!r}: it names no known tag, and there is no text encoder here")
    return Hint(text.strip(), vector, tuple(dict.fromkeys(words)))


def tags_in(text: str, part: Tags) -> list[str]:
    """The tags of a part that a sentence names, the longest first claimed, in the order named."""
    spelled = {" ".join(_tokens(word)): word for word in reversed(part.words)}
    tokens = _tokens(text)
    found, place = [], 0
    while place < len(tokens):
        for length in range(min(LONGEST, len(tokens) - place), 0, -1):
            words = " ".join(tokens[place : place + length])
            if words in spelled and words not in PLAIN:
                found.append(spelled[words])
                place += length - 1
                break
        place += 1
    return found


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def profile_of(history: History, named: Indexes, hint: Hint | None) -> Profile:
    """Join a history, named songs and a hint; each of the three that is there weighs the same in all.

    A song both in the history and named counts for both; named songs come last, as the most recent.
    """
    shares = sum([len(history) > 0, len(named) > 0, hint is not None])
    pulls = dict(zip(history.songs.tolist(), history.weights.tolist(), strict=True))
    for song in named.tolist():
        pulls[song] = max(pulls.pop(song, 0.0), 0.0) + 1 / len(named)
    weights = list(pulls.values()) + ([1.0] if hint is not None else [])
    songs = np.array(list(pulls), np.int64)
    return Profile(songs, (np.array(weights) / max(shares, 1)).astype(np.float32), hint)
