"""The studio: one engine and every verb of composing, each giving several offers, the best first.

    studio = Studio.open(style="jazz", seed=3)
    for offer in studio.harmonize(score):
        print(offer.value.progression, offer.reasons)

Bars are named as musicians do, from 1; parts too, and 0 are the chords. `keep` names bars that stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segue.compose.arrange import arrange
from segue.compose.chords import ChordWish, chords, reharmonize
from segue.compose.drawing import SAMPLING, Draws, Seen
from segue.compose.harmonize import harmonize
from segue.compose.infill import infill
from segue.compose.log import Records
from segue.compose.melody import MelodyWish, answer, go_on, melody
from segue.compose.offer import Offer, T, check_count
from segue.compose.piece import PieceWish, piece
from segue.errors import InputError, did_you_mean
from segue.models.engine import load_engine
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.key import Key
from segue.music.note import Notes
from segue.music.score import Progression, Score
from segue.music.styles import STYLES


@dataclass(frozen=True)
class Studio:
    """An engine, and how offers are made where a verb is not told otherwise.

    `n` alternatives are offered, the first drawn with `seed`; `style` is a name of `segue.music.styles.STYLES`, ""
    leaves that of the music; `without` are rules of theory that are switched off; `progress` is told how many bars are
    done, where there are many; `recorder` writes down what is offered (`segue.compose.log`); `seen` is shown each bar
    of chords, harmony, infill and pieces as soon as it is drawn (`segue.compose.drawing.Glimpse`).
    """

    engine: Engine
    n: int = 4
    seed: int = 0
    style: str = ""
    without: tuple[str, ...] = ()
    sampling: Sampling = SAMPLING
    progress: Callable[[int], None] | None = None
    recorder: Records | None = None
    seen: Seen | None = None

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
        return Draws(self.n, replace(self.sampling, seed=self.seed), self.progress, self.seen)

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
        asked = self._wish(wish)
        offers = chords(self.engine, progression, wanted, asked, more=more, draws=self.draws)
        return self._recorded("chords", offers, progression, wish=asked, bars=wanted, more=more)

    def reharmonize(
        self,
        score: Score,
        wish: ChordWish | None = None,
        *,
        bars: Collection[int] | None = None,
        keep: Collection[int] = (),
    ) -> list[Offer[Score]]:
        """Give other chords to music that has some; see `segue.compose.chords.reharmonize`."""
        wanted, asked = self._bars(score.bars, bars, keep), self._wish(wish)
        offers = reharmonize(self.engine, score, wanted, asked, draws=self.draws)
        return self._recorded("reharmonize", offers, score, wish=asked, bars=wanted)

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
        wanted, asked = self._bars(score.bars, bars, keep), self._wish(wish)
        offers = harmonize(self.engine, score, wanted, asked, key=key, draws=self.draws)
        return self._recorded("harmonize", offers, score, wish=asked, bars=wanted, key=key)

    def infill(
        self,
        score: Score,
        bars: Collection[int] | None = None,
        *,
        parts: Collection[int] | None = None,
        keep: Collection[int] = (),
    ) -> list[Offer[Score]]:
        """Rewrite bars of parts (0 the chords; all without); see `segue.compose.infill.infill`."""
        wanted = self._bars(score.bars, bars, keep)
        offers = infill(self.engine, score, wanted, parts, style=self.style, without=self.without, draws=self.draws)
        return self._recorded("infill", offers, score, bars=wanted, parts=parts)

    def melody(
        self, progression: Progression, wish: MelodyWish | None = None, *, rhythm: Notes | None = None
    ) -> list[Offer[Score]]:
        """Write melodies over chords, free or in a rhythm; see `segue.compose.melody.melody`."""
        asked = self._tune(wish)
        offers = melody(
            self.engine, progression, asked, rhythm=rhythm, n=self.n, sampling=self.draws.sampling, told=self._told
        )
        return self._recorded("melody", offers, progression, wish=asked)

    def go_on(self, phrase: Score, progression: Progression, wish: MelodyWish | None = None) -> list[Offer[Score]]:
        """Continue a phrase over further chords; see `segue.compose.melody.go_on`."""
        asked, sampling = self._tune(wish), self.draws.sampling
        offers = go_on(self.engine, phrase, progression, asked, n=self.n, sampling=sampling, told=self._told)
        return self._recorded("go_on", offers, phrase, wish=asked)

    def answer(
        self, phrase: Score, progression: Progression | None = None, wish: MelodyWish | None = None
    ) -> list[Offer[Score]]:
        """Answer a phrase by one that comes home; see `segue.compose.melody.answer`."""
        asked, sampling = self._tune(wish), self.draws.sampling
        offers = answer(self.engine, phrase, progression, asked, n=self.n, sampling=sampling, told=self._told)
        return self._recorded("answer", offers, phrase, wish=asked)

    def arrange(self, sheet: Score, style: str = "", parts: Sequence[str] = ()) -> list[Offer[Score]]:
        """Write parts to a lead sheet; see `segue.compose.arrange.arrange`."""
        named, sampling = style or self.style, self.draws.sampling
        offers = arrange(self.engine, sheet, named, parts, n=self.n, sampling=sampling, told=self._told)
        return self._recorded("arrange", offers, sheet, parts=parts)

    def piece(self, wish: PieceWish | None = None) -> list[Offer[Score]]:
        """Write whole pieces by a plan of form; see `segue.compose.piece.piece`."""
        given = wish or PieceWish()
        asked = replace(given, style=given.style or self.style)
        sampling = self.draws.sampling
        offers = piece(self.engine, asked, n=self.n, sampling=sampling, told=self._told, seen=self.seen)
        return self._recorded("piece", offers, None, wish=asked)

    def _told(self, _what: str, done: int, _total: int) -> None:
        if self.progress is not None:
            self.progress(done)

    def _tune(self, wish: MelodyWish | None) -> MelodyWish:
        given = wish or MelodyWish()
        return replace(given, style=given.style or self.style, without=(*given.without, *self.without))

    def _recorded(
        self, verb: str, offers: list[Offer[T]], given: Score | Progression | None, **wish: object
    ) -> list[Offer[T]]:
        """Write offers down where there is a recorder, with what was wished; bars are counted from 0 there."""
        if self.recorder is not None:
            asked = {name: value for name, value in wish.items() if value}
            self.recorder.offered(verb, offers, given=given, wish={"style": self.style, **asked})
        return offers

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
