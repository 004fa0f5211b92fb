"""Segue's own writers: small lyric models, one for each language, computed by the engine of the score model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segue.compose.lyrics.english import folded, words_of
from segue.compose.lyrics.frame import Language, LineFrame
from segue.compose.lyrics.writer import Bias, Brief, Legal, pick
from segue.errors import UnavailableError
from segue.models.engine.fast import FastEngine
from segue.models.engine.protocol import Engine
from segue.models.engine.weights import read_weights, to_floats
from segue.models.lyrics.ngrams import FILE as NGRAMS
from segue.models.lyrics.ngrams import ORDER, NGrams
from segue.models.lyrics.runs import FILE as RUNS
from segue.models.lyrics.runs import Runs
from segue.models.lyrics.vocabulary import FIRST, LyricVocabulary

SHIPPED = Path(__file__).parents[2] / "models" / "weights" / "lyrics"  # a folder for each language below it


@lru_cache(maxsize=4)
def load_writer(language: Language = "en", folder: Path | None = None) -> OwnWriter:
    """Load the lyric model of a folder of `segue pretrain-lyrics`, or the one that Segue brings along for a language.

    UnavailableError where none is brought along; the other errors are those of the engine and the vocabulary.
    """
    place = _shipped(language) if folder is None else folder
    config, weights = read_weights(place)
    runs = Runs.load(place) if (place / RUNS).is_file() else None
    ngrams = NGrams.load(place) if (place / NGRAMS).is_file() else None
    vectors = to_floats(weights["model.embed_tokens.weight"])
    return OwnWriter(FastEngine(config, weights), LyricVocabulary.load(place), vectors, runs, ngrams)


def _shipped(language: Language) -> Path:
    if not (SHIPPED / language / "config.json").is_file():
        raise UnavailableError(
            f"no lyric model for {language!r} is brought along; make one by `segue pretrain-lyrics`, name its folder"
        )
    return SHIPPED / language


class OwnWriter:
    """A lyric model over items; it writes each line from its end.

    `vectors` (tokens, width) are its token vectors, by which items are near to a theme; `runs` what it learned from;
    `ngrams` are mixed with what the engine says.
    """

    name = "own"
    is_backward = True

    def __init__(
        self,
        engine: Engine,
        vocabulary: LyricVocabulary,
        vectors: NDArray[np.float32],
        runs: Runs | None = None,
        ngrams: NGrams | None = None,
    ) -> None:
        self.engine, self.vocabulary, self.runs, self.ngrams = engine, vocabulary, runs, ngrams
        self.language: Language = vocabulary.language
        self.items = vocabulary.items
        held = vectors[FIRST : FIRST + len(self.items)]
        self._vectors = held / np.maximum(np.linalg.norm(held, axis=1, keepdims=True), 1e-6)

    def open(self, brief: Brief, title: str = "") -> _Lines:  # noqa: ARG002
        """Begin a lyric; the brief reaches it as a bias on items (see `affinity`), the title as its first tokens."""
        return _Lines(self, title)

    def affinity(self, text: str) -> NDArray[np.float32]:
        """Return how near items are to the items of a text: the largest cosine of their vectors, 0 to 1; its own 1."""
        signs = list(text) if self.language == "zh" else [folded(word) for word in words_of(text)]
        known = [self.vocabulary.numbers[sign] for sign in signs if sign in self.vocabulary.numbers]
        if not known:
            return np.zeros(len(self.items), dtype=np.float32)
        near: NDArray[np.float32] = np.clip((self._vectors @ self._vectors[known].T).max(1), 0, 1).astype(np.float32)
        near[known] = 1
        return near


class _Lines:
    """What is written: row 0 of the engine's session; further rows are tries at the next line."""

    def __init__(self, writer: OwnWriter, title: str) -> None:
        self.writer, self.title = writer, title
        self.tokens: list[int] = writer.vocabulary.opening(title)
        self.heads: list[int] = []  # where lines begin in `tokens`
        self.session = writer.engine.open(1)
        self.read = 0  # of `tokens`, how many row 0 holds
        self.section: str | None = None

    def begin(self, line: LineFrame, rows: int) -> _Tries:
        """Begin so many tries at the next line."""
        if len(self.session.lengths) < rows + 1:
            self.session, self.read = self.writer.engine.open(rows + 1), 0
        start = self._start(line)
        self._shorten(len(start) + 2 * line.length + 2)
        if self.read < len(self.tokens):
            self.session.feed({0: self.tokens[self.read :]})
            self.read = len(self.tokens)
        for row in range(1, rows + 1):
            self.session.copy(0, row)
        logits = self.session.feed(dict.fromkeys(range(1, rows + 1), start))
        return _Tries(self, [*self.tokens[1 - ORDER :], *start], logits)

    def _start(self, line: LineFrame) -> list[int]:
        begins = self.section is None or line.section != self.section
        return self.writer.vocabulary.line_start(line.length, line.sign, begins=begins)

    def _shorten(self, room: int) -> None:
        """Forget the first lines where the model cannot see all at once."""
        if len(self.tokens) + room <= self.writer.engine.longest:
            return
        opening = self.writer.vocabulary.opening(self.title)
        first = next(
            (head for head in self.heads if len(self.tokens) - head <= self.writer.engine.longest // 2),
            len(self.tokens),
        )
        self.tokens = opening + self.tokens[first:]
        self.heads = [head - first + len(opening) for head in self.heads if head >= first]
        self.session.cut(0, 0)
        self.read = 0

    def accept(self, line: LineFrame, items: Sequence[int]) -> None:
        """Take a line for good."""
        names = [self.writer.items[item] for item in items]
        self.heads.append(len(self.tokens))
        self.tokens += self._start(line) + self.writer.vocabulary.line_body(names)
        self.section = line.section


class _Tries:
    """Tries at one line: rows 1 and further of the session."""

    def __init__(self, lines: _Lines, told: Sequence[int], logits: NDArray[np.float32]) -> None:
        self._session, self._ngrams = lines.session, lines.writer.ngrams
        self._items = slice(FIRST, FIRST + len(lines.writer.items))
        self._told = [list(told) for _ in logits]  # the last tokens of each row
        self._logits = logits[:, self._items].copy()

    def draw(
        self, rows: Sequence[int], legal: Legal, bias: Bias, temperature: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Draw the next items; see `LineSession`."""
        said = self._logits[list(rows)]
        if self._ngrams is not None:
            said = self._ngrams.mixed(said, legal, [self._told[row] for row in rows])
        drawn, nats = pick(said, legal, bias, temperature, rng)
        for row, item in zip(rows, drawn, strict=True):
            self._told[row].append(FIRST + int(item))
        after = self._session.feed({row + 1: self._told[row][-1:] for row in rows})
        self._logits[list(rows)] = after[:, self._items]
        return drawn, nats


def common_items(language: Language) -> tuple[str, ...]:
    """Return the items that a writer without a list of its own may use: those of the lyric model that Segue brings
    along; UnavailableError where there is none."""
    return LyricVocabulary.load(_shipped(language)).items
