"""The studio: one engine and every verb of composing, each giving several offers, the best first.

    studio = Studio.open(style="jazz", seed=3)
    for offer in studio.harmonize(score):
        print(offer.value.progression, offer.reasons)

Bars are named as musicians do, from 1; parts too, and 0 are the chords. `keep` names bars that stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from segue.compose.chords import ChordWish, chords, reharmonize
from segue.compose.drawing import SAMPLING, Draws
from segue.compose.harmonize import harmonize
from segue.compose.infill import infill
from segue.compose.offer import Offer, check_count
from segue.errors import InputError, did_you_mean
from segue.models.engine import load_engine
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.key import Key
from segue.music.score import Progression, Score
from segue.music.styles import STYLES


@dataclass(frozen=True)
class Studio:
    """An engine, and how offers are made where a verb is not told otherwise.

    `n` alternatives are offered, the first drawn with `seed`; `style` is a name of `segue.music.styles.STYLES`, ""
    leaves that of the music; `without` are rules of theory that are switched off; `progress` is told how many bars are
    done, where there are many.
    """

    engine: Engine
    n: int = 4
    seed: int = 0
    style: str = ""
    without: tuple[str, ...] = ()
    sampling: Sampling = SAMPLING
    progress: Callable[[int], None] | None = None

    def __post_init__(self) -> None:
        check_count(self.n)
        if self.style and self.style not in STYLES:
            raise InputError(f"style {self.style!r} is none of {', '.join(STYLES)}{did_you_mean(self.style, STYLES)}")

    @classmethod
    def open(cls, folder: Path | None = None, *, n: int = 4, seed: int = 0, style: str = "") -> Studio:
        """Load a score model (without a folder the one that Segue brings along) and open a studio with it."""
        return cls(load_engine(folder), n, seed, style)

    @property
    def draws(self) -> Draws:
        """How many alternatives, and how they are drawn."""
        return Draws(self.n, replace(self.sampling, seed=self.seed), self.progress)

    def chords(
        self,
        progression: Progression,
        wish: ChordWish | None = None,
        *,
        bars: Collection[int] | None = None,
        more: int = 0,
        keep: Collection[int] = (),
    ) -> list[Offer[Progression]]:
        """Fill bars of a progression, and `more` behind it; see `segue.compose.chords.chords`."""
        wanted = None if bars is None and (more or not keep) else self._bars(progression.bars, bars, keep)
        return chords(self.engine, progression, wanted, self._wish(wish), more=more, draws=self.draws)

    def reharmonize(
        self,
        score: Score,
        wish: ChordWish | None = None,
        *,
        bars: Collection[int] | None = None,
        keep: Collection[int] = (),
    ) -> list[Offer[Score]]:
        """Give other chords to music that has some; see `segue.compose.chords.reharmonize`."""
        return reharmonize(self.engine, score, self._bars(score.bars, bars, keep), self._wish(wish), draws=self.draws)

    def harmonize(
        self,
        score: Score,
        wish: ChordWish | None = None,
        *,
        key: Key | None = None,
        bars: Collection[int] | None = None,
        keep: Collection[int] = (),
    ) -> list[Offer[Score]]:
        """Give chords to a melody; see `segue.compose.harmonize.harmonize`."""
        wanted = self._bars(score.bars, bars, keep)
        return harmonize(self.engine, score, wanted, self._wish(wish), key=key, draws=self.draws)

    def infill(
        self,
        score: Score,
        bars: Collection[int] | None = None,
        *,
        parts: Collection[int] | None = None,
        keep: Collection[int] = (),
    ) -> list[Offer[Score]]:
        """Rewrite bars of parts (0 the chords; all without); see `segue.compose.infill.infill`."""
        return infill(
            self.engine,
            score,
            self._bars(score.bars, bars, keep),
            parts,
            style=self.style,
            without=self.without,
            draws=self.draws,
        )

    def _wish(self, wish: ChordWish | None) -> ChordWish:
        given = wish or ChordWish()
        return replace(given, style=given.style or self.style, without=(*given.without, *self.without))

    def _bars(self, whole: Collection[object], bars: Collection[int] | None, keep: Collection[int]) -> list[int]:
        """The bars to be rewritten, from 0: those named (all without), less those kept."""
        count = len(whole)
        for bar in (*(bars or ()), *keep):
            if not 1 <= bar <= count:
                raise InputError(f"bar {bar}: bars 1 to {count} are there")
        found = sorted(set(range(1, count + 1) if bars is None else bars) - set(keep))
        if not found:
            raise InputError("every bar is to be kept; nothing is left to be written")
        return [bar - 1 for bar in found]
