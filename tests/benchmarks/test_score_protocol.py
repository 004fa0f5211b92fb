"""What is counted: each token of a body once, whatever the windows; nats as the model gives them; Nottingham."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import torch
from benchmarks.ngram import Counts, NGram
from benchmarks.result import data_dir
from benchmarks.score_protocol import (
    Costs,
    Rate,
    Said,
    by_split,
    costs,
    load_model,
    model_scorer,
    ngram_scorer,
    said,
    windows_of,
    without_numbers,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import score_nottingham
from segue.corpora.corpus import Piece, Split
from segue.errors import InputError, UnavailableError
from segue.models.score.config import ScoreConfig
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.music.language.encode import say
from segue.music.language.layout import lay_out
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from tests.music.scores import scores


def has_data() -> bool:
    try:
        return (data_dir() / "nottingham").is_dir()
    except UnavailableError:
        return False


needs_data = pytest.mark.skipif(not has_data(), reason="needs nottingham in SEGUE_DATA")


def tune(bars: int) -> Score:
    """A tune of four quarters to a bar, the pitches rising and falling."""
    notes = Notes.of(Note(Fraction(at), Fraction(1), 60 + at % 7) for at in range(4 * bars))
    return Score((Part(notes),), (Bar(),) * bars)


@cache
def model() -> ScoreModel:
    torch.manual_seed(0)
    return ScoreModel(ScoreConfig(v.SIZE, width=16, layers=1, heads=2, feed_forward=16)).eval()


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(scores(), st.sampled_from((60, 90, 200)), st.sampled_from(("lead", "harmonize")))
def test_windows_count_every_token_of_the_body_once(score: Score, longest: int, task: str) -> None:
    layout = lay_out(score)
    tokens = say(layout, task).tokens
    try:
        windows = windows_of(layout, task, tokens, longest)
    except InputError as error:
        assert "does not fit" in str(error)
        return
    head = next(place for place, token in enumerate(tokens) if token in v.BAR)
    assert all(len(window) <= longest for window, _ in windows)
    assert sum((window[context:] for window, context in windows), ()) == tokens[head:]


def test_a_window_has_its_header_and_about_half_of_itself_as_context() -> None:
    layout = lay_out(tune(60))
    tokens = say(layout, "lead").tokens
    windows = windows_of(layout, "lead", tokens, 100)
    assert len(windows) > 4
    for window, context in windows[1:]:
        head = next(place for place, token in enumerate(window) if token in v.BAR)
        assert window[:7] == tokens[:7] and window[7] == v.LATER
        assert window[context] in v.BAR
        assert 40 <= context - head <= 50


def test_nats_are_the_models_own() -> None:
    pieces = [said(str(bars), lay_out(tune(bars))) for bars in (3, 9, 4)]
    for piece, nats in zip(pieces, model_scorer(model())(pieces), strict=True):
        ids = torch.tensor([piece.tokens])
        with torch.no_grad():
            logits = model()(ids[:, :-1])[0].log_softmax(-1)
        expected = -logits[torch.arange(len(piece.tokens) - 1), ids[0, 1:]]
        assert nats == pytest.approx(expected.numpy(), abs=0.05)  # in bfloat16 where that is fast


def test_costs_divide_what_comes_from_the_first_bar_on() -> None:
    piece = said("one", lay_out(tune(2)))
    assert piece.tokens[piece.given] in v.BAR and piece.notes == 8
    bit = math.log(2)
    found = costs([piece], lambda pieces: [np.full(len(one.tokens) - 1, bit) for one in pieces])
    body = len(piece.tokens) - piece.given
    assert found.body == pytest.approx((body * bit,)) and found.notes == (8,)
    assert found.bits_per_note.value == pytest.approx(body / 8)
    assert found.bits_per_note_with_header.value == pytest.approx((len(piece.tokens) - 1) / 8)
    with pytest.raises(InputError, match="one: 1 nats"):
        costs([piece], lambda _: [np.zeros(1)])


def test_a_rate_is_a_ratio_of_sums_with_the_error_of_one() -> None:
    # 1 of 1 and 4 of 3 make 5 / 4; they are off by -1/4 and 1/4, so s^2 = 1/8, and sqrt(1/8 / 2) / 2 = 1/8
    found = Rate.of([1, 4], [1, 3])
    assert (found.value, found.error) == pytest.approx((1.25, 0.125))
    assert Rate.of([3, 6, 9], [1, 2, 3]) == Rate(3, 0)
    bits = Rate(math.log(2), 0.1).exponential()
    assert (bits.value, bits.error) == pytest.approx((2, 0.2))


def test_ngrams_do_not_see_the_numbers_of_bars() -> None:
    train = said("long", lay_out(tune(30)))
    counts = Counts.of([without_numbers(train.tokens)], v.SIZE)
    found = costs([train], ngram_scorer(NGram(counts, 6, "kneser-ney")))
    assert found.bits_per_note.value < 1.5


def test_by_split_keeps_the_order() -> None:
    splits: list[Split] = ["train", "test", "train"]
    pieces = [(split, Said(str(place), (0,), 0, ())) for place, split in enumerate(splits)]
    assert {name: [piece.key for piece in group] for name, group in by_split(pieces).items()} == {
        "train": ["0", "2"],
        "valid": [],
        "test": ["1"],
    }


def test_without_a_model_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("SEGUE_SCORE_MODEL", str(tmp_path))
    with pytest.raises(UnavailableError, match="name a folder of `segue pretrain` in SEGUE_SCORE_MODEL"):
        load_model()


@needs_data
def test_nottingham_is_read_whole_and_split_as_said() -> None:
    tunes = score_nottingham.load().tunes
    assert {name: len(group) for name, group in tunes.items()} == {"train": 812, "valid": 120, "test": 102}
    keys = [piece.key for group in tunes.values() for piece in group]
    assert len(set(keys)) == 1034 and "jigs.abc:1" in keys
    assert max(len(piece.tokens) for group in tunes.values() for piece in group) <= 1024
    assert all(piece.tokens[-1] == v.END and len(piece.windows) == 1 for piece in tunes["test"])


def test_a_variant_in_train_is_found() -> None:
    def piece(key: str, pitches: list[int]) -> Piece:
        notes = Notes.of(Note(Fraction(at), Fraction(1), pitch) for at, pitch in enumerate(pitches))
        return Piece(key, Score((Part(notes),), (Bar(),) * 8), "nottingham", file=key)

    generator = np.random.default_rng(0)
    one, other = (generator.integers(55, 80, 32).tolist() for _ in range(2))
    test = [piece("a", [pitch + 5 for pitch in one]), piece("b", other)]
    assert score_nottingham.without_variants(test, [piece("c", one)]) == (1,)


def test_rows_are_of_groups_of_tunes() -> None:
    found = Costs((math.log(2), 6 * math.log(2)), (math.log(2), 0.0), (1, 2))
    rows = score_nottingham.figures("x", found, {"": (0, 1), "_last": (1,)})
    assert {name: rate.value for name, rate in rows.items()} == pytest.approx(
        {"x": 7 / 3, "x_last": 3.0, "x_with_header": 8 / 3}
    )


def test_titles_are_compared_without_articles_and_dances() -> None:
    bare = score_nottingham.bare_title
    assert bare("The Lark in the Morning") == bare("Lark in the Morning -- Jig") != bare("The Lark")
