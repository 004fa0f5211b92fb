"""Scores as pictures (PNG): the SVG of `segue.formats.svg`, drawn by resvg; written, not read."""

from __future__ import annotations

from pathlib import Path

from segue.errors import InputError
from segue.formats import svg
from segue.music.score import Score

NAME = "png"
SUFFIXES = (".png",)
EXAMPLE = b""

_ZOOM = 2.0  # a page is then 1,680 pixels wide
_MOST_PIXELS = 30_000  # high
_FONTS = ("STIXGeneral.ttf", "STIXGeneralItalic.ttf", "STIXGeneralBol.ttf", "STIXGeneralBolIta.ttf", "DejaVuSans.ttf")
_FIRST_ASIAN = "\u2e80"


def write(score: Score) -> bytes:
    """Write a score as one PNG, 1,680 pixels wide where it is not very long; InputError where it cannot be engraved."""
    return draw(svg.write(score).decode())


def draw(picture: str) -> bytes:
    """Draw an SVG as PNG on white, twice its size and at most 30,000 pixels high.

    Text is set in the Times-like STIX fonts that come with matplotlib; fonts of the system are looked for only where
    there are Asian letters.
    """
    import matplotlib
    import resvg_py

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    height = float(svg.size_of(picture)[1])
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=picture,
                background="#ffffff",
                zoom=min(_ZOOM, _MOST_PIXELS / height),
                skip_system_fonts=max(picture) < _FIRST_ASIAN,
                font_files=[str(folder / name) for name in _FONTS],
                font_family="STIXGeneral",
                serif_family="STIXGeneral",
            )
        )
    except ValueError as error:
        raise InputError(f"the picture cannot be drawn: {error}") from error
