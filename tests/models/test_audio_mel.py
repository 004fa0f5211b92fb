"""Log-mel spectrograms are librosa's, to the last digits that it was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from segue.errors import InputError
from segue.models.audio import BANDS, RATE, log_mel, patches
from segue.models.audio.mel import FRAMES, mel_filters
from tests.models.test_audio_taggers import drawn

# librosa 0.11.0: log10(1 + 10,000 melspectrogram(y=drawn(1, 1.0), sr=16000, n_fft=512, hop_length=256, n_mels=96,
# pad_mode="reflect").T) at these frames and bands, and over all
FRAMES_ASKED, BANDS_ASKED = (0, 1, 31, 62), (0, 1, 10, 50, 95)
LIBROSA = (
    (4.910491, 5.372924, 2.8824422, 1.0522794, 0.94049686),
    (2.009485, 4.129573, 0.96141666, 1.4623525, 1.3578515),
    (2.3573484, 4.231098, 2.2326488, 1.99322, 2.7139),
    (4.23486, 4.74964, 3.379717, 2.6465921, 2.912342),
)
LIBROSA_MEAN, LIBROSA_DEVIATION = 2.320697, 0.82308424


def test_spectrograms_are_those_of_librosa() -> None:
    found = log_mel(drawn(1, 1.0))
    assert found.shape == (1 + RATE // 256, BANDS) and found.dtype == np.float32
    np.testing.assert_allclose(found[np.ix_(FRAMES_ASKED, BANDS_ASKED)], LIBROSA, atol=1e-5)
    np.testing.assert_allclose((found.mean(), found.std()), (LIBROSA_MEAN, LIBROSA_DEVIATION), atol=1e-5)


def test_a_tone_is_loudest_in_its_band() -> None:
    found = log_mel(np.sin(2 * np.pi * 1_000 * np.arange(RATE) / RATE))
    band = int(found.mean(0).argmax())
    bins = mel_filters(RATE, 512, BANDS)[band]
    assert abs(float((bins * np.fft.rfftfreq(512, 1 / RATE)).sum() / bins.sum()) - 1_000) < 31.25


def test_bands_have_unit_area() -> None:
    """Those that span enough bins for their area to be told."""
    areas = mel_filters(RATE, 512, BANDS).sum(1) * RATE / 512
    np.testing.assert_allclose(areas[60:], 1, atol=0.05)


def test_patches_lie_one_behind_the_other() -> None:
    mel = np.arange(400 * BANDS, dtype=np.float32).reshape(400, BANDS)
    found = patches(mel)
    assert found.shape == (2, FRAMES, BANDS)
    np.testing.assert_array_equal(found.reshape(-1, BANDS), mel[: 2 * FRAMES])


def test_what_is_short_is_repeated() -> None:
    mel = np.arange(100 * BANDS, dtype=np.float32).reshape(100, BANDS)
    found = patches(mel)
    assert found.shape == (1, FRAMES, BANDS)
    np.testing.assert_array_equal(found[0, 100:], mel[:87])


@pytest.mark.parametrize(
    ("samples", "why"),
    [(np.zeros((2, 9_000)), "one row"), (np.zeros(256), "more than 256"), (np.full(9_000, np.nan), "finite")],
)
def test_what_is_no_sound_is_refused(samples: np.ndarray, why: str) -> None:
    with pytest.raises(InputError, match=why):
        log_mel(samples)
