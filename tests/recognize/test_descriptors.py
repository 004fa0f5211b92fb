"""Descriptors by hand, bars that are taken away, and networks that learn what a straight line cannot tell."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.errors import FormatError, InputError
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score
from segue.recognize.calibration import softmax
from segue.recognize.descriptors import FAMILIES, Heard, describe
from segue.recognize.net import RECIPE, Net, Plan, fit_nets
from segue.recognize.nets import load_nets
from segue.recognize.scores import Scores


def tune(*pitches: int, key: str = "D", metre: str = "4/4", length: Fraction = Fraction(1)) -> Score:
    """A line of equal notes from the first beat on."""
    notes = Notes.of(Note(length * place, length, pitch) for place, pitch in enumerate(pitches))
    bar = Bar(Metre.parse(metre), Key.parse(key))
    count = int(-(-len(pitches) * length // bar.length)) or 1
    return Score((Part(notes, program=73),), (bar,) * count)


def family(name: str, score: Score) -> list[float]:
    return [round(float(value), 4) for value in FAMILIES[name](Heard.of(score))]


def test_tones_are_counted_from_the_tonic_by_how_long_they_sound() -> None:
    found = family("tones", tune(62, 62, 66, 69))  # D D F# A
    assert found[:12] == [0.5, 0, 0, 0, 0.25, 0, 0, 0.25, 0, 0, 0, 0]
    assert found[24:36] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]  # the last one is A
    assert found[36] == 0
    assert family("tones", tune(62, 65, 69, key="D minor"))[36] == 1


def test_steps_and_turns_of_a_line() -> None:
    found = family("steps", tune(60, 62, 60, 67, 67))
    assert [found[12 + step] for step in (2, -2, 7, 0)] == [0.25] * 4
    assert found[25] == pytest.approx(2 / 3, abs=1e-4)  # up-down, down-up, then no turn
    assert found[26] == pytest.approx((2 + 2 + 7 + 0) / 4)


def test_metre_pick_up_and_form() -> None:
    jig = tune(*[62, 64, 66, 67, 69, 71] * 4, metre="6/8", length=Fraction(1, 2))
    told = family("metre", jig)
    assert told[6] == 1 and sum(told[:10]) == 1 and told[-1] == 0
    shape = dict(zip(("1", "2", "4", "8", "16", "different"), family("form", jig)[4:10], strict=True))
    assert shape == {"1": 1, "2": 1, "4": 0, "8": 0, "16": 0, "different": 0.25}
    pick_up = jig.replace(bars=(Bar(Metre(6, 8), length=Fraction(1, 2)), *jig.bars))
    assert family("metre", pick_up)[-1] == 1


def test_chords_by_degree_and_quality() -> None:
    chords = tuple(ChordAt(Fraction(place), Chord.parse(label)) for place, label in enumerate(("D", "Em7", "A7", "D")))
    found = family("harmony", tune(62, 64, 64, 62).replace(chords=chords))
    assert [found[degree] for degree in (0, 2, 7)] == [0.5, 0.25, 0.25]
    assert found[12:19] == [0.5, 0, 0.25, 0, 0.25, 0, 0]


def test_drums_by_kit_and_sixteenth() -> None:
    hits = Notes.of(
        Note(Fraction(place, 2), Fraction(1, 4), pitch, velocity)
        for place, pitch, velocity in ((0, 36, 127), (2, 38, 64), (4, 36, 127), (6, 38, 64))
    )
    found = family("drums", Score((Part(hits, is_drums=True),), (Bar(),)))
    kick, snare = found[:16], found[16:32]
    assert kick == [0.25 if place in (0, 8) else 0 for place in range(16)]
    assert snare == [0.25 if place in (4, 12) else 0 for place in range(16)]
    assert found[144:146] == [1.0, round(64 / 127, 4)]


@pytest.mark.parametrize(
    "score",
    [
        Score((), (Bar(),)),
        Score((), ()),
        Score((Part(Notes.of([])),), (Bar(),)),
        Score((Part(Notes.of([Note(Fraction(0), Fraction(1), 36)]), is_drums=True),), (Bar(),)),
        tune(60),
    ],
    ids=["no part", "no bar", "no note", "one stroke", "one note"],
)
def test_whatever_a_score_lacks_its_descriptors_are_finite(score: Score) -> None:
    found = describe(score)
    assert np.isfinite(found).all() and found.shape == describe(tune(60, 62)).shape


def test_a_transposed_score_differs_in_height_alone() -> None:
    one, other = tune(62, 64, 66, 69, 71, 69, 66, 64), tune(65, 67, 69, 72, 74, 72, 69, 67, key="F")
    for name in FAMILIES:
        if name != "texture":
            assert family(name, one) == family(name, other)


def test_bars_are_taken_away_and_the_others_stay_where_they_are() -> None:
    score = tune(*range(60, 72)).replace(chords=tuple(ChordAt(Fraction(4 * bar), Chord.parse("C")) for bar in range(3)))
    left = Scores().without(score, [1])
    assert Scores().parts(score) == ["bar 1", "bar 2", "bar 3"]
    assert [note.pitch for note in left.parts[0].notes] == [60, 61, 62, 63, 68, 69, 70, 71]
    assert [note.start for note in left.parts[0].notes][4] == 8
    assert [one.start for one in left.chords] == [0, 8] and left.bars == score.bars
    assert Scores().without(score, []) == score


# ---- networks


def crossed(seed: int, count: int = 240) -> tuple[np.ndarray, list[str]]:
    """Points in a square whose style is "same" where both coordinates have one sign: no straight line parts them."""
    points = np.random.default_rng(seed).uniform(-1, 1, (count, 2)).astype(np.float32)
    return points, ["same" if x * y > 0 else "other" for x, y in points]


def test_networks_learn_what_no_line_tells_and_the_same_for_a_seed(tmp_path: Path) -> None:
    points, styles = crossed(0)
    held, truth = crossed(1)
    recipe = RECIPE.replace(lr=0.02, epochs=40, dropout=0.0, weight_decay=0.0)
    nets = [fit_nets(points, styles, tmp_path / name, recipe, Plan(2, 32)) for name in "ab"]
    told = [nets[0].styles[place] for place in nets[0].probabilities(held).argmax(1)]
    assert np.mean([one == other for one, other in zip(told, truth, strict=True)]) > 0.9
    np.testing.assert_array_equal(nets[0].logits(held), nets[1].logits(held))
    sure = nets[0].calibrated(held, truth, risk=0.02)
    shares = sure.probabilities(held)
    np.testing.assert_allclose(shares, softmax(nets[0].logits(held), sure.temperature))
    given = shares.max(1) >= sure.threshold
    wrong = [sure.styles[place] != one for place, one in zip(shares.argmax(1), truth, strict=True)]
    assert given.any() and np.mean(np.array(wrong)[given]) <= 0.02


def test_networks_come_back_from_disk_and_are_the_same_without_pytorch(tmp_path: Path) -> None:
    points, styles = crossed(0, 40)
    nets = fit_nets(points, styles, tmp_path / "training", RECIPE.replace(epochs=1), Plan(2, 8))
    net = Net(points.mean(0), points.std(0), np.ones(2, np.float32), 8).eval()
    with torch.no_grad():
        expected = net(torch.from_numpy(points)).numpy()
    np.testing.assert_allclose(net.in_use().logits(points), expected, atol=1e-5)
    nets.save(tmp_path / "nets")
    again = load_nets(tmp_path / "nets")
    assert again.styles == nets.styles == ("other", "same")
    np.testing.assert_allclose(again.probabilities(points), nets.probabilities(points), atol=5e-3)  # 16 bits
    with pytest.raises(InputError, match=r"shape \(1, 3\): these networks take \(n, 2\)"):
        again.logits(np.zeros((1, 3)))
    (tmp_path / "nets" / "nets.safetensors").write_bytes(b"none")
    with pytest.raises(FormatError, match="no networks"):
        load_nets(tmp_path / "nets")
    with pytest.raises(InputError, match="cannot be read"):
        load_nets(tmp_path / "nowhere")


def test_one_style_is_none_to_tell(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 vectors of 1 styles"):
        fit_nets(np.zeros((3, 2)), ["reel"] * 3, tmp_path)
