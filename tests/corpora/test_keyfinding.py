"""Keys are found from what sounds: in small pieces, in every transposition alike, mostly right on real tunes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.keyfinding import (
    PROFILES,
    find_key,
    find_key_in_signature,
    find_mode,
    key_of,
    weights_of_chords,
    weights_of_parts,
    with_modes,
)
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Score
from tests.corpora.conftest import TUNE, melody

MINOR_TUNE = [(step, 1.0) for step in (0, 2, 3, 7, 8, 7, 3, 2, 0, -1, 0, 3, 7, 5, 3, 2, 0, 0)]
SIXTEEN = [(step, 1.0) for step in (0, 4, 7, 4, 0, 4, 7, 4, 5, 9, 7, 4, 2, -1, 0, 0)]
SHAPES = PROFILES["albrecht-shanahan"]


def test_a_nursery_rhyme_is_in_major_and_a_lament_in_minor() -> None:
    assert str(key_of(melody(TUNE, 62))) == "D major"
    assert str(key_of(melody(MINOR_TUNE, 57))) == "A minor"


@given(st.integers(0, 11), st.sampled_from((0, 1)), st.lists(st.floats(0, 0.02), min_size=12, max_size=12))
def test_little_noise_hides_no_key(tonic: int, minor: int, noise: list[float]) -> None:
    key = find_key([SHAPES[minor][(pc - tonic) % 12] + noise[pc] for pc in range(12)])
    assert (key.tonic.pc, key.mode) == (tonic, ("major", "minor")[minor])


def test_silence_is_in_c_major() -> None:
    assert find_key([0.0] * 12) == Key()


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_knows_its_own_key(name: str) -> None:
    for mode, shape in zip(("major", "minor"), PROFILES[name], strict=True):
        for tonic in range(12):
            key = find_key([shape[(pc - tonic) % 12] for pc in range(12)], PROFILES[name])
            assert (key.tonic.pc, key.mode) == (tonic, mode)


def test_no_key_is_spelled_with_more_than_six_signs() -> None:
    keys = [find_key([shape[(pc - tonic) % 12] for pc in range(12)]) for tonic in range(12) for shape in SHAPES]
    assert max(abs(key.signature) for key in keys) == 6
    assert [str(key) for key in keys if abs(key.signature) == 6] == ["Eb minor", "Gb major"]


def test_chords_tell_a_key_by_how_long_they_last() -> None:
    chords = [ChordAt(Fraction(4 * at), Chord.parse(label)) for at, label in enumerate(("Dm", "Gm", "A7", "Dm"))]
    assert str(find_key(weights_of_chords(chords, 16))) == "D minor"
    assert weights_of_chords(chords, 16)[2] == 12.0  # D sounds in Dm, Gm and Dm


def test_what_is_known_narrows_the_search() -> None:
    found = weights_of_parts(melody(MINOR_TUNE, 57).parts)
    assert str(find_mode(found, Tone("A"))) == "A minor"
    assert str(find_key_in_signature(found, 0)) == "A minor"
    assert find_key_in_signature(weights_of_parts(melody(TUNE, 60).parts), 0) == Key()


def test_a_signature_without_a_mode_gets_the_one_that_is_heard() -> None:
    minor, major = melody(MINOR_TUNE, 57), melody(SIXTEEN, 67)
    assert {bar.key for bar in with_modes(minor).bars} == {Key.parse("A minor")}
    signed = major.replace(bars=tuple(Bar(bar.metre, Key.parse("G")) for bar in major.bars))
    assert with_modes(signed) == signed
    modal = minor.replace(bars=tuple(Bar(bar.metre, Key.parse("D dorian")) for bar in minor.bars))
    assert with_modes(modal) == modal
    assert with_modes(Score()) == Score()


def test_each_stretch_of_a_piece_has_its_own_mode() -> None:
    first, second = melody([*MINOR_TUNE[:16]], 57), melody([*MINOR_TUNE[:16], *SIXTEEN], 57)
    bars = (*first.bars, *(Bar(bar.metre, Key.parse("A")) for bar in first.bars))
    keys = [str(bar.key) for bar in with_modes(second.replace(bars=bars)).bars]
    assert keys == ["A minor"] * 4 + ["A major"] * 4


def test_weights_are_twelve_and_not_negative() -> None:
    with pytest.raises(InputError, match="11 weights of pitch classes"):
        find_key([1.0] * 11)
    with pytest.raises(InputError, match="the least -1"):
        find_key([-1.0] * 12)


@pytest.mark.slow
def test_keys_of_real_tunes_are_mostly_found(data: Path) -> None:
    corpus = BY_NAME["nottingham"]
    scores = [found.score for found in corpus.read(corpus.place(data)) if isinstance(found, Piece)]
    told = [score for score in scores if score.key.mode in ("major", "minor")]
    free = sum(key_of(score) == score.key for score in told) / len(told)
    signed = sum(
        find_key_in_signature(weights_of_parts(score.parts), score.key.signature) == score.key for score in told
    ) / len(told)
    assert free >= 0.85
    assert signed >= 0.92
