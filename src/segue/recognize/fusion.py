"""Several witnesses of one piece vote together: the sound, its tags, the notes, the chords, the words.

Each tells probabilities of the families that it knows. They are pooled by a product of experts (Hinton, Neural
Computation 2002), which is the logarithmic opinion pool (Genest and Zidek, Statistical Science 1986): a family's
logarithm is the sum over witnesses of weight times log(p / b), with p what the witness gives it and b what it would
give it knowing nothing (1 / k of k families, or how common they were where it learned), so that what is common is not
counted once for each witness. One that knows nothing says p = b and moves nothing; one that cannot tell a family says
nothing for or against it. Weights, and what the vote of an unsure witness counts, were learned from pieces of known
styles that several witnesses had told (`fit_gate`; `python -m benchmarks.style_fusion`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from segue.errors import FormatError, InputError
from segue.recognize.calibration import threshold_for
from segue.recognize.families import FAMILIES, families_of, family_of
from segue.recognize.guess import TOP, Answer, Because, Guess
from segue.recognize.head import RISK

KIND = "all"
NAMED = "named"  # the kind of what a file says of itself
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "score": "the score",
        "chords": "the chords",
        "lyrics": "the words",
        "audio": "the sound",
        "tags": "the taggers",
        "notes": "the notes",
        NAMED: "the file",
    }
)
_BELIEVED = 0.6  # what a file calls itself is given so much; chosen by us, not learned
_GATE = "gate.json"
_UNSURE = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOST = 2.0  # weight of a witness
_PULL = 0.01  # nats by which a weight is pulled to 1, times the square of how far it is off


@dataclass(frozen=True, slots=True)
class Witness:
    """An answer as a vote: probabilities of the families that its kind can tell, which add up to 1, and of the same
    families what it would tell knowing nothing."""

    answer: Answer
    shares: Mapping[str, float]
    base: Mapping[str, float]

    @property
    def name(self) -> str:
        """How it is called: "the sound"."""
        return NAMES.get(self.answer.kind, self.answer.kind)


@dataclass(frozen=True)
class Gate:
    """How witnesses are heard: a weight for each kind (1 where none is named), what the vote of one that is not sure
    counts of it, how much of every vote is spread evenly, and from which probability on the pool is sure.

    `base` tells how common families are among what is told; those that it does not name are alike.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    unsure: float = 1.0
    even: float = 0.02
    threshold: float = 0.7
    base: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = [weight for weight in self.weights.values() if not 0 <= weight <= 10]
        wrong += [share for share in self.base.values() if not 0 < share <= 1]
        if wrong or not 0 <= self.unsure <= 1 or not 0 < self.even < 1 or not self.threshold > 0:
            raise InputError(f"{self}: weights of 0 to 10, 0 to 1 for shares, more than 0 for the others")

    def weight(self, witness: Witness) -> float:
        """Return what a witness counts."""
        return self.weights.get(witness.answer.kind, 1.0) * (1.0 if witness.answer.is_sure else self.unsure)

    def save(self, folder: Path) -> None:
        """Write `gate.json` into a folder; it is there whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{_GATE}.partial"
        partial.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        partial.replace(folder / _GATE)


def load_gate(folder: Path) -> Gate:
    """Load a gate; InputError where there is none, FormatError where it is damaged."""
    try:
        told = json.loads((folder / _GATE).read_text("utf-8"))
        weights = {str(kind): float(weight) for kind, weight in told["weights"].items()}
        base = {str(family): float(share) for family, share in told["base"].items()}
        return Gate(weights, float(told["unsure"]), float(told["even"]), float(told["threshold"]), base)
    except OSError as error:
        raise InputError(f"{folder / _GATE} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"no gate: {error!r}", file=str(folder)) from error


# ---- witnesses


def witness_of(
    answer: Answer,
    styles: Iterable[str],
    base: Mapping[str, float] | None = None,
    spans: Mapping[str, tuple[str, ...]] | None = None,
) -> Witness | None:
    """Return an answer as a witness; None where it guesses nothing, or of fewer than two families.

    `styles` are all that its kind can tell. What its guesses leave of 1 is spread evenly over the others, so that only
    what a listener is told counts; where they add up to more than 1, as tags do, they are scaled. `base` is how common
    families were where it learned, if they were not alike; `spans` names the families that a style of its own holds,
    where there are several, which share its probability.
    """
    known = {style: (spans or {}).get(style, (family_of(style),)) for style in styles if family_of(style)}
    families = families_of(family for several in known.values() for family in several)
    told = {guess.style: guess.probability for guess in answer.guesses if family_of(guess.style)}
    if not told or len(families) < 2:
        return None
    unknown = sorted(set(told) - known.keys())
    if unknown:
        raise InputError(f"{answer.kind} tells {unknown[0]!r}, which is none of {', '.join(sorted(known))}")
    others = [style for style in known if style not in told]
    rest = max(0.0, 1 - sum(told.values())) / len(others) if others else 0.0
    shares, common = dict.fromkeys(families, 0.0), dict.fromkeys(families, 1.0)
    for style, probability in [*told.items(), *((style, rest) for style in others)]:
        for family in known[style]:
            shares[family] += probability / len(known[style])
            common[family] = min(common[family], 1 / len(known[style]))
    return Witness(answer, _whole(shares), _whole({family: (base or common)[family] for family in families}))


def _whole(shares: Mapping[str, float]) -> dict[str, float]:
    """Shares that add up to 1."""
    total = sum(shares.values())
    return {family: share / total for family, share in shares.items()}


def named_by(text: str) -> Witness | None:
    """Return what a file calls itself (a genre tag such as "Hard Bop") as a witness; None for no style that is known.

    It may be anything: it is given a modest probability, and is never sure.
    """
    family = family_of(text)
    if not family:
        return None
    answer = Answer(NAMED, (Guess(family, _BELIEVED),), False, (f"the file calls itself {text}",))
    return witness_of(answer, FAMILIES)


# ---- the pool


def pooled(witnesses: Sequence[Witness], gate: Gate) -> dict[str, float]:
    """Return the probabilities of all families that some witness knows, in the order of `FAMILIES`; they add up to 1.

    InputError where there is no witness.
    """
    known = {family for one in witnesses for family in one.shares}
    if not known:
        raise InputError("nobody told anything: a witness or more is needed")
    logs = {family: _base_vote(family, gate.base) for family in FAMILIES if family in known}
    for one in witnesses:
        weight, votes = gate.weight(one), _votes(one, gate.even)
        for family, vote in votes.items():
            logs[family] += weight * vote
    values = np.exp(np.array(list(logs.values())) - max(logs.values()))
    return dict(zip(logs, (values / values.sum()).tolist(), strict=True))


def fuse(witnesses: Sequence[Witness], gate: Gate) -> Answer:
    """Return the families that witnesses tell together, the likeliest three, because of whom; kind "all".

    The drop of a witness is how far the probability falls when it is not heard. The answer is sure where the pool is
    over its threshold, a witness that is sure by its own measure says the same, none that is sure says another family,
    and what the file calls itself was not needed for it. InputError where there is no witness.
    """
    shares = pooled(witnesses, gate)
    order = sorted(shares, key=lambda family: -shares[family])[:TOP]
    left = [
        pooled(rest, gate) if (rest := [*witnesses[:at], *witnesses[at + 1 :]]) else {} for at in range(len(witnesses))
    ]
    even = 1 / len(shares)
    guesses = []
    for family in order:
        drops = [shares[family] - one.get(family, even) for one in left]
        heard = sorted(range(len(witnesses)), key=lambda at: -drops[at])
        because = tuple(Because(_says(witnesses[at], family), drops[at], at) for at in heard if drops[at] > 0)
        guesses.append(Guess(family, min(shares[family], 1.0), because))
    others = [one for one in witnesses if one.answer.kind != NAMED]
    is_agreed = bool(others) and _likeliest(pooled(others, gate)) == order[0]
    backed = {_likeliest(one.shares) for one in others if one.answer.is_sure}
    is_sure = shares[order[0]] >= gate.threshold and is_agreed and backed == {order[0]}
    return Answer(KIND, tuple(guesses), is_sure, tuple(_notices(witnesses)), tuple(one.answer for one in witnesses))


def _votes(witness: Witness, even: float) -> dict[str, float]:
    """log(p / b) of each family, a little of both spread evenly."""
    least = even / len(witness.shares)
    return {
        family: float(np.log(((1 - even) * share + least) / ((1 - even) * witness.base[family] + least)))
        for family, share in witness.shares.items()
    }


def _base_vote(family: str, base: Mapping[str, float]) -> float:
    """The logarithm of how common a family is; of one that is not named as of the rarest."""
    return float(np.log(base.get(family, min(base.values())))) if base else 0.0


def _likeliest(shares: Mapping[str, float]) -> str:
    return max(shares, key=lambda family: shares[family])


def _says(witness: Witness, family: str) -> str:
    if witness.answer.kind == NAMED:
        return witness.answer.notice[0]
    return f"{witness.name} ({family} {witness.shares.get(family, 0.0):.0%})"


def _notices(witnesses: Sequence[Witness]) -> list[str]:
    """What witnesses say of themselves, and who contradicts whom though both are sure."""
    found = list(dict.fromkeys(notice for one in witnesses for notice in one.answer.notice))
    sure = [(one, _likeliest(one.shares)) for one in witnesses if one.answer.is_sure]
    for one, family in sure[1:]:
        if family != sure[0][1]:
            found.append(f"{sure[0][0].name} and {one.name} disagree: {sure[0][1]}, {family}")
    return found


# ---- learning how much each counts


def fit_gate(rows: Sequence[tuple[Sequence[Witness], str]], even: float = 0.02, risk: float = RISK) -> Gate:
    """Learn a gate from pieces, each with its witnesses and its family: the weights and the share of the unsure by
    which the families are told with the fewest nats, the threshold over which at most `risk` of answers are wrong, and
    how common families are among the pieces.

    Pieces whose family no witness knows are left out; InputError where none is left.
    """
    from scipy.optimize import minimize  # slow to import

    kept = [(list(heard), family) for heard, family in rows if any(family in one.shares for one in heard)]
    if not kept:
        raise InputError(f"{len(rows)} pieces, of none of which a witness knows the family: one or more is needed")
    kinds = sorted({one.answer.kind for heard, _ in kept for one in heard})
    votes, known, truth, sure = _table(kept, kinds, even)
    counts = np.bincount(truth, minlength=len(FAMILIES)) + 0.5
    base = dict(zip(FAMILIES, (counts / counts.sum()).tolist(), strict=True))
    common = np.log(list(base.values()))

    def nats(weights: Sequence[float] | np.ndarray, unsure: float) -> float:
        told = np.asarray(weights)[None, :] * np.where(sure, 1.0, unsure)
        logs = np.where(known, (told[:, :, None] * votes).sum(1) + common, -np.inf)
        most = logs.max(1)
        total = np.log(np.exp(logs - most[:, None]).sum(1)) + most
        own = logs[np.arange(len(truth)), truth]
        return float((total - own).mean() + _PULL * np.square(np.asarray(weights) - 1).sum())

    best: tuple[float, np.ndarray, float] | None = None
    for unsure in _UNSURE:
        found = minimize(nats, np.ones(len(kinds)), args=(unsure,), method="L-BFGS-B", bounds=[(0, _MOST)] * len(kinds))
        if best is None or found.fun < best[0] - 1e-9:
            best = float(found.fun), found.x, unsure
    if best is None:
        raise InputError("no share of the unsure is given")
    weights = {kind: round(float(weight), 3) for kind, weight in zip(kinds, best[1], strict=True)}
    gate = Gate(weights, best[2], even, base=base)
    families = list(FAMILIES)
    shares = np.zeros((len(kept), len(families)))
    for row, (heard, _) in enumerate(kept):
        for family, share in pooled(heard, gate).items():
            shares[row, families.index(family)] = share
    return replace(gate, threshold=threshold_for(shares, truth, risk))


def _table(
    kept: Sequence[tuple[Sequence[Witness], str]], kinds: Sequence[str], even: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Votes (n, kinds, families), which families are known (n, families), the true ones (n), who is sure (n, kinds)."""
    families = list(FAMILIES)
    votes = np.zeros((len(kept), len(kinds), len(families)))
    known, sure = np.zeros((len(kept), len(families)), bool), np.zeros((len(kept), len(kinds)), bool)
    for row, (heard, _) in enumerate(kept):
        for one in heard:
            kind = kinds.index(one.answer.kind)
            sure[row, kind] = one.answer.is_sure
            for family, vote in _votes(one, even).items():
                votes[row, kind, families.index(family)] += vote
                known[row, families.index(family)] = True
    truth = np.array([families.index(family) for _, family in kept], np.int64)
    return votes, known, truth, sure
