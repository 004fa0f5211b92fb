"""What other programs make of ABC: abcjs (npm, in the ignored folder .scratch) and abc2midi (Debian's abcmidi)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import symusic

ROOT = Path(__file__).parents[3]
ABCJS = "abcjs@6.7.2"
TICKS = 10_080  # of a quarter note, for comparing
NEAR = 60  # ticks: abcjs counts in decimal fractions with six digits

Rows = list[tuple[int, int, int]]  # start, length, pitch; -1 where a program tells no pitch


@dataclass(frozen=True)
class Heard:
    """What abcjs reads in a tune; times in ticks."""

    notes: Rows
    bars: list[int]
    repeats: list[bool]
    endings: list[str]
    chords: list[tuple[int, str]]
    words: list[tuple[int, int, str, bool]]
    played: Rows


def abcjs_folder() -> Path:
    """The folder with abcjs, installed where it is not there yet; skips where that cannot be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no node and npm to run abcjs with")
    folder = Path(os.environ.get("SEGUE_ABCJS", ROOT / ".scratch" / "abcjs"))
    if not (folder / "node_modules" / "abcjs").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), ABCJS]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install {ABCJS}: {done.stderr[-200:]}")
    return folder


def ask_abcjs(text: str, folder: Path, scratch: Path) -> list[Heard]:
    """What abcjs reads in the tunes of a book."""
    book = scratch / "book.abc"
    book.write_text(text, encoding="utf-8")
    script = Path(__file__).with_name("abcjs_dump.js")
    environment = {**os.environ, "NODE_PATH": str(folder / "node_modules")}
    done = subprocess.run(
        ["node", str(script), str(book)], env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    return [_heard(json.loads(line)) for line in done.stdout.splitlines()]


def _ticks(whole_notes: float) -> int:
    return round(whole_notes * 4 * TICKS)


def _heard(dump: dict[str, Any]) -> Heard:
    voice = dump["voices"][0] if dump["voices"] else {"pieces": [], "bars": [], "chords": [], "lyrics": []}
    end = max((_ticks(start) + _ticks(length) for start, length, *_ in voice["pieces"]), default=0)
    bars, repeats, endings = _bars(voice["bars"], end)
    return Heard(
        _join(voice["pieces"]),
        bars,
        repeats,
        endings,
        [(_ticks(at), text) for at, name in voice["chords"] for text in _plain(name).split("\n")],
        [(_ticks(at), verse, text, divider != "-") for at, verse, text, divider in voice["lyrics"]],
        sorted((_ticks(at), _ticks(length), pitch) for track in dump["played"] for at, length, pitch in track),
    )


def _plain(name: str) -> str:
    return name.replace("♭", "b").replace("♯", "#")


def _join(pieces: list[Any]) -> Rows:
    """Join tied pieces (those that sound no more: no pitch is told) to the notes of the same place before them."""
    notes: list[list[int]] = []
    last: dict[int, list[int]] = {}
    for start, length, place, pitch in pieces:
        if pitch is None and place in last:
            last[place][1] = _ticks(start) + _ticks(length) - last[place][0]
        else:
            last[place] = [_ticks(start), _ticks(length), -1 if pitch is None else pitch]
            notes.append(last[place])
    return sorted(((note[0], note[1], note[2]) for note in notes), key=lambda note: (note[0], note[2]))


def _bars(lines: list[Any], end: int) -> tuple[list[int], list[bool], list[str]]:
    bars: list[int] = []
    repeats: list[bool] = []
    endings: list[str] = []
    last, ending = 0, ""
    for at, kind, begins in [*lines, (end / 4 / TICKS, "end", "")]:
        if _ticks(at) > last + NEAR:
            bars.append(_ticks(at) - last)
            repeats.append(False)
            endings.append(ending)
            last, ending = _ticks(at), ""
        if kind in ("bar_right_repeat", "bar_dbl_repeat") and repeats:
            repeats[-1] = True
        ending = begins or ending
    return bars, repeats, endings


def ask_abc2midi(tunes: list[str], scratch: Path) -> list[Rows]:
    """The notes that abc2midi plays for each tune (none where it writes no file)."""
    if shutil.which("abc2midi") is None:
        pytest.skip("no abc2midi; Debian's package abcmidi has it")
    book = scratch / "book.abc"
    numbered = [re.sub(r"^X:.*", f"X:{number}", tune, count=1) for number, tune in enumerate(tunes, 1)]
    # it swings hornpipes, and rolls chords of notes a little
    even = [re.sub(r"(?m)^R:.*\n", "", tune) for tune in numbered]
    plain = [re.sub(r"(?m)^(K:.*)$", r"\1\n%%MIDI chordattack 0", tune, count=1) for tune in even]
    book.write_text("\n\n".join(plain) + "\n", encoding="utf-8")
    command = ["abc2midi", str(book), "-NGUI", "-NGRA", "-NFER", "-NFNP", "-quiet"]
    subprocess.run(command, cwd=scratch, capture_output=True, timeout=300, check=False)
    return [_played(scratch / f"book{number}.mid") for number in range(1, len(tunes) + 1)]


def _played(file: Path) -> Rows:
    if not file.exists():
        return []
    score = symusic.Score(str(file))
    scale = TICKS / score.ticks_per_quarter
    rows = [(note.time - 1, note.duration + 1, note.pitch) for track in score.tracks for note in track.notes]
    return sorted((round(start * scale), round(length * scale), pitch) for start, length, pitch in rows)


def are_near(mine: Rows, theirs: Rows, near: int = NEAR) -> bool:
    """Whether two lists of notes are equal but for rounding."""
    return len(mine) == len(theirs) and all(
        abs(one[0] - other[0]) <= near and abs(one[1] - other[1]) <= near and other[2] in (one[2], -1)
        for one, other in zip(_sorted(mine, near), _sorted(theirs, near), strict=True)
    )


def _sorted(rows: Rows, near: int) -> Rows:
    return sorted(rows, key=lambda row: ((row[0] + near) // (4 * near), row[2], row[1]))
