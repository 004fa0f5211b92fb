"""The words under the notes of a score as lyrics in lines, so that they can be told as words without notes are."""

from __future__ import annotations

from segue.music.lyric import Line, Lyric
from segue.music.score import Score

_SHORTEST, _LONGEST = 3, 14  # words of a line
_ALWAYS_LARGE = frozenset("I I'm I've I'll I'd O Oh God Lord".split())  # noqa: SIM905


def sung_words(score: Score, verse: int = 1) -> Lyric | None:
    """Return the words of a verse, of the part that has most of them; None where it has none.

    A score does not say where lines end: one is taken to begin at a word with a capital letter after three words or
    more, and after fourteen at the latest.
    """
    sung = max(([one for one in part.words if one.verse == verse] for part in score.parts), key=len, default=[])
    words: list[str] = []
    is_open = False
    for one in sung:
        syllable = one.syllable
        if is_open and words and not syllable.is_start:
            words[-1] += syllable.text
        else:
            words.append(syllable.text)
        is_open = not syllable.is_end
    lines: list[list[str]] = []
    for word in (each.strip() for each in words if each.strip()):
        is_large = word[0].isupper() and word.replace("’", "'").strip(",.!?;:") not in _ALWAYS_LARGE
        if not lines or (is_large and len(lines[-1]) >= _SHORTEST) or len(lines[-1]) >= _LONGEST:
            lines.append([])
        lines[-1].append(word)
    if not lines:
        return None
    return Lyric((("", tuple(Line(" ".join(line)) for line in lines)),), title=score.title)
