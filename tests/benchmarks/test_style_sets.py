"""How scores are parted to find a temperature: nothing of what is held out is learned from, and it is like the test."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.style_score_sets import (
    Labelled,
    by_drummer,
    exact_error,
    held_each,
    held_groups,
    held_rows,
    held_sessions,
    official,
)

from segue.corpora.corpus import Piece, Split
from segue.music.score import Score
from segue.recognize.scores import Scores


def played(drummer: int, session: int, number: int, part: Split, kind: str) -> Piece:
    key = f"drummer{drummer}/session{session}/{number}"
    return Piece(key, Score((), ()), "groove", "", f"drummer{drummer}", part, f"{key}_{kind}_4-4.mid")


@pytest.fixture(scope="module")
def labelled() -> Labelled:
    """Six drummers with two sessions each, of which some is valid and test, and two of them a session of test alone."""
    pieces = []
    for drummer in range(6):
        for number in range(40):
            part: Split = "valid" if number % 10 == 8 else "test" if number % 10 == 9 else "train"
            pieces.append(played(drummer, number % 2, number, part, "fill" if number % 4 else "beat"))
        pieces += [played(drummer, 9, number, "test", "beat") for number in range(4) if drummer < 2]
    styles = tuple("funk" if place % 3 else "rock" for place in range(len(pieces)))
    return Labelled(Scores(), tuple(pieces), styles, np.zeros((len(pieces), 1), np.float32))


def sessions(labelled: Labelled, rows: np.ndarray) -> set[str]:
    return {labelled.pieces[row].key.rpartition("/")[0] for row in rows}


def test_the_official_split_learns_from_all_that_is_not_test(labelled: Labelled) -> None:
    ((train, test),) = official(labelled, 0)
    assert len(train) + len(test) == len(labelled.pieces) and not set(train) & set(test)
    assert {labelled.pieces[row].part for row in test} == {"test"}


@pytest.mark.parametrize("held_of", [held_rows, held_groups, held_each, held_sessions])
def test_what_is_held_out_is_of_the_train_part_and_not_learned_from(held_of, labelled: Labelled) -> None:  # type: ignore[no-untyped-def]
    ((train, test),) = official(labelled, 0)
    for learned, held in held_of(labelled, (train, test), 0):
        assert len(learned) and len(held)
        assert not set(learned) & set(held)
        assert set(learned) | set(held) <= set(train)


@pytest.mark.parametrize("held_of", [held_groups, held_each])
def test_groups_lie_on_one_side_and_each_is_held_out_once(held_of, labelled: Labelled) -> None:  # type: ignore[no-untyped-def]
    for split in by_drummer(labelled, 0):
        turns = held_of(labelled, split, 0)
        for learned, held in turns:
            drummers = [{labelled.pieces[row].group for row in rows} for rows in (learned, held, split[1])]
            assert not drummers[0] & drummers[1] and not (drummers[0] | drummers[1]) & drummers[2]
        assert sorted(np.concatenate([held for _, held in turns])) == sorted(split[0])


def test_sessions_are_held_out_in_the_shares_of_the_test_part(labelled: Labelled) -> None:
    ((train, test),) = official(labelled, 0)
    (_, valid), (learned, unheard) = held_sessions(labelled, (train, test), 0)
    assert {labelled.pieces[row].part for row in valid} == {"valid"}
    assert not sessions(labelled, learned) & sessions(labelled, unheard)
    assert all("_beat_" in labelled.pieces[row].file for row in unheard)
    share = np.mean([sessions(labelled, np.array([row])) <= sessions(labelled, train) for row in test])
    assert len(valid) / (len(valid) + len(unheard)) == pytest.approx(share, abs=0.05)


def test_the_error_of_exact_probabilities_falls_with_the_number_of_answers() -> None:
    few, many = (exact_error(np.full(count, 0.5)) for count in (100, 10_000))
    assert few == pytest.approx(np.sqrt(0.25 / 100 * 2 / np.pi), rel=0.1)  # the mean of a half-normal, one bin
    assert many == pytest.approx(few / 10, rel=0.2)
    assert exact_error(np.ones(50)) == 0
