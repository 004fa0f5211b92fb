"""Recordings are heard patch by patch, and what is told of them rests on the patches it names."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from segue.errors import InputError
from segue.models.audio import RATE
from segue.models.audio.tagger import INSTALL
from segue.music.styles import STYLES
from segue.recognize.audio import STYLE_OF, AudioFront, Heard, TagFront, clock, styles_heard
from segue.recognize.evidence import because, deletion
from segue.recognize.head import fit_head


@pytest.fixture(scope="module")
def front() -> AudioFront:
    try:
        metadata.distribution("musicnn")
    except metadata.PackageNotFoundError:
        pytest.skip(f"the weights of musicnn are not installed: {INSTALL}")
    return AudioFront()


def beat(seconds: float, rate: int = RATE, seed: int = 0) -> NDArray[np.float64]:
    """Bursts of noise four times in two seconds over a low pulse."""
    rng, time = np.random.default_rng(seed), np.arange(round(seconds * rate)) / rate
    place = time % 0.5
    low = np.sin(2 * np.pi * 55 * place) * np.exp(-8 * place)
    return np.asarray(0.5 * low + 0.2 * rng.standard_normal(len(time)) * np.exp(-40 * ((time + 0.25) % 0.5)))


def chords(seconds: float, rate: int = RATE) -> NDArray[np.float64]:
    """Soft held triads with overtones, a new one every second."""
    time = np.arange(round(seconds * rate)) / rate
    roots = np.array([220.0, 174.6, 261.6, 196.0])[(time // 1).astype(int) % 4]
    swell = np.sin(np.pi * (time % 1)) ** 0.5
    lines = [
        np.sin(2 * np.pi * roots * ratio * over * time) / over**2 for ratio in (1, 1.26, 1.5) for over in (1, 2, 3)
    ]
    return np.asarray(0.15 * swell * np.sum(lines, 0))


def heard_of(front: AudioFront, folder: Path, samples: NDArray[np.float64], rate: int = RATE) -> Heard:
    path = folder / "a.wav"
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return front.listen(path)


def test_a_recording_is_heard_in_patches_of_three_seconds(front: AudioFront, tmp_path: Path) -> None:
    item = heard_of(front, tmp_path, beat(12.5, 44_100), 44_100)
    assert item.vectors.shape == (4, 400) and len(item.tags) == 100 and item.is_telling
    assert front.parts(item) == ["0:00 to 0:03", "0:03 to 0:06", "0:06 to 0:09", "0:09 to 0:12"]
    assert front.vectors([item, item]).shape == (2, 400)
    np.testing.assert_allclose(front.vectors([item])[0], item.vectors.mean(0), rtol=1e-5)
    assert all(told.shape == (4,) and 0 <= told.min() <= told.max() <= 1 for told in item.tags.values())
    assert item.notice == ("resampled from 44,100 to 16,000 samples a second",)


def test_patches_are_taken_away_and_the_others_stay(front: AudioFront, tmp_path: Path) -> None:
    item = heard_of(front, tmp_path, beat(12.5))
    fewer = front.without(item, {0, 2})
    assert front.parts(fewer) == ["0:03 to 0:06", "0:09 to 0:12"]
    np.testing.assert_array_equal(fewer.vectors, item.vectors[[1, 3]])
    nothing = front.without(item, range(4))
    silent = heard_of(front, tmp_path, np.zeros(3 * RATE))
    np.testing.assert_allclose(front.vectors([nothing]), front.vectors([silent]), atol=1e-4)


def test_a_head_learns_sounds_and_names_the_patches_that_told_it(front: AudioFront, tmp_path: Path) -> None:
    beats = [heard_of(front, tmp_path, beat(6, seed=seed) * (0.5 + seed / 10)) for seed in range(4)]
    calm = [heard_of(front, tmp_path, chords(6) * (0.5 + seed / 10)) for seed in range(4)]
    head = fit_head(front.vectors(beats + calm), ["beat"] * 4 + ["calm"] * 4)
    mixed = heard_of(front, tmp_path, np.concatenate([chords(15), beat(6, seed=9), chords(15)]))
    beats_at = {4, 5, 6}  # patches of 2.992 s that sound between 15 s and 21 s
    named = because(front, head, mixed, head.styles.index("beat"))
    assert {one.place for one in named[:2]} <= beats_at
    assert named[0].what in front.parts(mixed) and named[0].drop > 0
    only = head.probabilities(front.vectors([heard_of(front, tmp_path, beat(9, seed=5))]))[0]
    assert only[head.styles.index("beat")] > 0.5
    drops = deletion(front, head, mixed, np.random.default_rng(0))
    assert drops is not None and drops.named > drops.random


def test_styles_come_from_tags(front: AudioFront, tmp_path: Path) -> None:
    answer = styles_heard(heard_of(front, tmp_path, np.concatenate([beat(9), chords(3)])))
    assert answer.kind == "audio" and len(answer.guesses) == 3
    assert answer.guesses[0].style == "electronic"
    assert [one.probability for one in answer.guesses] == sorted(
        (one.probability for one in answer.guesses), reverse=True
    )
    assert {one.place for one in answer.guesses[0].because} <= {0, 1, 2}
    assert "not calibrated" in answer.notice[-1]


def test_without_the_patches_named_a_tag_is_what_the_other_patches_say(front: AudioFront, tmp_path: Path) -> None:
    item = heard_of(front, tmp_path, np.concatenate([beat(9), chords(9)]))
    answer = styles_heard(item)
    first = answer.guesses[0]
    gone = {one.place for one in first.because}
    told = item.tags[TagFront.of(item).tags[first.style]].astype(np.float64)
    assert first.probability == pytest.approx(told.mean()) and 0 < len(gone) < len(told)
    assert first.without == pytest.approx(np.delete(told, list(gone)).mean(), rel=1e-5)
    assert first.without < first.probability
    assert [one.place for one in answer.heat] == list(range(len(told)))
    assert sum(one.drop for one in answer.heat) == pytest.approx(0, abs=1e-6)
    assert styles_heard(item, is_explained=False).heat == ()


def test_styles_are_those_of_the_project() -> None:
    assert set(STYLE_OF.values()) <= set(STYLES)


def test_tags_that_name_styles_are_tags(front: AudioFront) -> None:
    assert set(STYLE_OF) <= {name for tagger in front.taggers for name in tagger.names}


# ---- what is odd


def test_silence_and_noise_are_told_and_never_sure(front: AudioFront, tmp_path: Path) -> None:
    silent = heard_of(front, tmp_path, np.zeros(4 * RATE))
    assert not silent.is_telling and "nothing but silence is heard" in silent.notice
    noise = heard_of(front, tmp_path, 0.2 * np.random.default_rng(0).standard_normal(4 * RATE))
    assert not noise.is_telling and "what is heard is noise" in noise.notice
    low = heard_of(front, tmp_path, 0.2 * np.random.default_rng(0).standard_normal(4 * 8_000), 8_000)
    assert "what is heard is noise" in low.notice
    assert not styles_heard(silent).is_sure and not styles_heard(noise).is_sure
    for music in (beat(4), chords(4)):
        assert heard_of(front, tmp_path, music).is_telling


def test_a_fifth_of_a_second_is_too_little_and_a_second_is_repeated(front: AudioFront, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"0\.2 s of sound: a style is told from 1 s on"):
        heard_of(front, tmp_path, beat(0.2))
    item = heard_of(front, tmp_path, beat(1.5))
    assert len(item.starts) == 1 and "1.5 s, repeated to fill 3 s" in item.notice


def test_three_hours_are_heard_in_twenty_patches(front: AudioFront, tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    with soundfile.SoundFile(path, "w", 8_000, 1) as sound:
        minute = chords(60, 8_000)
        for _ in range(180):
            sound.write(minute)
    item = front.listen(path)
    assert item.vectors.shape == (20, 400) and item.seconds == 3 * 3_600
    assert front.parts(item)[-1].startswith("2:5")
    assert "60 s of 10800 s were listened to, in 20 windows" in item.notice


def test_times_are_told_as_on_a_player() -> None:
    assert [clock(each) for each in (0, 2.992, 59.7, 3_723)] == ["0:00", "0:03", "1:00", "1:02:03"]
