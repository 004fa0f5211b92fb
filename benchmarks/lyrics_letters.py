"""Letters to sounds on words of CMUdict held out: syllables, stress, phones. `python -m benchmarks lyrics_letters`

A tenth of the words (CRC-32 of the word ends in 0) is test; the shipped model is learned from the others by
`python -m benchmarks.lyrics_letters --make` (some minutes). A word counts as right where any of its pronunciations is
hit: the number of syllables, the stressed one as well, all phones without stress. Measured on all test words.
"""

from __future__ import annotations

import sys
import zlib

from benchmarks.result import Result, sha256_of
from benchmarks.score_protocol import Rate
from segue.compose.lyrics.letters import SHIPPED, learn, shipped
from segue.compose.lyrics.phones import Pronunciation, dictionary, dictionary_file, plain


def words(*, is_test: bool) -> list[str]:
    """The words of a part: letters of the alphabet alone."""
    held = [word for word in dictionary() if word.isalpha() and word.isascii()]
    return [word for word in held if (zlib.crc32(word.encode()) % 10 == 0) is is_test]


def judge(word: str) -> tuple[bool, bool, bool]:
    """Whether the letters of a word give its syllables, its stress too, and its phones."""
    said = Pronunciation(tuple(" ".join(shipped().say(word)).split()))
    ways = [Pronunciation(tuple(way.split())) for way in dictionary()[word]]
    same = [way for way in ways if way.syllables == said.syllables]
    primary = [stress == 1 for stress in said.stresses]
    stressed = any([stress == 1 for stress in way.stresses] == primary for way in same)
    bare = [plain(phone) for phone in said.phones]
    return bool(same), stressed, any([plain(phone) for phone in way.phones] == bare for way in ways)


def run() -> list[Result]:
    """Measure the shipped model of letters."""
    asked = words(is_test=True)
    judged = [judge(word) for word in asked]
    found = []
    for place, name in enumerate(("syllables", "stress", "phones")):
        rate = Rate.of([int(row[place]) for row in judged], [1] * len(judged))
        found.append(
            Result(
                id=f"lyrics.letters_{name}",
                value=rate.value,
                error=rate.error,
                unit="share of words",
                better="higher",
                bar=None,
                seeds=(),
                n=len(asked),
                command="python -m benchmarks lyrics_letters",
                recipe={"model_sha256": sha256_of([SHIPPED])},
                data_sha256=sha256_of([dictionary_file()]),
            )
        )
    return found


def main(options: list[str]) -> None:
    """Print the figures; `--make` learns the shipped model anew first."""
    if "--make" in options:
        learn({word: dictionary()[word][0].split() for word in words(is_test=False)}).write(SHIPPED)
    for one in run():
        print(one.id, f"{one.value:.4f} ± {one.error:.4f}", one.n)


if __name__ == "__main__":
    main(sys.argv[1:])
