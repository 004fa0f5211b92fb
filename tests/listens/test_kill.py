"""An acknowledged write survives the death of its writer."""

from __future__ import annotations

import multiprocessing
import random
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from segue.listens.listen import Feedback, Listen
from segue.listens.song import Song
from segue.listens.sql import open_store

KILLS = 100
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def write_on(path: str, first: int, acknowledge: Connection) -> None:
    """Write listens and thumbs one by one, each with its number as the title, and tell each number once it is kept."""
    store = open_store(path)
    number = first
    while True:
        song, at = Song("A", str(number)), NOON + timedelta(seconds=number)
        store.add([Listen("ann", song, at), Feedback("ann", song, "like", at)])
        acknowledge.send(number)
        number += 1


def test_no_acknowledged_write_is_lost_to_a_hundred_kills(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")  # one process loads the libraries, the writers are its forks
    context.set_forkserver_preload(["segue.listens.sql"])
    path, draw, told = str(tmp_path / "killed.db"), random.Random(0), set[int]()
    for kill in range(KILLS):
        here, there = context.Pipe(duplex=False)
        writer = context.Process(target=write_on, args=(path, kill * 1_000_000, there))
        writer.start()
        there.close()
        assert here.poll(30), "the writer never wrote"
        time.sleep(draw.uniform(0, 0.02))
        writer.kill()
        writer.join()
        try:
            while True:
                told.add(here.recv())
        except EOFError:
            here.close()
    with open_store(path) as store:
        listens = {int(listen.song.title) for listen in store.listens("ann")}
        thumbs = {int(said.song.title) for said in store.feedback("ann")}
    assert len(told) >= KILLS
    assert told <= listens
    assert listens == thumbs  # one transaction: both rows or none
    assert len(listens - told) <= KILLS  # at most the one that was kept and not yet told
