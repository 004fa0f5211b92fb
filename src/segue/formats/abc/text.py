"""Texts of ABC: accents, characters by number and by name, and signs that would be read otherwise."""

from __future__ import annotations

import html
import re
import unicodedata

_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    '"': "\u0308",
    ",": "\u0327",
    "c": "\u0327",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "=": "\u0304",
    "r": "\u030a",
    ";": "\u0328",
    "o": "\u030a",
}
_WHOLE = {"ss": "ß", "AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "/O": "Ø", "/o": "ø", "AA": "Å", "aa": "å"}
_WHOLE |= {"TH": "Þ", "th": "þ", "DH": "Ð", "dh": "ð"}
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(ss|AE|ae|OE|oe|/O|/o|AA|aa|TH|th|DH|dh)"
    r"|([`'^~\",cuvHr;=o][A-Za-z])|(.))|(&#?\w+;)"
)


def read_text(text: str, *, strip: bool = True) -> str:
    r"""Return a text with its escapes (`\'e`, `\u00e9`, `&eacute;`, `\%`) resolved, blanks at its ends removed."""
    text = text.strip() if strip else text
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPE.sub(_unescape, text)


def _unescape(found: re.Match[str]) -> str:
    four, eight, octal, whole, pair, single, entity = found.groups()
    if entity:
        return html.unescape(entity)
    if four or eight:
        code = int(four or eight, 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else found[0]
    if octal:
        return chr(int(octal, 8))
    if whole:
        return _WHOLE[whole]
    if single is not None:
        return str(single)
    return unicodedata.normalize("NFC", pair[1] + _ACCENTS[pair[0]])
