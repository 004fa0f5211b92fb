"""Scores as pages to print (PDF, A4): the SVG of `segue.formats.svg`, set by Typst, curves and letters kept as such;
written, not read."""

from __future__ import annotations

from segue.formats import svg
from segue.music.score import Score

NAME = "pdf"
SUFFIXES = (".pdf",)
EXAMPLE = b""

_PAGE = '#image("{name}", width: 210mm, height: 297mm)'
_HEAD = "#set page(width: 210mm, height: 297mm, margin: 0mm)\n#set document(title: sys.inputs.title, date: none)\n"


def write(score: Score) -> bytes:
    """Write a score as pages of A4; InputError where it cannot be engraved.

    The same score gives the same bytes. Fonts of the system are looked for only where there are Asian letters.
    """
    import typst

    pages = {f"{number}.svg": page for number, page in enumerate(svg.pages(score), start=1)}
    text = _HEAD + "\n#pagebreak()\n".join(_PAGE.format(name=name) for name in pages)
    written = typst.compile(  # type: ignore[call-overload]  # its stubs lack files by name
        {"main.typ": text.encode(), **pages},
        format="pdf",
        font_paths=svg.font_files(),
        ignore_system_fonts=not any(svg.is_asian(page.decode()) for page in pages.values()),
        sys_inputs={"title": score.title},
        timestamp=0,
    )
    return bytes(written)
