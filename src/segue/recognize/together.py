"""All that a file holds, told together: which witnesses there are, and what they say as one.

A recording is heard by its sound, by taggers, and where it is asked for by its notes; the genre in its tags is heard
too, as what it is. A score is told by its notes, and by its chords alone. Words, sung in a score or kept in the tags of
a recording, are told beside these (the tune of a ci, else their form) and have no vote: in English ones no style was
found that is told better than by guessing the commonest (`benchmarks/style_fusion.py`), and a ci is no family.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from segue.corpora.verse import sung_lines, verses_of
from segue.errors import FormatError, UnavailableError
from segue.formats.audio_tags import read_genres
from segue.formats.audio_words import read_words
from segue.music.lyric import Line, Lyric
from segue.music.score import Score
from segue.recognize.ci_tunes import OTHER
from segue.recognize.fusion import KIND, Witness, fuse, load_gate, named_by, witness_of
from segue.recognize.guess import Answer
from segue.recognize.items import read_item
from segue.recognize.recognizer import Recognizer

_NAMED = 2  # genres of a file that are heard
_SPANS = {"pop": ("pop", "rock", "soul")}  # what chords tell as one style


def tell_together(
    recognizer: Recognizer, path: Path, *, hears_notes: bool = False, is_explained: bool = True
) -> Answer:
    """Tell the family of styles that all witnesses of a file speak for, with their own answers beside it.

    Files of chords or words alone are told as `Recognizer.file` tells them. `hears_notes` hears the notes of a
    recording, which takes some seconds, and needs basic-pitch. See `read_item` for the errors of files, `Listener.load`
    for those of notes.
    """
    item = read_item(path)
    if isinstance(item, Path):
        heard, notice = _of_recording(item, hears_notes=hears_notes, is_explained=is_explained)
        words, more = _words_of_recording(item)
        notice = (*notice, *more)
    elif isinstance(item, Score):
        heard, notice = list(_of_score(recognizer, item, is_explained=is_explained)), ()
        words = words_sung(item)
    else:
        return recognizer.file(path, is_explained=is_explained)
    answer = fuse(heard, load_gate(recognizer.folder / "fusion")) if heard else Answer(KIND, (), False)
    if words is not None:
        read = recognizer.lyrics(words, is_explained=is_explained)
        answer, notice = replace(answer, witnesses=(*answer.witnesses, read)), (*notice, _said_of(read))
    elif not heard and not notice:
        notice = ("nothing in it tells a style",)
    return replace(answer, notice=tuple(dict.fromkeys((*notice, *answer.notice))))


# ---- words


def words_sung(score: Score) -> Lyric | None:
    """Return the first verse of a score, its lines parted where the melody breathes; None where nothing is sung."""
    for part in score.parts:
        if verses := verses_of(part):
            return Lyric((("", tuple(Line(line.text) for line in sung_lines(part, verses[0]))),), score.title)
    return None


def _words_of_recording(path: Path) -> tuple[Lyric | None, tuple[str, ...]]:
    """The words in its tags, and what is to be known where they cannot be read."""
    try:
        return read_words(path), ()
    except FormatError as error:
        return None, (str(error),)


def _said_of(words: Answer) -> str:
    """What words tell, in words: the tune of a ci, or their form; they vote for no family."""
    form = words.notice[-1]
    if words.style and words.style != OTHER:
        return f"its words have the form of {words.style} ({words.guesses[0].probability:.0%}): {form}"
    return f"its words, which have no vote: {form}"


# ---- witnesses


def _of_score(recognizer: Recognizer, score: Score, *, is_explained: bool) -> Iterator[Witness]:
    answer = recognizer.score(score, is_explained=is_explained)
    yield from _kept(witness_of(answer, recognizer.styles("score")))
    if score.chords:
        chords = recognizer.chords(score.progression, is_explained=is_explained)
        yield from _kept(witness_of(chords, recognizer.styles("chords"), spans=_SPANS))


def _of_recording(path: Path, *, hears_notes: bool, is_explained: bool) -> tuple[list[Witness], tuple[str, ...]]:
    """Witnesses of a recording, and what is to be known where one is missing."""
    from segue.recognize.audio import STYLE_OF, AudioFront, styles_heard  # these load PyTorch
    from segue.recognize.gtzan_front import genres_heard
    from segue.recognize.gtzan_front import shipped_head as genre_head

    notice: list[str] = []
    heard = list(_kept(witness_of(genres_heard(path, is_explained=is_explained), genre_head().styles)))
    try:
        tags = styles_heard(AudioFront().listen(path), is_explained=is_explained)
        heard += _kept(witness_of(replace(tags, kind="tags"), STYLE_OF.values()))
    except UnavailableError as error:
        notice.append(str(error))
    if hears_notes:
        from segue.recognize.notes_heard import shipped_head, style_of_notes

        answer, _ = style_of_notes(path, is_explained=is_explained)
        heard += _kept(witness_of(answer, shipped_head().styles))
        notice += answer.notice if not answer.guesses else ()
    with suppress(FormatError):  # it is told with the words
        heard += [one for name in read_genres(path)[:_NAMED] for one in _kept(named_by(name))]
    return heard, tuple(notice)


def _kept(witness: Witness | None) -> list[Witness]:
    return [] if witness is None else [witness]
