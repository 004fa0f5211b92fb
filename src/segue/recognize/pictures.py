"""Evidence as a picture (SVG): an item with its parts shaded by how much they speak for the first guess.

Scores are engraved, long ones drawn as a piano roll; recordings are a waveform, chords a chart, words lines. What
speaks for the guess is blue, what speaks against it orange (Okabe and Ito 2008: told apart with every kind of colour
vision); the parts that the sentence names have a frame and their number. Titles and words are data and are escaped.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from segue.errors import InputError
from segue.music.score import Progression, Score
from segue.music.style_names import style_name
from segue.recognize.guess import Answer
from segue.recognize.items import Item, kind_of
from segue.recognize.sentences import sentence
from segue.recognize.shading import MARGIN, WIDTH, Drawing, Shades, box, escaped, label, tint

SUFFIXES = (".svg", ".png")
_LINE = 21  # pixels from line to line of the heading
_SIZE = 17  # pixels of the heading's letters: a Chinese one is as wide, another one about half
_STEPS = 8  # of the scale, to each side
_CAPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "en": "how far the probability of {style} falls without a part, in points; framed: most telling",
        "zh": "去掉某一处后，{style}的可能性下降几个百分点；加框的最能说明",
    }
)


def picture(item: Item, answer: Answer, language: str = "en") -> str:
    """Return the picture of an item's evidence as SVG, the sentence above it.

    InputError for a score that has neither notes nor bars, or a language that is not spoken.
    """
    # each draws with libraries of its own, which are slow to import
    from segue.recognize import pictures_score, pictures_sound, pictures_text

    shades = Shades.of(answer, kind_of(item))
    if isinstance(item, Path):
        drawn = pictures_sound.wave(item, shades)
    elif isinstance(item, Score):
        drawn = pictures_score.notes(item, shades)
    elif isinstance(item, Progression):
        drawn = pictures_text.chart(item, shades)
    else:
        drawn = pictures_text.words(item, shades)
    return _framed(answer, shades, drawn, language)


def check_suffix(path: Path) -> None:
    """Raise InputError where a path's suffix is none of SUFFIXES."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path.name}: pictures of evidence are written as {' and '.join(SUFFIXES)}")


def save(item: Item, answer: Answer, path: Path, language: str = "en") -> None:
    """Write the picture of an item's evidence, whole or not at all; InputError for a suffix but .svg and .png."""
    check_suffix(path)
    write_picture(picture(item, answer, language), path)


def write_picture(drawn: str, path: Path) -> None:
    """Write SVG as it is, or drawn as PNG by the path's suffix; whole or not at all."""
    if path.suffix.lower() == ".png":
        from segue.formats.png import draw

        data = draw(drawn)
    else:
        data = drawn.encode()
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(data)
    Path(part.name).chmod(0o644)
    Path(part.name).replace(path)


def _framed(answer: Answer, shades: Shades, drawn: Drawing, language: str) -> str:
    told = sentence(answer, language)
    lines = _wrapped(told)
    body = [label(MARGIN, 34 + number * _LINE, line, _SIZE, 'font-weight="bold"') for number, line in enumerate(lines)]
    top = 34.0 + len(lines) * _LINE
    if shades.most:
        body.append(_scale(shades, top - 6, language))
        top += 26
    height = top + drawn.height + 12
    body.append(f'<g transform="translate(0, {top:.1f})">{drawn.body}</g>')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
        f'width="{WIDTH}px" height="{height:.0f}px" font-family="Times, serif"><title>{escaped(told)}</title>'
    )
    return "".join([head, box(0, 0, WIDTH, height, 'fill="#ffffff"'), *body, "</svg>"])


def _scale(shades: Shades, top: float, language: str) -> str:
    """The shades from what speaks most against the guess to what speaks most for it, with their drops."""
    most = shades.most
    told = f"{most * 100:.0f}" if most >= 0.095 else f"{most * 100:.1f}" if most >= 0.0095 else f"{most * 100:.2g}"
    left, width = MARGIN + 34, 9.0
    body = [label(left - 6, top + 11, f"−{told}", 12, 'text-anchor="end"')]
    for place, step in enumerate(range(-_STEPS, _STEPS + 1)):
        fill = tint(step / _STEPS) or "#ffffff"
        body.append(box(left + place * width, top, width + 0.2, 14, f'fill="{fill}"'))
    end = left + width * (2 * _STEPS + 1)
    body.append(box(left, top, end - left, 14, 'fill="none" stroke="#808080" stroke-width="0.6"'))
    caption = _CAPTIONS[language].format(style=style_name(shades.style, language))
    return "".join([*body, label(end + 6, top + 11, f"+{told}", 12), label(end + 44, top + 11, caption, 13)])


def _wrapped(text: str) -> list[str]:
    """A sentence in lines that fit: cut at blanks, Chinese anywhere."""
    lines, width = [""], 0.0
    for piece in re.findall(r"[\u2e80-\uffff]|[^\u2e80-\uffff\s]+\s*|\s+", text):
        wide = sum(_SIZE if letter >= "\u2e80" else _SIZE / 2 for letter in piece.rstrip())
        if width + wide > WIDTH - 2 * MARGIN and lines[-1]:
            lines.append("")
            width = 0.0
        lines[-1] += piece
        width += wide + _SIZE / 2 * (len(piece) - len(piece.rstrip()))
    return [line.rstrip() for line in lines]
