"""How often a key may ask: a bucket of tokens for each, filled at a steady rate (Turner, IEEE Communications 1986)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from segue.errors import LimitError

_MOST = 10_000  # buckets kept; full ones are forgotten beyond


class Rates:
    """Buckets by name: `burst` tokens at most, `rate` more a second; a request takes one."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._held: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> None:
        """Take one token; LimitError, with the seconds until there is one again, where there is none."""
        at = self.clock()
        tokens, before = self._held.get(name, (float(self.burst), at))
        tokens = min(self.burst, tokens + (at - before) * self.rate)
        if tokens < 1:
            wait = max(1, math.ceil((1 - tokens) / self.rate))
            raise LimitError(
                f"more than {self.burst} requests at once, or {self.rate:g} a second: come again in {wait} s",
                seconds=wait,
            )
        self._held[name] = (tokens - 1, at)
        if len(self._held) > _MOST:
            self._held = {one: told for one, told in self._held.items() if told[0] < self.burst - 1}
