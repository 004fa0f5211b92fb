"""What is told of words: of Chinese ones the tune whose form they have, of others the form and why no style is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from segue.music.lyric import Lyric
from segue.recognize.ci_tunes import FRONT
from segue.recognize.front import Teller
from segue.recognize.guess import Answer
from segue.recognize.language import notice_of
from segue.recognize.lyrics import lines_of
from segue.recognize.recognizer import answered
from segue.recognize.verse_form import form_in_words, form_of

KIND = "lyrics"
FEWEST = 4  # clauses of a ci that is told; the shortest tune has as many


def lyrics_told(lyric: Lyric, tunes: Callable[[], Teller], *, is_explained: bool = True) -> Answer:
    """Tell the tune of a ci by the shape of its clauses (`tunes` gives the head), of other words their form.

    With `is_explained` the clauses are named that speak for each of the first three tunes.
    """
    form = form_in_words(form_of(lyric))
    if not form:
        return Answer(KIND, (), False, ("it has no words",))
    strange = notice_of(lyric, ("zh",))
    if strange:
        return Answer(KIND, (), False, (strange, form))
    answer = answered(FRONT, tunes(), lyric, is_explained=is_explained)
    count = sum(bool(clause) for clause in lines_of(lyric))
    if count < FEWEST:
        return replace(answer, is_sure=False, notice=(f"{count} clauses are too few to tell a tune by", form))
    return replace(answer, notice=(form,))
