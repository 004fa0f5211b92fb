"""The phrase model in the package: there, small, quick to load, and as good as its card says."""

from __future__ import annotations

import json

from segue.compose.phrases.folder import CONFIG, SHIPPED, WEIGHTS, load_phrase_model
from segue.compose.phrases.measures import reconstruction
from segue.compose.phrases.phrase import phrase_of
from segue.compose.phrases.space import load_phrases, points_of
from tests.compose.phrases.tunes import tune


def test_its_folder_is_whole_and_small() -> None:
    names = {file.name for file in SHIPPED.iterdir()}
    assert {CONFIG, WEIGHTS, "metrics.json", "README.md"} <= names
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 8e6
    told = json.loads((SHIPPED / "metrics.json").read_text(encoding="utf-8"))
    better = "generator" if told["valid"]["generator"] <= told["valid"]["prior"] else "prior"
    assert load_phrase_model().sampler == better


def test_phrases_come_back_from_their_points() -> None:
    network = load_phrases().network
    phrases = [phrase_of(tune(seed, bars=2))[0] for seed in range(8)]
    notes, _ = reconstruction(network, points_of(network, phrases)[0], phrases)
    assert notes > 0.6  # tunes of random notes, unlike any that it learned from
