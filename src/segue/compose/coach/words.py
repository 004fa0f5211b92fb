"""Words under a melody: their stresses against the beats of the bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segue.compose.coach.reading import Reading
from segue.compose.coach.rule import Found, Rule
from segue.music.lyric import Sung

_ENGLISH = 0.8  # share of the longer words that must be known for words without stresses to be taken as English


def stresses(reading: Reading) -> Iterator[Found]:
    """A stressed syllable stands on a weaker time than an unstressed one of the same word, and is no longer."""
    for voice in reading.voices:
        lengths = {note.start: note.length for note in voice.notes}
        for word in _with_stresses(list(_words(voice.part.words))):
            loud = [one for one in word if one.syllable.stress == 1]
            weak = [one for one in word if one.syllable.stress == 0]
            if not loud or not weak:
                continue
            stressed = loud[0]
            beside = [one for one in weak if abs(word.index(one) - word.index(stressed)) == 1]
            heavier = [one for one in beside if _is_heavier(reading, one, stressed)]
            longer = [one for one in heavier if lengths.get(one.start, 0) >= lengths.get(stressed.start, 0)]
            if longer:
                text = "".join(one.syllable.text for one in word)
                told = f'"{text}" is stressed on "{stressed.syllable.text}", which stands on the weaker beat'
                proposal = f'move the word so that "{stressed.syllable.text}" falls on the stronger beat'
                yield Found(stressed.start, (voice.name,), told, proposal)


def _is_heavier(reading: Reading, weak: Sung, stressed: Sung) -> bool:
    return reading.strength(weak.start) > reading.strength(stressed.start)


def _words(words: tuple[Sung, ...]) -> Iterator[list[Sung]]:
    """The words of each verse as their syllables."""
    for verse in sorted({one.verse for one in words}):
        word: list[Sung] = []
        for one in (one for one in words if one.verse == verse):
            if one.syllable.is_start:
                word = []
            word.append(one)
            if one.syllable.is_end:
                yield word
                word = []


def _with_stresses(words: list[list[Sung]]) -> list[list[Sung]]:
    """The words of two syllables or more, with the stresses of an English dictionary where the file has none.

    What is not English, or not in the dictionary, stays without.
    """
    long = [word for word in words if len(word) > 1]
    if not long or any(one.syllable.stress is not None for word in long for one in word):
        return long
    said = [_stresses(word) for word in long]
    if sum(map(bool, said)) < _ENGLISH * len(long):
        return []
    return [
        [
            replace(one, syllable=replace(one.syllable, stress=stress))
            for one, stress in zip(word, stresses, strict=True)
        ]
        for word, stresses in zip(long, said, strict=True)
        if stresses
    ]


def _stresses(word: list[Sung]) -> tuple[int, ...]:
    """The stresses of an English word that the dictionary has with so many syllables, else ()."""
    from segue.compose.lyrics.english import pronunciations, usual_stresses

    text = "".join(one.syllable.text for one in word).strip(' ,.;:!?()[]"-_')
    known = any(said.is_known and said.syllables == len(word) for said in pronunciations(text)) if text else False
    return usual_stresses(text, len(word)) if known else ()


RULES = (
    Rule(
        "stress",
        "hint",
        "The stressed syllable of a word stands on a stronger beat than its neighbours, or is longer.",
        "Halle and Lerdahl, A Generative Textsetting Model, Current Musicology 55 (1993)",
        stresses,
    ),
)
