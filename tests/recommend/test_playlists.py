"""Playlists are read back as they were meant."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import orjson
import pytest

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend.playlists import NAMESPACE, Entry, write_playlist

ENTRIES = [
    Entry(
        Song(
            "Nina Simone", "Sinnerman", "Pastel Blues", duration=622.4, ids={"mbid": "abc", "path": "/music/a b&c.mp3"}
        ),
        "because you like <John> & “Paul”",
    ),
    Entry(Song("Björk", 'Jóga\n"live" 🎹', ids={"spotify": "spotify:track:1"})),
    Entry(Song("#1 Artist\x07")),
]


def test_m3u8(tmp_path: Path) -> None:
    write_playlist(tmp_path / "a.m3u8", "For ann", ENTRIES)
    assert (tmp_path / "a.m3u8").read_text(encoding="utf-8").splitlines() == [
        "#EXTM3U",
        "#PLAYLIST:For ann",
        "#EXTINF:622,Nina Simone - Sinnerman",
        "file:///music/a%20b%26c.mp3",
        '#EXTINF:-1,Björk - Jóga "live" 🎹',
        "spotify:track:1",
        "#EXTINF:-1,#1 Artist\x07",
        "1 Artist\x07",
    ]


def test_xspf(tmp_path: Path) -> None:
    write_playlist(tmp_path / "a.XSPF", "For <ann>", ENTRIES)
    root = ET.parse(tmp_path / "a.XSPF").getroot()
    space = f"{{{NAMESPACE}}}"
    assert (root.tag, root.get("version"), root.findtext(f"{space}title")) == (f"{space}playlist", "1", "For <ann>")
    tracks = root.findall(f"{space}trackList/{space}track")
    first = {child.tag.removeprefix(space): child.text for child in tracks[0]}
    assert first == {
        "location": "file:///music/a%20b%26c.mp3",
        "identifier": "https://musicbrainz.org/recording/abc",
        "title": "Sinnerman",
        "creator": "Nina Simone",
        "annotation": "because you like <John> & “Paul”",
        "album": "Pastel Blues",
        "duration": "622400",
    }
    assert tracks[1].findtext(f"{space}title") == 'Jóga\n"live" 🎹'
    assert [child.tag for child in tracks[2]] == [f"{space}creator"]


def test_jspf(tmp_path: Path) -> None:
    write_playlist(tmp_path / "a.jspf", "For ann", ENTRIES)
    made = orjson.loads((tmp_path / "a.jspf").read_bytes())["playlist"]
    assert made["title"] == "For ann"
    assert made["track"][0]["location"] == ["file:///music/a%20b%26c.mp3"]
    assert made["track"][0]["duration"] == 622400
    assert made["track"][1] == {"location": ["spotify:track:1"], "title": 'Jóga\n"live" 🎹', "creator": "Björk"}


def test_another_suffix_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in one of .m3u8, .m3u, .xspf, .jspf \(did you mean \"\.xspf\"\?\)"):
        write_playlist(tmp_path / "a.xpf", "", [])
