"""Piano rolls: notes where they sound, in the colour of their part."""

from __future__ import annotations

import io
from fractions import Fraction as F
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from segue.errors import InputError
from segue.formats import roll
from segue.music.chord import Chord
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score

BLUE, RED = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)


def score(*parts: list[tuple[int, int, int]], bars: int = 4, title: str = "") -> Score:
    made = tuple(
        Part(Notes.of(Note(F(start), F(length), pitch, 127) for start, length, pitch in rows), f"part {number}")
        for number, rows in enumerate(parts)
    )
    return Score(made, (Bar(),) * bars, (ChordAt(F(0), Chord.parse("Am7")),), title=title)


def columns_of(picture: bytes, colour: tuple[int, int, int]) -> list[int]:
    """The columns of a picture in which a colour is, but for the key of the parts."""
    with Image.open(io.BytesIO(picture)) as image:
        pixels = image.convert("RGB")
        box = pixels.crop((0, pixels.height // 2, pixels.width, pixels.height))
        places = np.argwhere((np.asarray(box) == colour).all(axis=2))
    return sorted(set(places[:, 1].tolist()))


def test_notes_lie_at_their_times_in_the_colour_of_their_part() -> None:
    picture = roll.write(score([(0, 4, 60)], [(12, 4, 60), (0, 1, 84)]))
    blue, red = columns_of(picture, BLUE), columns_of(picture, RED)
    assert blue
    assert red
    assert max(blue) < min(red)
    assert max(blue) - min(blue) == pytest.approx(max(red) - min(red), abs=3)


def test_chords_bars_and_the_title_are_written_down() -> None:
    picture = ElementTree.fromstring(roll.draw(score([(0, 4, 60)], title="A $x_1$ title"), kind="svg"))
    assert picture.tag.endswith("svg")
    comments = roll.draw(score([(0, 4, 60)], title="A $x_1$ title"), kind="svg").decode()
    assert "<!-- Am7 -->" in comments
    assert "<!-- A $x_1$ title -->" in comments


def test_long_scores_go_over_several_rows_and_huge_ones_over_twelve() -> None:
    heights = [Image.open(io.BytesIO(roll.write(score([(0, 4, 60)], bars=bars)))).height for bars in (16, 32, 192, 400)]
    assert heights[0] < heights[1] < heights[3] <= heights[2]


def test_the_same_score_gives_the_same_picture() -> None:
    assert roll.draw(score([(0, 4, 60)]), kind="svg") == roll.draw(score([(0, 4, 60)]), kind="svg")


def test_letters_that_the_font_lacks_are_no_error() -> None:
    assert roll.write(score([(0, 4, 60)], title="茉莉花")).startswith(b"\x89PNG")


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(InputError, match="without notes and chords"):
        roll.write(Score(bars=(Bar(),)))
    with pytest.raises(InputError, match="'pdf'; png and svg are accepted"):
        roll.draw(score([(0, 4, 60)]), kind="pdf")
