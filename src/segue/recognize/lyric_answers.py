"""What is told of words: of Chinese ones the tune whose form they have, of others the form and why no style is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from segue.music.lyric import Lyric
from segue.recognize.answering import answered
from segue.recognize.ci_tunes import FRONT
from segue.recognize.evidence import heat_of, jointly
from segue.recognize.front import Teller
from segue.recognize.guess import TOP, Answer, Guess
from segue.recognize.language import notice_of
from segue.recognize.lyrics import SIGNS, LyricsFront, lines_of
from segue.recognize.verse_form import form_in_words, form_of

KIND = "lyrics"
FEWEST = 4  # clauses of a ci that is told; the shortest tune has as many
_HEADING = 16  # characters of a title or an author, at most
_QUOTES = " \t\u3000“”‘’「」『』"
_CLOSING = tuple(SIGNS + "…—")
SHORTEST = 24  # characters of a ci that is told though signs part it into fewer


def lyrics_told(lyric: Lyric, tunes: Callable[[], Teller], *, is_explained: bool = True) -> Answer:
    """Tell the tune of a ci by the shape of its clauses (`tunes` gives the head), of other words their form.

    With `is_explained` those clauses are named for each of the first three tunes without which, all away at once, it is
    least probable: a form is in all its clauses, and taken alone each matters little.
    """
    strange = notice_of(lyric, ("zh",))
    verse = lyric if strange else without_lines(lyric, heading_of(lyric))
    form = form_in_words(form_of(verse))
    if not form:
        return Answer(KIND, (), False, ("it has no words",))
    if strange:
        return Answer(KIND, (), False, (strange, form))
    clauses = lines_of(verse)
    teller, front = tunes(), replace(FRONT, skipped=len(lines_of(lyric)) - len(clauses))
    answer = _explained(front, teller, lyric) if is_explained else answered(front, teller, lyric, is_explained=False)
    count = sum(bool(clause) for clause in clauses)
    if count < FEWEST and sum(map(len, clauses)) < SHORTEST:
        return replace(answer, is_sure=False, notice=(f"{count} clauses are too few to tell a tune by", form))
    return replace(answer, notice=(form,))


def heading_of(lyric: Lyric) -> int:
    """Return how many lines stand above Chinese verse, a title and an author at most: short ones that no sign closes,
    where every line below is closed by one or is the whole verse."""
    lines = [line.text.strip(_QUOTES) for line in lyric.lines if line.text.strip()]
    for count in (2, 1):
        above, below = lines[:count], lines[count:]
        is_signed = all(line[-1:] in _CLOSING for line in below) or (len(below) == 1 and len(below[0]) >= SHORTEST)
        if below and is_signed and not any(line[-1:] in _CLOSING or len(line) > _HEADING for line in above):
            return count
    return 0


def without_lines(lyric: Lyric, count: int) -> Lyric:
    """Return lyrics without their first lines."""
    sections, left = [], count
    for name, lines in lyric.sections:
        kept = []
        for line in lines:
            if left and line.text.strip():
                left -= 1
            else:
                kept.append(line)
        sections.append((name, tuple(kept)))
    return replace(lyric, sections=tuple(sections))


def _explained(front: LyricsFront, teller: Teller, lyric: Lyric) -> Answer:
    heat = heat_of(front, teller, lyric)
    guesses = []
    for style in np.argsort(-heat.shares, kind="stable")[:TOP].tolist():
        named, share = jointly(front, teller, lyric, heat, style), float(heat.shares[style])
        left = max(share - sum(one.drop for one in named), 0.0) if named else None
        guesses.append(Guess(teller.styles[style], share, named, left))
    is_sure = guesses[0].probability >= teller.threshold
    first = teller.styles.index(guesses[0].style)
    return Answer(front.kind, tuple(guesses), is_sure, heat=heat.of(first))
