"""What `make demo` ends with: the page's address is told, and a browser is shown it where there is a screen."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.serve.homes import a_home

SERVE = "import sys; from pathlib import Path; from segue.cli.serve import serve_home"
SERVE += "; serve_home(Path(sys.argv[1]), opens=True)"
BROWSER = """
import os, sys, time, urllib.request
address, seen = sys.argv[1], {seen!r}
with urllib.request.urlopen(address) as answer:
    text = answer.read().decode()
with open(seen + ".part", "w") as file:
    file.write(address + "\\n" + text)
os.replace(seen + ".part", seen)
time.sleep({stays})
"""


def served(tmp_path: Path, screen: str) -> tuple[str, str]:
    """Serve a home with a browser of our own that stays open; return the address told, and what the browser saw."""
    home, seen, script = a_home(tmp_path / "home"), tmp_path / "seen", tmp_path / "browser.py"
    script.write_text(BROWSER.format(seen=str(seen), stays=60), encoding="utf-8")
    env = os.environ | {"BROWSER": f"{sys.executable} {script} %s", "DISPLAY": screen, "WAYLAND_DISPLAY": ""}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(home)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, text=True
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[-1]
        for _ in range(600 if screen else 20):
            if seen.is_file():
                break
            time.sleep(0.1)
        return address, seen.read_text(encoding="utf-8") if seen.is_file() else ""
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="these have a screen without saying so")
def test_the_address_is_told_and_a_browser_sees_the_page_where_there_is_a_screen(tmp_path: Path) -> None:
    address, seen = served(tmp_path, ":99")
    assert address.startswith("http://127.0.0.1:")
    told, _, text = seen.partition("\n")
    assert told == address
    assert "<title>Segue</title>" in text or "The page was not built" in text


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="these have a screen without saying so")
def test_no_browser_is_called_without_a_screen_and_another_port_is_taken_where_one_is_in_use(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # where somebody else holds it, all the better
            held.bind(("127.0.0.1", 8377))
            held.listen()
        address, seen = served(tmp_path, "")
    assert address.startswith("http://127.0.0.1:") and not address.endswith(":8377/")
    assert seen == ""
