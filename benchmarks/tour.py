"""The tour: Segue on real input, with commands only, written down with times in docs/tour.md. `make tour`

Everything is put into a new folder, .scratch/tour. The data is read from ../shared/data, or from SEGUE_DATA.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.result import ROOT, data_dir

PAGE = ROOT / "docs" / "tour.md"
PICTURE = ROOT / "docs" / "images" / "comparison.png"
HOME = ROOT / ".scratch" / "tour"
HEAD = """# A tour on real data

Made by `make tour`, which runs each command below in a new, empty folder and writes down what it printed and how long
it took. `$DATA` is the folder with the public data sets (see `benchmarks`); HetRec knows listeners by number only.
"""
NEWCOMER = ("Nina Simone", "Radiohead", "Björk")
LASTFM = "recenttracks-shoko2-1749776100.json"
SPOTIFY = "Streaming_History_Audio_spotify_import_test.json"


class Tour:
    """Runs commands and keeps the transcript."""

    def __init__(self) -> None:
        self.text = [HEAD]
        self.data = data_dir()
        self.environment = {**os.environ, "SEGUE_HOME": str(HOME), "COLUMNS": "110", "NO_COLOR": "1"}
        self.environment.pop("SEGUE_STORE", None)

    def say(self, words: str) -> None:
        """Add a paragraph."""
        self.text.append(words)

    def run(self, *words: str) -> None:
        """Run one `segue` command; the tour ends where it fails."""
        sys.stderr.write(f"segue {shlex.join(words)}\n")
        began = time.perf_counter()
        command = [str(Path(sys.executable).with_name("segue")), *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - began
        if done.returncode:
            raise SystemExit(f"segue {shlex.join(words)} exited with {done.returncode}:\n{done.stderr}")
        shown = self._plain(f"$ segue {shlex.join(words)}\n{done.stdout.rstrip()}")
        self.text.append(f"```console\n{shown}\n# {seconds:.1f} s\n```")

    def _plain(self, text: str) -> str:
        text = text.replace(str(HOME), "$SEGUE_HOME").replace(str(self.data), "$DATA")
        return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


def exports(tour: Tour) -> None:
    """Every file of the real exports, each for a listener of its own, in a store of their own."""
    tour.say(
        "## 1. Real exports of other players\n\n"
        "Every file says what was read, kept and dropped, and why. These go into a store of their own."
    )
    folder = tour.data / "listening-exports"
    files = sorted(path for path in folder.iterdir() if path.suffix in (".json", ".zip"))
    for number, file in enumerate(files, start=1):
        tour.run("listens", "import", str(file), "--listener", f"person-{number}", "--store", str(HOME / "exports.db"))
    tour.say("The first file again adds nothing:")
    tour.run("listens", "import", str(files[0]), "--listener", "person-1", "--store", str(HOME / "exports.db"))


def population(tour: Tour) -> None:
    """The population of HetRec Last.FM: imported, tuned, evaluated, asked."""
    tour.say(
        "## 2. A population of 1,892 listeners\n\n"
        "HetRec 2011 Last.FM: listening counts, names and tags. A tenth of what each listener heard is held out for "
        "validation, a tenth for test; all systems are measured on the same test part."
    )
    tour.run("listens", "import", str(tour.data / "hetrec2011-lastfm-2k"))
    tour.run("tune", "recommend", "--size", "small")
    picture = next((HOME / "models" / "recommend").glob("*/comparison.png"))
    PICTURE.parent.mkdir(exist_ok=True)
    shutil.copyfile(picture, PICTURE)
    tour.say("![Before and after tuning, beside the simple systems](images/comparison.png)")
    tour.run("evaluate")
    tour.say("A listener of the population:")
    tour.run("recommend", "hetrec-2", "-n", "8")
    tour.say("A newcomer who names three artists, and one who says a sentence:")
    tour.run("recommend", *(word for name in NEWCOMER for word in ("--like", name)), "-n", "8")
    tour.run("recommend", "--text", "quiet piano for a rainy evening", "-n", "8")


def person(tour: Tour) -> None:
    """Personal exports, one after the other, on the population."""
    tour.say(
        "## 3. One person, tuned on many\n\n"
        "A single Last.fm export, dropped onto the population; nothing is trained anew. HetRec ends in 2011, so most "
        "of these artists are unknown to the model: it reads their names, and trusts what it reads there a quarter."
    )
    tour.run("listens", "import", str(tour.data / "listening-exports" / LASTFM), "--listener", "ann")
    tour.run("recommend", "ann", "-n", "8")
    tour.say("The same person's Spotify export, added:")
    tour.run("listens", "import", str(tour.data / "listening-exports" / SPOTIFY), "--listener", "ann")
    tour.run("recommend", "ann", "-n", "8", "--per-artist", "1")
    tour.say("A thumb, and the next answer; the reasons in Chinese:")
    tour.run("like", "ann", "Metric")
    tour.run("recommend", "ann", "-n", "4", "--lang", "zh")


def main() -> None:
    """Run the tour and write the page in one step."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    tour = Tour()
    for chapter in (exports, population, person):
        chapter(tour)
    part = PAGE.with_suffix(".part")
    part.write_text("\n\n".join(tour.text) + "\n", encoding="utf-8")
    part.replace(PAGE)


if __name__ == "__main__":
    main()
