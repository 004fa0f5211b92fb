"""The recommender: from a listener's history, names or words to songs, with true reasons, in about a millisecond."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from segue.errors import InputError, NotFoundError, UnavailableError, did_you_mean
from segue.listens.song import Song
from segue.recommend.calibration import Calibration
from segue.recommend.catalogue import Catalogue, Indexes, song_text
from segue.recommend.diversity import check_diversity, spread
from segue.recommend.filters import Filters, Mask
from segue.recommend.fusion import Fusion
from segue.recommend.history import History
from segue.recommend.newcomer import Encode, hint_of, named_songs, profile_of
from segue.recommend.parts import Floats, Language, LowRank, Part, Popularity
from segue.recommend.parts.language import unit
from segue.recommend.parts.operators import Factors
from segue.recommend.path import walk
from segue.recommend.retrieval import Retrieval
from segue.recommend.scorer import LARGE, Profile, Ranking, Scorer
from segue.recommend.suggestion import Answer, Suggestion

Histories = Callable[[str], History]
NOBODY = History.of(())
UNCALIBRATED = Calibration()
OPEN = Filters()
POOL = 10  # songs looked at for each one asked, where an answer is made diverse or artists are limited


class Recommender:
    """Songs, the parts fitted on them, and the head that fuses the parts.

    `calibration` makes probabilities of logits; `encode` turns texts into vectors of the language part's space (for
    sentences and new songs); `histories` gives a listener's history by name; `fitted` is the number of songs the parts
    were fitted on, all by default.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        parts: Sequence[Part],
        fusion: Fusion,
        *,
        encode: Encode | None = None,
        histories: Histories | None = None,
        fitted: int | None = None,
        calibration: Calibration = UNCALIBRATED,
    ) -> None:
        if any(len(part) != len(catalogue) for part in parts):
            raise InputError(f"{len(catalogue)} songs, but parts of {sorted({len(part) for part in parts})}")
        self.catalogue = catalogue
        self.scorer = Scorer(parts, fusion, fitted)
        self.encode = encode
        self.calibration = calibration
        self.histories = histories
        self._retrieval = Retrieval(self.scorer.all_parts) if len(catalogue) > LARGE else None

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, those without a weight too."""
        return self.scorer.all_parts

    @property
    def fusion(self) -> Fusion:
        """The head over all parts."""
        return self.scorer.whole

    def warm(self, *, is_whole: bool = True) -> Recommender:
        """Make ready to answer many: keep whole planes in memory where the songs are few enough, or what the songs of
        the last few listeners add; returns itself."""
        self.scorer.warm(is_whole=is_whole)
        return self

    def with_histories(self, histories: Histories | None) -> Recommender:
        """The same recommender with listeners known by name."""
        made = copy.copy(self)
        made.histories = histories
        return made

    def with_songs(self, songs: Sequence[Song]) -> Recommender:
        """The same recommender knowing more songs by their text alone, without fitting anything anew.

        The scores of the songs known before stay as they were. InputError where a song is known already,
        UnavailableError where there is a language part but no text encoder.
        """
        vectors = None
        if any(isinstance(part, Language) for part in self.parts):
            if self.encode is None:
                raise UnavailableError("new songs need the text encoder of the model; it was loaded without")
            vectors = unit(self.encode([song_text(song) for song in songs]))
        return Recommender(
            self.catalogue.extended(songs),
            [part.extended(songs, vectors) for part in self.parts],
            self.fusion,
            encode=self.encode,
            histories=self.histories,
            fitted=self.scorer.fitted,
            calibration=self.calibration,
        )

    def history(self, listener: str | History | None) -> History:
        """The history of a listener: by name, as given, or empty for None."""
        if listener is None or isinstance(listener, History):
            history = NOBODY if listener is None else listener
        elif self.histories is None:
            raise NotFoundError(f"listener {listener!r} is not known: no listens are at hand here")
        else:
            history = self.histories(listener)
        known = history.known
        if len(known) and not 0 <= known.min() <= known.max() < len(self.catalogue):
            raise InputError(
                f"a history with songs {known.min()} to {known.max()}; known are 0 to {len(self.catalogue) - 1}"
            )
        return history

    def recommend(
        self,
        listener: str | History | None = None,
        n: int = 20,
        like: Sequence[str] = (),
        text: str = "",
        filters: Filters = OPEN,
        diversity: float = 0.0,
        known: bool = False,
    ) -> tuple[Suggestion, ...]:
        """The n best songs for a listener, best first; fewer where fewer pass.

        `like` names artists, or songs as "Artist - Title", and `text` says a taste in words; each weighs as much as the
        whole history. Songs heard or named are left out unless `known`; songs disliked or hidden always are.
        `diversity` from 0 to 1 trades score against likeness within the answer.
        """
        if n < 1:
            raise InputError(f"n {n} must be at least 1")
        check_diversity(diversity)
        history = self.history(listener)
        named = named_songs(self.catalogue, like) if like else np.empty(0, np.int64)
        profile = profile_of(history, named, hint_of(text, self.parts, self.encode))
        heard = np.concatenate([history.known, named])
        allowed = np.ones(len(self.catalogue), bool) if filters.is_open else filters.mask(self.catalogue, heard)
        if not known:
            allowed[heard] = False
        allowed[list(history.barred)] = False
        answer = self._answer(profile, allowed)
        return self._suggestions(answer, self._chosen(answer, n, diversity, filters.per_artist))

    def explain(self, listener: str | History | None, song: Song | str) -> Suggestion:
        """One song as it stands for a listener, heard or not: its score, its rank among the songs not heard, and why.

        NotFoundError, with the nearest, for a song that is not known here.
        """
        history, number = self.history(listener), int(self.numbers(song)[0])
        allowed = np.ones(len(self.catalogue), bool)
        allowed[history.known] = False
        allowed[list(history.barred)] = False
        allowed[number] = True
        answer = self._answer(profile_of(history, np.empty(0, np.int64), None), allowed, also=number)
        candidates = answer.ranking.candidates
        place = number if candidates is None else int(np.searchsorted(candidates, number))
        return self._suggestions(answer, np.array([place]))[0]

    def recommend_all(
        self,
        listeners: Sequence[str | History | None],
        n: int = 20,
        filters: Filters = OPEN,
    ) -> list[tuple[Suggestion, ...]]:
        """The answer of `recommend` for each of many listeners."""
        return [self.recommend(listener, n, filters=filters) for listener in listeners]

    def logits(self, listener: str | History | None) -> Floats:
        """The logit of every song for a listener, (n,): what evaluations rank by."""
        profile = profile_of(self.history(listener), np.empty(0, np.int64), None)
        return self.scorer.rank(profile).logits

    def similar(self, song: Song | str, n: int = 20, filters: Filters = OPEN) -> tuple[Suggestion, ...]:
        """The n songs nearest to one song or artist, by all parts but popularity."""
        named = self.numbers(song)
        allowed = np.ones(len(self.catalogue), bool) if filters.is_open else filters.mask(self.catalogue, named)
        allowed[named] = False
        answer = self._answer(profile_of(NOBODY, named, None), allowed, self._likeness)
        return self._suggestions(answer, self._chosen(answer, n, 0.0, filters.per_artist))

    def path(self, start: Song | str, end: Song | str, steps: int = 8) -> tuple[Song, ...]:
        """Songs that lead from one to another in small steps of the space of songs, `steps` in all with both ends."""
        numbers = walk(
            self.space, self.catalogue.artists, int(self.numbers(start)[0]), int(self.numbers(end)[0]), steps
        )
        return tuple(self.catalogue.songs[number] for number in numbers)

    def numbers(self, song: Song | str) -> Indexes:
        """The numbers of a song, or of all that a name stands for; NotFoundError with the nearest."""
        if isinstance(song, str):
            return self.catalogue.named(song)
        found = self.catalogue.find(song.artist, song.title)
        if found is None:
            near = did_you_mean(str(song), (str(known) for known in self.catalogue))
            raise NotFoundError(f"song {song} is not among the {len(self.catalogue):,} known here{near}")
        return np.array([found])

    @cached_property
    def _likeness(self) -> Scorer:
        silent = {part.name for part in self.parts if isinstance(part, Popularity)}
        return Scorer(self.parts, self.fusion.silencing(silent), self.scorer.fitted)

    @property
    def space(self) -> Floats:
        """Vectors (n, D), of norm 1, in which songs are near or far: the language part's, else the low-rank part's."""
        for part in self.parts:
            if isinstance(part, Language):
                return part.vectors
        for part in self.parts:
            if isinstance(part, LowRank) and isinstance(part.operator, Factors):
                return unit(part.operator.right)
        raise UnavailableError("there is no space of songs here: the model has no language part and no low-rank part")

    def _answer(self, profile: Profile, allowed: Mask, scorer: Scorer | None = None, also: int | None = None) -> Answer:
        scorer = scorer or self.scorer
        if self._retrieval is None:
            return Answer(self.catalogue, scorer, profile, scorer.rank(profile), allowed)
        candidates = self._retrieval.candidates(profile, allowed)
        if also is not None:
            candidates = np.union1d(candidates, [also])
        return Answer(self.catalogue, scorer, profile, scorer.rank(profile, candidates), allowed[candidates])

    def _chosen(self, answer: Answer, n: int, diversity: float, per_artist: int | None) -> Indexes:
        if diversity == 0.0 and per_artist is None:
            return best(answer.ranking, answer.allowed, n)
        pool = best(answer.ranking, answer.allowed, len(answer.allowed) if per_artist else max(POOL * n, 200))
        if per_artist is not None:
            pool = self._limited(pool, answer.ranking, per_artist)[: max(POOL * n, 200)]
        if diversity == 0.0:
            return pool[:n]
        vectors = self.space[answer.ranking.numbers(pool)]
        return pool[spread(answer.ranking.logits[pool], vectors, n, diversity)]

    def _limited(self, pool: Indexes, ranking: Ranking, per_artist: int) -> Indexes:
        seen: dict[int, int] = {}
        kept = []
        for place, artist in zip(pool, self.catalogue.artists[ranking.numbers(pool)].tolist(), strict=True):
            seen[artist] = seen.get(artist, 0) + 1
            if seen[artist] <= per_artist:
                kept.append(place)
        return np.array(kept, np.int64)

    def _suggestions(self, answer: Answer, places: Indexes) -> tuple[Suggestion, ...]:
        numbers = answer.ranking.numbers(places).tolist()
        logits = answer.ranking.logits[places].astype(np.float64)
        rows = zip(numbers, self.calibration.scores(logits).tolist(), logits.tolist(), places.tolist(), strict=True)
        songs = self.catalogue.songs
        answer.explainer.expect(places.tolist())
        return tuple(
            Suggestion(songs[number], number, score, logit, place, answer) for number, score, logit, place in rows
        )


def best(ranking: Ranking, allowed: Mask, n: int) -> Indexes:
    """The places of the n best candidates that are allowed, best first; equals in order of place."""
    logits = np.where(allowed, ranking.logits, -np.inf)
    n = min(n, int(np.count_nonzero(allowed)))
    if n < len(logits):
        top = np.argpartition(-logits, n)[:n] if n else np.empty(0, np.int64)
    else:
        top = np.arange(len(logits))
    return np.asarray(top[np.lexsort((top, -logits[top]))], np.int64)
