"""Segue for assistants: the official client calls the tools of a real process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.serve.homes import a_home
from tests.serve.test_compose import TUNE

_CALL = "from segue.cli import main; main()"


def asked(home: Path, calls: list[tuple[str, dict[str, Any]]]) -> tuple[list[Any], list[Any]]:
    """The tools there are, and what calls come to."""
    env = {name: value for name, value in os.environ.items() if name != "SEGUE_STORE"} | {"SEGUE_HOME": str(home)}
    place = StdioServerParameters(command=sys.executable, args=["-c", _CALL, "mcp"], env=env)

    async def ask() -> tuple[list[Any], list[Any]]:
        async with Client(place) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, values) for name, values in calls]

    return anyio.run(ask)


def test_an_assistant_asks_for_songs_chords_and_styles(tmp_path: Path) -> None:
    tools, answers = asked(
        a_home(tmp_path),
        [
            ("recommend_songs", {"listener": "ann", "n": 3}),
            ("give_verdict", {"listener": "ann", "artist": "Artist 2", "verdict": "dislike"}),
            ("give_verdict", {"listener": "ann", "artist": "Artist 2", "verdict": "none"}),
            ("harmonize", {"abc": TUNE, "n": 1}),
            ("recognize_style", {"abc": TUNE}),
            ("explain_song", {"listener": "nobody", "song": "Artist 1"}),
            ("recognize_style", {"path": "/etc/passwd"}),
        ],
    )
    assert len(tools) == 12 and all(tool.description and tool.input_schema for tool in tools)
    songs, verdict, unsaid, chords, style, unknown, outside = answers
    found = songs.structured_content["result"]
    assert len(found) == 3 and found[0]["because"].startswith("Because you like")
    assert verdict.structured_content == {"new": 1, "known": 0}
    assert unsaid.structured_content == {"taken_back": 1}
    assert '"' in chords.structured_content["result"][0]["abc"]
    assert style.structured_content["kind"] == "score"
    assert unknown.is_error and outside.is_error
