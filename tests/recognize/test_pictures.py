"""Pictures of evidence: shades where the drops are, of notes, sound, chords and words; data is never markup."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from segue.errors import InputError
from segue.formats import read_file
from segue.formats.audio import Recording, Stretch
from segue.music.chord import Chord
from segue.music.lyric import Line, Lyric
from segue.music.note import Notes
from segue.music.score import Bar, ChordAt, Part, Progression, Score
from segue.recognize.guess import Answer, Because, Guess, Trait
from segue.recognize.pictures import picture, save
from segue.recognize.pictures_sound import envelope
from segue.recognize.sentences import sentence
from segue.recognize.shading import AGAINST, FOR, FRAME, MARGIN, WIDTH, Shades, tint

EVIL = '<script>alert("&")</script>\x00'
TUNE = """X:1
T:<b>Tom & "Ann"</b>
M:6/8
L:1/8
K:D
dAF DFA|ded cBA|dcd efg|fdf ecA|dAF DFA|ded cBA|Bcd ecA|d3 d3|
"""
RECT = re.compile(r"<rect [^>]*>")


def told(kind: str, drops: list[float], named: set[int], what: str = "part {}") -> Answer:
    heat = tuple(Because(what.format(place + 1), drop, place) for place, drop in enumerate(drops))
    because = tuple(sorted((heat[place] for place in named), key=lambda one: -one.drop))
    return Answer(kind, (Guess("jig", 0.82, because, 0.41),), True, heat=heat)


def shaded(drawn: str, colour: str) -> list[str]:
    return [rect for rect in RECT.findall(drawn) if f'fill="{colour}"' in rect]


def hexed(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{one:02x}" for one in colour)


def number(rect: str, name: str) -> float:
    found = re.search(rf'\b{name}="(-?[\d.]+)"', rect)
    assert found is not None
    return float(found[1])


@pytest.fixture
def tune(tmp_path: Path) -> Score:
    (tmp_path / "tune.abc").write_text(TUNE, encoding="utf-8")
    return read_file(tmp_path / "tune.abc")


# ---- shades


def test_what_speaks_for_it_is_blue_and_what_speaks_against_it_orange_the_more_the_darker() -> None:
    assert tint(1.0) == hexed(FOR) and tint(-1.0) == hexed(AGAINST) and tint(0.0) == tint(0.01) == ""
    assert tint(2.0) == tint(1.0)
    light = [sum(int(tint(one)[at : at + 2], 16) for at in (1, 3, 5)) for one in (0.1, 0.4, 0.7, 1.0)]
    assert light == sorted(light, reverse=True)


@pytest.mark.parametrize("colour", [FOR, AGAINST])
def test_black_is_read_on_the_strongest_shades(colour: tuple[int, int, int]) -> None:
    linear = [(one / 255 / 12.92) if one <= 10 else ((one / 255 + 0.055) / 1.055) ** 2.4 for one in colour]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    assert (luminance + 0.05) / 0.05 >= 7  # WCAG 2.2, contrast of level AAA


def test_parts_that_go_together_have_one_shade_and_an_answer_of_several_shows_its_own_witness() -> None:
    heat = (Because("bar 1 to bar 2", 0.2, 0, 2), Because("bar 3", -0.1, 2))
    score = Answer("score", (Guess("jig", 0.8, heat[:1], 0.5),), True, heat=heat)
    audio = Answer("audio", (Guess("jazz", 0.5),), False, heat=(Because("0:00 to 0:03", 0.3, 0),))
    both = Answer("all", (Guess("jig", 0.7),), True, witnesses=(audio, score))
    shades = Shades.of(both, "score")
    assert [shades.colour(part) for part in range(4)] == [tint(1.0), tint(1.0), tint(-0.5), ""]
    assert [shades.is_named(part) for part in range(4)] == [True, True, False, False]
    assert Shades.of(both, "audio").most == 0.3 and not Shades.of(both, "lyrics").heat


# ---- notes


def test_bars_are_shaded_where_they_are_engraved(tune: Score) -> None:
    drawn = picture(tune, told("score", [0.0, 0.1, 0.0, 0.0, 0.0, 0.0, -0.2, 0.0], {1}, "bar {}"))
    root = ElementTree.fromstring(drawn)
    assert "Probably a jig (82 %): the most telling bar is 2;" in "".join(root.itertext())
    engraved = [measure.start() for measure in re.finditer(r'class="measure"', drawn)]
    assert len(engraved) == 8
    (against,) = [one for one in shaded(drawn, hexed(AGAINST)) if "stroke:none" in one]
    (speaking,) = [one for one in shaded(drawn, tint(0.5)) if "stroke:none" in one]
    (frame,) = [one for one in RECT.findall(drawn) if f"stroke:{FRAME}" in one]
    assert number(frame, "x") == number(speaking, "x")
    for bar, rect in ((1, speaking), (6, against)):
        staff = re.search(r'class="staff"><path d="M(\d+) (\d+) L(\d+)', drawn[engraved[bar] :])
        assert staff is not None
        left, right = number(rect, "x"), number(rect, "x") + number(rect, "width")
        assert abs(left - float(staff[1])) < 50 and abs(right - float(staff[3])) < 50
        assert number(rect, "y") < float(staff[2]) < number(rect, "y") + number(rect, "height")
    assert len(drawn) < 60_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_long_sentence_stands_in_lines_that_lie_within_the_picture(tune: Score, language: str) -> None:
    traits = tuple(Trait(f"many eighth notes {n}", f"三个八分音符连续多{n}", 0.1) for n in range(5))
    answer = Answer("score", (Guess("jig", 0.82),), True, traits=traits)
    headings = re.findall(r'<text [^>]*font-weight="bold"[^>]*>([^<]*)<', picture(tune, answer, language))
    assert len(headings) > 1 and " ".join(headings).replace(" ", "") == sentence(answer, language).replace(" ", "")
    for line in headings:
        assert sum(17 if letter > "\u2e80" else 8.5 for letter in line) <= WIDTH - 2 * MARGIN


def test_titles_are_text_and_never_markup(tune: Score) -> None:
    lyric = Lyric((("", (Line(EVIL),)),), title=EVIL)
    chords = Progression((ChordAt(Fraction(0), Chord.parse("C")),), (Bar(),), EVIL)
    for item, kind in ((tune, "score"), (lyric, "lyrics"), (chords, "chords"), (long_score(EVIL), "score")):
        drawn = picture(item, told(kind, [0.1, 0.2], {0}))
        root = ElementTree.fromstring(drawn)
        assert not [one for one in root.iter() if one.tag.rpartition("}")[2] in ("script", "b")]
        assert "\x00" not in drawn


def long_score(title: str = "") -> Score:
    count = 300
    notes = Notes(
        1,
        list(range(count * 4)),
        [1] * (count * 4),
        [60 + place % 12 for place in range(count * 4)],
        [80] * (count * 4),
    )
    return Score(parts=(Part(notes),), bars=(Bar(),) * count, title=title)


def test_a_long_score_is_a_piano_roll_with_its_stretches_framed() -> None:
    heat = tuple(Because(f"bar {at + 1} to bar {at + 5}", 0.1 if at == 20 else 0.0, at, 5) for at in range(0, 300, 5))
    answer = Answer("score", (Guess("jig", 0.8, (heat[4],), 0.5),), True, heat=heat)
    drawn = picture(long_score(), answer)
    assert "measure" not in drawn and len(drawn) < 120_000
    frames = [one for one in RECT.findall(drawn) if f'stroke="{FRAME}"' in one]
    assert len(frames) == 2  # bars 21 to 24 end the first row, 25 begins the second
    bar = (WIDTH - 2 * MARGIN) / 24
    assert [round(number(one, "width") / bar) for one in frames] == [4, 1]
    assert number(frames[0], "x") == pytest.approx(MARGIN + 20 * bar, abs=0.1)
    assert number(frames[1], "x") == MARGIN
    assert ">21–25<" in drawn
    strokes = "".join(re.findall(r' d="(M[^"]*)"', drawn))
    assert strokes.count("h") == 1_200  # each note is drawn once


def test_a_score_without_bars_has_no_picture() -> None:
    with pytest.raises(InputError, match="without bars"):
        picture(Score(), Answer("score", (), False))


# ---- sound, chords, words


def test_seconds_are_shaded_where_they_sound() -> None:
    samples = np.zeros(30 * 1_000, np.float32)
    samples[12_000:15_000] = 0.5
    recording = Recording((Stretch(60.0, samples),), 1_000, 120.0, "WAV", 1, 1_000)
    heat = tuple(Because(f"1:{at:02} to 1:{at + 3:02}", 0.2 if at == 12 else -0.1, at // 3) for at in range(0, 30, 3))
    heat = (*heat[:-1], Because("1:27 to 1:30", -0.1, 9))
    answer = Answer("audio", (Guess("jazz", 0.8, (heat[4],), 0.5),), True, heat=heat)
    drawn = envelope(recording, Shades.of(answer, "audio")).body
    (speaking,) = shaded(drawn, hexed(FOR))
    zoom = (WIDTH - 2 * MARGIN) / 30
    assert number(speaking, "x") == pytest.approx(MARGIN + 12 * zoom, abs=0.1)
    assert number(speaking, "width") == pytest.approx(3 * zoom, abs=0.1)
    assert len(shaded(drawn, tint(-0.5))) == 9
    loud = [float(x) for x, upper, lower in re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", drawn) if upper != lower]
    assert min(loud) == pytest.approx(MARGIN + 12 * zoom, abs=2) and max(loud) == pytest.approx(
        MARGIN + 15 * zoom, abs=2
    )
    assert ">1:15<" in drawn


def test_chords_are_boxes_with_what_sounds_in_them() -> None:
    bars = (Bar(),) * 6
    chords = tuple(ChordAt(Fraction(at), Chord.parse(name)) for at, name in ((0, "Am7"), (2, "D7"), (8, "Gmaj7")))
    drawn = picture(Progression(chords, bars, "Tune"), told("chords", [0.2, 0, 0, 0, 0.1, 0], {0, 4}, "bar {} (x)"))
    root = ElementTree.fromstring(drawn)
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [one for one in texts if one in ("Am7 D7", "Gmaj7", "%")] == ["Am7 D7", "%", "Gmaj7", "%", "%", "%"]
    frames = [one for one in RECT.findall(drawn) if f'stroke="{FRAME}"' in one]
    assert [number(one, "x") for one in frames] == [MARGIN + 1, MARGIN + 1]  # bars 1 and 5: first of their rows
    assert "the most telling bars are 1 and 5;" in drawn


def test_words_are_lines_and_chinese_ones_clauses() -> None:
    lyric = Lyric((("", (Line("明月几时有？把酒问青天。"), Line("不知天上宫阙，今夕是何年。"))),))
    drawn = picture(lyric, told("lyrics", [0.0, 0.2, 0.1, 0.0], {1, 2}, "line {} (x)"), "zh")
    texts = [one.text for one in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert {"明月几时有", "把酒问青天", "不知天上宫阙", "今夕是何年"} <= set(texts)
    assert any("第2、3行" in (one or "") for one in texts)
    assert any("吉格舞曲的可能性下降几个百分点" in (one or "") for one in texts)


# ---- files


def test_pictures_are_written_as_svg_and_png_and_nothing_else(tune: Score, tmp_path: Path) -> None:
    answer = told("score", [0.1] * 8, {0, 1, 2}, "bar {}")
    for name, first in (("a.svg", b"<svg"), ("a.PNG", b"\x89PNG")):
        save(tune, answer, tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(first)
    with pytest.raises(InputError, match=r"a\.pdf: pictures of evidence are written as \.svg and \.png"):
        save(tune, answer, tmp_path / "a.pdf")
    with pytest.raises(InputError, match="'fr': en and zh"):
        save(tune, answer, tmp_path / "b.svg", "fr")
    assert {one.name for one in tmp_path.iterdir()} == {"tune.abc", "a.svg", "a.PNG"}


def test_the_same_answer_gives_the_same_picture(tune: Score) -> None:
    answer = told("score", [0.1] * 8, {0}, "bar {}")
    assert picture(tune, answer) == picture(tune, answer)
