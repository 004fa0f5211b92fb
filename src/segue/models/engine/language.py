"""The score language as engines generate it."""

from __future__ import annotations

from functools import partial

from segue.models.engine.grammar import Language
from segue.music.language import grammar, vocabulary


def score_language(limits: grammar.Limits | None = None) -> Language:
    """Return the score language, drawn within limits (none: whatever the language can say).

    Keep what is returned for further pieces: it holds the legal sets met so far as arrays.
    """
    return Language(partial(grammar.start, limits), vocabulary.END, frozenset(vocabulary.BAR))
