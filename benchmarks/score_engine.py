"""How fast the score model is asked, and how near the fast engine is: `python -m benchmarks.score_engine`

- `score.engine_tokens_per_s`, `score.engine_speedup`: pieces of 512 tokens, one at a time, the grammar at every step,
  temperature .9 and top-p .95, against `transformers.generate` in float32 on the same weights without grammar.
  Contenders take turns, each on one thread; transformers also on two, and the faster counts; medians of trials.
- `score.engine_batch8_tokens_per_s`: eight pieces at once, on one thread and on two.
- `score.engine_sampler_us`: one draw with the whole vocabulary legal, temperature .9, top-p .95.
- `score.engine_load_s`: a fresh process, numpy imported, imports the engine and loads the weights.
- `score.engine_kl`, `score.engine_greedy_agreement`: the reference and the fast engine read the same pieces; nats per
  step between their distributions over the legal tokens, and how often the most probable legal token is the same.

The weights are those that Segue brings along; where there are none yet, a seeded random model of the same shape.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.result import Result, sha256_of, write
from segue.models.backbones import quiet
from segue.models.engine.fast import FastEngine
from segue.models.engine.generating import Request, generate, generate_batch
from segue.models.engine.grammar import Language
from segue.models.engine.language import score_language
from segue.models.engine.protocol import Engine
from segue.models.engine.reference import ReferenceEngine
from segue.models.engine.sampling import Sampler, Sampling
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import SHIPPED, save_score_model
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary
from segue.music.language.grammar import Limits

TOKENS, TRIALS, COMPARED = 512, 9, 8
PREFIX = (vocabulary.ID["task:lead"],)
SAMPLING = Sampling(temperature=0.9, top_p=0.95)
UNENDING = Limits(least_bars=100_000)  # so that every piece has all its tokens
# on a busy machine, real time scheduling leaves out what other programs do; the result says which it was
SCHEDULING = "real time" if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_FIFO else "normal"
COMMAND = ("chrt -f 10 " if SCHEDULING == "real time" else "") + "python -m benchmarks.score_engine"
LOADING = """
import time, numpy, pathlib, sys
began = time.perf_counter()
from segue.models.engine.fast import FastEngine
FastEngine.load(pathlib.Path(sys.argv[1]))
print(time.perf_counter() - began)
"""


@contextmanager
def weights() -> Iterator[tuple[Path, str]]:
    """The folder of the shipped weights, or of random ones, and which they are."""
    if (SHIPPED / "model.safetensors").is_file():
        yield SHIPPED, "shipped"
        return
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        save_score_model(ScoreModel(ScoreConfig(vocabulary.SIZE)), Path(folder))
        yield Path(folder), "random"


def transformers_model(folder: Path) -> Any:
    """The same weights in transformers, float32."""
    from transformers import LlamaForCausalLM

    with quiet():
        return LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def contenders(folder: Path, language: Language) -> dict[str, Callable[[int], int]]:
    """By name what makes a piece with a seed and returns how many tokens that was."""
    fast, plain = FastEngine.load(folder), transformers_model(folder)
    reference = ReferenceEngine.load(folder)

    def asked(seed: int) -> Request:
        return Request(PREFIX, TOKENS, sampling=Sampling(SAMPLING.temperature, SAMPLING.top_p, seed=seed))

    def transformers(threads: int) -> Callable[[int], int]:
        def run(seed: int) -> int:
            torch.manual_seed(seed)
            torch.set_num_threads(threads)
            with quiet():
                made = plain.generate(
                    torch.tensor([PREFIX]),
                    max_new_tokens=TOKENS,
                    min_new_tokens=TOKENS,
                    do_sample=True,
                    temperature=SAMPLING.temperature,
                    top_p=SAMPLING.top_p,
                    pad_token_id=vocabulary.PAD,
                )
            torch.set_num_threads(1)
            return int(made.shape[1]) - len(PREFIX)

        return run

    def one(engine: Engine) -> Callable[[int], int]:
        return lambda seed: len(generate(engine, language, asked(seed)).tokens)

    def batch(threads: int) -> Callable[[int], int]:
        def run(seed: int) -> int:
            requests = [asked(8 * seed + number) for number in range(8)]
            return sum(len(made.tokens) for made in generate_batch(fast, language, requests, threads))

        return run

    return {
        "fast": one(fast),
        "fast_batch8": batch(1),
        "fast_batch8_2_threads": batch(2),
        "reference": one(reference),
        "transformers_1_thread": transformers(1),
        "transformers_2_threads": transformers(2),
    }


def speeds(folder: Path) -> dict[str, list[float]]:
    """Tokens per second of each contender, trial by trial, taking turns."""
    runs = contenders(folder, score_language(UNENDING))
    for run in runs.values():
        run(TRIALS)
    found: dict[str, list[float]] = {name: [] for name in runs}
    for trial in range(TRIALS):
        for name, run in runs.items():
            began = time.perf_counter()
            made = run(trial)
            found[name].append(made / (time.perf_counter() - began))
    return found


@dataclass(frozen=True)
class Nearness:
    """How near two engines are: mean and largest nats per step, and the share of steps with the same first choice."""

    kl: float
    most_kl: float
    agreement: float
    steps: int


def nearness(folder: Path) -> Nearness:
    """Let both engines read pieces that the fast one made, legal tokens only."""
    language, fast, reference = score_language(UNENDING), FastEngine.load(folder), ReferenceEngine.load(folder)
    nats, same = [], []
    for seed in range(COMPARED):
        made = generate(fast, language, Request(PREFIX, TOKENS, sampling=Sampling(seed=1000 + seed))).tokens
        tokens = PREFIX + made
        both = [engine.open().feed_each(0, tokens[:-1]).astype(np.float64) for engine in (reference, fast)]
        state = language.start()
        for place, token in enumerate(tokens[:-1]):
            state = state.advance(token)
            legal = language.sets.tokens(state)
            expected, found = (log_shares(logits[place, legal]) for logits in both)
            nats.append(float((np.exp(expected) * (expected - found)).sum()))
            same.append(expected.argmax() == found.argmax())
    return Nearness(float(np.mean(nats)), max(nats), float(np.mean(same)), len(nats))


def log_shares(logits: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Log-probabilities (n,) of logits (n,)."""
    left = logits - logits.max()
    return np.asarray(left - np.log(np.exp(left).sum()))


def sampling_us(draws: int = 2000) -> float:
    """Microseconds of a draw among the whole vocabulary."""
    legal, sampler = np.arange(vocabulary.SIZE), Sampler(SAMPLING)
    logits = np.random.default_rng(0).standard_normal((draws, vocabulary.SIZE), np.float32) * 3
    took = []
    for row in logits:
        began = time.perf_counter()
        sampler.pick(row, legal)
        took.append(1e6 * (time.perf_counter() - began))
    return float(np.median(took))


def loading(folder: Path) -> list[float]:
    """Seconds of loading in fresh processes."""
    run = [sys.executable, "-c", LOADING, str(folder)]
    return [float(subprocess.run(run, capture_output=True, text=True, check=True).stdout) for _ in range(5)]


def run() -> list[Result]:
    """Measure all of it on one thread a process."""
    torch.set_num_threads(1)
    with weights() as (folder, kind):
        took, near, found = loading(folder), nearness(folder), speeds(folder)
        sha = sha256_of([folder / "model.safetensors"])
    medians = {name: float(np.median(values)) for name, values in found.items()}
    slow = max(medians["transformers_1_thread"], medians["transformers_2_threads"])
    recipe = {
        "weights": kind,
        "tokens": TOKENS,
        "trials": TRIALS,
        "scheduling": SCHEDULING,
        "load": round(os.getloadavg()[0], 1),
    }

    def result(
        name: str, value: float, unit: str, bar: float | None = None, lower: bool = False, n: int = TRIALS
    ) -> Result:
        return Result(
            id=f"score.engine_{name}", value=value, error=None, unit=unit, better="lower" if lower else "higher",
            bar=bar, seeds=(), n=n, command=COMMAND, recipe=recipe, data_sha256=sha,
        )  # fmt: skip

    return [
        result("speedup", medians["fast"] / slow, "x", 8),
        result("tokens_per_s", medians["fast"], "tokens/s", 8 * slow),
        result("batch8_tokens_per_s", medians["fast_batch8"], "tokens/s"),
        result("batch8_2_threads_tokens_per_s", medians["fast_batch8_2_threads"], "tokens/s"),
        result("reference_tokens_per_s", medians["reference"], "tokens/s"),
        result("transformers_1_thread_tokens_per_s", medians["transformers_1_thread"], "tokens/s"),
        result("transformers_2_threads_tokens_per_s", medians["transformers_2_threads"], "tokens/s"),
        result("sampler_us", sampling_us(), "µs", 60, lower=True, n=2000),
        result("load_s", float(np.median(took)), "s", 0.5, lower=True, n=len(took)),
        result("kl", near.kl, "nats/step", 1e-5, lower=True, n=near.steps),
        result("most_kl", near.most_kl, "nats/step", lower=True, n=near.steps),
        result("greedy_agreement", near.agreement, "1", 0.99, n=near.steps),
    ]


if __name__ == "__main__":
    write("score_engine", run())
