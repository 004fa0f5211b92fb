"""Which accidentals have to be written in a bar, so that every reader of ABC hears the same."""

from __future__ import annotations

from segue.formats.abc.fields import alters_of
from segue.formats.abc.layers import Spelled

_SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}


class Accidentals:
    """What the accidentals of the bar so far mean to readers of three kinds.

    The standard lets an accidental count in all octaves, many programs in its own octave alone, some in its own layer
    alone. One is written wherever any of them would take the note to be altered otherwise.
    """

    def __init__(self, signature: int) -> None:
        self._key = dict(zip("CDEFGAB", alters_of(signature), strict=True))
        self._by_letter: dict[str, int] = {}
        self._by_place: dict[int, int] = {}
        self._in_layer: dict[int, int] = {}
        self._held: set[str] = set()  # letters whose accidental stands at a held note: some programs forget it

    def begin_layer(self) -> None:
        """Go on with another layer of the same bar."""
        self._in_layer = {}

    def write(self, note: Spelled, *, is_held: bool = False) -> str:
        """Return the note with the accidental that it needs; `is_held` says that it goes on from before."""
        usual = self._key[note.letter]
        seen = (
            self._by_letter.get(note.letter, usual),
            self._by_place.get(note.natural, usual),
            self._in_layer.get(note.natural, usual),
        )
        if all(alter == note.alter for alter in seen) and note.letter not in self._held:
            return note.text
        (self._held.add if is_held else self._held.discard)(note.letter)
        self._by_letter[note.letter] = note.alter
        self._by_place[note.natural] = self._in_layer[note.natural] = note.alter
        return _SIGNS[note.alter] + note.text
