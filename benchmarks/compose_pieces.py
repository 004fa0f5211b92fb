"""Whole pieces and arrangements: how long they take, whether what comes back is known again, whether all is kept.

`python -m benchmarks.compose_pieces`

- `compose.piece_s`: a lead sheet of 32 bars in the form AABA by a plan of form, processor seconds of one thread (on a
  quiet machine the same as on the clock), median of seeds; `compose.piece_band_s`: the same with bass, piano and drums.
- `compose.piece_recognized`: the share of returning sections that are more like the section they bring back than like
  any other (by `segue.compose.likeness`: equal bars, then steps); `compose.piece_return_bars` is the share of their
  bars that are the same.
- `compose.piece_cadences`: the share of sections that end with the cadence planned.
- `compose.choir_clean`: the share of melodies set for four voices in which the coach's rules find no fifths and no
  octaves in parallel.
- `compose.arrange_kept`: the share of arrangements that keep melody and chords to the note and come back from a
  MusicXML file with as many notes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, stdev
from tempfile import TemporaryDirectory

from benchmarks.result import Result, sha256_of, write
from segue.compose.arrange import arrange
from segue.compose.coach.reading import Reading
from segue.compose.coach.voices import parallel_fifths, parallel_octaves
from segue.compose.forms import Plan, Section, plan
from segue.compose.likeness import Likeness, likeness
from segue.compose.piece import PieceWish, piece
from segue.formats import read_file, write_file
from segue.models.engine import SHIPPED, load_engine
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.cadence import cadence_of
from segue.music.metre import Metre
from segue.music.score import Score

SEEDS = tuple(range(12))
STYLES = ("pop", "reel")
SONG = PieceWish("AABA", style="pop", metre=Metre(4, 4))
COMMAND = "python -m benchmarks.compose_pieces"


@dataclass(frozen=True)
class Timed:
    """A piece, and the processor seconds that it took."""

    score: Score
    seconds: float


def timed(engine: Engine, wish: PieceWish, seed: int) -> Timed:
    """Write one piece."""
    began = time.process_time()
    (offer,) = piece(engine, wish, sampling=Sampling(0.9, 0.97, seed=seed))
    return Timed(offer.value, time.process_time() - began)


def _alike(score: Score, one: Section, other: Section) -> Likeness:
    return likeness(score, range(one.first, one.after), range(other.first, other.after))


def returns(score: Score, planned: Plan) -> list[tuple[bool, float]]:
    """For each section that comes back: whether it is most like its model, and the share of its bars that are equal."""
    found = []
    for place, section in enumerate(planned.sections):
        if not planned.returns(place):
            continue
        models = {one.model for one in planned.sections[:place]}
        liked = {one: _alike(score, planned.sections[one], section) for one in models}
        best = max(liked, key=lambda one: (liked[one].bars, liked[one].intervals))
        found.append((best == section.model, liked[section.model].bars))
    return found


def closes(score: Score, planned: Plan) -> list[bool]:
    """For each section whether it ends with the cadence planned."""
    found = []
    for section in planned.sections:
        end = score.bar_starts[section.after]
        chords = [one.chord for one in score.chords if one.start < end]
        found.append(len(chords) > 1 and cadence_of(chords[-2], chords[-1], score.key) == section.cadence)
    return found


def is_kept(sheet: Score, arranged: Score, folder: Path) -> bool:
    """Whether melody and chords are the very same, and a file gives all notes back."""
    file = folder / "arranged.musicxml"
    write_file(arranged, file)
    back = read_file(file)
    notes = [sum(len(part.notes) for part in score.parts if not part.is_drums) for score in (arranged, back)]
    return arranged.parts[0] == sheet.parts[0] and arranged.chords == sheet.chords and notes[0] == notes[1]


def is_clean(score: Score) -> bool:
    """Whether no fifths or octaves are in parallel."""
    reading = Reading(score, "chorale")
    return not [*parallel_fifths(reading), *parallel_octaves(reading)]


def _share(values: list[bool]) -> tuple[float, float | None]:
    share = mean(values)
    return share, (share * (1 - share) / len(values)) ** 0.5


def _result(name: str, value: float, error: float | None, n: int, bar: float | None, unit: str = "1") -> Result:
    return Result(
        id=f"compose.{name}",
        value=value,
        error=error,
        unit=unit,
        better="lower" if unit == "s" else "higher",
        bar=bar,
        seeds=SEEDS,
        n=n,
        command=COMMAND,
        recipe={"form": SONG.form, "bars": plan(SONG.form).bars, "temperature": 0.9, "top_p": 0.97},
        data_sha256=sha256_of([SHIPPED / "model.safetensors"]),
    )


def run() -> list[Result]:
    """Write pieces and arrangements of every seed and measure them."""
    engine, planned = load_engine(), plan(SONG.form)
    timed(engine, SONG, 99)  # the first piece makes the legal sets
    sheets = [timed(engine, SONG, seed) for seed in SEEDS]
    band = PieceWish(SONG.form, style="pop", metre=SONG.metre, parts=("bass", "piano", "drums"))
    bands = [timed(engine, band, seed) for seed in SEEDS[:4]]
    known = [one for made in sheets for one in returns(made.score, planned)]
    closed = [one for made in sheets for one in closes(made.score, planned)]
    kept, clean = [], []
    with TemporaryDirectory() as folder:
        for seed, made in zip(SEEDS, sheets, strict=True):
            sampling = Sampling(0.9, 0.97, seed=seed)
            for style in STYLES:
                (offer,) = arrange(engine, made.score, style, sampling=sampling)
                kept.append(is_kept(made.score, offer.value, Path(folder)))
            clean.append(is_clean(arrange(engine, made.score, "chorale", sampling=sampling)[0].value))
    same = [bars for _, bars in known]
    seconds = [one.seconds for one in sheets]
    return [
        _result("piece_s", median(seconds), stdev(seconds) / len(seconds) ** 0.5, len(seconds), 10, "s"),
        _result("piece_band_s", median(one.seconds for one in bands), None, len(bands), 10, "s"),
        _result("piece_recognized", *_share([is_known for is_known, _ in known]), len(known), 0.95),
        _result("piece_return_bars", mean(same), stdev(same) / len(same) ** 0.5, len(same), None),
        _result("piece_cadences", *_share(closed), len(closed), 0.95),
        _result("choir_clean", *_share(clean), len(clean), 0.9),
        _result("arrange_kept", *_share(kept), len(kept), 1.0),
    ]


if __name__ == "__main__":
    write("compose_pieces", run())
