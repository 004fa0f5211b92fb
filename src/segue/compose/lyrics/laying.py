"""Laying words under notes: a lyric written to a melody becomes the words of its part."""

from __future__ import annotations

from dataclasses import replace

from segue.compose.lyrics.checking import syllables_of
from segue.compose.lyrics.frame import Frame, melody_of
from segue.errors import InputError
from segue.music.lyric import Lyric, Sung
from segue.music.score import Score


def lay(lyric: Lyric, frame: Frame, score: Score, part: str = "", verse: int = 1) -> Score:
    """Return a score whose melody sings a lyric, a syllable to each note of the frame that was made from it.

    Words of that verse that the part had are replaced, other verses stay. InputError where the frame is not of this
    melody, or a line does not keep its length.
    """
    if len(lyric.lines) != len(frame.lines):
        raise InputError(f"{len(lyric.lines)} lines for a frame of {len(frame.lines)}")
    melody = melody_of(score, part)
    known = {note.start for note in melody.notes}
    sung = []
    for line, asked in zip(lyric.lines, frame.lines, strict=True):
        if not asked.starts or not known.issuperset(asked.starts):
            raise InputError(f"the frame is not of the melody of part {melody.name!r}: make it with of_score")
        words = syllables_of(line.text, asked, frame.language)
        sung += [Sung(start, word, verse) for start, word in zip(asked.starts, words, strict=True)]
    others = [word for word in melody.words if word.verse != verse]
    words_of_part = tuple(sorted([*others, *sung], key=lambda word: (word.start, word.verse)))
    parts = tuple(replace(each, words=words_of_part) if each is melody else each for each in score.parts)
    return score.replace(parts=parts)
