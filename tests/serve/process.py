"""A real server: a process of its own on a free port of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

_CALL = "from segue.cli import main; main()"


@dataclass
class Running:
    """A server under way: its address and process, and a client of it that carries the admin key."""

    address: str
    secret: str
    process: subprocess.Popen[bytes]

    @property
    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """End it as an administrator would."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def running(home: Path, *words: str, secret: str = "") -> Iterator[Running]:
    """Start a server on a home, and end it."""
    env = os.environ | {"SEGUE_HOME": str(home)}
    env.pop("SEGUE_STORE", None)
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _CALL, "serve", "--port", "0", "--json", *words],
            stdout=subprocess.PIPE,
            stderr=log,
            env=env,
        )
    try:
        assert process.stdout is not None
        lines = b""
        while not lines.endswith(b"}\n"):
            line = process.stdout.readline()
            assert line, (home / "server.log").read_text(encoding="utf-8")
            lines += line
        told = orjson.loads(lines)
        yield Running(told["address"], told["admin_key"] or secret, process)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()  # type: ignore[union-attr]
