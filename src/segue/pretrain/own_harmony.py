"""Tuning the harmony model to one's own tunes: those with a melody and chords, a part held out, before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from segue.corpora.corpus import Piece
from segue.errors import InputError
from segue.models.harmony.model import save_harmony
from segue.pretrain.harmony import evaluate, harmonic, in_use, learn_harmony, mean_beats, new_net, songs_of
from segue.pretrain.mixture import Told
from segue.pretrain.own import OwnTuned, part_tunes, read_tunes
from segue.tune.callbacks import Callback
from segue.tune.own_runs import HARMONY, serve
from segue.tune.recipe import Recipe
from segue.tune.registry import Registry
from segue.tune.run import Run, hash_of, run_id


def tune_harmony(
    source: Path | Sequence[Piece],
    recipe: Recipe,
    home: Path,
    callbacks: Callable[[float], Sequence[Callback]] = lambda _beats: (),
    told: Told = lambda _what, _done, _total: None,
) -> OwnTuned:
    """Tune the harmony model to tunes with melody and chords, measure it on some held out; serve it if it is better.

    The tunes are those of a folder, or pieces that were gathered elsewhere. The run lies in `home`/models with its
    model folder. Called again after Ctrl-C it goes on where it was. InputError where too few tunes have chords.
    """
    told("reading tunes", 0, 1)
    tunes = part_tunes(harmonic(source)) if not isinstance(source, Path) else read_tunes(source)
    train, valid, test = (songs_of(part) for part in (tunes.train, tunes.valid, tunes.test))
    if not (train and valid and test):
        counts = f"{len(train)} to learn from, {len(valid)} to choose by, {len(test)} to measure on"
        raise InputError(f"too few tunes have a melody and chords: {counts}; at least one of each is needed")
    registry = Registry(home / "models")
    data_hash = hash_of([*train, *valid, *test])
    name = run_id(HARMONY, recipe, data_hash)
    net = new_net(recipe)
    before = evaluate(net, test)
    told("tuning", 0, 1)
    directory = registry.training_directory(HARMONY, name)
    done = learn_harmony(net, train, valid, recipe, directory, callbacks(mean_beats(train)))
    total = sum(weight.numel() for weight in net.parameters())
    run = Run(
        id=name,
        task=HARMONY,
        recipe=recipe,
        chosen_by="-nats",
        data_hash=data_hash,
        before=before,
        after=evaluate(net, test),
        history=tuple(done.history),
        trainable=total,
        total=total,
        seconds=done.seconds,
    )
    run = registry.add(run, net)
    if run.path is not None:
        save_harmony(in_use(net), run.path / HARMONY)
    return OwnTuned(run, tunes, serve(registry, run))
