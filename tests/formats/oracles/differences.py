"""Where other programs read the tunes of Nottingham (by book and number) otherwise than Segue does, and why.

Nottingham's Y: lines say in which order the parts are played: they decide for Segue's reading in the first group.
"""

from __future__ import annotations

Tunes = frozenset[tuple[str, int]]


def _tunes(**books: tuple[int, ...]) -> Tunes:
    return frozenset((book.replace("_", "-"), number) for book, numbers in books.items() for number in numbers)


# A :| without |: goes back to the last double bar (ABC 2.1, section 4.8); both programs go further back, or not at all.
DOUBLE_BAR = _tunes(
    ashover=(6,),
    jigs=(1, 2, 83, 130, 256, 326),
    morris=(14, 16),
    playford=(5,),
    reelsa_c=(18,),
    reelsd_g=(8,),
    reelsh_l=(35, 70),
    reelsr_t=(32, 47, 65),
    reelsu_z=(33,),
    waltzes=(19, 30),
    xmas=(10,),
)
# A bracket that is not closed "[e2c2(3A", or one that holds a sign "[+GB]".
BRACKETS = _tunes(jigs=(153,), reelsd_g=(1,))
# A note tied over a repeat sign: Segue strikes it again where the other ending begins.
TIED_OVER_REPEAT = _tunes(reelsh_l=(53,))

# abcjs: what is written (notes, bars, chords)
SLURS_AS_TIES = _tunes(jigs=(36, 71, 150, 272), reelsr_t=(92,))  # "e-|d": it ties to a later note of that pitch
CHORDS_AT_LINE_ENDS = _tunes(ashover=(37,), jigs=(37, 296), reelsd_g=(26,), reelsm_q=(3,))  # it loses them
PARTS_WITHIN_BARS = _tunes(jigs=(4, 55, 129, 168, 195, 199), reelsh_l=(63,))  # Segue parts the bar at P:
KEY_OF_A_PASS_NOT_PLAYED = _tunes(jigs=(117,), reelsh_l=(35,), reelsm_q=(41,))  # pitches it does not work out
ABCJS_WRITTEN = SLURS_AS_TIES | CHORDS_AT_LINE_ENDS | PARTS_WITHIN_BARS | KEY_OF_A_PASS_NOT_PLAYED | BRACKETS

# abcjs: what is played
NOTE_PLAYED_TWICE = _tunes(  # that before a |: or a P: without a bar line of its own
    ashover=(10, 12),
    jigs=(117, 150, 198, 272, 281, 340),
    morris=(2,),
    reelsa_c=(9,),
    reelsd_g=(41,),
    reelsh_l=(27, 44),
    reelsr_t=(2, 92),
    reelsu_z=(24, 29),
)
ENDINGS_NOT_REPEATED = _tunes(ashover=(5,), hpps=(10, 26), reelsh_l=(60,), reelsm_q=(41,), reelsu_z=(4,), slip=(4,))
TIED_IN_PLAYING = _tunes(hpps=(52,), jigs=(36, 71, 119), reelsm_q=(4,), reelsr_t=(16,), reelsu_z=(5,))
ABCJS_PLAYED = DOUBLE_BAR | BRACKETS | TIED_OVER_REPEAT | NOTE_PLAYED_TWICE | ENDINGS_NOT_REPEATED | TIED_IN_PLAYING

# abc2midi: what is played
REPEAT_AFTER_REPEAT = _tunes(jigs=(81,), reelsa_c=(81,))  # ":|" after ":|" or "|||:": it loses one
ABC2MIDI_PLAYED = DOUBLE_BAR | BRACKETS | TIED_OVER_REPEAT | REPEAT_AFTER_REPEAT

# The same tunes as Segue writes them
ABCJS_WRITTEN_OF_OURS = _tunes(jigs=(153,), reelsm_q=(41,))  # an overlay after a tuplet; as above
ABCJS_PLAYED_OF_OURS = (
    ENDINGS_NOT_REPEATED
    | TIED_OVER_REPEAT
    | _tunes(jigs=(153,), reelsh_l=(35,))  # an overlay after a tuplet; endings again
    | _tunes(morris=(2,))  # it stretches the notes where the tempo changes
)
ABC2MIDI_PLAYED_OF_OURS = TIED_OVER_REPEAT | _tunes(jigs=(81, 256))  # ":|" after ":|"
