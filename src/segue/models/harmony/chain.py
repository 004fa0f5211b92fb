"""A chain of triads: how well each state fits each beat, how well states follow each other; its best paths and draws.

A path's score is the sum of what fits, moves and holds (a linear-chain conditional random field; Lafferty, McCallum and
Pereira, ICML 2001); its probability is e to the score, over that of all paths.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Path = tuple[int, ...]  # a state for each place
NEVER = -1e9


@dataclass(frozen=True, eq=False)
class Chain:
    """n places: `fits` (n, states), `holds` (n) what it is worth to stay in the state of the place before, and `moves`
    (states, states) what it is worth to go from one to another."""

    fits: Doubles
    holds: Doubles
    moves: Doubles

    def joined(self, firsts: Sequence[int]) -> Chain:
        """Return a chain of stretches that begin at `firsts` (rising from 0) and stay in one state."""
        stay = self.holds[:, None] + np.diag(self.moves)
        stay[list(firsts)] = 0
        return Chain(np.add.reduceat(self.fits + stay, firsts, axis=0), self.holds[list(firsts)], self.moves)

    def within(self, allowed: Mapping[int, Collection[int]]) -> Chain:
        """Return a chain in which some places have one of these states."""
        fits = self.fits.copy()
        for place, states in allowed.items():
            fits[place, [state for state in range(fits.shape[1]) if state not in states]] += NEVER
        return Chain(fits, self.holds, self.moves)

    def best(self) -> Path:
        """Return the likeliest path (Viterbi)."""
        score, back = self.fits[0], []
        for place in range(1, len(self.fits)):
            each = score[:, None] + self._steps(place)
            back.append(each.argmax(0))
            score = each.max(0) + self.fits[place]
        path = [int(score.argmax())]
        for links in reversed(back):
            path.append(int(links[path[-1]]))
        return tuple(reversed(path))

    def draw(self, rng: np.random.Generator, temperature: float = 1.0) -> Path:
        """Draw a path by its probability to the power of 1 / `temperature`."""
        if temperature != 1.0:
            return Chain(self.fits / temperature, self.holds / temperature, self.moves / temperature).draw(rng)
        forward = self._forward()
        path = [_drawn(forward[-1], rng)]
        for place in range(len(self.fits) - 1, 0, -1):
            path.append(_drawn(forward[place - 1] + self._steps(place)[:, path[-1]], rng))
        return tuple(reversed(path))

    def log_probability(self, path: Path) -> float:
        """Return the natural logarithm of a path's probability."""
        score = sum(self.fits[place, state] for place, state in enumerate(path))
        score += sum(self._steps(place)[path[place - 1], path[place]] for place in range(1, len(path)))
        return float(score) - self.log_sum()

    def log_sum(self) -> float:
        """Return the natural logarithm of the sum of e to the score of all paths."""
        return float(_log_sum(self._forward()[-1], axis=0))

    def shares(self) -> Doubles:
        """Return the probability of each state at each place (n, states)."""
        forward, behind = self._forward(), np.zeros_like(self.fits)
        for place in range(len(self.fits) - 2, -1, -1):
            after = self.fits[place + 1] + behind[place + 1]
            behind[place] = _log_sum(self._steps(place + 1) + after, axis=1)
        both = forward + behind
        shares: Doubles = np.exp(both - _log_sum(both, axis=1)[:, None])
        return shares

    def _steps(self, place: int) -> Doubles:
        """What each step from the place before is worth (from, to)."""
        steps: Doubles = self.moves + self.holds[place] * np.eye(len(self.moves))
        return steps

    def _forward(self) -> Doubles:
        """The logarithm of the summed scores of all paths to each place and state, in exponents of e."""
        found = [self.fits[0]]
        for place in range(1, len(self.fits)):
            found.append(_log_sum(found[-1][:, None] + self._steps(place), axis=0) + self.fits[place])
        return np.array(found)


def _log_sum(values: Doubles, axis: int) -> Doubles:
    most = values.max(axis)
    found: Doubles = most + np.log(np.exp(values - np.expand_dims(most, axis)).sum(axis))
    return found


def _drawn(logits: Doubles, rng: np.random.Generator) -> int:
    shares = np.exp(logits - logits.max())
    return int(rng.choice(len(shares), p=shares / shares.sum()))
