"""Features of a spectrum are librosa's, and those of the clip at hand are those of the public table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from benchmarks.result import data_dir
from numpy.typing import NDArray

from segue.errors import InputError, UnavailableError
from segue.formats.audio import decode
from segue.recognize.gtzan import GENRES
from segue.recognize.gtzan_features import NAMES, RATE, chroma, features, lines, pooled
from segue.recognize.gtzan_front import Frames, GenreFront, genres_heard, genres_of, shipped_head

# librosa 0.11.0 over song(), means and variances in the order of NAMES, with pad_mode="reflect"
LIBROSA = (
    *(0.1616887, 0.07861629, 0.1100106, 0.0006389046, 3690.537, 185153.9, 3484.048, 8043.376, 8371.98, 214114.6),
    *(0.0955042, 0.0001187437, -149.7854, 228.123, 32.60454, 277.0354, 18.34306, 100.9656, 1.467966, 60.53737),
    *(-7.544662, 22.37317, -7.91917, 21.30273, -5.364603, 27.73668, -3.603499, 18.28061, -3.812933, 22.08006),
    *(-5.254337, 27.51749, -6.335962, 23.86076, -7.494912, 15.39626, -7.917639, 10.844, -7.79598, 10.72296),
    *(-7.432004, 10.69603, -6.849657, 12.32441, -6.871801, 9.761082, -6.090328, 10.55267, -4.354681, 26.84874),
    *(-1.6734, 98.99421),
)


def song(seconds: float = 5.0) -> NDArray[np.float32]:
    """Plucked tones with overtones, a fifth of a semitone sharp, over soft noise."""
    rng = np.random.default_rng(5)
    time = np.arange(int(seconds * RATE)) / RATE
    hertz = np.array([220.0, 261.6, 329.6, 196.0])[(time * 2).astype(int) % 4] * 2 ** (0.2 / 12)
    tones = sum(np.sin(2 * np.pi * hertz * over * time) / over for over in (1, 2, 3, 4))
    plucked = tones * 0.2 * np.exp(-2 * (time % 0.5))
    return (plucked + 0.02 * rng.standard_normal(len(time))).astype(np.float32)


def clip() -> Path:
    try:
        return data_dir() / "gtzan" / "blues.00099.mp3"
    except UnavailableError as error:
        pytest.skip(str(error))


def saved(path: Path, samples: NDArray[np.float32]) -> Path:
    soundfile.write(path, samples, RATE, subtype="PCM_16")
    return path


# ---- features


def test_features_are_those_of_librosa() -> None:
    np.testing.assert_allclose(features(song()), LIBROSA, rtol=2e-5)


def test_features_of_the_clip_are_those_of_the_table() -> None:
    """But for what MP3 took from it."""
    found = features(decode(clip(), RATE).stretches[0].samples)
    with (clip().parent / "features_30_sec.csv").open(encoding="utf-8", newline="") as stream:
        row = next(each for each in csv.DictReader(stream) if each["filename"].startswith("blues.00099."))
    np.testing.assert_allclose(found, [float(row[name]) for name in NAMES], rtol=0.02, atol=0.05)


def test_pitch_classes_are_heard_whatever_the_tuning() -> None:
    time = np.arange(RATE) / RATE
    for off in (-0.3, 0.0, 0.3):
        tone = np.sin(2 * np.pi * 440 * 2 ** (off / 12) * time).astype(np.float32)
        assert lines(tone)[5:-5, :12].mean(0).argmax() == 9  # A, from C
    silent = lines(np.zeros(RATE, np.float32))
    assert np.isfinite(silent).all() and not silent[:, :12].any()
    assert chroma(np.zeros((3, 1_025))).shape == (3, 12)


def test_what_is_no_sound_has_no_features() -> None:
    for samples in (np.zeros(2_047), np.zeros((2, 9_000)), np.full(9_000, np.inf)):
        with pytest.raises(InputError, match="one row of 2,048"):
            features(samples)


# ---- genres


def test_the_clip_is_told_with_stretches_that_speak_for_it() -> None:
    answer = genres_heard(clip())
    assert answer.kind == "audio" and len(answer.guesses) == 3
    assert {one.style for one in answer.guesses} <= set(GENRES)
    assert all(one.drop > 0 and one.what.startswith("0:") for guess in answer.guesses for one in guess.because)
    assert any(guess.because for guess in answer.guesses)


def test_the_head_that_is_shipped_tells_the_ten_genres() -> None:
    head = shipped_head()
    assert head.styles == GENRES and head.weights.shape == (10, len(NAMES))
    assert head.temperature > 1 and 0.3 < head.threshold < 1


def test_stretches_are_taken_away_whole() -> None:
    told = lines(song(7.0))
    item = Frames(told, 60 + np.arange(len(told)) * 512 / RATE)
    front = GenreFront()
    assert front.parts(item) == ["1:00 to 1:03", "1:03 to 1:06"]
    left = front.without(item, {0})
    assert left.seconds[0] == pytest.approx(63, abs=0.03) and left.seconds[-1] == item.seconds[-1]
    np.testing.assert_allclose(pooled(left.told)[2], told[len(told) - len(left.told) :, 12].mean())
    assert np.isfinite(front.vectors([item, front.without(item, {0, 1})])).all()


def test_what_is_odd_is_told_and_never_sure(tmp_path: Path) -> None:
    short = genres_heard(saved(tmp_path / "a.wav", song(4.0)))
    assert "4 s; the genres were learned from 30 s each" in short.notice
    silent = genres_heard(saved(tmp_path / "b.wav", np.zeros(3 * RATE, np.float32)))
    assert "nothing but silence is heard" in silent.notice and not silent.is_sure
    noise = genres_heard(saved(tmp_path / "c.wav", 0.1 * np.random.default_rng(0).standard_normal(5 * RATE)))
    assert "what is heard is noise" in noise.notice and not noise.is_sure
    with pytest.raises(InputError, match=r"0\.2 s of sound"):
        genres_heard(saved(tmp_path / "d.wav", song(0.2)))
    with pytest.raises(InputError, match="22,050 are needed"):
        genres_of(decode(tmp_path / "a.wav", 16_000))


def test_thirty_seconds_from_the_middle_are_heard(tmp_path: Path) -> None:
    samples = np.concatenate([np.zeros(40 * RATE, np.float32), song(20.0), np.zeros(40 * RATE, np.float32)])
    answer = genres_heard(saved(tmp_path / "a.wav", samples))
    assert answer.notice == ("30 s of 100 s were listened to",)
    times = {one.what for guess in answer.guesses for one in guess.because}
    assert times and all(one.startswith(("0:3", "0:4", "0:5", "1:0")) for one in times)
