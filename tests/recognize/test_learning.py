"""Styles of one's own: few examples, what is told of them, what is kept, and what is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError, NotFoundError
from segue.music.score import Score
from segue.recognize import own_styles as own
from segue.recognize.asking import ask, doubts_of, shares_of_kinds, typical, unsure
from segue.recognize.calibration import softmax
from segue.recognize.head import Floats, indices
from segue.recognize.learning import (
    LEFT_OUT_ONE_BY_ONE,
    StyleScores,
    cautious_nats,
    fit_few,
    learn_head,
    parted,
    shrunk,
)
from segue.recognize.scores import BROUGHT
from tests.pretrain.tunes import pieces


def world(count: int, seed: int, labels: int = 3, width: int = 200) -> tuple[Floats, list[str]]:
    """Vectors of mostly noise; label k has its k-th ten numbers 1.5 higher. The labels take turns."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, width)).astype(np.float32)
    told = [place % labels for place in range(count)]
    for place, label in enumerate(told):
        vectors[place, 10 * label : 10 * label + 10] += 1.5
    return vectors, [f"label {label}" for label in told]


# ---- a head from few examples


def test_five_of_each_are_enough_where_labels_can_be_told() -> None:
    learned = learn_head(*world(15, 0))
    vectors, styles = world(600, 1)
    right = learned.head.probabilities(vectors).argmax(1) == indices(learned.head.styles, styles)
    assert right.mean() > 0.9
    assert learned.files == 15 and learned.commonest == pytest.approx(1 / 3)


def test_what_is_said_of_the_accuracy_is_not_that_of_examples_that_were_learned() -> None:
    rng = np.random.default_rng(0)
    estimates = []
    for seed in range(8):  # labels that mean nothing: learned by heart they would be right always
        vectors = rng.normal(size=(20, 200)).astype(np.float32)
        estimates.append(learn_head(vectors, ["one", "other"] * 10, seed).accuracy)
    assert np.mean(estimates) < 0.65
    learned = learn_head(vectors, ["one", "other"] * 10)
    assert learned.error == pytest.approx(np.sqrt(learned.accuracy * (1 - learned.accuracy) / 20))


def test_few_examples_that_are_all_right_make_nothing_certain() -> None:
    vectors, styles = world(8, 0, labels=2)
    vectors[:, :20] *= 10
    learned = learn_head(vectors, styles)
    assert learned.accuracy == 1
    shares = learned.head.probabilities(vectors).max(1)
    assert np.all(shares < 0.995) and learned.head.threshold < 0.995


def test_nats_by_hand() -> None:
    # of 2 examples + 2, three are as told and one is another: (3 ln .8 + ln .2) / 4
    shares = np.array([[0.8, 0.2], [0.2, 0.8]])
    assert cautious_nats(shares, np.array([0, 1])) == pytest.approx(-(3 * np.log(0.8) + np.log(0.2)) / 4)


def test_variances_of_few_are_drawn_to_their_mean() -> None:
    vectors = np.array([[0, 0], [4, 2]], np.float32)
    centre, scale = shrunk(vectors)
    # variances 4 and 1, their mean 2.5 counts as 20 examples
    assert centre.tolist() == [2, 1]
    assert (scale**2).tolist() == pytest.approx([(2 * 4 + 50) / 22, (2 * 1 + 50) / 22])


def test_the_span_gives_the_head_that_all_numbers_give() -> None:
    from sklearn.linear_model import LogisticRegression

    vectors, styles = world(15, 3, width=60)
    head = fit_few(vectors, styles, 0.01)
    centre, scale = shrunk(vectors)
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=5000, tol=1e-8)
    model.fit((vectors - centre) / scale, styles)
    assert head.probabilities(vectors) == pytest.approx(model.predict_proba((vectors - centre) / scale), abs=2e-3)


def test_equal_seeds_learn_equal_heads_and_folds_spread_each_label() -> None:
    vectors, styles = world(60, 0)
    one, other = (learn_head(vectors, styles, 5).head for _ in range(2))
    assert np.array_equal(one.weights, other.weights) and one.temperature == other.temperature
    assert sorted(parted(styles[:LEFT_OUT_ONE_BY_ONE])) == list(range(LEFT_OUT_ONE_BY_ONE))
    folds = parted(styles, 1)
    assert np.bincount(folds).tolist() == [4] * 15
    lone = [*styles[:40], "rare", "rare"]
    assert len(set(parted(lone)[-2:])) == 2  # so that each of two is told by the other


def test_what_cannot_be_learned_is_refused() -> None:
    with pytest.raises(InputError, match=r"jig \(1\), reel \(2\); two labels with 2 examples each"):
        learn_head(np.eye(3), ["jig", "reel", "reel"])
    with pytest.raises(InputError, match=r"jig \(3\); two labels"):
        learn_head(np.eye(3), ["jig"] * 3)
    with pytest.raises(InputError, match="all alike"):
        learn_head(np.ones((4, 3)), ["jig", "reel"] * 2)


# ---- scores


def some_scores(count: int) -> list[Score]:
    return [piece.score for piece in pieces(count)]


def test_scores_bring_their_descriptors_and_what_the_networks_hear() -> None:
    front, some = StyleScores(), some_scores(3)
    vectors = front.vectors(some)
    plain = BROUGHT.vectors(some)
    assert vectors.shape[1] > plain.shape[1] and np.isfinite(vectors).all()
    assert np.abs(vectors[:, : plain.shape[1]]).max() <= 5
    assert np.array_equal(vectors, front.lifted(plain))
    # the last layer on what was added gives the networks' own answer
    from segue.recognize.answering import SHIPPED
    from segue.recognize.nets import load_nets

    nets = load_nets(SHIPPED / "score")
    width = len(nets.nets[0].enter)
    hidden = vectors[:, plain.shape[1] : plain.shape[1] + width] / 2
    first = nets.nets[0]
    assert softmax(hidden @ first.leave.T + first.leave_bias) == pytest.approx(softmax(first.logits(plain)), abs=1e-4)


# ---- asking


def test_what_is_unsure_is_asked_for_and_not_twice_the_same() -> None:
    rng = np.random.default_rng(0)
    near, far = rng.normal(size=(1, 5)), rng.normal(size=(40, 5))
    # ten versions of one doubtful piece, and forty that are told well but for three
    vectors = np.vstack([near + 1e-3 * rng.normal(size=(10, 5)), far]).astype(np.float32)
    doubts = np.array([0.99] * 10 + [0.9, 0.8, 0.7] + [0.05] * 37)
    chosen = unsure(vectors, doubts, 4)
    assert len(set(chosen)) == 4
    assert sum(place < 10 for place in chosen) == 1
    assert chosen[0] < 10 and sum(place in (10, 11, 12) for place in chosen) >= 2
    assert [doubts[place] for place in chosen] == sorted((doubts[place] for place in chosen), reverse=True)


def test_where_nothing_is_known_each_group_is_asked_for_by_its_middle() -> None:
    rng = np.random.default_rng(0)
    middles = np.array([[0, 0], [30, 0], [0, 30], [30, 30]])
    vectors = np.vstack([middle + rng.normal(size=(30, 2)) for middle in middles]).astype(np.float32)
    vectors = np.vstack([vectors, [[300, 300]]]).astype(np.float32)  # odd, and asked for by none
    chosen = typical(vectors, 5, np.zeros((0, 2), np.float32))
    assert 120 not in chosen and len(set(chosen)) == 5
    assert {one // 30 for one in chosen} == {0, 1, 2, 3}
    assert np.median([np.linalg.norm(vectors[one] - middles, axis=1).min() for one in chosen]) < 0.6
    told = vectors[[0, 31]]  # two groups have a label
    (next_one,) = typical(vectors, 1, told)
    assert next_one // 30 in (2, 3)


def test_equal_vectors_are_asked_for_once_and_labelled_ones_never() -> None:
    vectors, styles = world(30, 0)
    twice = np.vstack([vectors, vectors])
    assert {one.place for one in ask(twice, 60, labelled=vectors[:10])} == set(range(10, 30))
    head = learn_head(*world(15, 1)).head
    asked = ask(twice, 60, head, vectors[:10])
    assert {one.place for one in asked} == set(range(10, 30))
    found = ask(vectors, 5, head)
    doubts = doubts_of(head.probabilities(vectors))
    assert [one.doubt for one in found] == pytest.approx([doubts[one.place] for one in found])
    assert ask(vectors[:10], 5, head, vectors[:10]) == []
    with pytest.raises(InputError, match="0 files to ask for"):
        ask(vectors, 0)
    assert len(styles) == 30


def test_doubts_by_hand() -> None:
    assert doubts_of(np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])) == pytest.approx([0.8, 0.3])


@pytest.mark.parametrize(
    ("sizes", "count", "shares"),
    [((10, 0, 10, 0), 5, [3, 0, 2, 0]), ((1, 99), 5, [0, 5]), ((2, 1), 9, [2, 1]), ((0, 0), 3, [0, 0])],
)
def test_kinds_share_the_count(sizes: tuple[int, ...], count: int, shares: list[int]) -> None:
    assert shares_of_kinds(sizes, count) == shares


# ---- what is kept


def example(label: str, number: int, origin: str = own.SAID) -> own.Example:
    vector = np.random.default_rng(number).normal(size=8).astype(np.float32)
    return own.Example(label, Path(f"/gone/{number}.abc"), f"{number:064}", "score", vector, origin)


def test_a_folder_is_learned_as_it_is_now_and_what_was_said_stays() -> None:
    first = own.Book().with_folder("here", [example("jig", 1, "here"), example("reel", 2, "here")])
    said = first.with_said([example("slip jig", 1), example("slip jig", 3)])
    assert {one.sha256[-1]: one.label for one in said.examples} == {"1": "slip jig", "2": "reel", "3": "slip jig"}
    again = said.with_folder("here", [example("jig", 1, "here"), example("reel", 4, "here")])
    assert {one.sha256[-1]: one.label for one in again.examples} == {"1": "slip jig", "3": "slip jig", "4": "reel"}
    with pytest.raises(InputError, match=r"1\.abc \(jig\) and /gone/1\.abc \(reel\) are the same"):
        own.Book().with_folder("here", [example("jig", 1, "here"), example("reel", 1, "here")])


def test_a_book_is_kept_whole_without_its_files(tmp_path: Path) -> None:
    some = [example("jig" if number % 2 else "reel", number) for number in range(6)] + [example("polka", 9)]
    learned, book = own.learn(tmp_path / "mine", own.Book(tuple(some)))
    assert set(learned) == {"score"} and learned["score"].head.styles == ("jig", "reel")
    assert book.notices == ("score: 'polka' has 1 file, and is told from 2 on",)
    again = own.load_book(tmp_path / "mine", tmp_path)
    assert [(one.label, one.sha256, one.origin) for one in again.examples] == [
        (one.label, one.sha256, one.origin) for one in some
    ]
    assert all(np.array_equal(one.vector, other.vector) for one, other in zip(again.examples, some, strict=True))
    own.learn(tmp_path / "mine", own.Book((some[0],)))  # too few now: the old head must not go on telling
    assert not (tmp_path / "mine" / "score" / "head.json").exists()
    (tmp_path / "mine" / "score" / "record.json").write_text("{", encoding="utf-8")
    with pytest.raises(FormatError, match="no record"):
        own.load_book(tmp_path / "mine", tmp_path)


def test_vectors_of_other_networks_are_not_mixed(tmp_path: Path) -> None:
    some = [example("jig" if number % 2 else "reel", number) for number in range(4)]
    own.learn(tmp_path / "mine", own.Book(tuple(some)))
    record = tmp_path / "mine" / "score" / "record.json"
    record.write_text(record.read_text("utf-8").replace(own.mark_of("score"), "old"), encoding="utf-8")
    book = own.load_book(tmp_path / "mine", tmp_path)
    assert book.examples == () and len(book.notices) == 4 and "went" in book.notices[0]


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden"])
def test_names_that_are_no_names(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="are accepted"):
        own.place_of(tmp_path, name)


def test_a_name_that_nothing_has(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing was learned yet"):
        own.place_of(tmp_path, "mine", must_be=True)
    (tmp_path / "mine").mkdir()
    with pytest.raises(NotFoundError, match=r'there are mine \(did you mean "mine"\?\)'):
        own.place_of(tmp_path, "mime", must_be=True)
