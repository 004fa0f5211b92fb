"""A reader takes so much and no more: bytes of files, bytes out of archives, counted while they come."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from segue.errors import FormatError, InputError
from segue.formats import limits
from segue.formats.limits import Archive, check_size, read_bytes


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def test_a_file_has_a_size() -> None:
    check_size(b"x" * 10, most=10)
    with pytest.raises(FormatError, match=r"^a\.abc, byte 0: the file is empty"):
        check_size(b"", file="a.abc")
    with pytest.raises(FormatError, match=r"byte 10: 11 bytes; at most 10 are read"):
        check_size(b"x" * 11, most=10)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "tune.abc"
    path.write_bytes(b"X:1\n")
    assert read_bytes(path) == b"X:1\n"
    with pytest.raises(FormatError, match="more than 3 bytes, the most that is read"):
        read_bytes(path, most=3)
    with pytest.raises(InputError, match=r"none\.abc cannot be read: No such file"):
        read_bytes(tmp_path / "none.abc")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_bytes(tmp_path)


def test_an_archive_gives_its_files() -> None:
    archive = Archive(zipped(a_xml=b"<a/>", b_xml=b"<b/>"))
    assert archive.names == ("a.xml", "b.xml")
    assert archive.read("b.xml") == b"<b/>"
    with pytest.raises(FormatError, match=r"no 'c\.xml' in the archive"):
        archive.read("c.xml")


def test_a_bomb_stops_while_it_unpacks() -> None:
    bomb = zipped(a_xml=bytes(30_000_000))
    assert len(bomb) < 50_000
    with pytest.raises(FormatError, match=r"'a\.xml' unpacks to more than [0-9,]+ bytes from an archive of [0-9,]+"):
        Archive(bomb).read("a.xml")


def test_members_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNZIPPED", 250_000)
    archive = Archive(zipped(a_xml=bytes(200_000), b_xml=bytes(200_000)))
    archive.read("a.xml")
    with pytest.raises(FormatError, match=r"'b\.xml' unpacks to more than 250,000 bytes"):
        archive.read("b.xml")


def test_small_repetitive_files_may_pack_well() -> None:
    assert Archive(zipped(a_xml=b"<note/>" * 100_000)).read("a.xml") == b"<note/>" * 100_000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no zip archive that can be read"),
        (b"PK\3\4" + bytes(50), "no zip archive that can be read"),
        (zipped(a_xml=b"<a/>")[:-30], "no zip archive that can be read"),
        (zipped(**{f"f{number}": b"" for number in range(1_001)}), "1,001 files in one archive; at most 1,000"),
    ],
    ids=["nothing", "a torn head", "a torn tail", "a thousand and one files"],
)
def test_what_is_no_archive_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        Archive(data, file="song.mxl")


def test_a_damaged_member_is_named() -> None:
    whole = bytearray(zipped(a_xml=bytes(range(256)) * 40))
    at = whole.index(b"a.xml") + 20
    whole[at : at + 40] = bytes(40)
    with pytest.raises(FormatError, match=r"'a\.xml' is damaged"):
        Archive(bytes(whole)).read("a.xml")


def test_an_encrypted_member_is_refused() -> None:
    data = zipped(a_xml=b"<a/>")
    marked = data.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0").replace(
        b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0"
    )
    with pytest.raises(FormatError, match=r"'a\.xml' is encrypted"):
        Archive(marked).read("a.xml")


def test_a_member_without_a_name_is_passed_over() -> None:
    data = zipped(a_xml=b"text")
    assert Archive(data.replace(b"a.xml", b"\0.xml")).names == ()
