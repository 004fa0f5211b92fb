"""How fast the server is, and how large: `serve.*` and `page.*`, one process, clients on the same machine.

On the 4,000 best known artists of HetRec Last.FM, its listeners in the store, every part of the recommender weighted:

- `serve.recommend_p50_ms`, `_p99_ms`: lists of 20 with all their reasons, each listener asked for in turn by one
  client, when the list was rendered before and nothing moved since; `_first_p50_ms`, `_first_p99_ms`: the first time.
- `serve.recommend_rps`: rendered lists a second to 8 clients.
- `serve.scrobbles_per_s`: listens sent one by one by 8 clients, each counted when it is acknowledged, that is, durable.
- `serve.start_s`: from starting the process to the first answer. `serve.memory_mb`: resident, with every model loaded:
  recommender, score model, harmony, phrases, both writers of words, styles of scores, chords and words.
- `serve.erase_s`: until a listener is erased and the receipt given, with as many tuned runs as a server keeps, all of
  which met them.
- `page.first_score_s`: from asking for the page to a score on the screen of a real browser; `page.gzip_kb`: all files.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import numpy as np
import orjson
from safetensors.numpy import save_file

from benchmarks.recommend import SMALL, best_known, fitted, head, population
from benchmarks.result import Result, data_dir, sha256_of, write
from segue.errors import UnavailableError
from segue.listens.listen import Tally
from segue.listens.sql import open_store
from segue.recommend.recommender import Recommender
from segue.recommend.saving import save
from segue.recommend.seen import FILE, pair_hashes
from segue.serve.page import FOLDER
from segue.tune.recipe import Recipe
from segue.tune.registry import Registry
from segue.tune.run import Run

CLIENTS, SECONDS, STARTS, DRAWN, ASKED = 8, 10.0, 3, 5, 501
RUNS = 5  # that a server keeps whole
BARS = {
    "recommend_p50_ms": 5.0, "recommend_p99_ms": 15.0, "recommend_rps": 1_000.0, "scrobbles_per_s": 500.0,
    "start_s": 3.0, "memory_mb": 1_200.0, "first_score_s": 1.0, "gzip_kb": 300.0,
    "erase_s": 60.0,
}  # fmt: skip
_CALL = "from segue.cli import main; main()"
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


class Line:
    """One connection that is kept open: requests as bytes, answers read whole; so that the client costs little."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = b""

    def ask(self, method: str, path: str, body: bytes = b"") -> int:
        """Send a request and return the status of its answer, which has a length."""
        about = f"Host: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{about}\r\n\r\n".encode() + body)
        while b"\r\n\r\n" not in self.held:
            self.held += self.socket.recv(1 << 16)
        told, _, rest = self.held.partition(b"\r\n\r\n")
        length = int(told.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(rest) < length:
            rest += self.socket.recv(1 << 20)
        self.held = rest[length:]
        return int(told[9:12])


def make_home(folder: Path) -> list[str]:
    """A home with HetRec's listeners and a recommender of 4,000 artists that is served; returns the listeners."""
    whole = population()
    catalogue, interactions = best_known(whole, SMALL)
    parts = fitted(catalogue, interactions)
    with open_store(folder / "segue.db") as store:
        store.add_songs(catalogue)
        store.add(
            Tally(name, catalogue.songs[song], 5)
            for name, own in zip(whole.heard.listeners, interactions.sequences, strict=True)
            for song in own.tolist()
        )
    run = Run("served", "recommend", Recipe(), "auc", "0" * 64, {"auc": 0.5}, {"auc": 0.6})
    place = folder / "models" / "recommend" / run.id
    place.mkdir(parents=True)
    (place / "metrics.json").write_text(json.dumps(run.as_dict()), encoding="utf-8")
    save(Recommender(catalogue, parts, head(parts)), place / "recommender")
    pairs = zip(whole.heard.listeners, interactions.sequences, strict=True)
    seen = [pair_hashes(name, [catalogue.songs[song].key for song in own.tolist()]) for name, own in pairs]
    save_file({"seen": np.sort(np.concatenate(seen))}, place / FILE)
    for number in range(RUNS - 1):
        older = place.with_name(f"older-{number}")
        shutil.copytree(place, older)
        (older / "metrics.json").write_text(json.dumps(replace(run, id=older.name).as_dict()), encoding="utf-8")
    for name in ("older-0", run.id):
        Registry(folder / "models").promote(name, even_if_worse=True)
    return [name for name, own in zip(whole.heard.listeners, interactions.sequences, strict=True) if len(own)]


@contextmanager
def served(home: Path) -> Iterator[tuple[int, float, int]]:
    """A server on a home: its port, the seconds until it answered, its process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _CALL, "serve", "--port", str(port), "--json"],
        env=os.environ | {"SEGUE_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                Line(port).ask("GET", "/healthz")
                break
            except (ConnectionError, IndexError):
                if process.poll() is not None:
                    raise UnavailableError("the server did not start") from None
                time.sleep(0.01)
        yield port, time.perf_counter() - began, process.pid
    finally:
        process.terminate()
        process.wait()


def latencies(port: int, paths: Sequence[str]) -> list[float]:
    """Milliseconds of each request, one after the other."""
    line, taken = Line(port), []
    for path in paths:
        began = time.perf_counter()
        if line.ask("GET", path) != 200:
            raise UnavailableError(f"{path} was not answered")
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def rate(port: int, asked: Sequence[Sequence[tuple[str, str, bytes]]]) -> float:
    """Requests a second that are answered with success, to clients that ask at the same time for SECONDS."""
    counts, end = [0] * len(asked), time.perf_counter() + SECONDS

    def client(number: int) -> None:
        line = Line(port)
        for method, path, body in asked[number]:
            if line.ask(method, path, body) not in (200, 201):
                raise UnavailableError(f"{path} was not answered")
            counts[number] += 1
            if time.perf_counter() > end:
                return

    failed: list[BaseException] = []
    threading.excepthook = lambda told: failed.append(told.exc_value or UnavailableError("a client ended"))
    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(asked))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(counts) / (time.perf_counter() - began)


def plays(client: int) -> list[tuple[str, str, bytes]]:
    """Listens of one player, each another one."""
    found = []
    for number in range(20_000):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=200 * number)
        one = {"artist": f"Artist {number % 997}", "title": f"Song {number}", "at": at.isoformat()}
        body = orjson.dumps({"listener": f"player {client}", "listens": [one]})
        found.append(("POST", "/api/v1/listens", body))
    return found


def memory(port: int, pid: int) -> float:
    """Resident megabytes once every model was asked."""
    tune = "X:1\nM:4/4\nL:1/4\nK:G\nG A B c | d2 B2 | c A F D | G4 |\n"
    json_only = {"Accept": "application/json"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=300, headers=json_only) as client:
        for path, asked in (
            ("compose/harmony", {"music": tune, "n": 1}),
            ("compose/melody", {"music": tune.replace("G A B c", '"G"G A B c'), "n": 1}),
            ("compose/phrase", {"style": "reel", "n": 1}),
            ("compose/lyrics", {"form": "8 6 8 6 ABAB", "n": 1}),
            ("compose/lyrics", {"tune": "浣溪沙", "language": "zh", "n": 1}),
            ("music/originality", {"music": tune}),
        ):
            client.post(path, json=asked).raise_for_status()
        for file, text in (
            ("tune.abc", tune),
            ("song.cho", "{title: One}\n" + "[C]one [G]two [Am]three [F]four\n" * 8),
            ("words.txt", "春花秋月何时了，往事知多少。\n小楼昨夜又东风，故国不堪回首月明中。\n"),
        ):
            client.post("recognize", params={"file": file}, content=text.encode()).raise_for_status()
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def first_scores(port: int) -> list[float]:
    """Seconds from asking for the page until a score is drawn, in a browser that has nothing of it."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or not (FOLDER / "index.html").is_file():
        raise UnavailableError("no chromium here, or the page is not built: `make page`")
    taken = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=list(_FLAGS))
        for _ in range(DRAWN + 1):
            page = browser.new_context().new_page()
            began = time.perf_counter()
            page.goto(f"http://127.0.0.1:{port}/#compose", wait_until="commit")
            page.wait_for_selector(".sheet svg path", state="attached")
            taken.append(time.perf_counter() - began)
            page.context.close()
        browser.close()
    return taken[1:]  # the first one starts the browser's own processes


def run() -> list[Result]:
    """Measure all."""
    data = sha256_of([data_dir() / "hetrec2011-lastfm-2k"])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        names = make_home(home)
        starts = []
        for _ in range(STARTS - 1):
            with served(home) as (_, seconds, _):
                starts.append(seconds)
        with served(home) as (port, seconds, pid):
            starts.append(seconds)
            paths = [f"/api/v1/recommendations?listener={quote(name)}" for name in names[:ASKED]]
            latencies(port, paths[:1])  # loads the recommender
            first, again = latencies(port, paths[1:]), latencies(port, paths[1:])
            asked = [[("GET", path, b"") for path in paths[number::CLIENTS] * 10_000] for number in range(CLIENTS)]
            answered = rate(port, asked)
            kept = rate(port, [plays(number) for number in range(CLIENTS)])
            scores = first_scores(port)
            resident = memory(port, pid)
            began = time.perf_counter()
            if Line(port).ask("DELETE", f"/api/v1/me?listener={quote(names[-1])}") != 200:
                raise UnavailableError(f"{names[-1]} was not erased")
            erased = time.perf_counter() - began
    size = sum(len(gzip.compress(file.read_bytes())) for file in FOLDER.iterdir() if file.suffix != ".txt") / 1024
    figures = {
        "recommend_p50_ms": (float(np.quantile(again, 0.5)), "ms", len(again)),
        "recommend_p99_ms": (float(np.quantile(again, 0.99)), "ms", len(again)),
        "recommend_first_p50_ms": (float(np.quantile(first, 0.5)), "ms", len(first)),
        "recommend_first_p99_ms": (float(np.quantile(first, 0.99)), "ms", len(first)),
        "recommend_rps": (answered, "requests/s", CLIENTS),
        "scrobbles_per_s": (kept, "listens/s", CLIENTS),
        "start_s": (float(np.median(starts)), "s", len(starts)),
        "erase_s": (erased, "s", 1),
        "memory_mb": (resident, "MB", 1),
        "first_score_s": (float(np.median(scores)), "s", len(scores)),
        "gzip_kb": (size, "KB", 1),
    }
    return [_result(name, *told, data) for name, told in figures.items()]


def _result(name: str, value: float, unit: str, n: int, data: str) -> Result:
    place = "page" if name in ("first_score_s", "gzip_kb") else "serve"
    return Result(
        id=f"{place}.{name}",
        value=value,
        error=None,
        unit=unit,
        better="higher" if unit.endswith("/s") else "lower",
        bar=BARS.get(name),
        seeds=(0,),
        n=n,
        command="python -m benchmarks.serve",
        recipe={"songs": SMALL, "clients": CLIENTS, "cores": os.cpu_count()},
        data_sha256=data if place == "serve" else "",
    )


if __name__ == "__main__":
    write("serve", run())
