"""What a chord does in a key (tonic, subdominant, dominant), and the cadences that two chords make."""

from __future__ import annotations

from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.roman import applied_to, step_of

# by step and alteration from the major scale; Riemann's three functions as textbooks teach them
_FUNCTIONS = {1: "T", 2: "S", 3: "T", 4: "S", 5: "D", 6: "T", 7: "D"}


def function_of(chord: Chord, key: Key) -> str:
    """Return "T", "S" or "D": I, iii and vi are T, ii and IV are S, V and vii are D; "" where no chord sounds.

    A chord that leads to another degree is D, the Neapolitan and the flat sixth of major are S. What comes before and
    after is not looked at: a cadential six-four is T here.
    """
    if chord.root is None:
        return ""
    if applied_to(chord, key):
        return "D"
    step, alter = step_of(chord.root, key)
    if (step, alter) == (6, -1):
        return "S"
    return _FUNCTIONS[step]


def cadence_of(before: Chord, last: Chord, key: Key) -> str:
    """Return "authentic" (V or vii to I), "plagal" (IV to I), "deceptive" (V to vi or VI), "half" (to V) or "".

    Whether a cadence is perfect depends on the melody, and whether it is one at all on the phrase: ask at its end.
    """
    if before.root is None or last.root is None:
        return ""
    first, second = (step_of(chord.root, key)[0] if chord.root else 0 for chord in (before, last))
    leads = (first == 5 and before.triad in ("maj", "aug", "sus", "power")) or (first == 7 and before.triad == "dim")
    if second == 1 and last.triad in ("maj", "min", "power"):
        return "authentic" if leads else "plagal" if first == 4 and before.triad in ("maj", "min") else ""
    if leads:
        return "deceptive" if first == 5 and second == 6 and last.triad in ("maj", "min") else ""
    return "half" if second == 5 and last.triad == "maj" and last.bass is None else ""
