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
from typing import TYPE_CHECKING

from segue.compose.arrange import arrange
from segue.compose.care import Holds
from segue.compose.chords import ChordWish, chords, reharmonize
from segue.compose.drawing import SAMPLING, Draws, Seen
from segue.compose.harmonize import harmonize
from segue.compose.infill import infill
from segue.compose.liking import Liking
from segue.compose.log import Records
from segue.compose.melody import MelodyWish, answer, go_on, melody
from segue.compose.offer import Offer, T, check_count
from segue.compose.originality import Originality, load_originality
from segue.compose.piece import PieceWish, piece, with_parts
from segue.compose.redrawing import AGAIN, Redrawing
from segue.errors import InputError, did_you_mean
from segue.models.engine import load_engine
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.models.harmony.model import HarmonyModel, load_harmony, shipped_harmony
from segue.music.key import Key
from segue.music.note import Notes
from segue.music.score import Progression, Score
from segue.music.styles import STYLES
from segue.tune.own_runs import HARMONY, SCORE, served_model
from segue.tune.registry import Registry

if TYPE_CHECKING:  # loaded by the verbs that need them
    from segue.compose.lyrics.endpoint import Endpoint
    from segue.compose.lyrics.frame import Frame
    from segue.compose.lyrics.writer import Writer
    from segue.compose.lyrics.writing import Wish as LyricWish
    from segue.compose.phrases.folder import Sampler
    from segue.compose.phrases.space import Phrases
    from segue.music.lyric import Lyric


@dataclass(frozen=True)
class Studio:
    """An engine, and how offers are made where a verb is not told otherwise.

    `n` alternatives are offered, the first drawn with `seed`; `style` is a name of `segue.music.styles.STYLES`, ""
    leaves that of the music; `without` are rules of theory that are switched off; `progress` is told how many bars are
    done, where there are many; `recorder` writes down what is offered (`segue.compose.log`); `seen` is shown each bar
    of chords, harmony, infill and pieces as soon as it is drawn (`segue.compose.drawing.Glimpse`).

    New melodies that are too near to a tune which the model learned from are drawn again (`segue.compose.redrawing`):
    `originality` is the index that they are held against, True the one that Segue brings along, False none.
    With a `liking` the nearest of many drawn to a piece that is there are offered, none a copy of it
    (`segue.compose.liking`): of chords, reharmonizing, infill, melodies and pieces.
    Words that `segue.compose.care` holds are put into `queue`; `phrases` is the phrase model and `harmony` the
    harmony model, without them those that Segue brings along.
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
    originality: Originality | bool = True
    queue: Holds | None = None
    phrases: Phrases | None = None
    harmony: HarmonyModel | None = None
    liking: Liking | None = None

    def __post_init__(self) -> None:
        check_count(self.n)
        if self.style and self.style not in STYLES:
            raise InputError(f"style {self.style!r} is none of {', '.join(STYLES)}{did_you_mean(self.style, STYLES)}")

    @classmethod
    def open(cls, folder: Path | None = None, *, n: int = 4, seed: int = 0, style: str = "") -> Studio:
        """Load a score model (without a folder the one that Segue brings along) and open a studio with it."""
        return cls(load_engine(folder), n, seed, style)

    @classmethod
    def served(
        cls, registry: Registry, folder: Path | None = None, *, n: int = 4, seed: int = 0, style: str = ""
    ) -> Studio:
        """Open a studio with the models that were tuned and are served, else those that Segue brings along.

        A score model that is named by its `folder` stands before the one that is served.
        """
        heard = served_model(registry, HARMONY)
        opened = cls.open(folder or served_model(registry, SCORE), n=n, seed=seed, style=style)
        return replace(opened, harmony=None if heard is None else load_harmony(heard))

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

        def ask(draws: Draws) -> list[Offer[Progression]]:
            return chords(self.engine, progression, wanted, asked, more=more, draws=draws)

        offers = self._liked(ask)(self.draws)
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

        def ask(draws: Draws) -> list[Offer[Score]]:
            return reharmonize(self.engine, score, wanted, asked, draws=draws)

        offers = self._liked(ask)(self.draws)
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
        model = self.harmony or shipped_harmony()
        offers = harmonize(self.engine, model, score, wanted, asked, key=key, draws=self.draws)
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

        def ask(draws: Draws) -> list[Offer[Score]]:
            return infill(self.engine, score, wanted, parts, style=self.style, without=self.without, draws=draws)

        offers = self._original(self._liked(ask), score, style=self.style or score.style)
        return self._recorded("infill", offers, score, bars=wanted, parts=parts)

    def melody(
        self, progression: Progression, wish: MelodyWish | None = None, *, rhythm: Notes | None = None
    ) -> list[Offer[Score]]:
        """Write melodies over chords, free or in a rhythm; see `segue.compose.melody.melody`."""
        asked = self._tune(wish)

        def ask(draws: Draws) -> list[Offer[Score]]:
            n, sampling = draws.n, draws.sampling
            return melody(self.engine, progression, asked, rhythm=rhythm, n=n, sampling=sampling, told=self._told)

        return self._recorded("melody", self._original(self._liked(ask), style=asked.style), progression, wish=asked)

    def go_on(self, phrase: Score, progression: Progression, wish: MelodyWish | None = None) -> list[Offer[Score]]:
        """Continue a phrase over further chords; see `segue.compose.melody.go_on`."""
        asked = self._tune(wish)

        def ask(draws: Draws) -> list[Offer[Score]]:
            return go_on(self.engine, phrase, progression, asked, n=draws.n, sampling=draws.sampling, told=self._told)

        return self._recorded("go_on", self._original(self._liked(ask), phrase, style=asked.style), phrase, wish=asked)

    def answer(
        self, phrase: Score, progression: Progression | None = None, wish: MelodyWish | None = None
    ) -> list[Offer[Score]]:
        """Answer a phrase by one that comes home; see `segue.compose.melody.answer`."""
        asked = self._tune(wish)

        def ask(draws: Draws) -> list[Offer[Score]]:
            return answer(self.engine, phrase, progression, asked, n=draws.n, sampling=draws.sampling, told=self._told)

        return self._recorded("answer", self._original(self._liked(ask), phrase, style=asked.style), phrase, wish=asked)

    def arrange(self, sheet: Score, style: str = "", parts: Sequence[str] = ()) -> list[Offer[Score]]:
        """Write parts to a lead sheet; see `segue.compose.arrange.arrange`."""
        named = style or self.style

        def ask(draws: Draws) -> list[Offer[Score]]:
            n, sampling = draws.n, draws.sampling
            return arrange(self.engine, sheet, named, parts, n=n, sampling=sampling, told=self._told)

        offers = self._original(ask, sheet, style=named or sheet.style)
        return self._recorded("arrange", offers, sheet, parts=parts)

    def piece(self, wish: PieceWish | None = None) -> list[Offer[Score]]:
        """Write whole pieces by a plan of form; see `segue.compose.piece.piece`."""
        given = wish or PieceWish()
        asked = replace(given, style=given.style or self.style)

        parts = asked.parts if self.liking is not None else ()
        lead = replace(asked, parts=()) if parts else asked  # parts come to those that are chosen

        def ask(draws: Draws) -> list[Offer[Score]]:
            return piece(self.engine, lead, n=draws.n, sampling=draws.sampling, told=self._told, seen=draws.seen)

        def chosen(draws: Draws) -> list[Offer[Score]]:
            offers = self._liked(ask)(draws)
            if not parts or any(offer.is_stopped for offer in offers):
                return offers
            samplings = [replace(draws.sampling, seed=offer.seed) for offer in offers]
            return with_parts(self.engine, parts, offers, samplings, self._told)[0]

        return self._recorded("piece", self._original(chosen, style=asked.style), None, wish=asked)

    def lyrics(
        self,
        frame: Frame,
        wish: LyricWish | None = None,
        *,
        writer: Writer | Endpoint | None = None,
        sung: Score | None = None,
    ) -> list[Offer[Lyric]]:
        """Write words to a frame: by the lyric model that Segue brings along, another writer, or a model at an address.

        `sung` is the music that the frame was made of, where it was. What a model at an address does not make fit is
        written by the model brought along, if there is one. See `segue.compose.lyrics.writing.write_lyrics` and
        `segue.compose.lyrics.endpoint.ask_lyrics`.
        """
        from segue.compose.lyrics.endpoint import Endpoint, ask_lyrics
        from segue.compose.lyrics.own import SHIPPED, load_writer
        from segue.compose.lyrics.writing import write_lyrics

        if isinstance(writer, Endpoint):
            is_there = (SHIPPED / frame.language / "config.json").is_file()
            other = load_writer(frame.language) if is_there else None
            offers = ask_lyrics(frame, writer, wish, self.n, self.seed, other, self.queue)
        else:
            by = writer if writer is not None else load_writer(frame.language)
            offers = write_lyrics(frame, by, wish, self.n, self.seed, self.queue)
        asked = {"language": frame.language, "tune": frame.tune, "theme": wish.theme if wish else ""}
        return self._recorded("lyrics", offers, sung, **asked)

    def phrase(
        self, *, key: Key | None = None, metre: str = "4/4", bars: int = 2, sampler: Sampler | None = None
    ) -> list[Offer[Score]]:
        """Draw new phrases of the studio's style; see `segue.compose.phrases.space.Phrases.phrase`."""
        space, style = self._space, self.style or "unknown"

        def once(seed: int) -> Score:
            return space.phrase(style, key=key or Key(), metre=metre, bars=bars, seed=seed, sampler=sampler)[0]

        offers = self._phrases(once, style=style)
        return self._recorded("phrase", offers, None, key=key, metre=metre, bars=bars)

    def vary(self, phrase: Score, amount: float = 0.5) -> list[Offer[Score]]:
        """Vary a phrase, more by a larger amount; see `segue.compose.phrases.space.Phrases.vary`."""
        offers = self._phrases(lambda seed: self._space.vary(phrase, amount, 1, seed)[0], phrase)
        return self._recorded("vary", offers, phrase, amount=amount)

    def like(self, phrase: Score) -> list[Offer[Score]]:
        """Draw phrases like one; see `segue.compose.phrases.space.Phrases.like`."""
        return self._recorded("like", self._phrases(lambda seed: self._space.like(phrase, 1, seed)[0], phrase), phrase)

    def between(self, one: Score, other: Score, steps: int | None = None) -> list[Offer[Score]]:
        """Go from one phrase to another in `steps` (`n` without), in their order; nothing of it is drawn by chance."""
        from segue.compose.phrases.offering import on_the_way

        scores = self._space.between(one, other, self.n if steps is None else steps)
        return self._recorded("between", on_the_way(scores, self.seed, one, other), one)

    @property
    def _space(self) -> Phrases:
        from segue.compose.phrases.space import load_phrases

        return self.phrases if self.phrases is not None else load_phrases()

    def _phrases(self, once: Callable[[int], Score], *given: Score, style: str = "") -> list[Offer[Score]]:
        from segue.compose.phrases.offering import drawn

        def ask(draws: Draws) -> list[Offer[Score]]:
            return drawn(draws.n, draws.sampling.seed, once, *given)

        return self._original(ask, *given, style=style)

    def _liked(self, ask: Callable[[Draws], list[Offer[T]]]) -> Callable[[Draws], list[Offer[T]]]:
        """What asks for offers, of more than are wanted the nearest to what they shall be like."""
        return ask if self.liking is None else self.liking.nearest(ask)

    def _original(
        self, ask: Callable[[Draws], list[Offer[Score]]], *given: Score, style: str = ""
    ) -> list[Offer[Score]]:
        """What is asked for, drawn again where it is too near to a tune learned from, unless that is switched off."""
        if self.originality is False:
            return ask(self.draws)
        judge = load_originality() if self.originality is True else self.originality
        again = AGAIN if self.sampling.temperature else 0

        def once(seed: int, n: int) -> list[Offer[Score]]:
            return ask(replace(self.draws, n=n, sampling=replace(self.sampling, seed=seed)))

        return Redrawing(judge, given, style, again).offers(once, self.n, self.seed)

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
