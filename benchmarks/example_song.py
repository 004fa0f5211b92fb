"""The song of docs/examples: one piece by a plan of form, words to its melody in two languages, a band and a choir.

`benchmarks.examples` runs the commands and lists them; the same seed gives the same song on the same machine.
"""

from __future__ import annotations

import shlex
from pathlib import Path

NAME = "song"
WISH = "--form AABA --style pop --key G --metre 4/4 --tempo 96 --seed 3"
WORDS = {"en": "the river at night", "zh": "明月江水"}  # themes of the words
FORMATS = ("musicxml", "abc", "mid", "svg")


def commands(folder: Path) -> list[str]:
    """The commands that make the song, as they are typed."""
    sheet, band = folder / f"{NAME}.musicxml", folder / f"{NAME}-band.musicxml"
    words = [
        f"segue compose lyrics {folder / NAME}-{language}.musicxml {folder / NAME}-{language}.txt --melody {sheet} "
        f"--language {language} --scheme AABB --theme {shlex.quote(theme)} --seed 3"
        for language, theme in WORDS.items()
    ]
    files = " ".join(str(folder / f"{NAME}.{suffix}") for suffix in FORMATS)
    return [
        f"segue compose piece {files} {WISH}",
        *words,
        f"segue compose arrange {sheet} {band} {band.with_suffix('.mid')} --style pop --seed 3",
        f"segue compose arrange {sheet} {folder / NAME}-choir.musicxml --parts satb --seed 3",
        f"segue render {band} {folder / NAME}-band.wav --rate 16000",
        f"segue show {band} --roll {folder / NAME}-band.png",
    ]


def page_lines(place: Path) -> list[str]:
    """The lines of docs/examples/README.md about it."""
    links = [f"[{suffix}]({NAME}.{suffix})" for suffix in FORMATS]
    links += [f"[band, {suffix}]({NAME}-band.{suffix})" for suffix in ("musicxml", "mid", "wav")]
    links.append(f"[choir]({NAME}-choir.musicxml)")
    links += [f"[words, {each}]({NAME}-{each}.txt), [sung]({NAME}-{each}.musicxml)" for each in WORDS]
    typed = "\n".join(commands(place))
    shown = (f"![song]({NAME}.svg)", f"![roll]({NAME}-band.png)")
    head = ["", "## A song with all its parts", "", " · ".join(links)]
    return [*head, "", shown[0], "", shown[1], "", f"```sh\n{typed}\n```"]
