"""Make docs/examples anew: a piece of each of five styles by the shipped model (`make examples`).

Each line of `WISHES` is the options of one `segue generate`; the same seed gives the same piece on the same machine.
The seeds are of the first four; what any other seed gives, the same command tells.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from benchmarks import example_song
from benchmarks.result import ROOT
from segue.cli import app

PLACE = ROOT / "docs" / "examples"
FORMATS = ("abc", "mid", "musicxml", "svg")
RATE = 16_000  # samples a second of the WAV files kept, so that they stay small
WISHES = {
    "reel": "--style reel --key D --metre 4/4 --bars 16 --seed 1",
    "chorale": "--style chorale --key G --metre 4/4 --tempo 80 --bars 12 --seed 3",
    "pop": "--style pop --metre 4/4 --tempo 96 --bars 16 --seed 3",
    "classical": "--style classical --metre 3/4 --bars 16 --seed 1",
    "waltz": "--style waltz --key G --metre 3/4 --bars 16 --seed 2",
}


def commands(name: str, folder: Path) -> list[str]:
    """The commands that make one example, as they are typed."""
    files = " ".join(str(folder / f"{name}.{suffix}") for suffix in FORMATS)
    sheet = folder / f"{name}.musicxml"
    return [
        f"segue generate {files} {WISHES[name]}",
        f"segue render {sheet} {folder / name}.wav --rate {RATE}",
        f"segue show {sheet} --roll {folder / name}.png",
    ]


def make(folder: Path = PLACE) -> None:
    """Run the commands of every example and write the page that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in WISHES:
        for command in commands(name, folder):
            app(shlex.split(command)[1:], standalone_mode=False)
    for command in example_song.commands(folder):
        app(shlex.split(command)[1:], standalone_mode=False)
    (folder / "README.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of docs/examples/README.md."""
    lines = [
        "# Pieces that the score model wrote",
        "",
        "By the model that lies in the package, under the grammar, bar after bar; nothing was edited afterwards.",
        "All of it is made again by `make examples`; the seeds are of the first four.",
    ]
    for name in WISHES:
        place = Path("docs/examples")
        links = " · ".join(f"[{suffix}]({name}.{suffix})" for suffix in (*FORMATS, "wav"))
        typed = "\n".join(commands(name, place))
        lines += ["", f"## {name.capitalize()}", "", links, "", f"![{name}]({name}.svg)", "", f"![roll]({name}.png)"]
        lines += ["", f"```sh\n{typed}\n```"]
    lines += example_song.page_lines(Path("docs/examples"))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    make()
