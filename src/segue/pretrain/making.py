"""From folders of corpora to a model folder: gather, say in windows (kept on disk), train, write the card."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from segue.corpora.gathering import Gathered, gather
from segue.errors import ConflictError, FormatError, InputError
from segue.models.score.config import ScoreConfig
from segue.music.language import vocabulary as v
from segue.pretrain.card import write_card
from segue.pretrain.excerpts import Drawing
from segue.pretrain.mixture import WEIGHTS, Mixture, Told, held_windows, train_windows
from segue.pretrain.pretraining import TRAINING, Budget, Pretrained, pretrain, write_json
from segue.pretrain.windows import Windows
from segue.tune.callbacks import Callback
from segue.tune.recipe import Recipe

_KEPT, _RECORD = "windows", "data.json"


@dataclass(frozen=True)
class Order:
    """What to make: of which corpora, how mixed, how large, how long.

    No `corpora` means all that shipped weights may be trained on; `weights` changes some of those of `WEIGHTS`; `shape`
    is width, layers, heads and feed-forward width. `windows` is where windows are kept (None: below the model's
    folder); trainings that learn from the same ones can share it.
    """

    corpora: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    passes: int = 4
    shape: tuple[int, int, int, int] = (384, 4, 6, 1152)
    budget: Budget = field(default_factory=Budget)
    windows: Path | None = None


@dataclass(frozen=True)
class Data:
    """Windows to learn from and to be measured on, and what they are made of: pieces of each corpus by split, repeats
    that were left out, files that could not be read, and a hash of every token."""

    train: Windows
    valid: Windows
    pieces: Mapping[str, Mapping[str, int]]
    repeats: int
    broken: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """A pretrained model and the data it was made of."""

    pretrained: Pretrained
    data: Data


def make(
    root: Path,
    out: Path,
    recipe: Recipe,
    order: Order,
    callbacks: Callable[[float], Sequence[Callback]],
    told: Told,
) -> Made:
    """Pretrain a score model on the corpora below `root` and write its folder.

    `callbacks` makes those of the training, given the tokens of an example. Called again with the same arguments it
    goes on where it was cut off; ConflictError where `out` holds a training on other data.
    """
    start = order.budget.start
    if start is not None and start.resolve() == out.resolve():
        raise InputError(f"{out} cannot be both where the weights come from and where they go")
    mixture = Mixture(
        {**WEIGHTS, **order.weights}, order.passes, drawing=Drawing(longest=recipe.max_length), seed=recipe.seed
    )
    data = windows_of(root, order.windows or out / _KEPT, order.corpora, mixture, told)
    _check_same(data, out)
    width, layers, heads, inner = order.shape
    config = ScoreConfig(v.SIZE, width, layers, heads, inner, longest=max(2048, recipe.max_length))
    told("training", 0, 1)
    made = pretrain(data.train, data.valid, config, recipe, out, order.budget, callbacks)
    write_card(made, data, mixture, start)
    return Made(made, data)


def windows_of(root: Path, folder: Path, corpora: Sequence[str], mixture: Mixture, told: Told) -> Data:
    """Return the windows that `folder` keeps of these settings, or gather and say the pieces and keep them there."""
    settings = json.dumps({"corpora": sorted(corpora), "vocabulary": v.SIZE, **asdict(mixture)}, sort_keys=True)
    place = folder / hashlib.sha256(settings.encode()).hexdigest()[:12]
    held = _held(place / _RECORD)
    if held is None:
        held = _fill(root, place, corpora, mixture, told)
    told("reading windows", 0, 1)
    train, valid = Windows.load(place / "train"), Windows.load(place / "valid")
    return Data(train, valid, held["pieces"], held["repeats"], held["broken"], held["sha256"])


def _fill(root: Path, place: Path, corpora: Sequence[str], mixture: Mixture, told: Told) -> dict[str, Any]:
    gathered = gather(root, corpora, tell=lambda line: told(line, 0, 1))
    train, valid = train_windows(gathered.train, mixture, told), held_windows(gathered.valid, mixture, told)
    if not len(train) or not len(valid):
        raise InputError(f"the corpora below {root} hold {len(train)} windows to learn from and {len(valid)} held out")
    train.save(place / "train")
    valid.save(place / "valid")
    held: dict[str, Any] = {
        "pieces": pieces_of(gathered),
        "repeats": len(gathered.repeats),
        "broken": len(gathered.broken),
        "sha256": train.sha256(),
        "mixture": asdict(mixture),
    }
    write_json(held, place / _RECORD)  # last: a folder that has it is whole
    return held


def _check_same(data: Data, out: Path) -> None:
    """ConflictError where `out` holds a training on other windows; else note which they are."""
    record = _held(out / _RECORD)
    if record is not None and record["sha256"] != data.sha256 and (out / TRAINING).exists():
        raise ConflictError(f"{out} holds a training on other data; give another directory, or delete this one")
    out.mkdir(parents=True, exist_ok=True)
    write_json({"sha256": data.sha256, "pieces": data.pieces}, out / _RECORD)


def pieces_of(gathered: Gathered) -> dict[str, dict[str, int]]:
    """Count the pieces of each corpus in each split."""
    splits = {"train": gathered.train, "valid": gathered.valid, "test": gathered.test}
    counts = {split: Counter(piece.corpus for piece in pieces) for split, pieces in splits.items()}
    names = dict.fromkeys(piece.corpus for pieces in splits.values() for piece in pieces)
    return {name: {split: counts[split][name] for split in splits} for name in names}


def _held(file: Path) -> dict[str, Any] | None:
    if not file.exists():
        return None
    try:
        held: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FormatError(f"not a record of windows: {error}", file=str(file)) from error
    return held
