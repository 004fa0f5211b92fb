"""How many listens a second go from an export into the store: `listens.import_per_s`.

A Spotify extended history of 200,000 plays of 5,000 songs, made from a seed (no real listener is in it), lies zipped on
disk as Spotify packs it; the clock runs from the call of `import_file` on a fresh SQLite store to its report.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from benchmarks.result import Result, sha256_of, write
from segue.listens.importing import import_file
from segue.listens.sql import open_store

LISTENS, SONGS, PER_FILE = 200_000, 5_000, 16_000
SEEDS = (0, 1, 2)
BAR = 15_000
WORDS = (
    *("night", "river", "glass", "slow", "golden", "paper", "winter", "signal"),
    *("harbour", "echo", "velvet", "sister", "northern", "static", "garden"),
)


def play(draw: random.Random, song: int, end: datetime) -> dict[str, object]:
    """One play with the fields and the usual values of a real export."""
    ms_played = draw.choice((draw.randint(500, 29_000), draw.randint(150_000, 320_000)))
    is_skipped = ms_played < 30_000
    name = f"{WORDS[song % 15]} {WORDS[song // 15 % 15]} {song}".title()
    return {
        "ts": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "platform": "Android OS 11 API 30 (a, phone)",
        "ms_played": ms_played,
        "conn_country": "XX",
        "ip_addr": "192.0.2.1",
        "master_metadata_track_name": name,
        "master_metadata_album_artist_name": f"The {WORDS[song % 7]} {song % 900}".title(),
        "master_metadata_album_album_name": f"{WORDS[song % 11]} {song % 1700}".title(),
        "spotify_track_uri": f"spotify:track:{song:022d}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": "trackdone",
        "reason_end": "fwdbtn" if is_skipped else "trackdone",
        "shuffle": True,
        "skipped": is_skipped,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
    }


def make_export(path: Path, seed: int, listens: int = LISTENS) -> None:
    """Write a zip of Streaming_History_Audio_*.json; songs are as unequally liked as real ones (Zipf)."""
    draw = random.Random(seed)
    weights = [1 / (rank + 5) for rank in range(SONGS)]
    songs = draw.choices(range(SONGS), weights, k=listens)
    end, plays = datetime(2016, 1, 1, tzinfo=UTC), []
    for song in songs:
        end += timedelta(seconds=draw.randint(5, 2400))
        plays.append(play(draw, song, end))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, start in enumerate(range(0, listens, PER_FILE)):
            text = orjson.dumps(plays[start : start + PER_FILE], option=orjson.OPT_INDENT_2)
            name = f"Spotify Extended Streaming History/Streaming_History_Audio_{number}.json"
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)  # no clock in it: same seed, same bytes


def run_once(folder: Path, export: Path, run_number: int) -> float:
    """Import into a fresh store; return listens per second."""
    with open_store(folder / f"store{run_number}.db") as store:
        began = time.perf_counter()
        report = import_file(store, export, "ann")
        return report.new / (time.perf_counter() - began)


def run() -> list[Result]:
    """Median of one run per seed, with the standard error of their mean."""
    rates: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            export = Path(folder, f"export{seed}.zip")
            make_export(export, seed)
            rates.append(run_once(Path(folder), export, seed))
        data = sha256_of(sorted(Path(folder).glob("export*.zip")))
    result = Result(
        id="listens.import_per_s",
        value=round(statistics.median(rates), 1),
        error=round(statistics.stdev(rates) / len(rates) ** 0.5, 1),
        unit="listens/s",
        better="higher",
        bar=BAR,
        seeds=SEEDS,
        n=LISTENS,
        command="python -m benchmarks.listens",
        recipe={"source": "spotify", "listens": LISTENS, "songs": SONGS, "store": "sqlite", "files": "zip"},
        data_sha256=data,
    )
    return [result]


if __name__ == "__main__":
    results = run()
    write("listens", results)
    print(f"{results[0].id}: {results[0].value:,.0f} ± {results[0].error:,.0f} {results[0].unit} (bar {BAR:,})")
