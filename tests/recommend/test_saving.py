"""A recommender that was saved and loaded is the same; a broken folder is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest

from segue.errors import ConflictError, FormatError, NotFoundError
from segue.listens.song import Song
from segue.recommend.calibration import Calibration
from segue.recommend.catalogue import Catalogue
from segue.recommend.fusion import Fusion
from segue.recommend.history import History
from segue.recommend.interactions import Interactions
from segue.recommend.parts import Language, Neighbours, Popularity, Tags
from segue.recommend.recommender import Recommender
from segue.recommend.saving import load, save
from tests.recommend.worlds import small_recommender, two_pole_encoder
from tests.seconds import within

HISTORY = History.of([0, 4, 7], [1.0, 2.0, -0.5])


def test_a_saved_recommender_answers_the_same(tmp_path: Path) -> None:
    base = small_recommender(encode=two_pole_encoder)
    base.calibration = Calibration(0.5, -1.0)
    model = base.with_songs([Song('Björk "quiet" 🎹', tags=("ambient",), ids={"mbid": "x"}, heard=("ambient",))])
    save(model, tmp_path / "model")
    again = load(tmp_path / "model", two_pole_encoder)
    np.testing.assert_array_equal(again.logits(HISTORY), model.logits(HISTORY))
    assert again.catalogue.songs == model.catalogue.songs
    assert again.catalogue.songs[-1].ids == {"mbid": "x"} and again.catalogue.songs[-1].own_tags == ()
    assert again.fusion == model.fusion
    assert again.calibration == Calibration(0.5, -1.0)
    first = again.recommend(HISTORY, 1)[0]
    assert first.score == pytest.approx(1 / (1 + np.exp(1.0 - 0.5 * first.logit)))
    assert again.scorer.fitted == 20
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "arrays.safetensors",
        "recommender.json",
        "songs.jsonl",
    ]


def test_saving_again_replaces_the_whole(tmp_path: Path) -> None:
    model = small_recommender()
    save(model, tmp_path / "model")
    save(Recommender(model.catalogue, model.parts, model.fusion.silencing({"ease"})), tmp_path / "model")
    assert load(tmp_path / "model").fusion == model.fusion.silencing({"ease"})
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ConflictError, match="not a recommender"):
        save(small_recommender(), tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_broken_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no recommender in"):
        load(tmp_path)
    save(small_recommender(), tmp_path / "m")
    songs = tmp_path / "m" / "songs.jsonl"
    lines = songs.read_bytes().splitlines()
    songs.write_bytes(b"\n".join([*lines[:3], b'{"artist": 3}', *lines[4:]]))
    with pytest.raises(FormatError, match=r"songs\.jsonl, line 4: not a song"):
        load(tmp_path / "m")
    songs.write_bytes(b"\n".join(lines))
    arrays = tmp_path / "m" / "arrays.safetensors"
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FormatError, match=r"arrays\.safetensors: not readable"):
        load(tmp_path / "m")
    arrays.write_bytes(whole)
    about = tmp_path / "m" / "recommender.json"
    rows = orjson.loads(about.read_bytes())
    about.write_bytes(orjson.dumps({**rows, "version": 99}))
    with pytest.raises(ConflictError, match="version 99"):
        load(tmp_path / "m")
    about.write_bytes(orjson.dumps({**rows, "parts": [["oracle", "oracle"]]}))
    with pytest.raises(FormatError, match="'oracle' is none of popularity"):
        load(tmp_path / "m")


def test_twenty_thousand_songs_load_within_a_second(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    count = 20_000
    catalogue = Catalogue([Song(f"Artist {number}", tags=(f"tag {number % 300}", "all")) for number in range(count)])
    interactions = Interactions.of([rng.choice(count, 50, replace=False).tolist() for _ in range(2000)], count)
    parts = [
        Popularity.fit(catalogue, interactions),
        Neighbours.fit(catalogue, interactions),
        Tags.fit(catalogue),
        Language(rng.standard_normal((count, 384), np.float32)),
    ]
    names = tuple(part.name for part in parts)
    save(Recommender(catalogue, parts, Fusion(names, (1.0,) * 4, (0.0,) * 4, 0.0)), tmp_path / "big")
    with within(1):
        again = load(tmp_path / "big")
    assert len(again.recommend(History.of([1, 2, 3]), 10)) == 10
