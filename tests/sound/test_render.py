"""A score sounds as it is written: notes at their times and pitches, chords where nobody plays them, then silence."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from segue.sound.accompany import needs_pad, pad
from segue.sound.drums import stroke
from segue.sound.render import RATE, render
from segue.sound.room import TAIL, gains, master
from segue.sound.timeline import Timeline
from segue.sound.tone import frequency
from tests.seconds import within

F = Fraction
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


HALF = F(1, 2)


def line(*pitches: int, length: Fraction = HALF, program: int = 0, is_drums: bool = False) -> Part:
    notes = [Note(place * length, length, pitch) for place, pitch in enumerate(pitches)]
    return Part(Notes.of(notes), program=program, is_drums=is_drums)


def tune(*parts: Part, bars: int = 1) -> Score:
    return Score(parts, (Bar(),) * bars)


def spectrum(sound: NDArray[np.float32], start: float, end: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies in Hz and strengths between two seconds."""
    part = sound[round(start * RATE) : round(end * RATE)].astype(np.float64).mean(axis=1)
    size = 8 * len(part)
    return np.fft.rfftfreq(size, 1 / RATE), np.abs(np.fft.rfft(part * np.hanning(len(part)), size))


@pytest.mark.parametrize("program", [0, 11, 19, 24, 40, 52, 56, 65, 73, 89])
def test_each_note_of_a_scale_is_heard_at_its_time(program: int) -> None:
    """The strongest frequency in the second half of each note is its pitch within 1 %."""
    sound = render(tune(line(*SCALE, length=F(1), program=program), bars=2))
    for place, pitch in enumerate(SCALE):
        hertz, strength = spectrum(sound, place * 0.5 + 0.25, place * 0.5 + 0.5)
        assert hertz[np.argmax(strength)] == pytest.approx(frequency(pitch), rel=0.01)


def test_the_sound_is_stereo_within_full_scale_and_ends_in_silence() -> None:
    loud = [Part(Notes.of([Note(F(0), F(4), pitch, 127) for pitch in range(40, 64)]), program=48) for _ in range(3)]
    sound = render(tune(*loud))
    assert sound.dtype == np.float32
    assert sound.shape == (round((2 + TAIL + 0.5) * RATE), 2)
    assert np.abs(sound).max() < 1
    assert np.abs(sound[-20:]).max() < 1e-4
    assert np.abs(sound[: round(1.9 * RATE)]).max() > 0.3


def test_a_quiet_and_a_loud_piece_come_out_at_the_same_level() -> None:
    def level(velocity: int) -> float:
        notes = Notes.of([Note(F(place), F(1), 60 + place, velocity) for place in range(4)])
        sound = render(tune(Part(notes, program=40)))
        return float(np.sqrt((sound[: 2 * RATE] ** 2).mean()))

    assert level(30) == pytest.approx(level(120), rel=0.1)


def test_the_same_score_gives_the_same_samples() -> None:
    score = tune(line(*SCALE, program=73), line(36, 42, 38, 46, 49, is_drums=True))
    np.testing.assert_array_equal(render(score), render(score))


def test_tempos_move_notes_in_time() -> None:
    tempos = (Tempo(F(0), 60), Tempo(F(2), 120))
    assert Timeline(tempos).seconds(np.array([0.0, 1.0, 2.0, 3.0, 4.0])).tolist() == [0, 1, 2, 2.5, 3]
    assert Timeline(()).at(F(4)) == 2
    assert Timeline((Tempo(F(1), 60),)).at(F(1)) == 1
    part = Part(Notes.of([Note(F(3), F(1), 60)]), program=13)
    sound = render(Score((part,), (Bar(),), tempos=tempos))
    first = int(np.argmax(np.abs(sound).max(axis=1) > 0.02))
    assert first == pytest.approx(2.5 * RATE, abs=0.01 * RATE)


def test_repeats_are_played() -> None:
    once = Score((line(60, 62, 64, 65),), (Bar(Metre(2, 4)),))
    twice = Score((line(60, 62, 64, 65),), (Bar(Metre(2, 4), repeats_to=2),))
    assert len(render(twice)) - len(render(once)) == RATE


# ---- chords


def test_chords_under_a_melody_sound_softly() -> None:
    melody = Part(Notes.of([Note(F(0), F(1, 4), 88)]), program=13)
    chords = (ChordAt(F(0), Chord.parse("Am")), ChordAt(F(4), Chord.parse("N.C.")), ChordAt(F(8), Chord.parse("C/G")))
    score = Score((melody,), (Bar(),) * 4, chords)
    assert needs_pad(score)
    assert sorted({(note.start, note.pitch) for note in pad(score).notes}) == [
        *((F(0), pitch) for pitch in (45, 57, 60, 64)),
        *((F(8), pitch) for pitch in (43, 55, 60, 64)),
        *((F(12), pitch) for pitch in (43, 55, 60, 64)),
    ]
    hertz, strength = spectrum(render(score), 1.0, 1.9)
    heard = [strength[np.abs(hertz - frequency(pitch)).argmin()] for pitch in (57, 60, 64)]
    silent = [strength[np.abs(hertz - frequency(pitch)).argmin()] for pitch in (58, 61, 66)]
    assert min(heard) > 5 * max(silent)


def test_where_someone_plays_chords_no_pad_does() -> None:
    chords = (ChordAt(F(0), Chord.parse("C")),)
    block = Part(Notes.of([Note(F(0), F(4), pitch) for pitch in (48, 52, 55)]))
    assert not needs_pad(tune(line(60)))
    assert not needs_pad(Score((line(60), line(48)), (Bar(),), chords))
    assert not needs_pad(Score((block,), (Bar(),), chords))
    assert needs_pad(Score((line(60), line(36, is_drums=True)), (Bar(),), chords))
    assert needs_pad(Score((), (Bar(),), chords))


# ---- drums


def test_drums_have_their_places_in_the_spectrum() -> None:
    def middle(key: int) -> float:
        """The frequency under which half of the power lies."""
        power = np.abs(np.fft.rfft(stroke(key, RATE).astype(np.float64))) ** 2
        share = np.cumsum(power) / power.sum()
        return float(np.argmax(share > 0.5) * RATE / len(stroke(key, RATE)))

    kick, tom, snare, ride, hat = (middle(key) for key in (36, 45, 38, 51, 42))
    assert kick < 80 < tom < 160
    assert 160 < snare < 5_000 < hat
    assert ride > 3_000
    assert len(stroke(46, RATE)) > 5 * len(stroke(42, RATE))


@pytest.mark.parametrize("key", range(128))
def test_every_key_of_the_kit_begins_and_ends_in_silence(key: int) -> None:
    sound = stroke(key, 22_050)
    assert np.isfinite(sound).all()
    assert abs(sound[0]) < 1e-6
    assert abs(sound[-1]) < 1e-3
    assert 0.1 < np.abs(sound).max() <= 1


def test_a_closing_hat_stops_an_open_one() -> None:
    def ring(*keys: int) -> float:
        sound = render(tune(line(*keys, is_drums=True)))
        return float((sound[round(0.42 * RATE) : round(0.5 * RATE)] ** 2).sum() / (sound[: RATE // 4] ** 2).sum())

    assert ring(46, 42) < 0.3 * ring(46)


# ---- the desk


def test_places_have_equal_power() -> None:
    for pan in (-1, -0.3, 0, 0.6, 1):
        left, right = gains(pan)
        assert left**2 + right**2 == pytest.approx(1)
    assert gains(-1) == (pytest.approx(1), pytest.approx(0))


def test_parts_stand_apart() -> None:
    second = Part(Notes.of([Note(F(2), F(2), 72)]), program=19)
    sound = render(tune(line(60), second))
    late = np.sqrt((sound[round(1.3 * RATE) : 2 * RATE] ** 2).mean(axis=0))
    assert late.max() > 1.2 * late.min()


def test_the_limiter_bends_and_never_clips() -> None:
    wave = np.zeros((4 * RATE, 2), dtype=np.float32)
    wave[:, :] = 0.05 * np.sin(np.linspace(0, 8_000, 4 * RATE))[:, None]
    wave[20_000:22_000] *= 1 + 9 * np.hanning(2_000)[:, None].astype(np.float32)
    out = wave.copy()
    master(out, RATE)
    assert 0.9 < np.abs(out).max() < 1
    assert np.abs(np.diff(out[:, 0])).max() < 0.3
    silence = np.zeros((RATE, 2), dtype=np.float32)
    master(silence, RATE)
    assert not silence.any()


def test_an_empty_score_is_silence() -> None:
    sound = render(Score(bars=(Bar(),)))
    assert len(sound) == round((TAIL + 0.5) * RATE)
    assert not sound.any()


def test_what_is_too_long_or_too_fast_is_refused() -> None:
    with pytest.raises(InputError, match="a piece of 2,000 seconds: at most 1,200 are rendered"):
        render(Score((line(60, length=F(4_000)),), (Bar(),) * 1_000))
    with pytest.raises(InputError, match="a rate of 100 samples a second: 8,000 to 192,000 are accepted"):
        render(tune(line(60)), rate=100)


def test_two_minutes_take_a_few_seconds() -> None:
    """Five parts and drums, 2,200 notes, two minutes."""
    parts = [
        line(*(50 + 5 * part + (7 * place) % 12 for place in range(400)), length=F(3, 5), program=program)
        for part, program in enumerate((0, 33, 40, 56, 73))
    ]
    drums = line(*([36, 42, 38, 42] * 50), length=F(6, 5), is_drums=True)
    with within(2):
        render(tune(*parts, drums, bars=60))
