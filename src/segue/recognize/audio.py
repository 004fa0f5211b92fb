"""Recordings: what the musicnn networks hear in patches of 3 s, as vectors for a head, and as styles by their tags."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from segue.errors import InputError
from segue.formats.audio import MOST, Recording, Stretch, decode
from segue.models.audio import RATE, TAGGERS, Tagger, log_mel, patches
from segue.models.audio.mel import FRAMES, HOP, PATCH_SECONDS, SIZE, spectrum
from segue.recognize.answering import answered
from segue.recognize.calibration import Doubles
from segue.recognize.guess import Answer
from segue.recognize.head import Floats

SHORTEST = 1.0  # seconds of sound that a style is told from
SILENT = 1e-4  # of full scale; what stays under it everywhere is silence
NOISE = 0.4  # flatness of the spectrum from which on sound is noise: 0.56 of white noise, under 0.2 of most music
SURE = 0.4  # probability of a tag from which on its style is told as sure; chosen by us, not learned

# the tags of both networks that name a style of `segue.music.styles`
STYLE_OF: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("rock", "alternative rock", "classic rock", "indie rock", "hard rock", "metal"), "rock"),
        **dict.fromkeys(("heavy metal", "progressive rock", "punk"), "rock"),
        **dict.fromkeys(("pop", "indie pop", "easy listening"), "pop"),
        **dict.fromkeys(("electronic", "electronica", "electro", "house", "techno", "dance"), "electronic"),
        **dict.fromkeys(("classical", "classic", "opera", "choral", "choir"), "classical"),
        **dict.fromkeys(("soul", "rnb"), "soul"),
        **{style: style for style in ("jazz", "folk", "blues", "country", "funk", "hip-hop")},
    }
)


@dataclass(frozen=True, eq=False)
class Heard:
    """A recording as the networks hear it.

    For each patch `starts` (n) has the second in which it begins, `vectors` (n, d) the layers before the tags, one
    network's beside the other's, and `tags` the probability of each tag (n) by "mtt rock" or "msd rock". `seconds` is
    how long the recording lasts; `is_telling` is false where there is nothing in it to tell a style from.
    """

    starts: tuple[float, ...]
    vectors: Floats
    tags: Mapping[str, Floats]
    seconds: float
    is_telling: bool = True
    notice: tuple[str, ...] = ()


class AudioFront:
    """The front end of recordings, over one or more of the musicnn networks; see `Tagger.load` for the errors."""

    kind = "audio"

    def __init__(self, taggers: Sequence[str] = tuple(TAGGERS)) -> None:
        self.taggers = [Tagger.load(name) for name in taggers]

    def listen(self, path: Path, *, most: float = MOST) -> Heard:
        """Decode a file and hear it, at most `most` seconds of it; see `decode` and `hear` for the errors."""
        return self.hear(decode(path, RATE, most=most))

    def hear(self, recording: Recording) -> Heard:
        """Hear a recording at 16 kHz; InputError where less than a second of it sounds, or it has another rate."""
        if recording.rate != RATE:
            raise InputError(f"a recording at {recording.rate:,} samples a second: {RATE:,} are needed")
        if recording.heard < SHORTEST:
            raise InputError(
                f"{recording.heard:.2g} s of sound: a style is told from {SHORTEST:g} s on ({recording.container} file)"
            )
        shown, starts = _patches(recording.stretches)
        told = [tagger.hear(shown) for tagger in self.taggers]
        tags = {
            f"{tagger.name} {name}": each.tags[:, place]
            for tagger, each in zip(self.taggers, told, strict=True)
            for place, name in enumerate(tagger.names)
        }
        odd = oddities(recording)
        short = () if recording.heard >= PATCH_SECONDS else (f"{recording.heard:.1f} s, repeated to fill 3 s",)
        vectors = np.concatenate([each.vectors for each in told], 1)
        return Heard(starts, vectors, tags, recording.seconds, not odd, (*recording.notice, *short, *odd))

    def vectors(self, items: Sequence[Heard]) -> Floats:
        """Return the mean of each recording's vectors (n, d); that of silence where all its patches are taken away."""
        means = [item.vectors.mean(0) if len(item.starts) else self._silence.vectors[0] for item in items]
        return np.stack(means).astype(np.float32)

    def parts(self, item: Heard) -> Sequence[str]:
        """Return the patches by their times, "0:03 to 0:06"."""
        return _times(item)

    def without(self, item: Heard, parts: Collection[int]) -> Heard:
        """Return a recording without some patches (by their numbers, from 0)."""
        return _without(item, parts)

    @cached_property
    def _silence(self) -> Heard:
        stretch = Stretch(0.0, np.zeros(FRAMES * HOP, np.float32))
        return self.hear(Recording((stretch,), RATE, PATCH_SECONDS, "silence", 1, RATE))


@dataclass(frozen=True)
class TagFront:
    """The front end of recordings by the networks' own tags: vectors are the probabilities of the styles named by them.

    A style is as likely as its likeliest tag (the mean over patches) in the whole recording; `tags` has that tag for
    each style, as `of` chooses it.
    """

    tags: Mapping[str, str]
    kind: str = "audio"

    @classmethod
    def of(cls, item: Heard) -> TagFront:
        """Choose the tag of each style by a recording."""
        found: dict[str, tuple[float, str]] = {}
        for name, told in item.tags.items():
            style = STYLE_OF.get(name.partition(" ")[2], "")
            if style:
                found[style] = max(found.get(style, (-1.0, "")), (float(told.mean()), name))
        return cls({style: found[style][1] for style in sorted(found)})

    def vectors(self, items: Sequence[Heard]) -> Floats:
        """Return the probability of each style (n, styles); 0 where all patches are taken away."""
        rows = [[item.tags[name].mean() if len(item.starts) else 0.0 for name in self.tags.values()] for item in items]
        return np.array(rows, np.float32).reshape(len(rows), len(self.tags))

    def parts(self, item: Heard) -> Sequence[str]:
        """Return the patches by their times, "0:03 to 0:06"."""
        return _times(item)

    def without(self, item: Heard, parts: Collection[int]) -> Heard:
        """Return a recording without some patches (by their numbers, from 0)."""
        return _without(item, parts)


@dataclass(frozen=True)
class Tags:
    """What tells styles from the vectors of a `TagFront`: they are the probabilities, which need not add up to 1."""

    styles: tuple[str, ...]
    threshold: float = SURE

    def probabilities(self, vectors: ArrayLike) -> Doubles:
        """Return vectors as they are."""
        return np.asarray(vectors, np.float64)


def styles_heard(item: Heard, *, is_explained: bool = True) -> Answer:
    """Return the styles that the tags of a recording name, the likeliest first.

    Tags are told each on its own, so probabilities need not add up to 1, and they are the networks' own, not
    calibrated. With `is_explained` the patches are named without which the tag falls most.
    """
    front = TagFront.of(item)
    answer = answered(front, Tags(tuple(front.tags)), item, is_explained=is_explained)
    said = "by the tags of musicnn, which are not calibrated"
    return replace(answer, is_sure=answer.is_sure and item.is_telling, notice=(*item.notice, said))


def clock(seconds: float) -> str:
    """Return a time as "1:02:03" or "2:03"."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


# ---- what is heard


def _without(item: Heard, parts: Collection[int]) -> Heard:
    kept = [place for place in range(len(item.starts)) if place not in parts]
    tags = {name: told[kept] for name, told in item.tags.items()}
    return replace(item, starts=tuple(item.starts[one] for one in kept), vectors=item.vectors[kept], tags=tags)


def _times(item: Heard) -> list[str]:
    return [f"{clock(start)} to {clock(start + PATCH_SECONDS)}" for start in item.starts]


def _patches(stretches: Sequence[Stretch]) -> tuple[Floats, tuple[float, ...]]:
    """The patches (n, 187, 96) of all stretches, and where they begin in seconds."""
    found, starts = [], []
    for stretch in stretches:
        if len(stretch.samples) <= SIZE // 2:
            continue
        one = patches(log_mel(stretch.samples))
        found.append(one)
        starts += [stretch.start + place * PATCH_SECONDS for place in range(len(one))]
    return np.concatenate(found), tuple(starts)


def oddities(recording: Recording) -> tuple[str, ...]:
    """Return in words what there is in place of music: silence, or noise, by the median flatness of the spectrum.

    Flatness is the geometric mean of power over its arithmetic mean, up to 7.2 kHz.
    """
    heard = np.concatenate([one.samples for one in recording.stretches])
    if float(np.abs(heard).max()) < SILENT:
        return ("nothing but silence is heard",)
    most = min(RATE, recording.source_rate)  # above half of it the file may hold nothing
    top = int(SIZE // 2 * most / recording.rate * 0.9)
    power = np.abs(spectrum(heard, SIZE, SIZE)[:, 1:top]) ** 2
    loud = power[power.sum(1) > SILENT**2 * SIZE]
    if not len(loud):
        return ()
    flatness = np.exp(np.log(np.maximum(loud, 1e-12)).mean(1)) / np.maximum(loud.mean(1), 1e-12)
    return ("what is heard is noise",) if float(np.median(flatness)) > NOISE else ()
