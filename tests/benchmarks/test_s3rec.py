"""S3-Rec LastFM is read as published, and no stage knows what it asks for."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from benchmarks.result import data_dir
from benchmarks.s3rec_lastfm import rows_of, stacked
from benchmarks.s3rec_protocol import S3Rec, Stage, StageName, ages_of, load, stage

from segue.errors import UnavailableError

STAGES: tuple[StageName, ...] = ("valid", "test")


def has_data() -> bool:
    try:
        found = data_dir()
    except UnavailableError:
        return False
    return (found / "s3rec-lastfm").is_dir() and (found / "hetrec2011-lastfm-2k").is_dir()


needs_data = pytest.mark.skipif(not has_data(), reason="needs s3rec-lastfm and hetrec2011-lastfm-2k in SEGUE_DATA")


@cache
def task() -> S3Rec:
    return load()


@cache
def known(name: StageName) -> Stage:
    return stage(task(), name)


@needs_data
def test_counts_are_those_published() -> None:
    found = task()
    assert (len(found.sequences), len(found.artists), len(set(found.artists))) == (1090, 3646, 3646)
    assert sum(map(len, found.sequences)) == 52_551
    assert {len(set(sequence)) - len(sequence) for sequence in map(list, found.sequences)} == {0}
    assert found.negatives.shape == (1090, 99)
    assert not any(np.isin(found.sequences[row], found.negatives[row]).any() for row in range(1090))


@needs_data
def test_last_is_test_and_last_but_one_is_valid() -> None:
    lines = (data_dir() / "s3rec-lastfm" / "LastFM.txt").read_text(encoding="ascii").splitlines()
    for row in (0, 1, 500, 1089):
        listener, *published = (int(field) for field in lines[row].split())
        assert known("valid").targets[listener - 1] == published[-2] - 1
        assert known("test").targets[listener - 1] == published[-1] - 1
        assert (known("valid").histories[listener - 1] + 1).tolist() == published[:-2]
        assert (known("test").histories[listener - 1] + 1).tolist() == published[:-1]


@needs_data
@pytest.mark.parametrize("name", STAGES)
def test_nobody_is_asked_about_an_artist_they_gave_a_visible_tag(name: StageName) -> None:
    asked = known(name)
    tagged = defaultdict(set)
    for one in asked.tags:
        tagged[one.listener].add(one.artist)
    for listener, history in zip(task().listeners, asked.histories, strict=True):
        assert tagged[listener] == set(history.tolist())


@needs_data
def test_in_training_no_text_holds_a_tag_given_by_the_listeners_of_the_step() -> None:
    asked = known("valid")
    everybody = list(range(len(asked.histories)))
    outside = {one.artist for one in asked.tags if one.listener not in set(task().listeners)}
    bare = next(number for number in range(len(task().artists)) if number not in outside)
    assert asked.texts()([bare], None)[0].startswith(f"{task().names[bare]}. ")
    assert asked.texts()([bare], everybody) == [task().names[bare]]


@needs_data
@pytest.mark.parametrize("name", STAGES)
def test_ages_fall_along_the_history_to_0(name: StageName) -> None:
    asked = known(name)
    for history, ages in zip(asked.histories, asked.ages, strict=True):
        assert len(history) == len(ages)
        assert ages[-1] == 0
        assert set(np.diff(ages).tolist()) <= {0, -1}


def test_age_counts_distinct_months_back() -> None:
    assert ages_of([{5}, {5}, {3, 7}, {9}]).tolist() == [2, 2, 1, 0]
    assert ages_of([{8}, {3}]).tolist() == [0, 0], "what seems to run back is of the month before it"


def test_rows_of_several_kinds_count_by_their_weight() -> None:
    rows = rows_of([[0, 1], [1, 2, 3, 0]], 4, 0.5)
    assert rows.toarray()[1].tolist() == [0.5] * 4
    both = stacked((4, rows), (1, rows)).toarray()
    np.testing.assert_allclose(both.T @ both, 5 * (rows.T @ rows).toarray(), rtol=1e-6)
