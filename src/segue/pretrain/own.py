"""Tuning the score model to one's own tunes: a folder of files, a part of them held out, before and after."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from segue.corpora.corpus import Broken, Piece
from segue.corpora.duplicates import Shelf, fingerprint
from segue.errors import FormatError, InputError
from segue.formats import find, read_all
from segue.models.score.folder import SHIPPED, load_score_model, save_score_model
from segue.models.score.network import ScoreModel
from segue.music.score import Score
from segue.pretrain.excerpts import Drawing
from segue.pretrain.mixture import Mixture, Told, held_windows, train_windows
from segue.pretrain.windows import Bundles, Windows
from segue.tune.callbacks import Callback
from segue.tune.history import Fit
from segue.tune.loop import fit
from segue.tune.methods import Trainable, apply_method, merge_lora
from segue.tune.next_token import next_token_task
from segue.tune.own_runs import SCORE, serve
from segue.tune.recipe import Recipe
from segue.tune.registry import Registry
from segue.tune.run import Run, hash_of, run_id

METHODS = ("lora", "full", "last-n")  # those that leave a plain model behind
_OWN = "own"
_FEWEST, _HELD = 10, 10  # tunes that are needed; one of so many is tested on, and one chooses the weights
_ALL = 10**9  # tokens: all of what is held out is measured on


@dataclass(frozen=True)
class Tunes:
    """Tunes of a folder, those that a model may learn from and those held out to choose by and to measure on; how many
    were left out because a held-out one has their tune; and what could not be read."""

    train: list[Piece]
    valid: list[Piece]
    test: list[Piece]
    repeats: int = 0
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True)
class Adapted:
    """A score model that was tuned, how it went, and how many weights were trained."""

    model: ScoreModel
    fit: Fit
    trainable: Trainable


@dataclass(frozen=True)
class OwnTuned:
    """A run in the registry, the tunes it is of, and why it is not served ("" where it is)."""

    run: Run
    tunes: Tunes
    refused: str


def tune_score(
    source: Path | Sequence[Piece],
    recipe: Recipe,
    home: Path,
    callbacks: Callable[[float], Sequence[Callback]] = lambda _tokens: (),
    told: Told = lambda _what, _done, _total: None,
) -> OwnTuned:
    """Tune the score model to tunes, measure it on some held out, keep it; serve it if it is better.

    The tunes are those of a folder, or pieces that were gathered elsewhere; see `read_tunes` and `part_tunes`.
    The recipe's `backbone` is "score" (the shipped model) or a model folder. The run lies in `home`/models with its
    whole weights as a model folder. Called again after Ctrl-C it goes on where it was. InputError where the folder
    holds too few tunes or the method leaves no plain model.
    """
    told("reading tunes", 0, 1)
    tunes = read_tunes(source) if isinstance(source, Path) else part_tunes(source)
    registry = Registry(home / "models")
    data_hash = hash_of(_held(part, recipe).sha256() for part in (tunes.train, tunes.valid, tunes.test))
    name = run_id(SCORE, recipe, data_hash)
    told("measuring the model as it is", 0, 1)
    model = load_score_model(SHIPPED if recipe.backbone == "score" else Path(recipe.backbone))
    test = list(Bundles(_held(tunes.test, recipe), recipe.batch_size * recipe.max_length))
    task = next_token_task(SCORE)
    before = task.evaluate(model, test)
    told("tuning", 0, 1)
    adapted = adapt(model, tunes.train, tunes.valid, recipe, registry.training_directory(SCORE, name), callbacks)
    after = task.evaluate(model, test)
    run = Run(
        id=name,
        task=SCORE,
        recipe=recipe,
        chosen_by="-bits_per_note" if "bits_per_note" in after else "-nats",
        data_hash=data_hash,
        before=before,
        after=after,
        history=tuple(adapted.fit.history),
        trainable=adapted.trainable.trainable,
        total=adapted.trainable.total,
        seconds=adapted.fit.seconds,
    )
    run = registry.add(run, model)
    merge_lora(model)
    if run.path is not None:
        save_score_model(model, run.path / SCORE)
    return OwnTuned(run, tunes, serve(registry, run))


def adapt(
    model: ScoreModel,
    train: Sequence[Piece],
    valid: Sequence[Piece],
    recipe: Recipe,
    directory: Path,
    callbacks: Callable[[float], Sequence[Callback]] = lambda _tokens: (),
) -> Adapted:
    """Tune a score model to pieces, in place, by the recipe's method; each epoch says them in other ways.

    A batch has at most `batch_size` windows of `max_length` tokens. The best weights by nats per token on `valid` are
    left in the model.
    """
    if recipe.method not in METHODS:
        raise InputError(f"method {recipe.method!r} leaves no plain score model; accepted are {', '.join(METHODS)}")
    trainable = apply_method(model, recipe)
    mixture = Mixture({}, recipe.epochs, drawing=Drawing(longest=recipe.max_length), seed=recipe.seed)
    windows = train_windows(train, mixture, _silent)
    data = Bundles(windows, recipe.batch_size * recipe.max_length, recipe.seed)
    held = list(Bundles(_held(valid, recipe), recipe.batch_size * recipe.max_length))
    steps = -(-len(data) // recipe.accumulate)
    every = recipe.evaluate_every or -(-steps // recipe.epochs)
    once = recipe.replace(epochs=1, batch_size=1, evaluate_every=every)  # the windows hold all epochs
    made = fit(model, next_token_task(SCORE), data, held, once, directory, callbacks(data.mean_tokens))
    return Adapted(model, made, trainable)


def read_tunes(folder: Path) -> Tunes:
    """Read every piece of every file below a folder, and hold a tenth out twice, by the CRC-32 of their names.

    Pieces that repeat the tune of one held out are left out. InputError where there are fewer than ten tunes.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder of tunes")
    pieces: list[Piece] = []
    broken: list[Broken] = []
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        name = str(path.relative_to(folder))
        try:
            find(path)
        except InputError:
            continue  # not music
        try:
            found = read_all(path)
        except FormatError as error:
            broken.append(Broken(name, str(error)))
            continue
        scores = [(number, each) for number, each in enumerate(found) if isinstance(each, Score) and each.bars]
        pieces += [Piece(f"{name}#{number}", score, _OWN, file=f"{name}#{number}") for number, score in scores]
    if len(pieces) < _FEWEST:
        told = f"; {len(broken)} files could not be read, first {broken[0].name}: {broken[0].why}" if broken else ""
        raise InputError(f"{folder} holds {len(pieces)} tunes; at least {_FEWEST} are needed{told}")
    return part_tunes(pieces, tuple(broken))


def part_tunes(pieces: Sequence[Piece], broken: tuple[Broken, ...] = ()) -> Tunes:
    """Hold a tenth of pieces out twice, by the CRC-32 of their keys; those of one key stay together.

    Pieces that repeat the tune of one held out are left out. InputError where there are fewer than ten.
    """
    if len(pieces) < _FEWEST:
        raise InputError(f"{len(pieces)} tunes to learn from; at least {_FEWEST} are needed")
    order = sorted(pieces, key=lambda piece: (zlib.crc32(piece.key.encode()), piece.key))
    share = -(-len(order) // _HELD)
    first = _border(order, share)
    second = _border(order, first + share)
    shelf = Shelf()
    parts: list[list[Piece]] = []
    repeats = 0
    for some in (order[:first], order[first:second], order[second:]):
        prints = [fingerprint(piece.score) for piece in some]
        kept = [(piece, print_) for piece, print_ in zip(some, prints, strict=True) if shelf.find(print_) is None]
        repeats += len(some) - len(kept)
        for piece, print_ in kept:
            shelf.add(piece.name, print_)
        parts.append([piece for piece, _ in kept])
    test, valid, train = parts
    if not (train and valid):
        raise InputError(f"all of {len(pieces)} tunes are variants of a few: nothing is left to learn from")
    return Tunes(train, valid, test, repeats, broken)


def _border(order: Sequence[Piece], place: int) -> int:
    """The first place from `place` on at which another key begins."""
    while 0 < place < len(order) and order[place].key == order[place - 1].key:
        place += 1
    return place


def _held(pieces: Sequence[Piece], recipe: Recipe) -> Windows:
    mixture = Mixture({}, held_tokens=_ALL, drawing=Drawing(longest=recipe.max_length), seed=recipe.seed)
    return held_windows(pieces, mixture, _silent)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Tell nothing."""
