"""Generating token by token: every token legal, stops, bars given out as they are complete, several rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.models.engine.grammar import Allow, Language
from segue.models.engine.protocol import Engine, Session
from segue.models.engine.sampling import Sampler, Sampling

Stop = Literal["end", "max_tokens", "max_bars", "context"]


@dataclass(frozen=True, slots=True)
class Request:
    """What to generate.

    `prefix` are the tokens to go on from (at least one), `max_tokens` and `max_bars` how much may be added; a bar that
    the prefix left unfinished counts once something is added to it. `allow` narrows what is legal, step by step: it is
    given the grammar's state and names the tokens that may come, or None for no restriction.
    """

    prefix: tuple[int, ...]
    max_tokens: int = 1024
    max_bars: int | None = None
    sampling: Sampling = field(default_factory=Sampling)
    allow: Allow | None = None

    def __post_init__(self) -> None:
        if not self.prefix:
            raise InputError("an empty prefix; at least one token is needed to go on from")
        if self.max_tokens < 1:
            raise InputError(f"max_tokens {self.max_tokens} must be 1 or above")
        if self.max_bars is not None and self.max_bars < 1:
            raise InputError(f"max_bars {self.max_bars} must be 1 or above")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that is complete: its tokens, and the log-probability of each among the legal ones, in nats.

    `number` counts the bars added, from 1; 0 is what stands before the first bar. `stopped` tells in the last one why
    nothing follows.
    """

    number: int
    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    stopped: Stop | None


@dataclass(frozen=True, slots=True)
class Generated:
    """All tokens added after the prefix, the log-probability of each among the legal ones, and why it stopped.

    A log-probability is that of the model itself, before temperature and filters, in nats.
    """

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    stopped: Stop


class _Row:
    """One piece in the making: what is decided, and what the engine has not read yet."""

    def __init__(self, request: Request, language: Language, longest: int) -> None:
        self.request, self._language, self._sets = request, language, language.sets
        state = language.start()
        for token in request.prefix:
            state = state.advance(token)
        self._state = state
        self._sampler = Sampler(request.sampling)
        self._room = min(request.max_tokens, longest - len(request.prefix))
        self._full: Stop = "max_tokens" if self._room == request.max_tokens else "context"
        self._in_bar = not language.bars.isdisjoint(request.prefix)
        self.bars = 0  # bars with something added
        self.tokens: list[int] = []
        self.logprobs: list[float] = []
        self.unread: list[int] = []
        self._starts: list[int] = []  # where in `tokens` each bar begins that is not given out
        self._given = self._told = 0  # tokens given out, and bars begun before the one in the making
        self.stopped: Stop | None = None
        if self._room < 1:
            raise InputError(
                f"a prefix of {len(request.prefix)} tokens fills all {longest} that the model sees at once"
            )
        self._legal = self._sets.tokens(state, request.allow)

    def take(self, logits: NDArray[np.float32]) -> None:
        """Decide one token by logits (vocabulary,), and those after it to which there is no alternative."""
        self.unread.clear()
        self._add(*self._sampler.pick(logits, self._legal))
        while self.stopped is None:
            self._legal = self._sets.tokens(self._state, self.request.allow)
            if len(self._legal) > 1:
                return
            self._add(int(self._legal[0]), 0.0)

    def _add(self, token: int, logprob: float) -> None:
        is_bar = token in self._language.bars
        if is_bar or (not self.tokens and self._in_bar):
            if self.bars == self.request.max_bars:
                self.stopped = "max_bars"
                return
            self.bars += 1
            self._starts.append(len(self.tokens))
        self.tokens.append(token)
        self.logprobs.append(logprob)
        self.unread.append(token)
        if token == self._language.end:
            self.stopped = "end"
        elif len(self.tokens) == self._room:
            self.stopped = self._full
        else:
            self._state = self._state.advance(token)

    def complete(self) -> Iterator[Bar]:
        """Give out the bars that are complete and were not given out before."""
        while self._starts:
            start = self._starts.pop(0)
            if start > self._given:
                yield self._bar(start, None)
            self._given, self._told = start, self._told + 1
        if self.stopped is not None:
            yield self._bar(len(self.tokens), self.stopped)

    def _bar(self, end: int, stopped: Stop | None) -> Bar:
        part = slice(self._given, end)
        return Bar(self._told, tuple(self.tokens[part]), tuple(self.logprobs[part]), stopped)

    def result(self) -> Generated:
        if self.stopped is None:
            raise InputError("this row is not finished")
        return Generated(tuple(self.tokens), tuple(self.logprobs), self.stopped)


def generate(engine: Engine, language: Language, request: Request) -> Generated:
    """Go on from a prefix until a stop; InputError where the prefix or what is allowed is not legal."""
    return generate_batch(engine, language, [request])[0]


def generate_batch(
    engine: Engine, language: Language, requests: Sequence[Request], threads: int = 1
) -> list[Generated]:
    """Go on from several prefixes at once, each with its own sampling; a common prefix is read once.

    With several threads each takes a share of the requests; what is made does not depend on it. Errors as `generate`.
    """
    if threads < 1:
        raise InputError(f"threads {threads} must be 1 or above")
    shares = [requests[first::threads] for first in range(min(threads, len(requests)))]
    if len(shares) < 2:
        return _together(engine, language, requests)
    with ThreadPoolExecutor(len(shares)) as pool:
        made = [iter(share) for share in pool.map(partial(_together, engine, language), shares)]
    return [next(made[number % threads]) for number in range(len(requests))]


def _together(engine: Engine, language: Language, requests: Sequence[Request]) -> list[Generated]:
    rows = [_Row(request, language, engine.longest) for request in requests]
    for _ in _bars(rows, engine):
        pass
    return [row.result() for row in rows]


def _read_prefixes(session: Session, requests: Sequence[Request]) -> list[NDArray[np.float32]]:
    """Read each different prefix once; return logits (vocabulary,) for each request."""
    first: dict[tuple[int, ...], int] = {}
    found: list[NDArray[np.float32]] = []
    for number, request in enumerate(requests):
        source = first.setdefault(request.prefix, number)
        if source == number:
            found.append(session.feed({number: request.prefix})[0].copy())
        else:
            session.copy(source, number)
            found.append(found[source])
    return found


def stream(engine: Engine, language: Language, request: Request) -> Iterator[Bar]:
    """Go on from a prefix and give out each bar as soon as it is complete.

    Closing the iterator, or asking no further, ends the work; the engine stays as it was. Errors as `generate`.
    """
    return (bar for _, bar in stream_batch(engine, language, [request]))


def stream_batch(engine: Engine, language: Language, requests: Sequence[Request]) -> Iterator[tuple[int, Bar]]:
    """Go on from several prefixes at once; give out each bar as soon as it is complete, with its request's place.

    Each is drawn as it would be alone, a common prefix is read once. Errors as `generate`, before anything is drawn.
    """
    return _bars([_Row(request, language, engine.longest) for request in requests], engine)


def _bars(rows: Sequence[_Row], engine: Engine) -> Iterator[tuple[int, Bar]]:
    """Step rows until all have stopped, and give out their bars."""
    if not rows:
        return
    session = engine.open(len(rows))
    for number, logits in enumerate(_read_prefixes(session, [row.request for row in rows])):
        rows[number].take(logits)
        yield from ((number, bar) for bar in rows[number].complete())
    active = [number for number, row in enumerate(rows) if row.stopped is None]
    while active:
        logits = session.feed({number: rows[number].unread for number in active})
        for place, number in enumerate(active):
            rows[number].take(logits[place])
            yield from ((number, bar) for bar in rows[number].complete())
        active = [number for number in active if rows[number].stopped is None]
