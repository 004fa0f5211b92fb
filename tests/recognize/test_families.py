"""Families beside the descriptors: how drums are played, and how voices stand together, by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from segue.errors import InputError
from segue.music.key import Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score, Tempo
from segue.recognize import drums, voices
from segue.recognize.descriptor_names import names_of
from segue.recognize.descriptors import Heard, describe
from segue.recognize.scores import BROUGHT, MORE, Scores

EIGHTH = Fraction(1, 2)
KICK, SNARE, HAT = 36, 38, 42


def beat(late: Fraction = Fraction(0), ghost: int = 90, bars: int = 2) -> Score:
    """Kick and snare in turn on the beats, hi-hats on eighths; every second one comes late."""
    notes = []
    for bar in range(bars):
        for place in range(8):
            start = 4 * bar + EIGHTH * place
            notes.append(Note(start + late * (place % 2), EIGHTH / 2, HAT, 80))
            if place % 2 == 0:
                pitch = SNARE if place % 4 else KICK
                notes.append(Note(start, EIGHTH / 2, pitch, ghost if pitch == SNARE else 100))
    return Score((Part(Notes.of(notes), is_drums=True),), (Bar(),) * bars, tempos=(Tempo(Fraction(0), 240.0),))


def hits(score: Score) -> drums.Hits:
    return drums.Hits.of(Heard.of(score))


def chords(*sets: tuple[int, ...], key: str = "C") -> Score:
    """Chords of a quarter note each."""
    notes = [Note(Fraction(place), Fraction(1), pitch) for place, one in enumerate(sets) for pitch in one]
    bar = Bar(Metre(4, 4), Key.parse(key))
    return Score((Part(Notes.of(notes)),), (bar,) * -(-len(sets) // 4))


def test_tempo_and_density_are_told() -> None:
    told = drums.drums(Heard.of(beat()))
    assert told[0] == pytest.approx(1)  # an octave above 120
    assert told[2] == pytest.approx(12 / 16)


def test_swing_is_where_the_middle_of_the_beat_lies() -> None:
    def swing(score: Score) -> float:
        return float(drums._phases(hits(score))[24])  # of hats and rides

    assert swing(beat()) == pytest.approx(0.5)
    assert swing(beat(Fraction(1, 6))) == pytest.approx(2 / 3, abs=0.01)


def test_ghost_notes_are_quiet_ones() -> None:
    loud, quiet = (drums._touch(hits(beat(ghost=velocity))) for velocity in (90, 30))
    snare = 9 * 6 + 1  # after the shares, loudness and lateness with their spreads, and how far off the sixteenth
    assert (loud[snare], quiet[snare]) == (0, 1)


def test_a_pattern_is_the_share_of_bars_that_hit_a_sixteenth() -> None:
    pattern = drums._pattern(drums._grid(hits(beat()), 2))[: 9 * 16].reshape(9, 16)
    assert np.flatnonzero(pattern[0]).tolist() == [0, 8]
    assert np.flatnonzero(pattern[1]).tolist() == [4, 12]
    assert np.flatnonzero(pattern[2]).tolist() == list(range(0, 16, 2))


def test_what_sounds_together_and_next() -> None:
    told = drums._company(hits(beat()))
    together = np.zeros((9, 9))
    together[np.triu_indices(9)] = told[:45]
    assert together[0, 1] == 0 and together[0, 2] == pytest.approx(1 / 4)  # of eight moments the kick sounds at two
    assert told[45:].reshape(9, 9)[0, 1] == 0  # a hat lies between


def test_bars_that_come_again() -> None:
    assert drums._again(drums._grid(hits(beat(bars=4)), 4)).tolist() == pytest.approx([1, 1, 0])


def test_sonorities_are_told_by_kind_and_position() -> None:
    told = voices.voices(Heard.of(chords((60, 64, 67), (64, 67, 72), (57, 60, 64), (55, 59, 62, 65))))
    kinds = told[:40]
    assert [round(float(kinds[place]), 2) for place in (0, 1, 3, 12)] == [0.25] * 4  # C, C/E, Am, G7
    assert told[40:52].tolist() == [0.25, 0, 0, 0, 0.25, 0, 0, 0.25, 0, 0.25, 0, 0]  # the bass: C, E, G, A


def test_sonorities_do_not_depend_on_the_key() -> None:
    plain = chords((60, 64, 67), (65, 69, 72), (67, 71, 74), (60, 64, 67))
    up = chords((62, 66, 69), (67, 71, 74), (69, 73, 76), (62, 66, 69), key="D")
    np.testing.assert_allclose(voices._sonorities(Heard.of(plain)), voices._sonorities(Heard.of(up)))


def test_words_are_counted_by_the_note() -> None:
    line = chords((60,), (62,), (64,), (65,))
    part = line.parts[0]
    sung = Part(part.notes, words=tuple(Sung(Fraction(place), Syllable("la")) for place in (0, 2)))
    assert voices._parts(Heard.of(line.replace(parts=(sung,))))[-1] == 0.5
    assert voices._parts(Heard.of(line))[-1] == 0


def test_off_beats_that_are_held_over_the_next_beat() -> None:
    bar = Bar()
    starts = [Fraction(0), EIGHTH, Fraction(3, 2), Fraction(5, 2)]
    score = Score((Part(Notes.of(Note(start, EIGHTH, 60) for start in starts)),), (bar,))
    off, held = voices._rhythms(Heard.of(score))[9:11]
    assert (off, held) == (0.75, 0.75)
    plain = chords((60,), (60,), (60,), (60,))
    assert voices._rhythms(Heard.of(plain))[9:11].tolist() == [0, 0]


@pytest.mark.parametrize("name", MORE)
@pytest.mark.parametrize("score", [Score((), ()), beat(), chords((60,)), chords((60, 64), (60,), key="F# minor")])
def test_families_are_finite_and_stand_behind_the_others(name: str, score: Score) -> None:
    (told,) = Scores((name,)).vectors([score])
    plain = describe(score)
    np.testing.assert_array_equal(told[: len(plain)], plain)
    assert np.isfinite(told).all()
    assert len(told) == len(plain) + {"drums": drums, "voices": voices}[name].WIDTH


def test_each_number_of_the_voices_has_its_name() -> None:
    piece = chords((60, 64, 67), (59, 62, 67))
    (told,) = BROUGHT.vectors([piece])
    names = names_of(piece, len(told))
    voiced = {one.english: value for one, value in zip(names, told.tolist(), strict=True) if one.family == "voices"}
    assert voiced["major chords in root position"] == voiced["major chords in first inversion"] == 0.5
    assert voiced["bass on the tonic"] == voiced["bass on the leading note"] == 0.5
    assert voiced["steps of the bass down by 1"] == 1
    assert voiced["fifths between the outer voices"] == voiced["minor sixths between the outer voices"] == 0.5
    assert voiced["moments with 3 notes sounding"] == voiced["moments with 3 different tones"] == 1
    assert voiced["beginnings of 3 notes together"] == 1
    assert voiced["notes outside the key"] == voiced["notes off the beat"] == voiced["changes of key"] == 0
    assert voiced["parts that sound"] == 1 and voiced["length in quarter notes"] == pytest.approx(np.log1p(4))


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(InputError, match="family 'choirs': drums, voices are accepted"):
        Scores(("choirs",))
