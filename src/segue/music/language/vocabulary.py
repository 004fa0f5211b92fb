"""The tokens of the score language: about 950 words, each with its number; docs/score-language.md explains them.

Times are ticks, 24 to a quarter note. The order is that of the numbers and must not change: weights depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from segue.music.chord import QUALITIES
from segue.music.instruments import INSTRUMENTS
from segue.music.key import MODES
from segue.music.metre import Metre
from segue.music.styles import NAMES

TICKS = 24  # to a quarter note
VOICES = 16
BARS = 16  # bar tokens count modulo this
LOWEST, HIGHEST = -12, 23  # steps of a joined note token, in semitones from the tonic of the voice's register
REGISTERS = range(-5, 6)  # octaves
NOTE_TICKS = (1, 3, 4, 6, 8, 12, 16, 18, 24, 36, 48, 72, 96)
REST_TICKS = (1, 2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 36, 48, 72, 96)
GRID = (0, 6, 8, 12, 16, 18)  # ticks inside a quarter that a position token names
QUARTERS = 12  # quarters that a position token reaches; beyond it `far` adds them
FAR = QUARTERS * TICKS
LATE = range(1, 6)
DRUMS = range(35, 82)  # General MIDI's percussion key map

TASKS = ("lead", "harmonize", "changes", "triads")
SOURCES = ("notated", "performed", "chart")
METRES = (
    "4/4", "2/4", "3/4", "6/8", "2/2", "3/2", "4/2", "3/8", "9/8", "12/8", "5/4", "6/4", "7/4", "5/8", "7/8", "4/8",
    "1/4", "8/4", "9/4", "12/4", "2/8", "1/8", "8/8", "10/8", "11/8", "15/8", "3/16", "6/16", "9/16", "12/16",
)  # fmt: skip
TEMPOS = (0, 50, 66, 80, 96, 112, 126, 144, 168, 200, 240)  # quarter notes a minute; 0: not said
SECTIONS = ("intro", "verse", "prechorus", "chorus", "bridge", "solo", "interlude", "outro", "A", "B", "C", "D", "E")
ENDINGS = ((1,), (2,), (3,), (4,), (1, 2), (1, 3), (2, 4), (3, 4), (1, 2, 3))
KINDS = ("mono", "poly", "drums")
SYLLABLES = ("syl:?", "syl:0", "syl:1", "syl-?", "syl-0", "syl-1")  # ":" begins a word, "-" goes on; stress
CHORDS = 0  # the number of the chord lane; voices are lanes 1 to VOICES


def _tokens() -> tuple[str, ...]:
    words = ["pad", "end", "mask", "fill", "silent", "later", "partial", "far", "up", "down", "chords", "nc"]
    words += ["repeat:from", "repeat:to"]
    words += [f"task:{task}" for task in TASKS]
    words += [f"source:{source}" for source in SOURCES]
    words += [f"style:{style}" for style in NAMES]
    words += [f"mode:{mode}" for mode in MODES]
    words += [f"tonic:{pc}" for pc in range(12)]
    words += [f"metre:{metre}" for metre in METRES]
    words += [f"tempo:{tempo}" for tempo in TEMPOS]
    words += [f"voice:{number}" for number in range(1, VOICES + 1)]
    words += [f"kind:{kind}" for kind in KINDS]
    words += [f"inst:{instrument.name}" for instrument in INSTRUMENTS]
    words += [f"register:{octaves}" for octaves in REGISTERS]
    words += [f"bar:{number}" for number in range(BARS)]
    words += [f"section:{section}" for section in SECTIONS]
    words += ["ending:" + ",".join(map(str, passes)) for passes in ENDINGS]
    words += [f"at:{TICKS * quarter + inside}" for quarter in range(QUARTERS) for inside in GRID]
    words += [f"late:{ticks}" for ticks in LATE]
    words += [f"root:{pc}" for pc in range(12)]
    words += [f"bass:{pc}" for pc in range(1, 12)]
    words += [f"rest:{ticks}" for ticks in REST_TICKS]
    words += [f"hold:{ticks}" for ticks in REST_TICKS]
    words += list(SYLLABLES)
    words += [f"drum:{pitch}" for pitch in DRUMS]
    words += [f"note:{step}:{ticks}" for step in range(LOWEST, HIGHEST + 1) for ticks in NOTE_TICKS]
    words += [f"quality:{quality}" for quality in QUALITIES]
    return tuple(words)


TOKENS: tuple[str, ...] = _tokens()
ID: Mapping[str, int] = MappingProxyType({word: number for number, word in enumerate(TOKENS)})
SIZE = len(TOKENS)

PAD, END, MASK, FILL = ID["pad"], ID["end"], ID["mask"], ID["fill"]
SILENT, LATER, PARTIAL = ID["silent"], ID["later"], ID["partial"]
FAR_TOKEN, UP, DOWN, CHORD_LANE, NO_CHORD = ID["far"], ID["up"], ID["down"], ID["chords"], ID["nc"]
REPEAT_FROM, REPEAT_TO = ID["repeat:from"], ID["repeat:to"]


def group(prefix: str) -> range:
    """Return the numbers of the tokens "prefix:...", which lie together."""
    found = [number for number, word in enumerate(TOKENS) if word.startswith(prefix + ":")]
    return range(found[0], found[-1] + 1)


TASK, SOURCE, STYLE, MODE = group("task"), group("source"), group("style"), group("mode")
TONIC, METRE, TEMPO, VOICE = group("tonic"), group("metre"), group("tempo"), group("voice")
KIND, INST, REGISTER, BAR = group("kind"), group("inst"), group("register"), group("bar")
SECTION, ENDING, AT, LATE_BY = group("section"), group("ending"), group("at"), group("late")
ROOT, BASS, REST, HOLD = group("root"), group("bass"), group("rest"), group("hold")
DRUM, NOTE, QUALITY = group("drum"), group("note"), group("quality")
SYLLABLE = range(ID[SYLLABLES[0]], ID[SYLLABLES[-1]] + 1)

QUALITY_OF: Mapping[str, int] = MappingProxyType({name: ID[f"quality:{name}"] for name in QUALITIES})
METRE_TICKS: Mapping[int, int] = MappingProxyType(
    {token: int(Metre.parse(TOKENS[token].removeprefix("metre:")).length * TICKS) for token in METRE}
)

# token number -> its ticks, for the tokens that have some (elsewhere 0); of notes also the step
_N = len(NOTE_TICKS)
TICKS_OF: tuple[int, ...] = tuple(
    int(word.rsplit(":", 1)[1]) if word.split(":")[0] in ("at", "late", "rest", "hold", "note") else 0
    for word in TOKENS
)


@lru_cache(maxsize=4096)
def rest_tokens(ticks: int) -> tuple[int, ...]:
    """Say a rest: the longest rests first."""
    return _greedy(ticks, REST_TICKS, REST.start)


@lru_cache(maxsize=4096)
def hold_tokens(ticks: int) -> tuple[int, ...]:
    """Say how much longer the note before goes on; () for 0 ticks."""
    return _greedy(ticks, REST_TICKS, HOLD.start)


@lru_cache(maxsize=1 << 16)
def note_tokens(step: int, ticks: int) -> tuple[int, ...]:
    """Say a note `step` semitones from its register's tonic: octave shifts, the joined token, holds.

    >>> [TOKENS[token] for token in note_tokens(26, 30)]
    ['up', 'note:14:24', 'hold:6']
    """
    shifts: tuple[int, ...] = ()
    while step > HIGHEST:
        shifts, step = (*shifts, UP), step - 12
    while step < LOWEST:
        shifts, step = (*shifts, DOWN), step + 12
    place = max(place for place, length in enumerate(NOTE_TICKS) if length <= ticks)
    token = NOTE.start + (step - LOWEST) * _N + place
    return (*shifts, token, *hold_tokens(ticks - NOTE_TICKS[place]))


@lru_cache(maxsize=4096)
def at_tokens(ticks: int) -> tuple[int, ...]:
    """Say a position inside a bar; () at its start."""
    if not ticks:
        return ()
    far, rest = divmod(ticks, FAR)
    quarter, inside = divmod(rest, TICKS)
    place = max(place for place, offset in enumerate(GRID) if offset <= inside)
    late = inside - GRID[place]
    said = (*(FAR_TOKEN,) * far, AT.start + quarter * len(GRID) + place)
    return (*said, LATE_BY.start + late - 1) if late else said


def step_of(token: int) -> int:
    """Return the step of a note token, in semitones."""
    return (token - NOTE.start) // _N + LOWEST


def tonic_pitch(pc: int) -> int:
    """Return the MIDI pitch of a tonic in register 0: 54 (F#3) to 65 (F4)."""
    return 54 + (pc - 6) % 12


def _greedy(ticks: int, lengths: tuple[int, ...], first: int) -> tuple[int, ...]:
    said: list[int] = []
    for place in range(len(lengths) - 1, -1, -1):
        count, ticks = divmod(ticks, lengths[place])
        said += [first + place] * count
    return tuple(said)
