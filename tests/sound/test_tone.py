"""A tone has the pitch it is named by, begins and ends without a click, and is as loud as others."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from segue.sound.timbres import timbre_of
from segue.sound.tone import Samples, ended, frequency, tone

RATE = 44_100
TIMBRES = {timbre_of(program): program for program in range(127, -1, -1)}
PROGRAMS = sorted(TIMBRES.values())


def strongest(sound: NDArray[np.floating], rate: int = RATE) -> float:
    """The frequency of the highest peak of the spectrum in Hz, between its bins by a parabola."""
    window = sound * np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(window, 8 * len(sound)))
    return float(np.argmax(spectrum) * rate / (8 * len(sound)))


def bend(sound: Samples) -> NDArray[np.floating]:
    """How far each sample lies off the line through its neighbours: what a click makes large."""
    return np.abs(np.diff(sound.astype(np.float64), 2))


def test_the_chamber_note_is_440_hz() -> None:
    assert frequency(69) == 440
    assert frequency(60) == pytest.approx(261.6256, abs=1e-4)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("pitch", [28, 40, 55, 60, 69, 84, 96])
def test_the_strongest_frequency_is_the_pitch(program: int, pitch: int) -> None:
    sound = tone(timbre_of(program), pitch, 0.6, RATE)
    assert strongest(sound) == pytest.approx(frequency(pitch), rel=0.01)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("pitch", [40, 69, 90])
@pytest.mark.parametrize("length", [0.08, 0.31])
def test_no_edge_bends_more_than_the_tone_itself(program: int, pitch: int, length: float) -> None:
    timbre = timbre_of(program)
    count, release = round(length * RATE), round(timbre.release * RATE)
    held = tone(timbre, pitch, length + timbre.release + 0.2, RATE)
    sound = ended(held, count, release)
    silence = np.zeros(200, dtype=np.float32)
    bent = bend(np.concatenate((silence, sound, silence)))
    most = bend(held).max()
    assert bent[:220].max() <= most
    assert bent[count:].max() <= 1.1 * most
    assert abs(sound[-1]) < 1e-3
    assert abs(sound[0]) < 1e-6


def test_a_tone_that_holds_stays_and_one_that_is_struck_dies() -> None:
    def loudness(program: int, start: float) -> float:
        sound = tone(timbre_of(program), 60, 3.2, RATE)
        return float(np.sqrt((sound[round(start * RATE) : round((start + 0.2) * RATE)] ** 2).mean()))

    assert loudness(19, 3.0) == pytest.approx(loudness(19, 1.0), rel=0.3)
    assert loudness(0, 3.0) < 0.35 * loudness(0, 0.1)
    assert loudness(13, 1.0) < 0.1 * loudness(13, 0.05)


def test_soft_notes_are_darker() -> None:
    def high_share(is_soft: bool) -> float:
        power = np.abs(np.fft.rfft(tone(timbre_of(0), 60, 0.5, RATE, is_soft=is_soft))) ** 2
        hertz = np.fft.rfftfreq(round(0.5 * RATE), 1 / RATE)
        return float(power[hertz > 1_500].sum() / power.sum())

    assert high_share(True) < 0.5 * high_share(False)


@pytest.mark.parametrize("program", PROGRAMS)
def test_timbres_are_equally_loud(program: int) -> None:
    for pitch in (40, 60, 84):
        sound = tone(timbre_of(program), pitch, 0.3, RATE)
        assert 0.05 < float(np.sqrt((sound**2).mean())) < 0.16
        assert np.isfinite(sound).all()


def test_nothing_lies_above_half_the_rate() -> None:
    """A high note at a low rate keeps its pitch: no partial folds back."""
    assert strongest(tone(timbre_of(48), 100, 0.5, 11_025), 11_025) == pytest.approx(frequency(100), rel=0.01)
