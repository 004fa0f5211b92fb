"""How much faster tuning to taste is than the plain recipe: `python -m benchmarks.tune`

Both teach the same MiniLM the same thing on the same pairs of KGCN-music through the one loop: from a listener's
history and a song's text, whether the listener took to the song. The plain recipe reads the text of the candidate and
of every song of the history anew for every pair, each padded to 128 tokens, in fp32. Counted are labelled pairs of
listener and song that a step trains on, per second of the whole step; of our block of cells only as many not heard as
heard ones.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.kgcn_protocol import load
from benchmarks.result import Result, data_dir, sha256_of, write
from segue.recommend.audience import Audience, reading, training_songs
from segue.recommend.exact import exact_task
from segue.recommend.held_out import Pair
from segue.recommend.language import Block, Taste, parts_of, refresh, taste_task
from segue.tune.callbacks import Callback
from segue.tune.history import Step
from segue.tune.loop import fit
from segue.tune.methods import build_model
from segue.tune.recipe import Recipe
from segue.tune.stats import figure
from segue.tune.task import Task

PADDED = 128
STEPS = 240  # of the training whose table is read three times: the steps bear that share of it
READINGS = 3
BLOCK = Recipe(lr=5e-5, head_lr=1e-2, max_length=40, batch_size=384, max_steps=5, patience=0)
EXACT = BLOCK.replace(batch_size=64, max_steps=2)
PLAIN = BLOCK.replace(batch_size=4, max_steps=3, precision="fp32", max_length=PADDED)
ROUNDS = 3  # all three take turns, so that what else the machine does meets them alike
WARM = 1  # steps left out at the start of each turn


class Watch(Callback):
    """Keeps the seconds of every step."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def stepped(self, step: Step) -> None:
        """See `Callback`."""
        self.seconds.append(step.seconds)


class Runner:
    """One way of training that takes turns with others, with the samples and the seconds of a step in each turn."""

    def __init__(self, task: Task[Any, Any], examples: Sequence[Any], recipe: Recipe, folder: Path) -> None:
        self.task, self.examples, self.recipe, self.folder = task, examples, recipe, folder
        self.model, _ = build_model(task, recipe)
        self.samples: list[float] = []
        self.seconds: list[float] = []

    def turn(self, number: int) -> None:
        """Train for a few steps and note how long they took."""
        watch = Watch()
        recipe = self.recipe.replace(seed=number)
        fit(self.model, self.task, self.examples, [], recipe, self.folder / str(number), [watch])
        self.seconds.append(fmean(watch.seconds[WARM:]))
        self.samples.append(self.recipe.batch_size)

    def rates(self, overhead: float = 0.0) -> list[float]:
        """Samples per second of each turn; `overhead` seconds are added to each step."""
        return [count / (spent + overhead) for count, spent in zip(self.samples, self.seconds, strict=True)]


@dataclass(frozen=True)
class PlainBatch:
    """Texts of P pairs, padded: `ids` and `mask` (T, 128), whose they are, `owner` (T,); a candidate comes first."""

    ids: Tensor
    mask: Tensor
    owner: Tensor
    labels: Tensor


def plain_task(audience: Audience) -> Task[Pair, PlainBatch]:
    """The plain recipe, as a task: nothing is shared between pairs, nothing is shorter than 128 tokens."""

    def collate(model: nn.Module, examples: Sequence[Pair]) -> PlainBatch:
        songs: list[int] = []
        owner: list[int] = []
        for place, pair in enumerate(examples):
            history = audience.training_histories([pair.listener]).songs.tolist()
            texts = [pair.song, *(song for song in history if song != pair.song)]
            songs += texts
            owner += [place] * len(texts)
        tokenizer = parts_of(model)[0].tokenizer
        found = tokenizer(
            audience.texts(songs, [0]), padding="max_length", truncation=True, max_length=PADDED, return_tensors="pt"
        )
        labels = torch.tensor([float(pair.label) for pair in examples])
        return PlainBatch(found["input_ids"], found["attention_mask"], torch.tensor(owner), labels)

    def loss(model: nn.Module, batch: PlainBatch) -> Tensor:
        encoder, taste = parts_of(model)
        hidden = encoder.backbone(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
        mask = batch.mask[:, :, None].float()
        vectors = nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
        logits = [_logit(taste, vectors[batch.owner == place]) for place in range(len(batch.labels))]
        return nn.functional.binary_cross_entropy_with_logits(torch.stack(logits), batch.labels)

    return Task("plain", lambda width: Taste(audience.songs, width), collate, loss, lambda *_: {"auc": 0.5}, "auc")


def _logit(taste: Taste, vectors: Tensor) -> Tensor:
    cosines = vectors[1:] @ vectors[0]
    attended = (torch.softmax(taste.log_tau.exp() * cosines, 0) * cosines).sum()
    return taste.log_scale.exp() * attended + taste.log_mean_scale.exp() * cosines.mean() + taste.bias


class BlockRunner(Runner):
    """Our way; a step's samples are its heard cells and as many not heard. Its table is read at the start."""

    def __init__(self, audience: Audience, folder: Path) -> None:
        self.inner = taste_task(audience, max_length=BLOCK.max_length)
        songs = training_songs(audience.popularity.long().numpy(), BLOCK.batch_size * BLOCK.max_steps, 0)
        super().__init__(replace(self.inner, collate=self.collate), songs, BLOCK, folder)
        self.heard: list[float] = []
        self.cells = 0
        began = time.perf_counter()
        refresh(self.model, audience, BLOCK.max_length)
        self.reading = time.perf_counter() - began

    def collate(self, model: nn.Module, examples: Sequence[int | Pair]) -> Block:
        """Collate as ever, and count."""
        block = self.inner.collate(model, examples)
        self.heard.append(float(block.labels.sum()))
        self.cells = block.labels.numel()
        return block

    def turn(self, number: int) -> None:
        """See `Runner`."""
        self.heard.clear()
        super().turn(number)
        self.samples[-1] = 2 * fmean(self.heard[WARM:])


def run() -> list[Result]:
    """Measure all three, one after the other, on this machine."""
    data = load(other_listening=False)
    audience = Audience(data.heard, reading(data.catalogue))
    pairs = [Pair(int(listener), int(song), bool(label)) for listener, song, label in data.train]
    able = [pair for pair in pairs if len(audience.sequences[pair.listener]) > 1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = BlockRunner(audience, folder / "block")
        exact = Runner(exact_task(audience, max_length=40), able, EXACT, folder / "exact")
        plain = Runner(plain_task(audience), able, PLAIN, folder / "plain")
        for number in range(ROUNDS):
            for runner in (ours, exact, plain):
                runner.turn(number)
    mine = ours.rates(READINGS * ours.reading / STEPS)
    recipe = {
        "counted": "labelled (listener, song) pairs trained on per second of the whole step, collating and optimizer "
        "included; of a block of listeners x songs only the heard cells and as many not heard",
        "ours_per_second": fmean(mine),
        "ours_cells_per_step": ours.cells,
        "exact_per_second": fmean(exact.rates()),
        "plain_per_second": fmean(plain.rates()),
        "ours": "384 songs a step read with gradients, 500 listeners whose histories are looked up in a table of "
        f"all songs, bf16 where it is fast; {READINGS} readings of the table ({ours.reading:.1f} s each) shared out "
        f"over {STEPS} steps",
        "exact": "64 pairs a step, every distinct text of them and of their histories read, bf16 where it is fast",
        "plain": "4 pairs a step, candidate and history read for each, every text padded to 128 tokens, fp32",
        "backbone": "minilm, full",
        "threads": torch.get_num_threads(),
    }  # fmt: skip
    sha = sha256_of([data_dir() / "kgcn-music", data_dir() / "hetrec2011-lastfm-2k"])

    def result(name: str, rates: Sequence[float], bar: float | None) -> Result:
        ratio = figure([rate / slow for rate, slow in zip(rates, plain.rates(), strict=True)])
        return Result(
            id=f"tune.{name}", value=ratio.mean, error=ratio.error, unit="x", better="higher", bar=bar, seeds=(0, 1, 2),
            n=ratio.n, command="python -m benchmarks.tune", recipe=recipe, data_sha256=sha,
        )  # fmt: skip

    return [result("speedup_over_plain", mine, 10.0), result("speedup_exact", exact.rates(), None)]


if __name__ == "__main__":
    write("tune", run())
