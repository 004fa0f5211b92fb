"""Scores as pictures (PNG): the SVG of `segue.formats.svg`, drawn by resvg; written, not read."""

from __future__ import annotations

from segue.errors import InputError
from segue.formats import svg
from segue.music.score import Score

NAME = "png"
SUFFIXES = (".png",)
EXAMPLE = b""

_ZOOM = 2.0  # a page is then 1,680 pixels wide
_MOST_PIXELS = 30_000  # high


def write(score: Score) -> bytes:
    """Write a score as one PNG, 1,680 pixels wide where it is not very long; InputError where it cannot be engraved."""
    return draw(svg.write(score).decode())


def draw(picture: str) -> bytes:
    """Draw an SVG as PNG on white, twice its size and at most 30,000 pixels high.

    Text is set in the Times-like STIX fonts that come with matplotlib; fonts of the system are looked for only where
    there are Asian letters.
    """
    import resvg_py

    height = float(svg.size_of(picture)[1])
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=picture,
                background="#ffffff",
                zoom=min(_ZOOM, _MOST_PIXELS / height),
                skip_system_fonts=not svg.is_asian(picture),
                font_files=svg.font_files(),
                font_family="STIXGeneral",
                serif_family="STIXGeneral",
            )
        )
    except ValueError as error:
        raise InputError(f"the picture cannot be drawn: {error}") from error
