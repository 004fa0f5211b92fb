"""Pictures of scores: what is in them, and what never is."""

from __future__ import annotations

import io
import re
from fractions import Fraction as F
from xml.etree import ElementTree

import pytest
from PIL import Image

from segue.errors import InputError
from segue.formats import abc, png, svg
from segue.formats.readable import is_performance, readable
from segue.music.chord import Chord
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo

SVG = "{http://www.w3.org/2000/svg}"


def tune(bars: int = 4, title: str = "Tune") -> Score:
    """A tune in quarters, with a chord and a syllable in each bar."""
    notes = Notes.of(Note(F(at), F(1), 60 + at % 12) for at in range(4 * bars))
    words = tuple(Sung(F(4 * bar), Syllable("la")) for bar in range(bars))
    chords = tuple(ChordAt(F(4 * bar), Chord.parse("Bb7b9" if bar % 2 else "F#m7")) for bar in range(bars))
    return Score((Part(notes, "Voice", words=words),), (Bar(),) * bars, chords, title=title, composer="Anon")


def drawn(score: Score) -> ElementTree.Element:
    return ElementTree.fromstring(svg.write(score))


def count(picture: ElementTree.Element, kind: str) -> int:
    return sum(kind in (group.get("class") or "").split() for group in picture.iter(f"{SVG}g"))


def texts(picture: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()).replace("\N{NO-BREAK SPACE}", " ") for text in picture.iter(f"{SVG}text")]


def test_a_picture_holds_the_notes_bars_chords_and_words() -> None:
    picture = drawn(tune())
    assert [count(picture, kind) for kind in ("note", "measure", "harm", "syl")] == [16, 4, 4, 4]
    assert {"Tune", "Anon", "F♯m7", "B♭7♭9"} <= set(texts(picture))


def test_the_same_score_gives_the_same_picture() -> None:
    assert svg.write(tune()) == svg.write(tune())


def test_music_signs_in_text_are_letters_of_text_fonts() -> None:
    score = tune().replace(bars=(Bar(Metre(6, 8)),) * 6, chords=(), tempos=(Tempo(F(0), 90.0),))
    text = svg.write(score).decode()
    assert "♩. = 60" in texts(ElementTree.fromstring(text))
    assert "Leipzig" not in text
    assert not re.search("[\ue000-\uf8ff]", text)


def test_names_are_text_and_never_markup() -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(1)">&lt;b&gt;'
    score = tune(title=evil).replace(composer=evil)
    part = score.parts[0]
    score = score.replace(parts=(Part(part.notes, evil, words=(Sung(F(0), Syllable(evil)),)),))
    picture = drawn(score)
    tags = {element.tag.removeprefix(SVG) for element in picture.iter()}
    assert tags.isdisjoint({"script", "img", "foreignObject", "a", "b", "image", "iframe"})
    assert not any(name.lower().startswith("on") for element in picture.iter() for name in element.attrib)


def test_a_long_score_is_one_tall_picture_or_many_pages() -> None:
    score = tune(400)
    assert count(drawn(score), "measure") == 400
    sheets = [ElementTree.fromstring(page) for page in svg.pages(score)]
    assert len(sheets) > 5
    assert sum(count(page, "measure") for page in sheets) == 400
    assert {svg.size_of(page.decode()) for page in svg.pages(tune())} == {(840.0, 1188.0)}


def test_a_png_is_black_on_white_and_twice_as_wide() -> None:
    width, height = svg.size_of(svg.write(tune()).decode())
    with Image.open(io.BytesIO(png.write(tune()))) as image:
        assert image.size == (round(2 * width), round(2 * height))
        shades = image.convert("L").histogram()
    assert shades[255] > 0.7 * sum(shades)
    assert shades[0] > 0.01 * sum(shades)


def test_a_png_of_what_is_no_svg_is_refused() -> None:
    with pytest.raises(InputError, match="without a width and height"):
        png.draw("<svg/>")
    with pytest.raises(InputError, match="cannot be drawn"):
        png.draw('<svg width="9px" height="9px" <')


# ---- performances


def played(*rows: tuple[int, int, int], program: int = 0, is_drums: bool = False) -> Part:
    """A part as it was played: start, length in ticks of which 480 are a quarter, pitch."""
    starts, lengths, pitches = zip(*sorted(rows), strict=True)
    return Part(Notes(480, starts, lengths, pitches, [80] * len(rows)), "Piano", program, is_drums)


def told(part: Part) -> list[tuple[F, F, int]]:
    return [(one.start, one.length, one.pitch) for one in part.notes]


def test_a_performance_is_known_by_its_times() -> None:
    assert is_performance([played((3, 443, 60), (487, 431, 62))])
    assert not is_performance([played((0, 480, 60), (480, 160, 62), (640, 160, 62))])
    assert not is_performance([played((0, 7, 36), (480, 11, 38), is_drums=True)])


def test_a_performance_is_drawn_as_it_would_be_written() -> None:
    score = Score((played((3, 443, 60), (487, 431, 62), (7, 1850, 36), (964, 401, 64)),), (Bar(),))
    right, left = readable(score).parts
    assert told(right) == [(F(0), F(1), 60), (F(1), F(1), 62), (F(2), F(3, 4), 64)]
    assert told(left) == [(F(0), F(15, 4), 36)]
    assert [right.name, left.name] == ["Piano RH", "Piano LH"]


def test_what_was_written_stays_as_it_is() -> None:
    assert readable(tune()) == tune()


def test_drums_last_until_the_next_stroke() -> None:
    score = Score((played((0, 30, 36), (240, 30, 42), (480, 30, 38), is_drums=True),), (Bar(),))
    assert told(readable(score).parts[0]) == [(F(0), F(1, 2), 36), (F(1, 2), F(1, 2), 42), (F(1), F(1, 16), 38)]


def test_scores_are_engraved_in_any_thread() -> None:
    from concurrent.futures import ThreadPoolExecutor

    score = abc.read(abc.EXAMPLE, file="example")
    with ThreadPoolExecutor(3) as threads:
        drawn = list(threads.map(svg.write, [score] * 6))
    assert {one[:4] for one in drawn} == {b"<svg"} and {len(one) > 5_000 for one in drawn} == {True}
