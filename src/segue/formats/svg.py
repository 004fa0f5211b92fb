"""Scores as pictures (SVG), engraved by Verovio from our own MusicXML; written, not read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from segue.errors import InputError
from segue.formats import musicxml
from segue.formats.readable import readable
from segue.music.score import Score

NAME = "svg"
SUFFIXES = (".svg",)
EXAMPLE = b""

_WIDTH, _A4_HEIGHT, _MARGIN = 2100, 2970, 100  # tenths of a millimetre
_TALLEST = 60_000
_SCALE = 40  # percent: a page is then 840 pixels wide
_OPTIONS: Mapping[str, object] = MappingProxyType(
    {
        "inputFrom": "xml",
        "pageWidth": _WIDTH,
        "scale": _SCALE,
        "footer": "none",
        "breaks": "auto",
        "breaksNoWidow": True,
        "spacingStaff": 9,
        "spacingSystem": 6,
        "lyricWordSpace": 1.6,
        "harmDist": 1.5,
        "svgFormatRaw": True,
        "svgViewBox": False,
        "smuflTextFont": "none",
        "xmlIdChecksum": True,
        "pageMarginLeft": _MARGIN,
        "pageMarginRight": _MARGIN,
        "pageMarginTop": _MARGIN,
        "pageMarginBottom": _MARGIN,
    }
)
# music signs inside text, which Verovio sets in its own font (SMuFL), and the same in Unicode, which text fonts have
_SIGNS = str.maketrans(
    {0xEA63: "♭♭", 0xEA64: "♭", 0xEA65: "♮", 0xEA66: "♯", 0xEA67: "♯♯", 0xECA3: "𝅗𝅥", 0xECA5: "♩", 0xECB7: "."}
    | {0xE260: "♭", 0xE261: "♮", 0xE262: "♯", 0xE263: "♯♯", 0xE264: "♭♭", 0xECA7: "♪"}
)
_MUSIC_TEXT = re.compile(r'<tspan font-family="Leipzig" font-size="(\d+)px">([^<]*)</tspan>')
_DEGREE = re.compile(r"<degree .*?</degree>")  # Verovio shows them beside the text of a chord, which tells them too
_CHORD = re.compile(r'class="harm">.*?</g>')
_ALTERED = re.compile(r"([b#])(?=\d+[^<>\"]*<)")
_FONTS = ("STIXGeneral.ttf", "STIXGeneralItalic.ttf", "STIXGeneralBol.ttf", "STIXGeneralBolIta.ttf", "DejaVuSans.ttf")
_FIRST_ASIAN = "\u2e80"
_SIZE = re.compile(r'width="([\d.]+)px" height="([\d.]+)px"')
_TITLE = re.compile(r'(text-anchor="middle"[^>]*>(?:<tspan[^>]*>)*?<tspan font-size=")(\d+)(px">)')


def write(score: Score) -> bytes:
    """Write a score as one picture, 840 pixels wide and as tall as it needs; InputError where it cannot be engraved.

    A performance is shown as one would write it down (`segue.formats.readable`).
    """
    return _stacked(_engraved(score, page_height=_TALLEST, is_fitted=True)).encode()


def pages(score: Score) -> list[bytes]:
    """Return the pages of a score in A4, one picture each; InputError where it cannot be engraved."""
    return [page.encode() for page in _engraved(score, page_height=_A4_HEIGHT, is_fitted=False)]


def _engraved(score: Score, *, page_height: int, is_fitted: bool) -> list[str]:
    import verovio

    text = _DEGREE.sub("", musicxml.write(readable(score)).decode())
    verovio.enableLog(verovio.LOG_OFF)
    engraver = verovio.toolkit(False)
    engraver.setResourcePath(str(Path(verovio.__file__).parent / "data"))  # it is known in the importing thread alone
    engraver.setOptions({**_OPTIONS, "pageHeight": page_height, "adjustPageHeight": is_fitted})
    if not engraver.loadData(text):
        raise InputError(f"Verovio cannot engrave the score {score.title!r}")
    return [_plain_text(engraver.renderToSVG(number)) for number in range(1, engraver.getPageCount() + 1)]


def _plain_text(svg: str) -> str:
    """Set music signs inside text in the text's font, those of chords as music signs, the title in larger letters."""
    svg = _MUSIC_TEXT.sub(lambda found: _sign(found[1], found[2]), svg)
    svg = _CHORD.sub(lambda found: _ALTERED.sub(lambda sign: "♭" if sign[1] == "b" else "♯", found[0]), svg)
    head, sep, rest = svg.rpartition('class="pgHead')
    if sep:
        rest = _TITLE.sub(lambda found: f"{found[1]}{int(found[2]) * 3 // 2}{found[3]}", rest, count=1)
    return head + sep + rest


def _sign(size: str, text: str) -> str:
    return f'<tspan font-size="{int(size) * 9 // 16}px">{text.translate(_SIGNS).replace(" .", ".")}</tspan>'


def font_files() -> list[str]:
    """Return the fonts in which pictures are lettered: the Times-like STIX that comes with matplotlib, DejaVu Sans."""
    import matplotlib

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return [str(folder / name) for name in _FONTS]


def is_asian(picture: str) -> bool:
    """Whether a picture has letters that none of `font_files` has, so that those of the system are to be looked for."""
    return max(picture) >= _FIRST_ASIAN


def size_of(picture: str) -> tuple[float, float]:
    """Return width and height in pixels of an SVG of ours; InputError where it says none."""
    found = _SIZE.search(picture)
    if not found:
        raise InputError("an SVG without a width and height in pixels")
    return float(found[1]), float(found[2])


def _stacked(found: list[str]) -> str:
    """One picture of pages below each other."""
    if len(found) == 1:
        return found[0]
    sizes = [size_of(page) for page in found]
    inner, top = [], 0.0
    for page, (_, height) in zip(found, sizes, strict=True):
        inner.append(page.replace("<svg ", f'<svg y="{top:g}" ', 1))
        top += height
    width = max(width for width, _ in sizes)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{width:g}px" height="{top:g}px">'
    return head + "".join(inner) + "</svg>"
