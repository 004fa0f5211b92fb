"""A genre is written without touching the sound or other tags, and undone to the last byte."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TIT2, TPE1, TYER

from segue.errors import ConflictError, FormatError, InputError, NotFoundError
from segue.formats.audio import decode
from segue.formats.audio_tags import read_genres, write_genre
from segue.formats.delta import delta, made_of
from segue.formats.tag_changes import Change, ChangeLog, digest_of, put_back, read_changes

KINDS = ("mp3", "flac", "ogg", "opus", "wav", "aiff", "m4a")
SOUND = (0.3 * np.sin(2 * np.pi * 220 * np.arange(2 * 48_000) / 48_000)).astype(np.float32)
LONG = bytes(random.Random(1).randbytes(300_000))  # a picture


def made(folder: Path, kind: str, name: str = "song") -> Path:
    """Two seconds of a tone, with an artist, a title and a picture where the kind has one."""
    path = folder / f"{name}.{kind}"
    if kind == "m4a":
        av = pytest.importorskip("av")
        with av.open(str(path), "w") as box:
            stream = box.add_stream("aac", rate=48_000, layout="mono")
            frame = av.AudioFrame.from_ndarray(SOUND[None], format="fltp", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = 48_000, Fraction(1, 48_000), 0
            for packet in (*stream.encode(frame), *stream.encode(None)):
                box.mux(packet)
    else:
        form = {"opus": ("OGG", "OPUS"), "ogg": ("OGG", "VORBIS"), "mp3": ("MP3", None)}.get(kind, (kind.upper(), None))
        soundfile.write(path, SOUND, 48_000, format=form[0], subtype=form[1])
    file = mutagen.File(path, easy=kind != "m4a")
    if file.tags is None:
        file.add_tags()
    if kind == "m4a":
        file["\xa9ART"], file["\xa9nam"] = ["Björk"], ["Jóga"]
    elif kind in ("wav", "aiff"):
        for frame in (TPE1(text="Björk"), TIT2(text="Jóga"), APIC(mime="image/png", data=LONG)):
            file.tags.add(frame)
    else:
        file["artist"], file["title"] = "Björk", "Jóga"
    file.save()
    return path


def nowhere(_: Change) -> None:
    """A log that keeps nothing."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_genre_is_written_and_undone_to_the_last_byte(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18 + 7))
    before, sound = path.read_bytes(), decode(path)
    with ChangeLog(tmp_path / "undo" / "log.jsonl") as log:
        change = write_genre(path, "jazz", log.add)
        assert change is not None and log.count == 1
        assert write_genre(path, "rock", log.add) is None and log.count == 1  # it has one
    assert read_genres(path) == ("jazz",)
    told = mutagen.File(path, easy=True)
    if kind not in ("wav", "aiff"):
        assert (told["artist"], told["title"]) == (["Björk"], ["Jóga"])
    after = decode(path)
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(sound.stretches, after.stretches, strict=True))
    assert path.stat().st_mode & 0o777 == 0o640 and path.stat().st_mtime_ns > 10**18 + 7
    assert hashlib.sha256(path.read_bytes()).hexdigest() == change.after != change.before
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]  # nothing else is left
    (kept,) = read_changes(tmp_path / "undo" / "log.jsonl")
    assert kept == change
    assert put_back(kept)
    assert path.read_bytes() == before and path.stat().st_mtime_ns == 10**18 + 7
    assert not put_back(kept)


def test_replacing_keeps_the_old_genre_in_the_log(tmp_path: Path) -> None:
    path = made(tmp_path, "flac")
    file = FLAC(path)
    file["genre"] = ["Art Pop", "Electronic"]
    file.save()
    before = path.read_bytes()
    assert write_genre(path, "jazz", nowhere) is None and path.read_bytes() == before
    change = write_genre(path, "jazz", nowhere, is_replacing=True)
    assert change is not None and change.old == ("Art Pop", "Electronic") and read_genres(path) == ("jazz",)
    assert write_genre(path, "jazz", nowhere, is_replacing=True) is None
    assert put_back(change) and path.read_bytes() == before


def test_tags_in_id3v2_3_stay_so_and_keep_their_frames(tmp_path: Path) -> None:
    path = made(tmp_path, "mp3")
    ID3(path).delete(path)
    tags = ID3()
    for frame in (TPE1(encoding=1, text="Björk"), TALB(encoding=1, text="Post"), TYER(text="1995")):
        tags.add(frame)
    tags.add(APIC(mime="image/png", data=LONG))
    tags.save(path, v2_version=3)
    change = write_genre(path, "hip-hop", nowhere)
    again = ID3(path, translate=False)
    assert again.version == (2, 3, 0) and again["TYER"].text == ["1995"] and again["APIC:"].data == LONG
    assert change is not None and sum(len(one) for one in change.back if isinstance(one, bytes)) < 2_000


def test_a_genre_in_an_apev2_tag_of_an_mp3_counts(tmp_path: Path) -> None:
    path = made(tmp_path, "mp3")
    tags = APEv2()
    tags["Genre"] = "Jazz"
    tags.save(path)
    assert write_genre(path, "rock", nowhere) is None and read_genres(path) == ("Jazz",)


def test_a_wrong_suffix_does_not_matter_and_a_link_stays_a_link(tmp_path: Path) -> None:
    path = made(tmp_path, "mp3").rename(tmp_path / "song.wav")
    link = tmp_path / "link.wav"
    link.symlink_to(path)
    assert write_genre(link, "jazz", nowhere) is not None
    assert link.is_symlink() and read_genres(path) == ("jazz",)


def test_pictures_of_flac_stay(tmp_path: Path) -> None:
    path = made(tmp_path, "flac")
    file, picture = FLAC(path), Picture()
    picture.data, picture.mime = LONG, "image/png"
    file.add_picture(picture)
    file.save()
    write_genre(path, "jazz", nowhere)
    assert FLAC(path).pictures[0].data == LONG


def test_a_file_that_changes_meanwhile_is_left(tmp_path: Path) -> None:
    path = made(tmp_path, "flac")
    content = path.read_bytes()

    def touch() -> None:
        while not list(tmp_path.glob(".segue-*")):
            time.sleep(0.001)
        os.utime(path, ns=(1, 1))

    other = threading.Thread(target=touch)
    other.start()
    with pytest.raises(ConflictError, match=r"song\.flac was changed by another program"):
        write_genre(path, "jazz", nowhere)
    other.join()
    assert path.read_bytes() == content and list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_down_is_not_done(tmp_path: Path) -> None:
    path = made(tmp_path, "flac")
    before = path.read_bytes()
    (tmp_path / "log.jsonl").write_text("")
    with (
        ChangeLog(tmp_path / "log.jsonl") as log,
        pytest.raises(InputError, match=r"changes cannot be written down in .*log\.jsonl: File exists"),
    ):
        write_genre(path, "jazz", log.add)
    assert path.read_bytes() == before


def test_files_that_are_no_recordings_are_named_and_left(tmp_path: Path) -> None:
    for name, content in (("a.mp3", b"not sound" * 500), ("b.flac", b"fLaC" + b"\xff" * 300), ("c.txt", b"x")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FormatError, match=name):
            write_genre(path, "jazz", nowhere)
        assert path.read_bytes() == content
    with pytest.raises(InputError, match="an empty genre"):
        write_genre(tmp_path / "a.mp3", " ", nowhere)


def test_what_was_changed_since_or_is_gone_is_not_undone(tmp_path: Path) -> None:
    path = made(tmp_path, "flac")
    change = write_genre(path, "jazz", nowhere)
    assert change is not None
    file = FLAC(path)
    file["title"] = "Other"
    file.save()
    after = path.read_bytes()
    with pytest.raises(ConflictError, match=r"song\.flac was changed since"):
        put_back(change)
    assert path.read_bytes() == after
    path.unlink()
    with pytest.raises(NotFoundError, match="is not there any more"):
        put_back(change)


def test_a_log_cut_short_is_read_up_to_there_and_a_broken_one_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    path = tmp_path / b"so\xffng.flac".decode("utf-8", "surrogateescape")
    soundfile.write(str(tmp_path / "s.flac"), SOUND, 48_000)
    (tmp_path / "s.flac").rename(path)
    with ChangeLog(log) as changes:
        write_genre(path, "jazz", changes.add)
    whole = log.read_text()
    log.write_text(whole + whole[:50])
    (kept,) = read_changes(log)
    assert put_back(kept)
    for broken in ("{}\n", "[1]\n", whole.replace('"back": [', '"back": [["a"], '), "x\n"):
        log.write_text(whole + broken)
        with pytest.raises(FormatError, match=r"log\.jsonl, line 2: not a change of tags"):
            read_changes(log)
    with pytest.raises(InputError, match=r"none\.jsonl cannot be read"):
        read_changes(tmp_path / "none.jsonl")


def test_a_log_that_lies_about_the_bytes_harms_nothing(tmp_path: Path) -> None:
    path = made(tmp_path, "flac")
    change = write_genre(path, "jazz", nowhere)
    assert change is not None
    after = path.read_bytes()
    lie = Change(change.path, change.before, change.after, (), "jazz", 0, (b"other",))
    with pytest.raises(ConflictError, match="does not give its old bytes"):
        put_back(lie)
    with pytest.raises(InputError, match="a piece of 5 bytes"):
        put_back(Change(change.path, change.before, change.after, (), "jazz", 0, ((10**9, 5),)))
    assert path.read_bytes() == after and list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_a_killed_writer_leaves_every_file_as_it_was_or_written_down(tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    before = {path: path.read_bytes() for path in (made(music, "flac", f"song {number}") for number in range(12))}
    code = (
        "import sys; from pathlib import Path\n"
        "from segue.formats.audio_tags import write_genre\n"
        "from segue.formats.tag_changes import ChangeLog\n"
        "with ChangeLog(Path(sys.argv[2])) as log:\n"
        "    for path in sorted(Path(sys.argv[1]).glob('*.flac')): write_genre(path, 'jazz', log.add)\n"
    )
    log, draw = tmp_path / "log.jsonl", random.Random(0)
    with subprocess.Popen([sys.executable, "-c", code, str(music), str(log)]) as writer:
        end = time.monotonic() + 120
        while not (log.exists() and log.read_text().count("\n") >= 2):
            assert writer.poll() is None and time.monotonic() < end
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.5))
        writer.kill()
    changes = {change.path: change for change in read_changes(log)}
    for path, content in before.items():
        assert path.read_bytes() == content or digest_of(path) == changes[str(path)].after
    assert 1 <= sum(path.read_bytes() != content for path, content in before.items()) < 12
    for change in changes.values():
        put_back(change)
    assert {path: path.read_bytes() for path in music.glob("*.flac")} == before
    assert all(path.suffix == ".part" for path in music.iterdir() if path not in before)


# ---- bytes of bytes


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600), st.lists(st.tuples(st.integers(0, 600), st.binary(max_size=300)), max_size=4))
def test_any_bytes_come_out_of_any_others(source: bytes, cuts: list[tuple[int, bytes]]) -> None:
    target = source
    for place, inserted in cuts:
        target = target[:place] + inserted + target[place + len(inserted) // 2 :]
    assert b"".join(made_of(source, delta(source, target))) == target
    assert b"".join(made_of(target, delta(target, source))) == source


def test_what_only_moved_is_not_kept_twice() -> None:
    draw = random.Random(0)
    first, second, tail = draw.randbytes(50_000), draw.randbytes(3_000_000), draw.randbytes(10_000)
    old = first + b"jazz" + second + bytes(2_000) + tail
    new = first[:300] + second + first[300:] + bytes(1_500) + tail
    for source, target in ((old, new), (new, old), (first + second, first + b"x" * 90 + second)):
        pieces = delta(source, target)
        assert b"".join(made_of(source, pieces)) == target
    kept = delta(first + second, first + b"x" * 90 + second)
    assert sum(len(one) for one in kept if isinstance(one, bytes)) < 300
