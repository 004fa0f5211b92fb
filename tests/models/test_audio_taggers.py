"""The musicnn networks tell what their own graph tells, from weights read without TensorFlow."""

from __future__ import annotations

import re
from fractions import Fraction
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly

from segue.errors import FormatError, InputError, UnavailableError
from segue.models.audio import RATE, TAGGERS, Tagger, log_mel, patches, tagger
from segue.models.audio.checkpoint import read_checkpoint
from segue.models.audio.musicnn import Musicnn
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from segue.sound.render import render
from tests.models.audio_graph import graph_of


def wheel() -> Path:
    try:
        return Path(str(metadata.distribution("musicnn").locate_file("musicnn")))
    except metadata.PackageNotFoundError:
        pytest.skip(f"the weights of musicnn are not installed: {tagger.INSTALL}")


def checkpoint(name: str) -> tuple[bytes, bytes]:
    folder = wheel() / TAGGERS[name].folder
    return (folder / ".index").read_bytes(), (folder / ".data-00000-of-00001").read_bytes()


def drawn(seed: int, seconds: float = 6.5) -> NDArray[np.float32]:
    """Noise that swells, over a low tone: every band and frame differs."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    noise = rng.standard_normal(len(time)) * (0.02 + 0.1 * np.sin(2 * np.pi * 1.7 * time) ** 2)
    return (noise + 0.3 * np.sin(2 * np.pi * 110 * time)).astype(np.float32)


@pytest.mark.parametrize("name", TAGGERS)
def test_tags_and_vectors_are_those_of_the_graph_that_tensorflow_wrote(name: str) -> None:
    folder = wheel() / TAGGERS[name].folder
    graph = graph_of(folder, read_checkpoint(*checkpoint(name)))
    shown = patches(log_mel(drawn(1)))
    heard = Tagger.load(name).hear(shown)
    told = graph.value("model/Sigmoid", {"model/Placeholder": shown.astype(np.float64)})
    before = graph.value("model/dropout_1/cond/Merge", {"model/Placeholder": shown.astype(np.float64)})
    assert heard.tags.shape == (2, 50) and heard.vectors.shape == (2, 200)
    assert told.std() > 0.01
    np.testing.assert_allclose(heard.tags, told, atol=2e-6)
    np.testing.assert_allclose(heard.vectors, before, atol=2e-5 * float(np.abs(before).max()))


def test_patches_do_not_see_each_other() -> None:
    wheel()
    heard = Tagger.load("mtt")
    shown = np.concatenate([patches(log_mel(drawn(seed))) for seed in range(9)])
    together = heard.hear(shown)
    assert together.vectors.shape == (18, 200)
    np.testing.assert_allclose(heard.hear(shown[17:]).vectors[0], together.vectors[17], atol=1e-4)
    assert np.abs(together.vectors[0] - together.vectors[2]).max() > 0.1
    np.testing.assert_array_equal(heard.hear(shown).tags, together.tags)


def played(program: int, *, is_drums: bool = False) -> NDArray[np.float32]:
    """Eight bars of broken chords, or of a beat, by our own synthesiser, at 16 kHz."""
    steps = range(64)
    if is_drums:
        notes = [Note(Fraction(step, 2), Fraction(1, 4), (36, 42, 38, 42)[step % 4], 90) for step in steps]
    else:
        chord = (60, 64, 67, 72), (57, 60, 64, 69), (53, 57, 60, 65), (55, 59, 62, 67)
        notes = [Note(Fraction(step, 2), Fraction(1), chord[step // 8 % 4][step % 4], 80) for step in steps]
    score = Score((Part(Notes.of(notes), program=program, is_drums=is_drums),), (Bar(),) * 9)
    return np.asarray(resample_poly(render(score, 48_000).mean(1), 1, 3), np.float32)


def rank(heard: Tagger, samples: NDArray[np.float32], *names: str) -> int:
    """How many tags are likelier than the likeliest of these."""
    told = heard.tags(samples).mean(0)
    return int((told > max(told[heard.names.index(name)] for name in names)).sum())


def test_what_is_played_is_heard() -> None:
    wheel()
    heard = Tagger.load("mtt")
    assert rank(heard, played(0), "piano") < 5
    assert rank(heard, played(24), "guitar") < 2
    assert rank(heard, played(48), "violin", "strings") < 2
    assert rank(heard, played(0, is_drums=True), "drums", "beat", "beats") < 3
    assert rank(heard, played(0, is_drums=True), "piano") > rank(heard, played(0), "piano")


# ---- the checkpoint


def test_weights_are_read_and_the_optimizers_left_out() -> None:
    weights = read_checkpoint(*checkpoint("mtt"))
    assert len(weights) == 64
    assert weights["conv2d/kernel"].shape == (7, 38, 1, 204)
    assert weights["dense_1/kernel"].shape == (200, 50)
    assert all(np.isfinite(value).all() for value in weights.values())
    assert (weights["batch_normalization_9/moving_variance"] > 0).all()


@pytest.mark.parametrize("cut", [0, 10, 47, 48, 600, 4_900])
def test_an_index_cut_short_is_refused(cut: int) -> None:
    index, data = checkpoint("mtt")
    with pytest.raises(FormatError, match=r"index|table|block"):
        read_checkpoint(index[:cut], data)


def test_damaged_indexes_are_refused_or_read() -> None:
    index, data = checkpoint("mtt")
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        harmed = bytearray(index)
        for place in rng.integers(0, len(index), 3):
            harmed[place] = rng.integers(256)
        try:
            read_checkpoint(bytes(harmed), data)
        except FormatError:
            refused += 1
    assert refused > 100


def test_data_cut_short_are_refused() -> None:
    index, data = checkpoint("mtt")
    with pytest.raises(FormatError, match="at byte"):
        read_checkpoint(index, data[:1_000_000], file="MTT_musicnn")


def test_a_network_wants_all_its_variables() -> None:
    weights = read_checkpoint(*checkpoint("mtt"))
    with pytest.raises(FormatError, match=r"dense/kernel .*there is none"):
        Musicnn({name: value for name, value in weights.items() if name != "dense/kernel"})
    with pytest.raises(FormatError, match="there is one of shape"):
        Musicnn(weights | {"dense_1/bias": np.zeros(49, np.float32)})


# ---- loading


def test_only_its_own_names_load() -> None:
    with pytest.raises(InputError, match='did you mean "mtt"'):
        Tagger.load("mttt")


def test_without_the_wheel_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(tagger.metadata, "distribution", absent)
    with pytest.raises(UnavailableError, match=re.escape(tagger.INSTALL)):
        Tagger.load("mtt")


def test_other_weights_than_those_of_the_wheel_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "musicnn" / "MTT_musicnn"
    folder.mkdir(parents=True)
    (folder / ".index").write_bytes(b"other")

    class Elsewhere:
        def locate_file(self, path: str) -> Path:
            return tmp_path / path

    monkeypatch.setattr(tagger.metadata, "distribution", lambda _: Elsewhere())
    with pytest.raises(FormatError, match="SHA-256"):
        Tagger.load("mtt")


def test_patches_of_another_shape_are_refused() -> None:
    wheel()
    with pytest.raises(InputError, match=r"\(n, 187, 96\)"):
        Tagger.load("mtt").hear(np.zeros((187, 96)))
