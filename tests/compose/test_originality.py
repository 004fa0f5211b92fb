"""Originality: what is copied is found, whatever was done to it; what is one's own, or new, is not."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.compose.borrowing import KINDS, SIZES, Human, Limit, Limits, borrowed, kind_of, limit_of, measure
from segue.compose.originality import Originality
from segue.compose.tune_index import SIZE, Named, TuneIndex, ngrams
from segue.compose.tune_lines import RATIOS, WIDEST, TuneLine, steps_of, tune_lines
from segue.errors import FormatError, InputError
from segue.formats import write_file
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score, bars_until

LIMIT = Limit(0.3, 20)


def tune(seed: int, notes: int = 64, length: Fraction = Fraction(1, 2)) -> list[tuple[int, Fraction]]:
    """A random tune of a scale: (pitch, length) of each note."""
    rng = np.random.default_rng(seed)
    scale = [60, 62, 64, 65, 67, 69, 71, 72, 74, 76]
    return [(scale[int(rng.integers(10))], length * int(rng.choice([1, 1, 1, 2, 3]))) for _ in range(notes)]


def written(notes: list[tuple[int, Fraction]], transposed: int = 0, stretched: int = 1) -> Score:
    """A score of one part in bars of 4/4."""
    rows, at = [], Fraction(0)
    for pitch, length in notes:
        rows.append(Note(at, length * stretched, pitch + transposed))
        at += length * stretched
    return Score((Part(Notes.of(rows), "Melody"),), bars_until(at, Bar()))


def index(*tunes: list[tuple[int, Fraction]]) -> TuneIndex:
    pieces = [(Named(f"book/{number}", f"Tune {number}"), written(one)) for number, one in enumerate(tunes)]
    return TuneIndex.of((named, [line.steps for line in tune_lines(score)]) for named, score in pieces)


def originality(*tunes: list[tuple[int, Fraction]]) -> Originality:
    return Originality(index(*tunes), Limits({kind: (LIMIT,) * len(SIZES) for kind in KINDS}, 1))


def test_a_step_is_an_interval_and_a_ratio_of_lengths() -> None:
    # notes at 0, 1, 3, 4 (lengths 1, 2, 1): from the second to the third +2 and twice as long, then -5 and half
    steps = steps_of(np.array([0, 1, 3, 4]), np.array([60, 64, 66, 61]))
    assert steps.tolist() == [
        (2 + WIDEST) * 16 + RATIOS.index(2.0),
        (-5 + WIDEST) * 16 + RATIOS.index(1 / 2),
    ]


def test_neither_key_nor_note_values_hide_a_tune() -> None:
    for transposed, stretched in ((0, 1), (5, 1), (-7, 2), (3, 4)):
        report = originality(tune(0), tune(1)).report(written(tune(1), transposed, stretched))
        assert report.score == 1.0
        assert report.nearest is not None and report.nearest.name == "book/1"
        assert report.nearest_share == 1.0
        assert report.longest is not None and report.longest.notes == 63  # the first gives only a length to compare


def test_a_copied_run_is_told_with_its_bars_and_its_piece() -> None:
    mine, theirs = tune(5, 48), tune(1)
    mixed = mine[:20] + theirs[10:34] + mine[20:]
    score = written(mixed)
    report = originality(tune(0), theirs).report(score)
    assert report.longest is not None
    assert 23 <= report.longest.notes <= 26
    assert report.longest.piece.title == "Tune 1"
    starts = [note.start for note in score.parts[0].notes]
    assert abs(report.longest.first_bar - (1 + starts[20] // 4)) <= 1
    assert abs(report.longest.last_bar - (1 + starts[43] // 4)) <= 1
    assert report.longest.bars == report.longest.last_bar - report.longest.first_bar + 1


def test_a_copy_is_refused_and_a_new_tune_is_not() -> None:
    judge = originality(tune(0), tune(1))
    assert not judge.is_original(judge.report(written(tune(1))))
    fresh = judge.report(written(tune(7)))
    assert judge.is_original(fresh)
    assert fresh.score < 0.1


def test_one_long_run_in_a_long_piece_is_refused_too() -> None:
    judge = originality(tune(0), tune(1))
    mixed = tune(5, 300) + tune(1)[:40] + tune(6, 300)
    report = judge.report(written(mixed))
    assert report.score < LIMIT.score
    assert not judge.is_original(report)


def test_what_was_given_is_the_musicians_own() -> None:
    judge = originality(tune(0), tune(1))
    given = written(tune(1))
    longer = written(tune(1) + tune(9, 40))
    assert not judge.is_original(judge.report(longer))
    report = judge.report(longer, given)
    assert judge.is_original(report)
    assert report.ngrams < 45


def test_too_little_is_not_judged() -> None:
    judge = originality(tune(1))
    report = judge.report(written(tune(1)[:12]))
    assert not report.is_judged
    assert judge.is_original(report)
    assert "too short" in str(report)
    assert judge.report(Score()).ngrams == 0


def test_a_report_says_it_in_words() -> None:
    told = str(originality(tune(0), tune(1)).report(written(tune(1))))
    assert told.startswith("100.0% of its runs of nine notes are in tunes learned from (limit 30.0%)")
    assert "nearest piece: Tune 1 (book/1), 100.0%" in told
    assert "longest run: 63 notes, bars 1 to" in told


def test_trills_and_repeated_notes_say_nothing_of_a_tune() -> None:
    trill = [(60 + 2 * (place % 2), Fraction(1, 4)) for place in range(40)]
    assert originality(trill).report(written(trill)).ngrams == 0


def test_runs_do_not_reach_from_one_tune_into_the_next() -> None:
    held = index(tune(0), tune(1))
    across = np.concatenate([held.lines_of(0)[0][-6:], held.lines_of(1)[0][:6]])
    found = borrowed(held, [across])
    assert found.score == 0.0
    assert found.run is None


def test_the_own_piece_does_not_count() -> None:
    held = index(tune(0), tune(1))
    line = held.lines_of(1)
    assert borrowed(held, line).score == 1.0
    assert borrowed(held, line, own=1).score < 0.1


def test_the_longest_run_is_that_of_a_plain_search() -> None:
    rng = np.random.default_rng(3)
    base = rng.integers(0, 6, 4000).astype(np.uint16) * 16 + 400
    held = TuneIndex.of([(Named("a/0"), [base[:1500]]), (Named("a/1"), [base[1500:]])])
    for seed in range(5):
        draw = np.random.default_rng(seed)
        at = int(draw.integers(0, 1400))
        line = np.concatenate([draw.integers(0, 6, 50).astype(np.uint16) * 16 + 400, base[at : at + 60]])
        expected = max(_common(line, piece) for piece in (base[:1500], base[1500:]))
        asked = np.flatnonzero(ngrams(line)[1])
        run = held.longest_run(line, asked)
        assert run is not None and run.length == expected


def _common(one: np.ndarray, other: np.ndarray) -> int:
    """The longest common run, by the table of the textbook."""
    best, row = 0, np.zeros(len(other) + 1, dtype=int)
    for value in one:
        row[1:] = np.where(other == value, row[:-1] + 1, 0)
        row[0] = 0
        best = max(best, int(row.max()))
    return best


def test_an_index_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    held = index(tune(0), tune(1))
    file, twin = tmp_path / "one.npz", tmp_path / "two.npz"
    held.save(file)
    held.save(twin)
    assert file.read_bytes() == twin.read_bytes()
    back = TuneIndex.load(file)
    assert (back.steps == held.steps).all() and (back.bounds == held.bounds).all()
    assert back.pieces == held.pieces


def test_a_damaged_or_absent_index_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tunes.npz"
    with pytest.raises(InputError, match=r"tunes\.npz: no such index"):
        TuneIndex.load(file)
    file.write_bytes(b"PK no")
    with pytest.raises(FormatError, match=r"tunes\.npz"):
        TuneIndex.load(file)
    index(tune(0)).save(file)
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:70] + b"\xff" * 40 + whole[110:]):
        file.write_bytes(damaged)
        with pytest.raises(FormatError, match=r"tunes\.npz"):
            TuneIndex.load(file)
    with pytest.raises(InputError, match="no such file of limits"):
        Limits.load(tmp_path / "borrowing.json")
    (tmp_path / "borrowing.json").write_text("{}")
    with pytest.raises(FormatError, match=r"borrowing\.json"):
        Limits.load(tmp_path / "borrowing.json")


def test_limits_are_kept_by_nineteen_of_twenty_at_once() -> None:
    rng = np.random.default_rng(0)
    rows = [(float(rng.random()), int(rng.integers(0, 60))) for _ in range(2000)]
    limit = limit_of(rows)
    over = np.mean([score > limit.score or notes > limit.notes for score, notes in rows])
    assert 0.03 <= over <= 0.05


def test_limits_are_measured_by_kind_and_length(tmp_path: Path) -> None:
    held = index(*(tune(seed) for seed in range(8)))
    humans = []
    for seed in range(60):
        # dances borrow half of a tune, songs nothing
        score = written((tune(seed % 8)[:32] if seed % 2 else tune(100 + seed, 32)) + tune(200 + seed, 32))
        humans.append(Human("dance" if seed % 2 else "song", score, tuple(tune_lines(score))))
    limits = measure(held, humans * 2, seed=1)
    assert limits.at("dance", 50).score > 0.3 > limits.at("song", 50).score
    assert limits.at("dance", 50).notes >= 31
    limits.save(tmp_path / "borrowing.json")
    assert Limits.load(tmp_path / "borrowing.json") == limits
    with pytest.raises(InputError, match="no piece by people"):
        measure(held, [])


def test_styles_have_kinds() -> None:
    assert [kind_of(style) for style in ("reel", "lied", "chorale", "bossa", "")] == [
        "dance",
        "concert",
        "chorale",
        "song",
        "any",
    ]


def test_drums_are_no_tune() -> None:
    score = written(tune(1))
    drums = score.replace(parts=tuple(replace(part, is_drums=True) for part in score.parts))
    assert list(tune_lines(drums)) == []


def test_a_line_knows_its_bars() -> None:
    score = written([(60, Fraction(1)), (62, Fraction(1)), (64, Fraction(2)), (65, Fraction(4))])
    (line,) = tune_lines(score)
    assert isinstance(line, TuneLine)
    assert line.bars(score, 0, 2) == (1, 1)
    assert line.bars(score, 2, 3) == (1, 2)
    assert len(line.steps) == len(line.starts) - 2
    assert SIZE == 8


def test_the_command_tells_what_is_borrowed(tmp_path: Path) -> None:
    index(tune(0), tune(1)).save(tmp_path / "tunes.npz")
    Limits({kind: (LIMIT,) * len(SIZES) for kind in KINDS}, 1).save(tmp_path / "borrowing.json")
    for name, notes in (("copy", tune(1)), ("new", tune(50))):
        write_file(written(notes), tmp_path / f"{name}.mid")
    files = [str(tmp_path / f"{name}.mid") for name in ("copy", "new")]
    answer = CliRunner().invoke(app, ["compose", "originality", *files, "--index", str(tmp_path), "--json"])
    assert answer.exit_code == 0, answer.output
    copy, new = json.loads(answer.output)
    assert (copy["is_original"], new["is_original"]) == (False, True)
    assert copy["nearest"]["piece"] == copy["longest"]["piece"] == "book/1"
    own = [*files[:1], "--given", files[0], "--index", str(tmp_path)]
    answer = CliRunner().invoke(app, ["compose", "originality", *own])
    assert "copy.mid: original; too short" in answer.output
    answer = CliRunner().invoke(app, ["compose", "originality", *own, "--style", "jigg"])
    assert 'did you mean "jig"' in str(answer.exception)
