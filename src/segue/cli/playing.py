"""Find a player of the system and let it play a WAV file."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

PLAYERS: tuple[tuple[str, ...], ...] = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("mpv", "--no-video", "--really-quiet"),
)


def play(path: Path) -> str:
    """Play a file with the first player that can; return its name, or "" where none is there or none succeeds."""
    for command in PLAYERS:
        if shutil.which(command[0]) is None:
            continue
        done = subprocess.run([*command, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            return command[0]
    return ""
