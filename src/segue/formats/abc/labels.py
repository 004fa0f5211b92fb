"""Chord symbols as tune books write them, read into chords."""

from __future__ import annotations

import re
from functools import lru_cache

from segue.errors import InputError
from segue.music.chord import Chord

_BASS = re.compile(r"/([A-Ga-g])([#b+♯♭]?)$")
_SIGNED = {"+": "#"}
# Nottingham writes d for diminished and a for augmented
_QUALITIES = {"d": "dim", "a": "aug", "d7": "dim7", "a7": "aug7"}


@lru_cache(maxsize=4096)
def read_label(text: str) -> Chord | None:
    """Return the chord of a quoted text; None where it is an annotation (`^text`) or no chord."""
    plain = text.strip()
    if not plain or plain[0] in "^_<>@":
        return None
    plain = plain.replace(" ", "").replace("/dim", "dim")
    if plain[0] == "(" and plain.endswith(")"):
        plain = plain[1:-1]
    found = _BASS.search(plain)
    bass = f"/{found[1].upper()}{_SIGNED.get(found[2], found[2])}" if found else ""
    head = plain[: found.start()] if found else plain
    if dialect := re.fullmatch(r"([A-G][#b]?)([da]7?)", head):
        head = dialect[1] + _QUALITIES[dialect[2]]
    try:
        return Chord.parse(head + bass)
    except InputError:
        return None
