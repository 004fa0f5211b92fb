"""Recognizing: an item of any kind goes in, styles with probabilities and evidence come out, or "not sure"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from segue.errors import UnavailableError
from segue.music.score import Score
from segue.recognize.calibration import Doubles
from segue.recognize.evidence import heat_of, parts_of, without
from segue.recognize.front import Front, T, Teller
from segue.recognize.guess import TOP, Answer, Guess
from segue.recognize.items import kind_of, read_item
from segue.recognize.nets import load_nets
from segue.recognize.scores import Scores

SHIPPED = Path(__file__).parent / "weights"
_SCORE = "score"


@dataclass(frozen=True)
class Recognizer:
    """Networks below a folder, one for each kind, loaded when they are first asked; those that Segue brings along."""

    folder: Path = SHIPPED

    @cached_property
    def _scores(self) -> Teller:
        return load_nets(self.folder / _SCORE)

    def file(self, path: Path, *, is_explained: bool = True) -> Answer:
        """Tell the style of what a file holds; see `read_item` for the errors of files."""
        item = read_item(path)
        if isinstance(item, Path):
            return self.audio(item, is_explained=is_explained)
        if isinstance(item, Score):
            return self.score(item, is_explained=is_explained)
        return Answer(kind_of(item), (), False, (f"styles of {kind_of(item)} are not told yet",))

    def together(self, path: Path, *, hears_notes: bool = False, is_explained: bool = True) -> Answer:
        """Tell the family of styles that all witnesses of a file speak for; see `tell_together`."""
        from segue.recognize.together import tell_together

        return tell_together(self, path, hears_notes=hears_notes, is_explained=is_explained)

    def styles(self, kind: str) -> tuple[str, ...]:
        """Return all styles that a kind can be told; () for a kind that has no networks here."""
        return self._scores.styles if kind == _SCORE else ()

    def score(self, score: Score, *, is_explained: bool = True) -> Answer:
        """Tell the style of a score; one without notes gets no guess, and a notice.

        With `is_explained` the bars are named that speak for each of the first three styles.
        """
        if not any(len(part.notes) for part in score.parts):
            return Answer(_SCORE, (), False, ("it has no notes",))
        notice = []
        if all(part.is_drums for part in score.parts if len(part.notes)):
            notice.append("only drums sound")
        return replace(answered(Scores(), self._scores, score, is_explained=is_explained), notice=tuple(notice))

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


def answered(front: Front[T], teller: Teller, item: T, *, is_explained: bool = True) -> Answer:
    """Tell the first three styles of an item, and with `is_explained` the parts that speak for them."""
    if not is_explained:
        shares = teller.probabilities(front.vectors([item]))[0]
        order = _likeliest(shares)
        guesses = tuple(Guess(teller.styles[place], float(shares[place])) for place in order)
        return Answer(front.kind, guesses, bool(shares[order[0]] >= teller.threshold))
    heat = heat_of(front, teller, item)
    order = _likeliest(heat.shares)
    named = [heat.because(place) for place in order]
    left = without(front, teller, item, [parts_of(one) for one in named])
    guesses = tuple(
        Guess(teller.styles[place], float(heat.shares[place]), one, float(less[place]) if one else None)
        for place, one, less in zip(order, named, left, strict=True)
    )
    is_sure = bool(heat.shares[order[0]] >= teller.threshold)
    return Answer(front.kind, guesses, is_sure, heat=heat.of(order[0]))


def _likeliest(shares: Doubles) -> list[int]:
    found: list[int] = np.argsort(-shares, kind="stable")[:TOP].tolist()
    return found
