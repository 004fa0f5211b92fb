"""All that a file holds, told together: which witnesses there are, and what they say as one.

A recording is heard by its sound, by taggers, and where it is asked for by its notes; words in its tags are told as
words, and its own genre is heard too, as what it is. A score is told by its notes and chords, and by its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from segue.errors import FormatError, InputError, UnavailableError
from segue.formats.audio_tags import read_genres
from segue.formats.audio_words import read_words
from segue.music.lyric import Line, Lyric
from segue.music.score import Score
from segue.recognize.fusion import KIND, Witness, fuse, load_gate, named_by, witness_of
from segue.recognize.guess import Answer
from segue.recognize.head import load_head
from segue.recognize.items import read_item
from segue.recognize.language import language_of
from segue.recognize.lyrics import LyricsFront
from segue.recognize.recognizer import Recognizer, answered
from segue.recognize.sung import sung_words

WORDS = LyricsFront(shape=256, words=1024)  # the front of the shipped head of English words
FEWEST = 30  # words that a style is told from
_NAMED = 2  # genres of a file that are heard


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
        heard, notice = _of_recording(recognizer, item, hears_notes=hears_notes, is_explained=is_explained)
    elif isinstance(item, Score):
        heard, notice = list(_of_score(recognizer, item, is_explained=is_explained)), ()
    else:
        return recognizer.file(path, is_explained=is_explained)
    if not heard:
        return Answer(KIND, (), False, notice or ("nothing in it tells a style",))
    answer = fuse(heard, load_gate(recognizer.folder / "fusion"))
    return replace(answer, notice=tuple(dict.fromkeys((*notice, *answer.notice))))


def words_told(lyric: Lyric, folder: Path, *, is_explained: bool = True) -> Answer:
    """Tell the family of English words by the head below a folder; others get no guess, and neither do a few words."""
    text = "\n".join(line.text for line in lyric.lines)
    if len(text.split()) < FEWEST:
        return Answer(WORDS.kind, (), False, (f"{len(text.split())} words are too few to tell a style by",))
    if language_of(text) != "en":
        return Answer(WORDS.kind, (), False, ("styles of words were learned from English songs alone",))
    return answered(WORDS, load_head(folder / "words"), lyric, is_explained=is_explained)


# ---- witnesses


def _of_score(recognizer: Recognizer, score: Score, *, is_explained: bool) -> Iterator[Witness]:
    answer = recognizer.score(score, is_explained=is_explained)
    yield from _kept(witness_of(answer, recognizer.styles("score")))
    lyric = sung_words(score)
    if lyric is not None:
        yield from _words(recognizer, lyric, is_explained=is_explained)


def _of_recording(
    recognizer: Recognizer, path: Path, *, hears_notes: bool, is_explained: bool
) -> tuple[list[Witness], tuple[str, ...]]:
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
    try:
        heard += [one for name in read_genres(path)[:_NAMED] for one in _kept(named_by(name))]
        words = read_words(path)
        if words:
            lyric = Lyric((("", tuple(Line(line.strip()) for line in words.splitlines() if line.strip())),))
            heard += _words(recognizer, lyric, is_explained=is_explained)
    except (FormatError, InputError) as error:
        notice.append(str(error))
    return heard, tuple(notice)


def _words(recognizer: Recognizer, lyric: Lyric, *, is_explained: bool) -> list[Witness]:
    answer = words_told(lyric, recognizer.folder, is_explained=is_explained)
    return _kept(witness_of(answer, load_head(recognizer.folder / "words").styles)) if answer.guesses else []


def _kept(witness: Witness | None) -> list[Witness]:
    return [] if witness is None else [witness]
