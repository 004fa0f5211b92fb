"""Recognizing: an item of any kind goes in, styles with probabilities and evidence come out, or "not sure"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from segue.errors import UnavailableError
from segue.music.lyric import Lyric
from segue.music.score import Progression, Score
from segue.recognize.answering import SHIPPED, answered
from segue.recognize.front import Teller
from segue.recognize.guess import Answer
from segue.recognize.head import load_head
from segue.recognize.items import read_item
from segue.recognize.nets import load_nets
from segue.recognize.scores import BROUGHT
from segue.recognize.years import Years, load_years

_SCORE, _CHORDS, _YEARS, _TUNES = "score", "chords", "years", "ci"  # folders; the first two are kinds, too


@dataclass(frozen=True)
class Recognizer:
    """Models below a folder, loaded when they are first asked; those that Segue brings along."""

    folder: Path = SHIPPED

    @cached_property
    def _scores(self) -> Teller:
        return load_nets(self.folder / _SCORE)

    @cached_property
    def _chords(self) -> Teller:
        return load_head(self._place(_CHORDS))

    @cached_property
    def _years(self) -> Years:
        return load_years(self._place(_YEARS))

    @cached_property
    def _tunes(self) -> Teller:
        return load_head(self._place(_TUNES))

    def _place(self, name: str) -> Path:
        """The folder of a model; what this one lacks is what Segue brings along."""
        return self.folder / name if (self.folder / name).is_dir() else SHIPPED / name

    def file(self, path: Path, *, is_explained: bool = True) -> Answer:
        """Tell the style of what a file holds; see `read_item` for the errors of files."""
        item = read_item(path)
        if isinstance(item, Path):
            return self.audio(item, is_explained=is_explained)
        if isinstance(item, Score):
            return self.score(item, is_explained=is_explained)
        if isinstance(item, Progression):
            return self.chords(item, is_explained=is_explained)
        return self.lyrics(item, is_explained=is_explained)

    def together(self, path: Path, *, hears_notes: bool = False, is_explained: bool = True) -> Answer:
        """Tell the family of styles that all witnesses of a file speak for; see `tell_together`."""
        from segue.recognize.together import tell_together

        return tell_together(self, path, hears_notes=hears_notes, is_explained=is_explained)

    def styles(self, kind: str) -> tuple[str, ...]:
        """Return all styles that scores or chords can be told; () for another kind."""
        return {_SCORE: lambda: self._scores.styles, _CHORDS: lambda: self._chords.styles}.get(kind, tuple)()

    def score(self, score: Score, *, is_explained: bool = True) -> Answer:
        """Tell the style of a score; one without notes gets no guess, and a notice.

        With `is_explained` the bars are named that speak for each of the first three styles.
        """
        if not any(len(part.notes) for part in score.parts):
            return Answer(_SCORE, (), False, ("it has no notes",))
        notice = []
        if all(part.is_drums for part in score.parts if len(part.notes)):
            notice.append("only drums sound")
        return replace(answered(BROUGHT, self._scores, score, is_explained=is_explained), notice=tuple(notice))

    def chords(self, progression: Progression, *, is_explained: bool = True) -> Answer:
        """Tell the style of chords alone, and the years of hits with such chords; of too few chords it is never sure.

        With `is_explained` the bars are named that speak for each of the first three styles.
        """
        from segue.recognize.chord_answers import chords_told

        return chords_told(progression, lambda: self._chords, lambda: self._years, is_explained=is_explained)

    def lyrics(self, lyric: Lyric, *, is_explained: bool = True) -> Answer:
        """Tell the tune of Chinese words (ci) or "another form"; of words in other languages the form, and no style.

        With `is_explained` the clauses are named that speak for each of the first three tunes.
        """
        from segue.recognize.lyric_answers import lyrics_told

        return lyrics_told(lyric, lambda: self._tunes, is_explained=is_explained)

    def audio(self, path: Path, *, is_explained: bool = True) -> Answer:
        """Tell the genre of a recording, from thirty seconds of its middle; what taggers hear in it is a notice.

        The genres are the ten of GTZAN. See `segue.formats.audio.decode` for the errors of files.
        """
        from segue.recognize.audio import AudioFront, styles_heard  # these load PyTorch
        from segue.recognize.gtzan_front import genres_heard

        answer = genres_heard(path, is_explained=is_explained)
        try:
            tags = styles_heard(AudioFront().listen(path))
        except UnavailableError as error:
            return replace(answer, notice=(*answer.notice, str(error)))
        told = ", ".join(f"{guess.style} {guess.probability:.0%}" for guess in tags.guesses)
        notice = dict.fromkeys((*answer.notice, *tags.notice, *([f"taggers hear {told}"] if told else [])))
        return replace(answer, notice=tuple(notice))
