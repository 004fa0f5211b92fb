"""Texts of ABC: accents, characters by number and by name, and signs that would be read otherwise."""

from __future__ import annotations

import html
import re
import unicodedata

from segue.errors import InputError

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
    r"|([`'^~\",cuvHr;=o][A-Za-z])|(.))|(&#?\w{1,31};)"
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


_TO_ESCAPE = re.compile(r"[\\%\x00-\x1f\x7f-\x9f\u00ad\u2028\u2029\ufeff]|&(?=#?\w{1,31};)|^\s+|\s+$")
_WORD_SIGNS = frozenset("-_*|")


def write_text(text: str, signs: str = "") -> str:
    """Return a text such that `read_text` gives it back; `signs` are those that the place does not bear.

    InputError where it holds half of a surrogate pair.
    """
    text = _TO_ESCAPE.sub(lambda found: "".join(map(_escape, found[0])), text)
    for sign in signs:
        text = text.replace(sign, _escape(sign))
    return _check(text)


def write_syllable(text: str) -> str:
    """Return a syllable for a w: line: blanks inside it are tied with ~."""
    signs = []
    for place, sign in enumerate(text):
        if sign == " ":
            signs.append("~")
        elif sign in _WORD_SIGNS:
            signs.append("\\" + sign)
        elif sign in "~\t" or _TO_ESCAPE.match(text, place):
            signs.append(_escape(sign))
        else:
            signs.append(sign)
    return _check("".join(signs))


def _escape(sign: str) -> str:
    if sign in "%&":
        return "\\" + sign
    return f"\\u{ord(sign):04x}"


def _check(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(f"{text[:40]!r} holds half of a surrogate pair, which no file can hold") from None
    return text
