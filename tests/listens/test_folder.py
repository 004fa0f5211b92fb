"""A folder of audio files becomes songs; what cannot be read is named."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from mutagen.easyid3 import EasyID3
from mutagen.id3 import TIT2, TPE1, TSRC
from mutagen.wave import WAVE

from segue.errors import InputError
from segue.listens.folder import BATCH, read_song, scan_folder
from segue.listens.song import Song
from segue.listens.sources.items import Broken
from segue.listens.sql import SqlStore

FRAME = b"\xff\xfb\x90\x00" + b"\0" * 413  # one silent MPEG-1 layer 3 frame: 128 kbit/s, 44.1 kHz, 26 ms


def mp3(path: Path, **tags: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(FRAME * 40)
    written = EasyID3()
    for name, value in tags.items():
        written[name] = value
    written.save(path)
    return path


def test_tags_become_a_song(tmp_path: Path) -> None:
    tags = {
        "artist": "Björk",
        "title": "Jóga",
        "album": "Homogenic",
        "date": "1997-09-22",
        "genre": "Art Pop; Electronic",
    }
    path = mp3(tmp_path / "a.MP3", **tags, isrc="GBAAF9700001", musicbrainz_trackid="m")
    ids = {"isrc": "GBAAF9700001", "mbid": "m", "path": str(path)}
    assert read_song(path) == Song("Björk", "Jóga", "Homogenic", 1997, ("art pop", "electronic"), 1.042, ids)


def test_a_wav_with_id3_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 16_000)
    file = WAVE(path)
    file.add_tags()
    for frame in (TPE1(text="Björk"), TIT2(text="Jóga"), TSRC(text="X")):
        file.tags.add(frame)
    file.save()
    assert read_song(path) == Song("Björk", "Jóga", duration=2.0, ids={"isrc": "X", "path": str(path)})


def test_a_folder_is_scanned_with_what_is_wrong_in_it(light: SqlStore, tmp_path: Path) -> None:
    music = tmp_path / "music"
    mp3(music / "1" / "a.mp3", artist="Björk", title="Jóga")
    mp3(music / "1" / "copy.mp3", artist="BJÖRK", title="JÓGA", album="Homogenic")
    mp3(music / "2" / "b.mp3", title="nobody's")
    (music / "2" / "c.flac").write_bytes(b"not flac at all" * 100)
    (music / "2" / "d.ogg").write_bytes(b"")
    (music / "2" / "e.m4a").write_bytes(b"\0\0\0\x18ftypM4A " + b"\xff" * 3000)
    (music / "2" / "cover.jpg").write_bytes(b"\xff\xd8")
    (music / "2" / "loop").symlink_to(music)
    (music / "gone.mp3").symlink_to(tmp_path / "missing.mp3")
    seen: list[int] = []
    report = scan_folder(light, music, seen.append)
    assert (report.files, report.new, report.known, report.unreadable, report.is_whole) == (6, 1, 1, 4, True)
    assert [Path(broken.place).name for broken in report.places] == ["b.mp3", "c.flac", "d.ogg", "e.m4a"]
    assert report.places[0].message == "has no tag that names the artist"
    assert seen == [1, 2, 3, 4, 5, 6]
    assert [song.album for _, song in light.songs()] == ["Homogenic"]
    assert scan_folder(light, music).new == 0


def test_ctrl_c_keeps_what_is_done(light: SqlStore, tmp_path: Path) -> None:
    for number in range(BATCH + 20):
        mp3(tmp_path / f"{number:04d}.mp3", artist="A", title=str(number))

    def stop(count: int) -> None:
        if count == BATCH + 10:
            raise KeyboardInterrupt

    report = scan_folder(light, tmp_path, stop)
    assert (report.files, report.new, report.is_whole) == (BATCH + 10, BATCH + 10, False)
    assert light.counts().songs == BATCH + 10


def test_a_file_name_of_any_bytes_is_named(tmp_path: Path) -> None:
    path = tmp_path / b"bad\xff.mp3".decode("utf-8", "surrogateescape")
    mp3(path, artist="A", title="b")
    song = read_song(path)
    assert isinstance(song, Song) and "path" not in song.ids
    path.write_bytes(b"")
    broken = read_song(path)
    assert isinstance(broken, Broken) and broken.place.endswith("bad\\udcff.mp3")


def test_what_is_no_folder_is_said(light: SqlStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        scan_folder(light, tmp_path / "missing")
