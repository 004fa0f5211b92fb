"""Whole pieces from the score model: what is wished for is given, all else is its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from segue.errors import InputError, did_you_mean
from segue.models.engine.generating import Request, generate
from segue.models.engine.grammar import State
from segue.models.engine.language import score_language
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.key import Key
from segue.music.language import grammar
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.metre import Metre
from segue.music.score import Score
from segue.music.styles import STYLES

_STYLE, _MODE, _TONIC, _METRE, _TEMPO = range(2, 7)  # places in the header, after task and source
_MOST_TOKENS = 4096  # or as many as the engine's context holds


@dataclass(frozen=True)
class Wish:
    """What a piece shall be; None leaves a thing to the model.

    `style` is a name of `segue.music.styles.STYLES`, `tempo` in quarter notes a minute (the nearest that the score
    language has is taken), `bars` their exact number (a note that rings on may add one).
    """

    style: str | None = None
    key: Key | None = None
    metre: Metre | None = None
    tempo: float | None = None
    bars: int | None = None
    source: str = "notated"

    def __post_init__(self) -> None:
        if self.style is not None and self.style not in STYLES:
            raise InputError(f"style {self.style!r} is none of {', '.join(STYLES)}{did_you_mean(self.style, STYLES)}")
        if self.metre is not None and str(self.metre) not in v.METRES:
            raise InputError(f"metre {self.metre} is none of {', '.join(v.METRES)}")
        if self.tempo is not None and not 1 <= self.tempo <= 2000:
            raise InputError(f"a tempo of {self.tempo} quarter notes a minute: 1 to 2,000 are accepted")
        if self.bars is not None and not 1 <= self.bars <= 1000:
            raise InputError(f"{self.bars} bars: 1 to 1,000 are accepted")
        if self.source not in v.SOURCES:
            raise InputError(f"source {self.source!r} is none of {', '.join(v.SOURCES)}")

    def fields(self) -> dict[int, int]:
        """The tokens wished for, by their places in the header."""
        found: dict[int, int] = {}
        if self.style is not None:
            found[_STYLE] = v.ID[f"style:{self.style}"]
        if self.key is not None:
            found |= {_MODE: v.ID[f"mode:{self.key.mode}"], _TONIC: v.TONIC.start + self.key.tonic.pc}
        if self.metre is not None:
            found[_METRE] = v.ID[f"metre:{self.metre}"]
        if self.tempo is not None:
            near = min(v.TEMPOS[1:], key=lambda known: abs(known - self.tempo) if self.tempo else 0)
            found[_TEMPO] = v.ID[f"tempo:{near}"]
        return found


def generate_piece(engine: Engine, wish: Wish, sampling: Sampling) -> Score:
    """Generate a piece, a bar after the other, under the grammar; the same seed gives the same piece.

    A piece that does not end within the engine's context is cut after its last whole bar. Nothing is sung in it: the
    score language has no words.
    """
    least, most = (wish.bars, wish.bars) if wish.bars else (1, 100_000)
    language = score_language(grammar.Limits(in_range=True, in_sixteenths=True, least_bars=least, most_bars=most))
    prefix = (v.ID["task:lead"], v.ID[f"source:{wish.source}"])
    fields = wish.fields()

    def allow(state: State) -> tuple[int, ...] | None:
        if not isinstance(state, grammar.State):
            return None
        if state.phase == "header" and len(state.head) in fields:
            return (fields[len(state.head)],)
        return _BEGINNING if state.phase == "opening" and not state.voices else None

    made = generate(engine, language, Request(prefix, _MOST_TOKENS, None, sampling, allow))
    tokens = prefix + made.tokens
    score = decode(tokens if made.stopped == "end" else _whole_bars(tokens))
    # where a syllable would be sung is known, what is sung is not
    return score.replace(parts=tuple(replace(part, words=()) for part in score.parts))


_BEGINNING = tuple(token for token in range(v.SIZE) if token != v.LATER)  # a piece, not an excerpt of one


def _whole_bars(tokens: tuple[int, ...]) -> tuple[int, ...]:
    starts = [place for place, token in enumerate(tokens) if token in v.BAR]
    return tokens[: starts[-1]] if len(starts) > 1 else tokens
