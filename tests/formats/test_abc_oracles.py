"""ABC in other people's programs: what they read and play is what Segue reads and plays, but for differences told."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from segue.formats import abc, mxl
from segue.formats.abc.book import decode, split
from segue.formats.abc.labels import read_label
from segue.formats.abc.tune import read_tune
from segue.formats.abc.writing import write_tune
from segue.music.form import unfold
from segue.music.score import Score
from tests.formats.oracles import differences
from tests.formats.oracles.programs import TICKS, Heard, Rows, abcjs_folder, are_near, ask_abc2midi, ask_abcjs

DATA = Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[3] / "shared" / "data"))
pytestmark = pytest.mark.slow

Tune = tuple[tuple[str, int], str, Score]  # its book and number, its text, what Segue reads


def _has(folder: str) -> Path:
    if not (DATA / folder).is_dir():
        pytest.skip(f"no {DATA / folder}; put the data beside the checkout, or name its folder in SEGUE_DATA")
    return DATA / folder


def original(*, by_octave: bool = False) -> list[Tune]:
    """The tunes of Nottingham; without Y: (which abcjs takes for music) and decorations (which abc2midi plays).

    `by_octave` reads accidentals as abcjs does: each in its own octave.
    """
    tunes = []
    for path in sorted(_has("nottingham/ABC_cleaned").glob("*.abc")):
        for lines in split(decode(path.read_bytes()))[1]:
            number = int(lines[0][1].partition(":")[2])
            kept = [
                re.sub(r"![^!|]*!|~", "", line) for _, line in lines if not re.match(r"[YRNSP]:|%%MIDI|%(?!%)", line)
            ]
            parts = [line for _, line in lines if not line.startswith("Y:")]
            ahead = [(0, "%%propagate-accidentals octave")] if by_octave else []
            score = read_tune([*ahead, *lines], [], path.name)
            tunes.append(((path.stem, number), "\n".join(parts if by_octave else kept), score))
    return tunes


def ours() -> list[Tune]:
    """The same tunes as Segue writes them."""
    tunes = []
    for name, _, score in original():
        text = write_tune(score, name[1])
        tunes.append((name, text, abc.read(text.encode())))
    return tunes


# ---- comparing


def rows_of(score: Score, parts: slice = slice(None)) -> Rows:
    return [
        (round(note.start * TICKS), round(note.length * TICKS), note.pitch)
        for part in score.parts[parts]
        for note in part.notes
    ]


def differs(score: Score, heard: Heard) -> bool:
    bars = [round(bar.length * TICKS) for bar in score.bars]
    told: list[tuple[int, str]] = []
    for at, text in heard.chords:  # Segue keeps the first of two chords at once
        label = read_label(text)
        if label is not None and not (told and abs(told[-1][0] - at) < 60):
            told.append((at, str(label)))
    return not (
        are_near(rows_of(score, slice(1)), heard.notes)
        and are_near([(0, bar, 0) for bar in bars], [(0, bar, 0) for bar in heard.bars], 200)
        and [bar.repeats_to > 1 for bar in score.bars] == heard.repeats
        and [",".join(map(str, bar.ending)) for bar in score.bars] == heard.endings
        and are_near([(round(one.start * TICKS), 0, 0) for one in score.chords], [(at, 0, 0) for at, _ in told])
        and [str(one.chord) for one in score.chords] == [text for _, text in told]
    )


def played_otherwise(score: Score, played: Rows, near: int) -> bool:
    return not are_near(rows_of(unfold(score)), played, near)


@pytest.mark.parametrize(
    ("tunes", "written", "played"),
    [
        (lambda: original(by_octave=True), differences.ABCJS_WRITTEN, differences.ABCJS_PLAYED),
        (ours, differences.ABCJS_WRITTEN_OF_OURS, differences.ABCJS_PLAYED_OF_OURS),
    ],
    ids=["original", "ours"],
)
def test_abcjs_reads_and_plays_the_same(
    tunes: Callable[[], list[Tune]], written: differences.Tunes, played: differences.Tunes, tmp_path: Path
) -> None:
    folder, all_tunes = abcjs_folder(), tunes()
    assert len(all_tunes) == 1_034
    heard = ask_abcjs("\n\n".join(text for _, text, _ in all_tunes) + "\n", folder, tmp_path)
    assert len(heard) == len(all_tunes)
    pairs = [(name, score, one) for (name, _, score), one in zip(all_tunes, heard, strict=True)]
    assert {name for name, score, one in pairs if differs(score, one)} == written
    assert {name for name, score, one in pairs if played_otherwise(score, one.played, 60)} == played


@pytest.mark.parametrize(
    ("tunes", "played"),
    [(original, differences.ABC2MIDI_PLAYED), (ours, differences.ABC2MIDI_PLAYED_OF_OURS)],
    ids=["original", "ours"],
)
def test_abc2midi_plays_the_same(tunes: Callable[[], list[Tune]], played: differences.Tunes, tmp_path: Path) -> None:
    all_tunes = tunes()
    heard = ask_abc2midi([text for _, text, _ in all_tunes], tmp_path)
    pairs = [(name, score, one) for (name, _, score), one in zip(all_tunes, heard, strict=True)]
    assert {name for name, score, one in pairs if played_otherwise(score, one, 110)} == played


def test_abcjs_sets_the_words_of_lead_sheets_to_the_same_notes(tmp_path: Path) -> None:
    """Words of OpenEWLD, as ABC; not where a line has rests and notes without a word: abcjs counts those rests."""
    folder = abcjs_folder()
    sheets = [mxl.read(path.read_bytes()) for path in sorted(_has("openewld").glob("**/*.mxl"))[:120]]
    texts = [write_tune(score, number) for number, score in enumerate(sheets, 1)]
    heard = ask_abcjs("\n\n".join(texts) + "\n", folder, tmp_path)
    compared = words = 0
    for text, one in zip(texts, heard, strict=True):
        if re.search(r"z.*\n(?:w:.*\n)*w:(?:.* )?[*_]", text):
            continue
        score = abc.read(text.encode())
        mine = sorted(
            (sung.verse, round(sung.start * TICKS), " ".join(sung.syllable.text.split()), sung.syllable.is_end)
            for sung in score.parts[0].words
        )
        theirs = sorted((verse, at, " ".join(word.split()), is_end) for at, verse, word, is_end in one.words)
        assert [row[0::2] for row in mine] == [row[0::2] for row in theirs], score.title
        assert all(abs(row[1] - other[1]) < 60 for row, other in zip(mine, theirs, strict=True)), score.title
        compared, words = compared + 1, words + len(mine)
    assert compared > 20
    assert words > 2_000
