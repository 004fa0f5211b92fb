"""The chord front end: known progressions, and that styles made by a rule are told apart and explained."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from segue.music.chord import NO_CHORD, Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Bar, ChordAt, Progression
from segue.recognize.chords import FAMILIES, QUALITIES, ChordsFront, in_bars, quality_of, shares_of, told_of
from segue.recognize.evidence import because, deletion
from segue.recognize.head import fit_head

FRONT = ChordsFront()


def chart(text: str, key: str = "C", metre: str = "4/4") -> Progression:
    """Bars between bars; chords share a bar equally, "%" goes on."""
    length = Metre.parse(metre).length
    chords: list[ChordAt] = []
    bars = [bar.split() for bar in text.split("|")]
    for number, labels in enumerate(bars):
        for at, label in enumerate(labels):
            if label != "%":
                chords.append(ChordAt(length * (number + Fraction(at, len(labels))), Chord.parse(label)))
    return Progression(tuple(chords), (Bar(Metre.parse(metre), Key.parse(key)),) * len(bars))


def labels(item: Progression) -> list[list[str]]:
    return [[str(one.chord) for one in here] for here in in_bars(item)]


def moved(item: Progression, fifths: int) -> Progression:
    bars = tuple(Bar(bar.metre, Key(bar.key.tonic.up(fifths), bar.key.mode)) for bar in item.bars)
    return Progression(tuple(ChordAt(one.start, one.chord.up(fifths)) for one in item.chords), bars)


TURN = chart("Am7 D7 | Gmaj7 | % | C6 G", "G")


@pytest.mark.parametrize(
    ("label", "quality"),
    [
        ("C", "maj"), ("Cadd9", "maj"), ("C/E", "maj"), ("Cm", "min"), ("C7", "7"), ("C13b9", "7"),
        ("C7alt", "aug7"),
        ("Cm7", "min7"), ("Cm11", "min7"), ("Cmaj9", "maj7"), ("C69", "6"), ("Cm6", "min6"), ("Cm7b5", "hdim"),
        ("Cdim7", "dim"), ("Caug", "aug"), ("C7#5", "aug7"), ("Csus4", "sus"), ("C9sus4", "sus7"),
        ("CmMaj7", "minmaj7"), ("C5", "5"),
    ],
)  # fmt: skip
def test_qualities(label: str, quality: str) -> None:
    assert quality_of(Chord.parse(label)) == quality


def test_bars_hold_the_chords_that_begin_in_them() -> None:
    assert labels(TURN) == [["Am7", "D7"], ["Gmaj7"], [], ["C6", "G"]]


def test_bars_of_thirds_are_kept_apart() -> None:
    # three chords in each 4/4 bar begin at multiples of 4/3, which no float is
    assert [len(here) for here in in_bars(chart(" | ".join(["C F G"] * 50)))] == [3] * 50


def test_chords_in_their_key() -> None:
    (run,) = told_of(TURN, in_bars(TURN))
    assert [(one.degree, one.quality, one.length, one.bar) for one in run] == [
        (2, "min7", 2.0, 0),
        (7, "7", 2.0, 0),
        (0, "maj7", 8.0, 1),
        (5, "6", 2.0, 3),
        (0, "maj", 2.0, 3),
    ]


def test_silence_parts_runs_and_repeated_chords_are_one() -> None:
    item = chart("C C | N.C. | C G | G")
    runs = told_of(item, in_bars(item))
    assert [[(one.degree, one.length) for one in run] for run in runs] == [[(0, 4.0)], [(0, 2.0), (7, 6.0)]]


def test_shares_by_hand() -> None:
    shares = shares_of(TURN)
    qualities = dict(zip(QUALITIES, shares, strict=False))
    degrees = shares[len(QUALITIES) : len(QUALITIES) + 12]
    steps = shares[len(QUALITIES) + 12 : len(QUALITIES) + 24]
    assert {name: share for name, share in qualities.items() if share} == {
        "min7": 2 / 16,
        "7": 2 / 16,
        "maj7": 8 / 16,
        "6": 2 / 16,
        "maj": 2 / 16,
    }
    assert [degrees[step] for step in (0, 2, 5, 7)] == [10 / 16, 2 / 16, 2 / 16, 2 / 16]
    assert (steps[5], steps[7]) == (3 / 4, 1 / 4)  # up a fourth three times, then from IV up a fifth
    both = np.array(shares[-12 * len(FAMILIES) :]).reshape(12, len(FAMILIES))
    assert both[0, FAMILIES.index("major seventh")] == 8 / 16
    assert both.sum() == pytest.approx(1)


def test_no_key_is_told_from_another() -> None:
    assert FRONT.vectors([moved(TURN, 3)]) == pytest.approx(FRONT.vectors([TURN]))


def test_a_progression_played_twice_keeps_its_shares() -> None:
    once, twice = chart("C Am | F | G | C"), chart("C Am | F | G | C | C Am | F | G | C")
    count = len(QUALITIES) + 12
    assert FRONT.vectors([twice])[0, :count] == pytest.approx(FRONT.vectors([once])[0, :count])


def test_triads_alone_do_not_hear_sevenths() -> None:
    plain, rich = chart("C | Am | Dm | G"), chart("Cmaj7/E | Am9 | Dm7 | G13")
    heard = ChordsFront(plain=True)
    assert heard.vectors([rich]) == pytest.approx(heard.vectors([plain]))
    assert np.abs(FRONT.vectors([rich]) - FRONT.vectors([plain])).max() > 0.3


@pytest.mark.parametrize("item", [Progression((), ()), chart("N.C. | %"), Progression((), (Bar(),) * 3)])
def test_where_no_chord_sounds(item: Progression) -> None:
    vectors = FRONT.vectors([item])
    assert vectors.shape == FRONT.vectors([TURN]).shape
    assert not vectors.any()
    assert len(FRONT.parts(item)) == len(item.bars)


def test_no_items_are_no_vectors() -> None:
    assert len(FRONT.vectors([])) == 0


def test_parts_are_bars() -> None:
    assert FRONT.parts(TURN) == ["bar 1 (Am7 D7)", "bar 2 (Gmaj7)", "bar 3 (as before)", "bar 4 (C6 G)"]


def test_without_a_bar_the_others_stay() -> None:
    assert labels(FRONT.without(TURN, {0})) == [["N.C."], ["Gmaj7"], [], ["C6", "G"]]
    assert labels(FRONT.without(TURN, {1})) == [["Am7", "D7"], ["N.C."], ["Gmaj7"], ["C6", "G"]]
    assert labels(FRONT.without(TURN, {2, 3})) == [["Am7", "D7"], ["Gmaj7"], ["N.C."], ["N.C."]]
    assert FRONT.without(TURN, ()) == TURN
    assert not FRONT.vectors([FRONT.without(TURN, range(4))]).any()


def test_without_what_sounds_before_the_first_chord_is_nothing() -> None:
    item = Progression((ChordAt(Fraction(8), Chord.parse("C")),), (Bar(),) * 3)
    taken = FRONT.without(item, {0})
    assert taken.chords[0].chord == NO_CHORD
    assert FRONT.vectors([taken]) == pytest.approx(FRONT.vectors([item]))


# ---- a world of two styles made by a rule: cadences with sevenths, or triads going round

_JAZZ = ("Dm7 G7", "Cmaj7", "Am7 D7", "Em7 A7", "Fm7 Bb7", "Ebmaj7", "Dm7b5 G7")
_POP = ("C", "G", "Am", "F", "C G", "F G", "Dm")


def world(count: int, seed: int) -> tuple[list[Progression], list[str]]:
    rng = np.random.default_rng(seed)
    items, styles = [], []
    for number in range(count):
        words, style = ((_JAZZ, "jazz"), (_POP, "pop"))[number % 2]
        bars = [words[one] for one in rng.integers(0, len(words), 8)]
        items.append(moved(chart(" | ".join(bars)), int(rng.integers(-5, 6))))
        styles.append(style)
    return items, styles


def test_styles_made_by_a_rule_are_told_in_any_key() -> None:
    train, valid, test = world(80, 0), world(40, 1), world(60, 2)
    head = fit_head(FRONT.vectors(train[0]), train[1], (FRONT.vectors(valid[0]), valid[1]))
    guessed = head.probabilities(FRONT.vectors(test[0])).argmax(1)
    assert [head.styles[one] for one in guessed] == test[1]


def test_the_bars_that_make_it_jazz_are_named() -> None:
    items, styles = world(80, 0)
    head = fit_head(FRONT.vectors(items), styles)
    mixed = chart("C | G | Dm7 G7 | Am | F | Fm7 Bb7 | C | G")
    named = because(FRONT, head, mixed, head.styles.index("jazz"), count=2)
    assert {one.place for one in named} == {2, 5}
    assert named[0].what in ("bar 3 (Dm7 G7)", "bar 6 (Fm7 Bb7)")


def test_named_bars_matter_more_than_others() -> None:
    items, styles = world(80, 0)
    head = fit_head(FRONT.vectors(items), styles)
    mixed = chart("C | G | Dm7 G7 | Ebmaj7 | Am7 D7 | Fm7 Bb7 | Am | F | C | G")
    found = deletion(FRONT, head, mixed, np.random.default_rng(0), rounds=40)
    assert found is not None
    assert found.named > 1.5 * max(found.random, 0.0) > 0
