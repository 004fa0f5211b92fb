"""The coach against published music, and against faults planted into it. `python -m benchmarks.compose_review`

Remarks a piece on Bach's chorales (canonical split), OpenEWLD's lead sheets and Nottingham's tunes (split by title), as
they are: what is published is taken to be fine, so remarks are noise or licence. Thresholds were chosen on valid; the
figures are of test. Then one fault is planted into each chorale of test, rule by rule, at a place drawn by seed: two
voices are bent into parallel fifths or octaves, crossed, spread, led away from a resolution, or put out of range.
Recall is the share of planted faults that the rule finds at the very place; precision is the share of planted ones
among all remarks of the rule on those chorales, so that everything it says of Bach counts against it. Last, the words
of the same songs and the lines of a thousand Song ci go through the filter of `segue.compose.care`: published and
harmless all.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, islice
from pathlib import Path
from types import MappingProxyType

from benchmarks.result import Result, data_dir, sha256_of, write
from segue.compose.care import check
from segue.compose.coach import ALL, review
from segue.compose.coach.alternatives import COMPASSES
from segue.compose.coach.reading import Moment, Reading
from segue.compose.coach.tendencies import dominant_root
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece, Split, split_of
from segue.formats import musicxml
from segue.music.keyfinding import with_modes
from segue.music.note import Notes
from segue.music.score import Score

COMMAND = "python -m benchmarks.compose_review"
CORPORA = ("jsb", "openewld", "nottingham")
POEMS = "ci/ci.song.0.json"
MOST = 100  # pieces of a corpus, the first of its split
Change = tuple[int, Moment, int]  # a voice, the moment at which its note begins, its new pitch
Planter = Callable[[Reading], Iterator[tuple[list[Change], Fraction]]]


def planted(score: Score, rule: str, seed: int) -> tuple[Score, Fraction] | None:
    """Return a chorale with one fault that breaks a rule, and where; None where there is no place for it."""
    reading = Reading(score)
    if not reading.strict:
        return None
    places = list(PLANTS[rule](reading))
    if not places:
        return None
    changes, start = random.Random(seed).choice(places)
    for change in changes:
        score = _changed(reading, score, change)
    return score, start


def _changed(reading: Reading, score: Score, change: Change) -> Score:
    voice, moment, pitch = change
    name = reading.strict[voice].part.name
    parts = []
    for part in score.parts:
        if part.name == name:
            notes = [replace(note, pitch=pitch) if note.start == moment.start else note for note in part.notes]
            part = replace(part, notes=Notes.of(notes))
        parts.append(part)
    return score.replace(parts=tuple(parts))


def _onsets(reading: Reading, beats: int = 1) -> Iterator[tuple[Moment, Moment]]:
    """Moments at which all voices begin a note of a quarter or more, as in the moment before them."""
    for before, now in reading.steps():
        both = [note for moment in (before, now) for note in moment.notes]
        begin = all(moment.begins(voice) for moment in (before, now) for voice in range(len(now.notes)))
        if begin and all(note is not None and note.length >= beats for note in both):
            yield before, now


def _parallels(interval: int) -> Planter:
    """Bend the upper of two voices so that the interval comes twice, both moving the same way."""

    def places(reading: Reading) -> Iterator[tuple[list[Change], Fraction]]:
        for before, now in _onsets(reading):
            for high, low in combinations(range(len(reading.strict)), 2):
                old, new = before.notes[low], now.notes[low]
                if old is None or new is None or not 0 < abs(new.pitch - old.pitch) <= 4:
                    continue
                size = interval + (12 if high == 0 or low == len(reading.strict) - 1 else 0)
                yield [(high, before, old.pitch + size), (high, now, new.pitch + size)], now.start

    return places


def _crossed(reading: Reading) -> Iterator[tuple[list[Change], Fraction]]:
    for _, now in _onsets(reading):
        for high in range(len(reading.strict) - 1):
            lower = now.notes[high + 1]
            if lower is not None:
                yield [(high, now, lower.pitch - 3)], now.start


def _spread(reading: Reading) -> Iterator[tuple[list[Change], Fraction]]:
    for _, now in _onsets(reading):
        for low in range(1, len(reading.strict) - 1):
            upper = now.notes[low - 1]
            if upper is not None:
                yield [(low, now, upper.pitch - 15)], now.start


def _out_of_range(reading: Reading) -> Iterator[tuple[list[Change], Fraction]]:
    for _, now in _onsets(reading):
        for voice, part in enumerate(reading.strict):
            low, high = COMPASSES[part.name.casefold()]
            yield [(voice, now, high + 4)], now.start
            yield [(voice, now, low - 4)], now.start


def _led_away(step: int, is_top: bool) -> Planter:
    """Let the tone so many semitones above a dominant's root go to another tone of the tonic than it should."""

    def places(reading: Reading) -> Iterator[tuple[list[Change], Fraction]]:
        for before, now in reading.steps():
            root = dominant_root(before, now)
            if root is None or not _is_cadence(reading, before, now, root):
                continue
            for voice in range(1 if is_top else len(now.notes) - 1):
                old, new = before.notes[voice], now.notes[voice]
                if old is None or new is None or old.pitch % 12 != (root + step) % 12 or not now.begins(voice):
                    continue
                if new.pitch - old.pitch in ((1,) if is_top else (-1, -2)):  # resolved as it should be
                    away = old.pitch - 4 if is_top else old.pitch + 2
                    yield [(voice, now, away)], before.start

    return places


def _is_cadence(reading: Reading, before: Moment, now: Moment, root: int) -> bool:
    """Whether a dominant in root position goes to its tonic from beat to beat."""
    bass = before.notes[-1]
    is_root = bass is not None and bass.pitch % 12 == root
    is_next = now.start - before.start == reading.bar_at(now.start).metre.beat
    return is_root and is_next and reading.strength(before.start) > 0


PLANTS: Mapping[str, Planter] = MappingProxyType(
    {
        "parallel-fifths": _parallels(7),
        "parallel-octaves": _parallels(12),
        "crossing": _crossed,
        "spacing": _spread,
        "voice-range": _out_of_range,
        "leading-tone": _led_away(4, True),
        "chord-seventh": _led_away(10, False),
    }
)


def pieces(corpus: str, split: Split) -> list[Piece]:
    """The first pieces of a corpus's split; UnavailableError where the data are absent."""
    held = BY_NAME[corpus]
    place = held.place(data_dir())
    found = _lead_sheets(place, split) if corpus == "openewld" else held.read(place)
    own = (piece for piece in found if isinstance(piece, Piece) and piece.part == split)
    return list(islice(own, MOST))


def _lead_sheets(folder: Path, split: Split) -> Iterator[Piece]:
    """OpenEWLD's songs of a split; its reader would read all others too, which takes minutes."""
    for file in sorted(folder.glob("dataset/*/*/*.mxl")):
        if split_of(file.stem) == split:
            score = with_modes(musicxml.read(file.read_bytes(), file=file.name))
            yield Piece(file.stem, score, "openewld", file=file.name)


def run(split: Split = "test") -> list[Result]:
    """Measure remarks on published pieces, and planted faults on chorales."""
    results = []
    for corpus in CORPORA:
        held = pieces(corpus, split)
        results.append(_published(corpus, held, split))
        if corpus == "openewld":
            results.append(_care("openewld", list(_sung_lines(held)), {"split": split}))
        if corpus == "jsb":
            results += [each for rule in PLANTS for each in _planted(rule, held, split)]
    lines = [line for poem in _poems() for line in poem["paragraphs"]]
    return [*results, _care("chinese_poetry", lines, {"file": POEMS})]


def _sung_lines(held: list[Piece]) -> Iterator[str]:
    """The words of songs, eight to a line: the scores do not say where lines end."""
    for piece in held:
        for part in piece.score.parts:
            for verse in sorted({one.verse for one in part.words}):
                sung = [one.syllable for one in part.words if one.verse == verse]
                words = "".join(one.text + (" " if one.is_end else "") for one in sung).split()
                yield from (" ".join(words[at : at + 8]) for at in range(0, len(words), 8))


def _poems() -> list[dict[str, list[str]]]:
    found: list[dict[str, list[str]]] = json.loads((data_dir() / "chinese_poetry" / POEMS).read_text(encoding="utf-8"))
    return found


def _care(name: str, lines: list[str], recipe: dict[str, object]) -> Result:
    """The share of lines that the filter holds at its strictest level; `held` names the rules and how often."""
    rules = [{one.rule for one in check(line, "clean")} for line in lines]
    held = [one for one in rules if one]
    told = {rule: sum(rule in one for one in held) for rule in sorted(set().union(*held))} if held else {}
    at_mild = sum(bool(check(line, "mild")) for line, one in zip(lines, rules, strict=True) if one)
    share = len(held) / len(lines)
    recipe |= {"corpus": name, "level": "clean", "held": told, "held_at_mild": at_mild}
    error = (share * (1 - share) / len(lines)) ** 0.5
    return _result(f"compose.care_{name}_held", share, error, len(lines), recipe)


def _published(corpus: str, held: list[Piece], split: Split) -> Result:
    counts = [[one.rule for one in review(piece.score)] for piece in held]
    names = [rule.name for rule in ALL]
    share = {name: sum(name in one for one in counts) / len(counts) for name in names}
    total = {name: sum(one.count(name) for one in counts) for name in names}
    sizes = [len(one) for one in counts]
    mean = sum(sizes) / len(sizes)
    spread = sum((size - mean) ** 2 for size in sizes) / max(1, len(sizes) - 1)
    recipe = {"corpus": corpus, "split": split, "none": sum(size == 0 for size in sizes) / len(sizes)}
    recipe |= {"pieces_by_rule": {name: round(one, 4) for name, one in share.items() if one}}
    recipe |= {"remarks_by_rule": {name: one for name, one in total.items() if one}}
    error = (spread / len(sizes)) ** 0.5
    return _result(f"compose.review_{corpus}", mean, error, len(held), recipe)


def _planted(rule: str, held: list[Piece], split: Split) -> list[Result]:
    hits = said = placed = 0
    for seed, piece in enumerate(held):
        fault = planted(piece.score, rule, seed)
        if fault is None:
            continue
        changed, start = fault
        found = review(changed, off=[each.name for each in ALL if each.name != rule])
        placed += 1
        hits += any(one.start == start for one in found)
        said += len(found)
    recall, precision = hits / max(1, placed), hits / max(1, said)
    recipe = {"corpus": "jsb", "split": split, "planted": placed, "said": said, "found": hits}
    rows = (("recall", recall, max(1, placed)), ("precision", precision, max(1, said)))
    return [
        _result(f"compose.review_{rule}_{what}", value, (value * (1 - value) / n) ** 0.5, n, recipe)
        for what, value, n in rows
    ]


def _result(name: str, value: float, error: float, n: int, recipe: Mapping[str, object]) -> Result:
    is_count, corpus = "remarks_by_rule" in recipe, str(recipe["corpus"])
    folder = BY_NAME[corpus].place(data_dir()) if corpus in BY_NAME else data_dir() / corpus
    return Result(
        id=name,
        value=round(value, 4),
        error=round(error, 4),
        unit="remarks a piece" if is_count else "1",
        better="lower" if is_count or "held" in recipe else "higher",
        bar=None,
        seeds=(0,),
        n=n,
        command=COMMAND,
        recipe=recipe,
        data_sha256=sha256_of([folder]),
    )


if __name__ == "__main__":
    measured = run()
    write("compose_review", measured)
    for one in measured:
        print(f"{one.id} {one.value} ({one.n})")
