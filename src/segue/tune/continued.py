"""Learning on: a run that goes on from the one before, judged by what came since and by what was known before.

New examples alone make a network forget (McCloskey and Cohen 1989); so old ones are read again beside them (replay,
Rolnick et al. 2019), and the test set of the run before is measured too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from segue.errors import InputError

TOLERANCE = 0.005  # of the judging metric: how much worse on the old test set is no forgetting
Decision = Literal["promote", "keep"]


@dataclass(frozen=True)
class Test:
    """One test set: how many pairs or examples, and the judging metric of the run before and of this one on it."""

    __test__ = False  # no test of pytest's

    size: int
    before: float
    after: float


@dataclass(frozen=True)
class Continued:
    """What a run made of what the run `since` knew.

    `fresh` counts what was learned for the first time and `replayed` what was read again; `old` is the test set of the
    run before, `new` what was held out of what came since (None where there is too little of it). `is_warm` tells
    whether it began with that run's weights, or anew.
    """

    since: str
    fresh: int
    replayed: int
    is_warm: bool
    old: Test
    new: Test | None
    tolerance: float
    decision: Decision
    why: str

    def as_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Continued:
        """Read what `as_dict` made; TypeError or KeyError where it is damaged."""
        new = fields["new"]
        return cls(**fields | {"old": Test(**fields["old"]), "new": None if new is None else Test(**new)})


def judged(metric: str, old: Test, new: Test | None, tolerance: float = TOLERANCE) -> tuple[Decision, str]:
    """Decide by a metric of which more is better: better on the new test set, and on the old no worse than `tolerance`.

    Without a new test set it must be better on the old.
    """
    if tolerance < 0:
        raise InputError(f"tolerance {tolerance} must not be negative")
    first, name = (old, "old") if new is None else (new, "new")
    gain = f"{metric} on the {name} test set {first.before:.4f} before, {first.after:.4f} after"
    if not first.after > first.before:
        return "keep", f"it does not beat what is served: {gain}"
    if new is None:
        return "promote", gain
    lost = f"on the old {old.before:.4f} before, {old.after:.4f} after"
    if not old.after >= old.before - tolerance:
        return "keep", f"it forgets: {lost}, more than {tolerance:g} lost; {gain}"
    return "promote", f"{gain}; {lost}"
