"""Teaching the harmony model: songs as rows of beats, split by song, learned by the one loop, with a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.gathering import gather
from segue.errors import InputError
from segue.models.harmony.beats import UNKNOWN, Beats, beats_of, states_of
from segue.models.harmony.config import HarmonyConfig
from segue.models.harmony.model import SHIPPED, HarmonyModel, load_harmony, save_harmony
from segue.models.harmony.network import HarmonyNet, Heard
from segue.music.score import Score
from segue.pretrain.mixture import Told
from segue.pretrain.pretraining import write_json
from segue.tune.callbacks import Callback
from segue.tune.history import Fit
from segue.tune.loop import fit
from segue.tune.pictures import draw_curves
from segue.tune.recipe import Recipe
from segue.tune.run import hash_of, versions
from segue.tune.task import Task, set_dropout

CORPORA = ("openewld", "rock_corpus", "pop909_cl")  # songs as melody and chords
TASK = "harmony"
BACKBONES = ("none", "harmony")  # random weights, the shipped ones; else a folder
_ALONE = 0.75  # of the times that a song with several voices is learned, its first voice is heard alone


@dataclass(frozen=True, eq=False)
class Song:
    """A song's beats as heard from its first voice alone and from all, and the triad of each (n)."""

    name: str
    alone: Beats
    whole: Beats
    states: tuple[int, ...]

    def __repr__(self) -> str:
        """What a hash of the data goes by."""
        return f"{self.name} {self.alone.features.sum():.3f} {self.whole.features.sum():.3f} {self.states}"


@dataclass(frozen=True)
class Made:
    """A harmony model, its folder, how its training went, and how many songs of each corpus it learned from."""

    model: HarmonyModel
    folder: Path
    recipe: Recipe
    fit: Fit
    songs: Mapping[str, int]
    data_hash: str


def make_harmony(
    root: Path,
    out: Path,
    recipe: Recipe,
    corpora: Sequence[str],
    callbacks: Callable[[float], Sequence[Callback]],
    told: Told,
) -> Made:
    """Teach a harmony model the songs of corpora below `root`, and write it with its recipe and figures into `out`.

    Called again with the same arguments it goes on where it was cut off.
    """
    gathered = gather(root, corpora, tell=lambda line: told(line, 0, 1))
    train, valid = songs_of(gathered.train), songs_of(gathered.valid)
    net = new_net(recipe)
    done = learn_harmony(net, train, valid, recipe, out / "training", callbacks(mean_beats(train)))
    model = in_use(net)
    save_harmony(model, out)
    counts = {name: sum(piece.corpus == name for piece in harmonic(gathered.train)) for name in corpora}
    made = Made(model, out, recipe, done, counts, hash_of([*train, *valid]))
    _write_card(made)
    return made


def harmonic(pieces: Sequence[Piece]) -> list[Piece]:
    """Those that have a voice and chords."""
    return [piece for piece in pieces if piece.score.chords and _melody(piece.score) is not None]


def songs_of(pieces: Sequence[Piece]) -> list[Song]:
    """The songs that have a voice and chords with a third."""
    found = []
    for piece in harmonic(pieces):
        beats = beats_of(_melody(piece.score) or piece.score)
        states = tuple(states_of(piece.score, beats).tolist())
        if any(state != UNKNOWN for state in states):
            found.append(Song(piece.name, beats, beats_of(piece.score), states))
    return found


def _melody(score: Score) -> Score | None:
    """The score with its first voice alone, or None where it has none."""
    part = next((part for part in score.parts if len(part.notes) and not part.is_drums), None)
    return None if part is None else score.replace(parts=(part,))


def mean_beats(songs: Sequence[Song]) -> float:
    """How many beats a song has, on average."""
    return float(np.mean([len(song.alone) for song in songs])) if songs else 0.0


def new_net(recipe: Recipe) -> HarmonyNet:
    """Return the network of the recipe's backbone: "none" (random, by its seed), "harmony" (as shipped), a folder."""
    if recipe.backbone == "none":
        with torch.random.fork_rng():
            torch.manual_seed(recipe.seed)
            return HarmonyNet(HarmonyConfig())
    return net_of(load_harmony(SHIPPED if recipe.backbone == "harmony" else Path(recipe.backbone)))


def net_of(model: HarmonyModel) -> HarmonyNet:
    """Return the network with a model's weights."""
    net = HarmonyNet(model.config)
    net.load_state_dict({name: torch.from_numpy(np.array(held)) for name, held in model.weights.items()})
    return net


def in_use(net: HarmonyNet) -> HarmonyModel:
    """Return the model with a network's weights."""
    weights = {name: held.detach().cpu().numpy().copy() for name, held in net.state_dict().items()}
    return HarmonyModel(net.config, weights)


def learn_harmony(
    net: HarmonyNet,
    train: Sequence[Song],
    valid: Sequence[Song],
    recipe: Recipe,
    directory: Path,
    callbacks: Sequence[Callback] = (),
) -> Fit:
    """Teach a network the triads of songs; the best weights by nats per beat of `valid` are left in it.

    InputError for a method other than `full`: the network is small.
    """
    if recipe.method != "full":
        raise InputError(f"method {recipe.method!r}: a harmony model is trained whole, by the method full")
    set_dropout(net, recipe.dropout)
    return fit(net, harmony_task(), train, valid, recipe, directory, callbacks)


def harmony_task() -> Task[Song, Heard]:
    """The task of telling each beat's triad: nats per beat of the whole path, and the share of beats told right."""
    return Task(TASK, lambda _: nn.Identity(), _collate, _loss, evaluate, "-nats", length=lambda song: len(song.alone))


def _collate(_model: nn.Module, songs: Sequence[Song]) -> Heard:
    alone = torch.rand(len(songs)) < _ALONE
    shown = [song.alone if is_alone else song.whole for song, is_alone in zip(songs, alone.tolist(), strict=True)]
    return Heard.of([(beats.features, song.states) for beats, song in zip(shown, songs, strict=True)])


def _loss(model: nn.Module, batch: Heard) -> Tensor:
    return cast(HarmonyNet, model).nats(batch) / (batch.states != UNKNOWN).sum()


def evaluate(model: nn.Module, songs: Sequence[Song]) -> dict[str, float]:
    """Return nats per beat with a known triad, and the share of them that the likeliest path tells right."""
    heard = in_use(cast(HarmonyNet, model))
    nats, right, known = 0.0, 0, 0
    for song in songs:
        chain, states = heard.hear(song.alone), np.array(song.states)
        told = {place: (int(state),) for place, state in enumerate(states) if state != UNKNOWN}
        nats += chain.log_sum() - chain.within(told).log_sum()
        right += int((np.array(chain.best()) == states)[states != UNKNOWN].sum())
        known += len(told)
    return {"nats": nats / max(known, 1), "accuracy": right / max(known, 1)}


# ---- the card


def _write_card(made: Made) -> None:
    """Write README.md, curve.png, recipe.toml and metrics.json beside the weights."""
    done = made.fit
    write_json(
        {
            "before": dict(done.before),
            "after": dict(done.best),
            "steps": done.steps,
            "best_step": done.best_step,
            "seconds": round(done.seconds, 1),
            "songs": dict(made.songs),
            "data_hash": made.data_hash,
            "versions": versions(),
            "history": [{"step": one.step, "loss": one.loss, **one.metrics} for one in done.history],
        },
        made.folder / "metrics.json",
    )
    (made.folder / "recipe.toml").write_text(made.recipe.to_toml(), encoding="utf-8")
    draw_curves([done.history], "nats", [made.folder / "curve.png"])
    text = _CARD.format(
        weights=f"{sum(held.size for held in made.model.weights.values()):,}",
        width=made.model.config.width,
        dilations=", ".join(map(str, made.model.config.dilations)),
        steps=f"{done.steps:,}",
        minutes=f"{done.seconds / 60:.0f}",
        best=f"{done.best_step:,}",
        seed=made.recipe.seed,
        figures="\n".join(f"| {name} | {done.before[name]:.4f} | {value:.4f} |" for name, value in done.best.items()),
        rows="\n".join(f"| {name} | {BY_NAME[name].licence} | {count:,} |" for name, count in made.songs.items()),
        data=made.data_hash,
    )
    (made.folder / "README.md").write_text(text, encoding="utf-8")


_CARD = """---
library_name: segue
license: apache-2.0
tags: [music, symbolic-music, harmony]
---

# Segue's harmony model

{weights} weights in 16 bits: gated convolutions of width {width} over beats ({dilations} beats apart), and a chain of \
24 triads on them (a linear-chain conditional random field). It hears what sounds in each beat, seen from the tonic, \
before and behind; `segue compose harmony` and `Studio.harmonize` take its paths, which the score model colours.

{steps} steps in {minutes} minutes, seed {seed}; kept are the weights after step {best}, the best on held-out songs. \
`recipe.toml` has the recipe; `segue pretrain-harmony` makes it anew. Hash of the data: `{data}`.

![learning curve](curve.png)

On held-out songs, their melodies alone (nats per beat of the whole path; the share of beats told right):

| | before | after |
|---|---:|---:|
{figures}

| corpus | licence | songs with chords in train |
|---|---|---:|
{rows}
"""
