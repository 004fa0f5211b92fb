"""The song of docs/examples: one piece by a plan of form, arranged for a band, with an answer to its first phrase.

`benchmarks.examples` runs the commands and lists them; the same seed gives the same song on the same machine.
"""

from __future__ import annotations

from pathlib import Path

NAME = "song"
WISH = "--form AABA --style pop --key G --metre 4/4 --tempo 96 --seed 3"
FORMATS = ("musicxml", "abc", "mid", "svg")


def commands(folder: Path) -> list[str]:
    """The commands that make the song, as they are typed."""
    sheet, band = folder / f"{NAME}.musicxml", folder / f"{NAME}-band.musicxml"
    files = " ".join(str(folder / f"{NAME}.{suffix}") for suffix in FORMATS)
    return [
        f"segue compose piece {files} {WISH}",
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
    typed = "\n".join(commands(place))
    shown = (f"![song]({NAME}.svg)", f"![roll]({NAME}-band.png)")
    head = ["", "## A song with all its parts", "", " · ".join(links)]
    return [*head, "", shown[0], "", shown[1], "", f"```sh\n{typed}\n```"]
