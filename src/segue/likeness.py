"""Being like a piece: what of it new music takes, told by the recognizer, and how near to it what is drawn comes.

The one place where composing and recognizing meet: the distance is that of the descriptors by which styles are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from segue.errors import InputError

if TYPE_CHECKING:  # slow to import, and loaded by the first piece
    from segue.compose.liking import Distance, Liking
    from segue.compose.melody import MelodyWish
    from segue.compose.offer import Offer
    from segue.compose.piece import PieceWish
    from segue.compose.traits import Traits
    from segue.music.score import Progression, Score
    from segue.recognize.guess import Answer
    from segue.recognize.items import Item
    from segue.recognize.nets import Layers

GIVEN = dict.fromkeys(("key", "metre", "tempo", "form", "bars", "repeated"), True)  # what given music says itself


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


def read_model(file: Path, style: str = "") -> Model:
    """Read and recognize a file; `style` is that of the user, if one was named.

    Of a recording the style alone is told. InputError for a file of words, and the errors of reading files.
    """
    from segue.recognize.items import read_item
    from segue.recognize.recognizer import Recognizer

    item = read_item(file)
    _music_of(item, file.name)
    return model_from(item, file.name, Recognizer().file(file, is_explained=False), style)


def model_from(item: Item, name: str, answer: Answer, style: str = "") -> Model:
    """Return the model that an item is, by what was told of it; InputError for words."""
    from segue.compose.liking import Liking
    from segue.compose.roles import check_style
    from segue.compose.traits import Traits, traits_of
    from segue.music.score import Progression, Score
    from segue.recognize.answering import SHIPPED
    from segue.recognize.nets import load_nets

    music = _music_of(item, name)
    found, notice = _style(answer)
    named, notice = (check_style(style), ()) if style else (found, notice)
    if isinstance(music, Path):
        told = "of a recording the style alone is taken"
        return Model(name, named, Traits(), Liking(name, Score(), None, named), (*notice, told))
    score = music.score if isinstance(music, Progression) else music
    distance = distance_to(score, load_nets(SHIPPED / "score").nets[0])
    return Model(name, named, traits_of(score), Liking(name, score, distance, named), notice)


def melody_wish(
    liked: Model | None,
    ends: tuple[int | None, int | None],
    instrument: str = "",
    contour: str = "",
    without: Sequence[str] = (),
    parts: Sequence[str] = (),
) -> MelodyWish:
    """What a melody shall be: as is asked, else as the music that it shall be like; `ends` are its lowest and highest
    MIDI pitch."""
    from segue.compose.melody import MelodyWish

    low, high = ends
    if liked is not None and low is None and high is None:
        low, high = liked.traits.range_for(parts)
    player = instrument or (liked.traits.instrument if liked is not None else "") or "voice"
    return MelodyWish(low, high, contour, player, without=tuple(without))


def written(offer: Offer[Score], wish: PieceWish, of: Traits, *, has_chords: bool) -> Offer[Score]:
    """A piece with a title, and with the repeat signs of the music that it is like; without chords if they are not
    asked for."""
    from segue.compose.forms import plan

    score = of.signed(offer.value, plan(wish.form, wish.bars))
    score = score.replace(title=f"{(wish.style or 'piece').capitalize()} {wish.form} {offer.seed}", composer="Segue")
    return replace(offer, value=score if has_chords else score.replace(chords=()))


def _music_of(item: Item, name: str) -> Score | Progression | Path:
    from segue.music.lyric import Lyric

    if isinstance(item, Lyric):
        raise InputError(f"{name} holds words; a score, chords or a recording is what music can be like")
    return item


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
        found: np.ndarray[tuple[int], np.dtype[np.float32]] = np.clip(
            (describe(score) - centre) / deviation, -LIMIT, LIMIT
        )[kept]
        return found

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
