"""`--like FILE`: what of a file new music takes, told by the recognizer, and how near to it what is drawn comes.

The one place where composing and recognizing meet: the distance is that of the descriptors by which styles are told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segue.compose.liking import Distance, Liking
    from segue.compose.traits import Traits
    from segue.music.score import Score
    from segue.recognize.guess import Answer
    from segue.recognize.nets import Layers

LikeOption = Annotated[
    Path | None,
    typer.Option("--like", metavar="FILE", help="Music to be like: its style, and what no other option says."),
]


@dataclass(frozen=True)
class Model:
    """A file that new music shall be like: its style by a name that composing has ("" where none is told), what can
    be taken of it, what offers are ranked by, and what is to be known of all that."""

    name: str
    style: str
    traits: Traits
    liking: Liking
    notice: tuple[str, ...]

    def without(self, **given: object) -> Model:
        """Return the model less the traits that the user names (by their names, where what is given is not empty)."""
        return replace(self, traits=self.traits.without(*(name for name, value in given.items() if value)))

    @property
    def unranked(self) -> Model:
        """The model where nothing is drawn to be chosen from."""
        return replace(self, liking=replace(self.liking, distance=None))

    def row(self, score: Score) -> dict[str, object]:
        """Return what is taken, and how far a score is from it, for a JSON answer."""
        traits, distance = self.traits, self.liking.distance
        return {
            "file": self.name,
            "style": self.style,
            "key": None if traits.key is None else str(traits.key),
            "metre": None if traits.metre is None else str(traits.metre),
            "tempo": traits.tempo,
            "form": traits.form,
            "bars": traits.bars,
            "instrument": traits.instrument,
            "distance": None if distance is None else distance(score),
            "notice": list(self.notice),
        }

    def lines(self, n: int) -> Iterator[str]:
        """Say what is taken: "like jig.abc: a jig in D major, 6/8, 16 bars (AB); nearest of 8 drawn", and notices."""
        traits = self.traits
        article = "an" if self.style[:1] in ("a", "e") else "a"
        told = f"{article} {self.style}" if self.style else "music"
        told += f" in {traits.key}" if traits.key is not None else ""
        told += f", {traits.metre}" if traits.metre is not None else ""
        told += f", {traits.tempo:g} quarter notes a minute" if traits.tempo else ""
        told += f", {traits.bars} bars ({traits.form})" if traits.bars else ""
        chosen = f"; nearest of {self.liking.drawn(n)} drawn" if self.liking.distance is not None else ""
        yield f"like {self.name}: {told}{chosen}"
        yield from (f"   note: {notice}" for notice in self.notice)


def model_of(file: Path | None, style: str, **given: object) -> Model | None:
    """Return the model that a file is, less what the user names; None without a file. Errors as `read_model`."""
    return None if file is None else read_model(file, style).without(**given)


def read_model(file: Path, style: str = "") -> Model:
    """Read and recognize a file; `style` is that of the user, if one was named.

    Of a recording the style alone is told. InputError for a file of words, and the errors of reading files.
    """
    from segue.compose.liking import Liking
    from segue.compose.roles import check_style
    from segue.compose.traits import Traits, traits_of
    from segue.music.lyric import Lyric
    from segue.music.score import Progression, Score
    from segue.recognize.items import read_item
    from segue.recognize.nets import load_nets
    from segue.recognize.recognizer import SHIPPED, Recognizer

    item = read_item(file)
    if isinstance(item, Lyric):
        raise InputError(f"{file.name} holds words; a score, chords or a recording is what music can be like")
    answer = Recognizer().file(file, is_explained=False)
    found, notice = _style(answer)
    named, notice = (check_style(style), ()) if style else (found, notice)
    if isinstance(item, Path):
        told = "of a recording the style alone is taken"
        return Model(file.name, named, Traits(), Liking(file.name, Score(), None, named), (*notice, told))
    score = item.score if isinstance(item, Progression) else item
    distance = distance_to(score, load_nets(SHIPPED / "score").nets[0])
    return Model(file.name, named, traits_of(score), Liking(file.name, score, distance, named), notice)


def distance_to(model: Score, scale: Layers) -> Distance:
    """Return how far scores are from a model: the root mean square of differences of descriptors (see
    `segue.recognize.descriptors`), in standard deviations of what the networks learned from, cut as they cut them.

    Harmony is left out where the model has no chords, drums where it has none: what is not written down is not asked.
    """
    import numpy as np

    from segue.music.score import Score
    from segue.recognize.descriptors import FAMILIES, Heard, describe
    from segue.recognize.nets import LIMIT

    empty = Heard.of(Score())
    lacking = {"harmony": not model.chords, "drums": not any(part.is_drums for part in model.parts)}
    kept = np.concatenate([np.full(len(said(empty)), not lacking.get(name)) for name, said in FAMILIES.items()])
    centre, deviation = scale.centre[: len(kept)], scale.scale[: len(kept)]  # other families stand behind these

    def placed(score: Score) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.clip((describe(score) - centre) / deviation, -LIMIT, LIMIT)[kept]

    target = placed(model)
    return lambda score: float(np.sqrt(np.mean((placed(score) - target) ** 2)))


def _style(answer: Answer) -> tuple[str, tuple[str, ...]]:
    """The likeliest style that composing knows, and what is to be said of it where the recognizer is not sure."""
    from segue.music.styles import UNKNOWN, style_named

    for guess in answer.guesses:
        named = style_named(guess.style)
        if named != UNKNOWN:
            is_told = answer.is_sure and guess is answer.guesses[0]
            told = ", ".join(f"{one.style} {one.probability:.0%}" for one in answer.guesses)
            return named, () if is_told else (f"its style is not sure ({told}); {named} is taken",)
    return "", ("no style is told of it", *answer.notice)
