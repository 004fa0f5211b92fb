"""Instruments: General MIDI programs in classes that sound and play alike, with the range of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instrument:
    """A class of instruments: the program that stands for it, all its programs, and its range as MIDI pitches.

    Ranges are those that orchestration books give (Adler, The Study of Orchestration, appendix), the widest of a class.
    """

    name: str
    program: int
    programs: tuple[int, ...]
    low: int
    high: int


# the order is that of the score language
INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument("piano", 0, (0, 1, 2, 3, 4, 5), 21, 108),
    Instrument("harpsichord", 6, (6, 7), 29, 89),
    Instrument("mallets", 11, (8, 9, 10, 11, 12, 13, 14, 15), 45, 108),
    Instrument("organ", 19, (16, 17, 18, 19, 20), 24, 108),
    Instrument("accordion", 21, (21, 22, 23), 41, 96),
    Instrument("guitar", 24, (24, 25), 38, 88),
    Instrument("electric guitar", 27, (26, 27, 28, 29, 30, 31), 38, 88),
    Instrument("bass", 32, (32, 33, 34, 35, 36, 37, 38, 39, 43), 23, 67),
    Instrument("violin", 40, (40, 110), 55, 103),
    Instrument("viola", 41, (41,), 48, 91),
    Instrument("cello", 42, (42,), 36, 84),
    Instrument("plucked", 46, (15, 45, 46, 104, 105, 106, 107, 108), 23, 103),
    Instrument("strings", 48, (44, 48, 49, 50, 51), 28, 103),
    Instrument("voice", 52, (52, 53, 54, 55, 85, 91), 36, 86),
    Instrument("trumpet", 56, (56, 59), 52, 86),
    Instrument("low brass", 57, (57, 58), 26, 77),
    Instrument("horn", 60, (60, 61, 62, 63), 29, 84),
    Instrument("saxophone", 65, (64, 65, 66, 67), 37, 92),
    Instrument("oboe", 68, (68, 69, 109, 111), 52, 93),
    Instrument("bassoon", 70, (70,), 34, 77),
    Instrument("clarinet", 71, (71,), 36, 96),
    Instrument("flute", 73, (72, 73, 74, 75, 76, 77, 78, 79), 55, 108),
    Instrument("synth lead", 80, (80, 81, 82, 83, 84, 86, 87), 21, 108),
    Instrument("synth pad", 88, (88, 89, 90, 92, 93, 94, 95), 21, 108),
    Instrument("percussion", 115, (47, *range(112, 120)), 21, 108),
    Instrument("effects", 96, (*range(96, 104), *range(120, 128)), 0, 127),
)


def _by_program() -> tuple[int, ...]:
    found = [0] * 128
    for place, instrument in reversed(list(enumerate(INSTRUMENTS))):
        for program in (*instrument.programs, instrument.program):
            found[program] = place
    return tuple(found)


OF_PROGRAM: tuple[int, ...] = _by_program()  # program -> place in INSTRUMENTS
