"""Scores on pages: what a reader of PDF finds in them."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from segue.errors import InputError
from segue.formats import pdf, svg
from segue.music.score import Score
from tests.formats.test_svg import tune

A4 = (595.28, 841.89)  # points


def opened(score: Score) -> PdfReader:
    return PdfReader(io.BytesIO(pdf.write(score)))


def test_a_long_score_takes_the_pages_that_its_pictures_take() -> None:
    score = tune(80)
    read = opened(score)
    assert len(read.pages) == len(svg.pages(score)) > 1
    assert [tuple(map(float, page.mediabox[2:])) for page in read.pages] == [pytest.approx(A4, abs=0.01)] * len(
        read.pages
    )


def test_chords_and_words_are_letters_and_the_title_is_told() -> None:
    read = opened(tune(title='A "quoted" #title'))
    assert {"F♯m7", "B♭7♭9", "la", "Anon"} <= set(read.pages[0].extract_text().split("\n"))
    assert read.metadata is not None
    assert read.metadata.title == 'A "quoted" #title'


def test_nothing_is_a_picture_of_pixels() -> None:
    assert not opened(tune()).pages[0].images


def test_the_same_score_gives_the_same_file() -> None:
    assert pdf.write(tune()) == pdf.write(tune())


def test_a_score_without_bars_is_refused_as_it_is_for_other_pictures() -> None:
    with pytest.raises(InputError) as of_svg:
        svg.write(Score((), ()))
    with pytest.raises(InputError, match=str(of_svg.value)[:20]):
        pdf.write(Score((), ()))
