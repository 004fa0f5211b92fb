"""Learning in service: when it is time, one job at a time, in a process of its own, stopped and gone on with."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segue.listens.listen import Tally
from segue.listens.song import Song
from segue.serve.jobs import Job
from segue.serve.retuning import Retuning, Rule
from segue.serve.service import Service
from tests.recommend.worlds import checkerboard
from tests.serve.homes import a_home, settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "plays", "then", "is_due"),
    [
        (None, 199, 0, False),
        (None, 200, 0, True),
        (25, 1300, 1000, True),
        (25, 1049, 1000, False),
        (23, 1300, 1000, False),
        (25, 10_000, 9_700, False),
        (25, 10_600, 10_000, True),
    ],
)
def test_it_is_time_when_enough_is_new_and_the_last_time_is_long_ago(
    hours: float | None, plays: int, then: int, is_due: bool
) -> None:
    last = None if hours is None else NOW - timedelta(hours=hours)
    assert Rule().is_due(NOW, last, plays, then) is is_due


def ended(service: Service, job: str, *states: str) -> Job:
    for _ in range(12_000):
        told = service.jobs.show(job)
        if told.state in states:
            return told
        time.sleep(0.05)
    raise AssertionError(told)


@pytest.mark.slow
def test_a_tuning_is_asked_for_once_stopped_gone_on_with_and_served(tmp_path: Path) -> None:
    service = Service(settings(tmp_path))
    catalogue, heard = checkerboard(listeners=60, songs=20)
    service.store.add(
        Tally(f"listener {row}", catalogue.songs[song], 3) for row, own in enumerate(heard.sequences) for song in own
    )
    try:
        retuning = Retuning(service.jobs, service.store, Rule(size="tiny"))
        asked = retuning.look()
        assert asked is not None and retuning.look() is None
        while not service.jobs.show(asked.id).said:
            time.sleep(0.02)
        service.jobs.cancel(asked.id)
        assert ended(service, asked.id, "cancelled", "done").state == "cancelled"
        service.jobs.resume(asked.id)
        told = ended(service, asked.id, "done", "failed")
        assert told.state == "done" and told.result is not None, told
        served = service.registry.served("recommend")
        assert served is not None and served.id == told.result["run"] and told.result["is_served"]
        assert retuning.look() is None
        assert service.tastes.of("listener 1", service.store.version()).heard > 0
    finally:
        service.jobs.close()


def test_too_few_plays_ask_for_nothing(tmp_path: Path) -> None:
    service = Service(settings(a_home(tmp_path)))
    try:
        assert service.retuning.look() is None
        service.store.add([Tally("ann", Song(f"New {n}"), 1) for n in range(200)])
        assert service.retuning.look() is not None
        assert service.retuning.look() is None
    finally:
        service.jobs.close()
