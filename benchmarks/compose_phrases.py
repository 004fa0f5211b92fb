"""The phrase autoencoder on tunes that it never saw: `python -m benchmarks.compose_phrases`

Phrases of two bars of the test part that do not occur in train (`segue.compose.phrases.figures`):
- `compose.phrase_reconstruction`: notes that come back from their point exactly; `compose.phrase_whole`: whole phrases.
- `compose.phrase_evenness`: of ways of eight steps between two of them; `compose.phrase_valid`: of all that is said.
- `compose.phrase_distance_<prior|generator|human>`: of drawn phrases to held-out ones, and of one half of these to the
  other. The default sampler was chosen on valid.
"""

from __future__ import annotations

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of, write
from segue.compose.phrases.collecting import phrases_in_pieces
from segue.compose.phrases.figures import figures
from segue.compose.phrases.folder import CONFIG, SHIPPED, WEIGHTS, load_phrase_model
from segue.corpora.gathering import gather

COMMAND = "python -m benchmarks.compose_phrases"
SEED = 0


def run() -> list[Result]:
    """Gather, encode, say again."""
    held = load_phrase_model()
    splits = phrases_in_pieces(gather(data_dir()), lambda *_: None)
    short = [phrase for phrase in splits["test"] if phrase.bars == 2]
    order = np.random.default_rng(SEED).permutation(len(short))
    found = figures(held.network, [short[int(row)] for row in order], SEED)
    recipe = {"sampler": held.sampler, "parameters": sum(one.numel() for one in held.network.parameters())}
    sha = sha256_of([SHIPPED / CONFIG, SHIPPED / WEIGHTS])

    def result(name: str, value: float, unit: str = "1", bar: float | None = None, *, lower: bool = False) -> Result:
        return Result(
            id=f"compose.phrase_{name}", value=value, error=None, unit=unit, better="lower" if lower else "higher",
            bar=bar, seeds=(SEED,), n=len(short), command=COMMAND, recipe=recipe, data_sha256=sha,
        )  # fmt: skip

    return [
        result("reconstruction", found.notes, bar=0.95),
        result("whole", found.phrases),
        result("evenness", found.evenness),
        result("valid", found.valid, bar=1.0),
        result("distance_prior", found.prior, "bits", lower=True),
        result("distance_generator", found.generator, "bits", lower=True),
        result("distance_human", found.human, "bits", lower=True),
    ]


if __name__ == "__main__":
    write("compose_phrases", run())
