"""The plain form: history and song as one text, also for a backbone that reads from left to right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue
from segue.recommend.held_out import Pair
from segue.recommend.interactions import Interactions
from segue.recommend.plain import pair_text, plain_pairs, plain_task
from segue.tune.loop import fit
from segue.tune.methods import build_model
from tests.models.tiny import WORDS

from .tastes import tiny_recipe

CATALOGUE = Catalogue([Song("Ann"), Song("Bob", "Blue"), Song("Cid", tags=("jazz",)), Song("Dot")])
HEARD = Interactions.of([[0, 1, 2], [3]], 4)


def test_the_song_stands_last_and_never_in_its_own_history() -> None:
    assert pair_text(CATALOGUE, HEARD, Pair(0, 2, True)) == "Ann, Bob – Blue. Next: Cid: jazz"
    assert pair_text(CATALOGUE, HEARD, Pair(0, 3, False), shown=2) == "Bob – Blue, Cid. Next: Dot"


def test_pairs_are_as_many_heard_as_not() -> None:
    pairs = plain_pairs(Interactions.of([[0, 1, 2], [3]], 10), seed=0)
    assert sorted(pair.song for pair in pairs if pair.label) == [0, 1, 2, 3]
    assert sum(not pair.label for pair in pairs) == 4
    assert all(pair.song not in ([0, 1, 2], [3])[pair.listener] for pair in pairs if not pair.label)
    assert pairs == plain_pairs(Interactions.of([[0, 1, 2], [3]], 10), seed=0)


def test_nothing_shown_is_refused() -> None:
    with pytest.raises(InputError, match="shown 0"):
        plain_task(CATALOGUE, HEARD, shown=0)


@pytest.mark.parametrize("kind", ["gpt2", "bert"])
def test_it_learns_on_a_tiny_backbone(kind: str, tmp_path: Path) -> None:
    # everybody keeps to songs named by the first half of the words
    names = [f"{one} {other}" for half in (WORDS[:8], WORDS[8:]) for one in half for other in half if one != other]
    catalogue, rng = Catalogue([Song(name) for name in names]), np.random.default_rng(0)
    heard = Interactions.of([rng.choice(len(names) // 2, 8, replace=False).tolist() for _ in range(40)], len(names))
    task = plain_task(catalogue, heard, shown=3, max_length=32)
    recipe = tiny_recipe(tmp_path, kind, epochs=3, batch_size=32, max_length=32)
    model, _ = build_model(task, recipe)
    made = fit(model, task, plain_pairs(heard, seed=0), plain_pairs(heard, seed=1)[-160:], recipe, tmp_path / "run")
    assert made.best["auc"] > 0.72  # nearly half of those not heard are of the same words, so .77 is the most
