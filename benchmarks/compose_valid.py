"""Whether all that is composed is music that other programs read, and keeps what was to be kept.

`python -m benchmarks.compose_valid [COUNT]`: 1,000 outputs (or COUNT, which are only told), all verbs taking turns; see
`benchmarks.compose_cases` for what they are given and `benchmarks.score_oracles` for what a program must read.

- `compose.valid_share`: the share of outputs that abcjs, music21 and symusic read without a fault, and that keep to the
  note what was to be kept: melody and chords, the bars beside holes, a given rhythm, the phrase that is gone on from;
  of a piece its form, key, metre and style.
- `compose.valid_NAME`: the share without a fault in one program (`abcjs`, `music21`, `symusic`), or in what is `kept`.
- `compose.valid_abcjs_played`: the share that abcjs also plays where the notes stand. It has faults of its own there
  (overlays behind tuplets), so that no bar is set.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from benchmarks.compose_cases import Case, cases, given
from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.score_oracles import faults
from segue.compose.studio import Studio
from segue.models.engine import SHIPPED
from segue.music.score import Progression, Score

OUTPUTS, EACH = 1000, 4
_AT_ONCE = 40  # outputs that go to the other programs together
PROGRAMS = ("abcjs", "music21", "symusic")
WHAT = (*PROGRAMS, "kept")
COMMAND = "python -m benchmarks.compose_valid"


@dataclass(frozen=True)
class Output:
    """One offer, the request and the seed that it came of."""

    case: Case
    seed: int
    score: Score


def outputs() -> Iterator[Output]:
    """What the studio offers, case after case."""
    studio = Studio.open(n=EACH)
    for case in cases(given(studio.engine)):
        for offer in case.ask(replace(studio, seed=case.number * 100)):
            value = offer.value
            yield Output(case, offer.seed, value.score if isinstance(value, Progression) else value)


def faults_of(made: Sequence[Output]) -> list[dict[str, str]]:
    """What is amiss with each output, by who says so; what is not kept under "kept"."""
    found = faults([one.score for one in made])
    for one, said in zip(made, found, strict=True):
        kept = one.case.kept(one.score)
        if kept:
            said["kept"] = kept
    return found


def examined(count: int) -> Iterator[tuple[Output, dict[str, str]]]:
    """Outputs with what is amiss."""
    source = islice(outputs(), count)
    while made := list(islice(source, _AT_ONCE)):
        yield from zip(made, faults_of(made), strict=True)


def show(output: Output, said: dict[str, str]) -> None:
    """Tell what is amiss with an output, and how it comes again."""
    case = output.case
    for name, what in said.items():
        print(f"case {case.number} {case.verb} seed {output.seed} ({case.says}): {name}: {what}", flush=True)


def run(count: int = OUTPUTS) -> list[Result]:
    """Examine outputs and count."""
    tally, verbs = dict.fromkeys((*WHAT, "abcjs_played", "all"), 0), dict[str, int]()
    for output, said in examined(count):
        show(output, {name: what for name, what in said.items() if name in WHAT})
        verbs[output.case.verb] = verbs.get(output.case.verb, 0) + 1
        tally["all"] += not any(name in WHAT for name in said)
        for name in (*WHAT, "abcjs_played"):
            tally[name] += name not in said
    recipe: dict[str, object] = {"outputs": verbs, "offers a request": EACH}
    sha = sha256_of(
        [SHIPPED / "model.safetensors", *(data_dir() / name for name in ("nottingham", "jsb", "jazz_standards_ireal"))]
    )

    def result(name: str, hits: int, bar: float | None) -> Result:
        share = hits / count
        return Result(
            id=f"compose.valid_{name}", value=share, error=(share * (1 - share) / count) ** 0.5, unit="1",
            better="higher", bar=bar, seeds=(), n=count, command=COMMAND, recipe=recipe, data_sha256=sha,
        )  # fmt: skip

    return [
        result("share", tally["all"], 1.0),
        *(result(name, tally[name], None) for name in (*WHAT, "abcjs_played")),
    ]


def main(words: Sequence[str]) -> None:
    """Write the results of 1,000 outputs, or tell those of fewer."""
    began = time.process_time()
    found = run(int(words[0]) if words else OUTPUTS)
    for one in found:
        print(f"{one.id} {one.value:.4f} of {one.n}")
    print(found[0].recipe, f"{time.process_time() - began:.0f} s of a processor", flush=True)
    if not words:
        write("compose_valid", found)


if __name__ == "__main__":
    main(sys.argv[1:])
