"""Single elements of MusicXML as text: notes, chord symbols, lyrics, tempos, clefs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from segue.formats.musicxml.drums import drum_of
from segue.formats.musicxml.harmony import written
from segue.formats.musicxml.signs import ELISION
from segue.formats.musicxml.voices import Event
from segue.formats.musicxml.walk import FORTE
from segue.music.chord import Chord
from segue.music.lyric import Sung
from segue.music.score import Part, Tempo

VELOCITY = 80  # that of notes that say none
_LOW_PLAYERS = frozenset((*range(24, 32), 52, 53, 54))  # guitars and voices: they have the treble clef an octave lower
_VIOLA = 41
_SYLLABIC = {(True, True): "single", (True, False): "begin", (False, True): "end", (False, False): "middle"}

Spelling = dict[int, tuple[str, str]]  # pitch -> its <pitch>, its <accidental>


def notes(event: Event, voice: int, spelling: Spelling, player: str) -> Iterator[str]:
    """Yield the <note>s of an event; `player` is the id of the part where it plays drums, '' else."""
    value = event.value
    timed = f"<duration>{event.ticks}</duration>"
    kind = f"<voice>{voice}</voice><type>{value.type}</type>" + "<dot/>" * value.dots
    ratio = ""
    if value.actual > 1:
        ratio = f"<actual-notes>{value.actual}</actual-notes><normal-notes>{value.normal}</normal-notes>"
        ratio = f"<time-modification>{ratio}</time-modification>"
    brackets = "".join(f'<tuplet type="{mark}"/>' for mark in event.tuplet.split())
    words = "".join(lyric(sung) for sung in event.words)
    if event.group is None:
        hidden = ' print-object="no"' if event.is_hidden else ""
        yield f"<note{hidden}><rest/>{timed}{kind}{ratio}{_notations(brackets)}{words}</note>"
        return
    ties = '<tie type="stop"/>' * event.tied_from + '<tie type="start"/>' * event.tied_to
    tied = ties.replace("<tie ", "<tied ")
    beams = "".join(f'<beam number="{level}">{beam}</beam>' for level, beam in enumerate(event.beams[:8], 1))
    chord, end = "", f"{beams}{_notations(tied + brackets)}{words}"
    for pitch, velocity in event.group.notes:
        loud = "" if velocity == VELOCITY else f' dynamics="{velocity * 100 / FORTE:.2f}"'
        if player:
            what, instrument, accidental, head = _drum(pitch, player)
        else:
            (what, accidental), instrument, head = spelling[pitch], "", ""
        yield f"<note{loud}>{chord}{what}{timed}{ties}{instrument}{kind}{accidental}{ratio}{head}{end}</note>"
        chord, end = "<chord/>", _notations(tied)


def _notations(inner: str) -> str:
    return f"<notations>{inner}</notations>" if inner else ""


def _drum(pitch: int, player: str) -> tuple[str, str, str, str]:
    drum = drum_of(pitch)
    place = f"<display-step>{drum.place[0]}</display-step><display-octave>{drum.place[1]}</display-octave>"
    head = f"<notehead>{drum.head}</notehead>" if drum.head else ""
    return f"<unpitched>{place}</unpitched>", f'<instrument id="{player}-I{pitch + 1}"/>', "", head


def harmony(chord: Chord, offset: str) -> str:
    """Return the <harmony> of a chord; `offset` is its <offset> or ''."""
    if chord.root is None:
        root, kind = '<root><root-step text="">C</root-step></root>', '<kind text="N.C.">none</kind>'
        return f"<harmony>{root}{kind}{offset}</harmony>"
    name, changes = written(chord.quality)
    degrees = "".join(
        f'<degree print-object="no"><degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter>'
        f"<degree-type>{how}</degree-type></degree>"
        for value, alter, how in changes
    )
    root = _tone("root", chord.root.letter, chord.root.alter)
    bass = _tone("bass", chord.bass.letter, chord.bass.alter) if chord.bass else ""
    return f"<harmony>{root}<kind text={quoteattr(chord.quality)}>{name}</kind>{bass}{degrees}{offset}</harmony>"


def _tone(what: str, letter: str, alter: int) -> str:
    altered = f"<{what}-alter>{alter}</{what}-alter>" if alter else ""
    return f"<{what}><{what}-step>{letter}</{what}-step>{altered}</{what}>"


def lyric(sung: Sung) -> str:
    """Return the <lyric> of a syllable."""
    syllable = sung.syllable
    texts = [f"<text>{escape(text)}</text>" for text in syllable.text.split(ELISION)]
    syllabic = f"<syllabic>{_SYLLABIC[syllable.is_start, syllable.is_end]}</syllabic>"
    return f'<lyric number="{sung.verse}">{syllabic}{f"<elision>{ELISION}</elision>".join(texts)}</lyric>'


def tempo(mark: Tempo, offset: str, *, beat: Fraction, is_shown: bool) -> str:
    """Return a tempo: with a metronome mark of `beat` (1 or 3/2 quarter notes), or only sounding."""
    if not is_shown:
        return f'<sound tempo="{mark.bpm!r}">{offset}</sound>'
    unit = "<beat-unit>quarter</beat-unit>" + "<beat-unit-dot/>" * (beat != 1)
    metronome = f"<metronome>{unit}<per-minute>{round(mark.bpm / float(beat))}</per-minute></metronome>"
    kind = f"<direction-type>{metronome}</direction-type>"
    return f'<direction placement="above">{kind}{offset}<sound tempo="{mark.bpm!r}"/></direction>'


def clef(part: Part) -> str:
    """Return the <clef> for the middle pitch of a part: treble or bass, an octave lower for guitars and low voices."""
    if part.is_drums:
        return "<clef><sign>percussion</sign></clef>"
    pitches = sorted(part.notes.pitches)
    middle = pitches[len(pitches) // 2] if pitches else 71
    if part.program in _LOW_PLAYERS and 47 <= middle < 62:
        return "<clef><sign>G</sign><line>2</line><clef-octave-change>-1</clef-octave-change></clef>"
    if part.program == _VIOLA and 52 <= middle < 72:
        return "<clef><sign>C</sign><line>3</line></clef>"
    sign, line = ("G", 2) if middle >= 59 else ("F", 4)
    return f"<clef><sign>{sign}</sign><line>{line}</line></clef>"
