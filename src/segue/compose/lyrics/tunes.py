"""Tune names of ci (词牌): how many characters their lines have, which rhyme, and where the tones stand fast.

Learned from Song ci by `learn` and shipped as `tunes.json`, each with how many poems say so; `benchmarks/lyrics_zh.py`
holds the table to poems that were not learned from.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from segue.compose.lyrics.chinese import class_of, tone_kinds
from segue.errors import FormatError, NotFoundError, did_you_mean

SHIPPED = Path(__file__).with_name("tunes.json")
LEAST = 12  # poems of a form
_FORMS = 4  # forms kept of a tune name
_TOGETHER = 0.45  # share of poems in which two lines end in one class, from which they are said to rhyme
_FAST = 0.85  # share of poems with one kind of tone, from which it is said to be asked for
Rows = Sequence[Sequence[tuple[str, str]]]  # poems: lines as (characters, sign)


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a tune.

    `lengths` are characters of each line, `signs` what closes it, `rhymes` a letter for each (" " for none), `tones`
    for each line a sign per character: 平, 仄, or 中 where either may stand. `poems` are those it was learned from,
    `rhyme_share` how often, in them, two lines with one letter end in one class, `turn` the line that begins the second
    part (0: none is known).
    """

    lengths: tuple[int, ...]
    signs: tuple[str, ...]
    rhymes: str
    tones: tuple[str, ...]
    poems: int
    rhyme_share: float
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Tune:
    """A tune name with its forms, the commonest first, and how many poems have the name."""

    name: str
    poems: int
    forms: tuple[Form, ...]


def find_tune(name: str) -> Tune:
    """Return a tune by its name or one of its other names; NotFoundError with the nearest names."""
    held = tunes()
    wanted = name.strip()
    if wanted in held:
        return held[wanted]
    for tune in held.values():
        if wanted in tune.name.split("・"):
            return tune
    raise NotFoundError(
        f"no tune {name!r} among the {len(held)} known, such as {', '.join(list(held)[:5])}{did_you_mean(wanted, held)}"
    )


@cache
def tunes() -> Mapping[str, Tune]:
    """Return the tunes that Segue knows, the commonest first."""
    return read(SHIPPED)


def read(file: Path) -> dict[str, Tune]:
    """Read a table of tunes; FormatError where the file is none."""
    try:
        held: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["tunes"]
        return {row["name"]: Tune(row["name"], row["poems"], tuple(map(_form, row["forms"]))) for row in held}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"not a table of tunes: {error}", file=str(file)) from error


def _form(row: dict[str, Any]) -> Form:
    return Form(
        tuple(row["lengths"]),
        tuple(row["signs"]),
        row["rhymes"],
        tuple(row["tones"]),
        row["poems"],
        row["rhyme_share"],
        row["turn"],
    )


def write(found: Iterable[Tune], file: Path, source: str) -> None:
    """Write a table of tunes, whole or not at all."""
    rows = ",\n".join(json.dumps(asdict(tune), ensure_ascii=False, separators=(",", ":")) for tune in found)
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(f'{{"source":{json.dumps(source, ensure_ascii=False)},"tunes":[\n{rows}\n]}}\n', "utf-8")
    partial.replace(file)


def learn(poems: Mapping[str, Rows]) -> list[Tune]:
    """Learn tunes from poems by tune name; a form needs `LEAST` poems."""
    found = []
    for name, rows in poems.items():
        by_lengths: defaultdict[tuple[int, ...], list[Sequence[tuple[str, str]]]] = defaultdict(list)
        for poem in rows:
            by_lengths[tuple(len(text) for text, _ in poem)].append(poem)
        common = sorted(by_lengths.items(), key=lambda row: (-len(row[1]), row[0]))[:_FORMS]
        forms = tuple(_learn_form(lengths, held) for lengths, held in common if len(held) >= LEAST)
        if forms:
            found.append(Tune(name, len(rows), forms))
    return sorted(found, key=lambda tune: (-tune.poems, tune.name))


def _learn_form(lengths: tuple[int, ...], poems: Rows) -> Form:
    signs = tuple(Counter(poem[line][1] for poem in poems).most_common(1)[0][0] for line in range(len(lengths)))
    ends = [[class_of(text[-1]) for text, _ in poem] for poem in poems]
    rhymes, share = _letters(ends, len(lengths))
    tones = tuple(
        "".join(_tone([poem[line][0][place] for poem in poems]) for place in range(length))
        for line, length in enumerate(lengths)
    )
    return Form(lengths, signs, rhymes, tones, len(poems), round(share, 3), _turn(lengths))


def _letters(ends: Sequence[Sequence[str]], lines: int) -> tuple[str, float]:
    """Give one letter to lines that end in one class in most poems: average linkage, the closest groups first."""
    share = {
        pair: sum(row[pair[0]] == row[pair[1]] != "" for row in ends) / len(ends)
        for pair in combinations(range(lines), 2)
    }
    groups: list[tuple[int, ...]] = [(line,) for line in range(lines)]
    while len(groups) > 1:
        a, b = max(combinations(groups, 2), key=lambda pair: _mean(share, *pair))
        if _mean(share, a, b) < _TOGETHER:
            break
        groups = [group for group in groups if group not in (a, b)] + [tuple(sorted((*a, *b)))]
    letters, number = [" "] * lines, 0
    told: list[float] = []
    for group in sorted(groups):
        if len(group) > 1:
            for line in group:
                letters[line] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26]
            told += [share[pair] for pair in combinations(group, 2)]
            number += 1
    return "".join(letters), sum(told) / len(told) if told else 0.0


def _mean(share: Mapping[tuple[int, int], float], one: tuple[int, ...], other: tuple[int, ...]) -> float:
    pairs = [share[min(a, b), max(a, b)] for a in one for b in other]
    return sum(pairs) / len(pairs)


def _tone(characters: Sequence[str]) -> str:
    kinds = [tone_kinds(character) for character in characters]
    sure = [next(iter(each)) for each in kinds if len(each) == 1]
    if len(sure) < LEAST // 2:
        return "中"
    tone, count = Counter(sure).most_common(1)[0]
    return tone if count / len(sure) >= _FAST else "中"


def _turn(lengths: tuple[int, ...]) -> int:
    """The line that begins the second part, where the lines after the middle repeat those before it at their end."""
    half = len(lengths) // 2
    return half if len(lengths) % 2 == 0 and lengths[half - 2 : half] == lengths[-2:] and half > 1 else 0
