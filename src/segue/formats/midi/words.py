"""What a MIDI file says in words or means by them: lyrics, chord symbols, the names of sections."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from segue.errors import InputError
from segue.formats.midi.checking import texts_of_track, texts_of_tracks
from segue.formats.midi.grid import FINE, quarters
from segue.music.chord import QUALITIES, Chord
from segue.music.key import Key
from segue.music.lyric import Sung, Syllable
from segue.music.score import Bar, ChordAt, Part

CHORDS = "Chords"  # the name of the track that holds chord symbols as markers
_KARAOKE = re.compile(rb"\xff\x01[\x00-\x7f]@[LTW]")
_BARE = re.compile(r"[A-G]")
_MARKED = b"\xff\x03\x06Chords"
_BLOCKS = frozenset(("chords", "chord", "midi 01"))  # names of parts that hold block chords, where all of it is such
_COMMON = ("", "m", "7", "maj7", "m7", "dim", "m7b5", "dim7", "aug", "sus4", "sus2", "6", "m6", "7sus4", "mMaj7")
_LINE_BREAKS = ("/", "\\")  # of karaoke files: a line, a verse
_AROUND = " \t\r\n\0/\\"  # signs around syllables: blanks, and the line breaks of karaoke files
_REREAD = 1_000_000  # bytes of a file that is read again for its letters
_NEARLY = 0.9  # of the syllables
_LEAST = 2  # notes of a block
_SECTION = 60  # letters; longer markers are remarks
_Keys = Sequence[tuple[int, Key]]


# ---- lyrics


class Lines(NamedTuple):
    """Lyric events of one track: its name, how many parts came before it, and (tick, text) of each event."""

    name: str
    parts_before: int
    texts: list[tuple[int, str]]


def karaoke_of(data: bytes, words: list[Lines], parts: int) -> tuple[str, list[Lines]]:
    """Return title and words where a file without lyric events is a karaoke file (.kar): texts on a track of their own.

    Lyric events that are no UTF-8 are read again as Windows-1252.
    """
    if any("\ufffd" in text for line in words for _, text in line.texts) and len(data) <= _REREAD:
        again = texts_of_tracks(data, kind=5)
        if [len(one) for one in again] == [len(line.texts) for line in words]:
            return "", [line._replace(texts=one) for line, one in zip(words, again, strict=True)]
    found = _KARAOKE.search(data) if not words and b"@KMIDI" in data else None
    if not found:
        return "", words
    texts = texts_of_track(data, found.start(), kind=1)
    titles = [text[2:].strip() for _, text in texts if text.startswith("@T")]
    sung = [pair for pair in texts if not pair[1].startswith("@")]
    return titles[0] if titles else "", [Lines("Words", parts, sung)]


def attach_words(parts: list[Part], found: list[Lines], resolution: int) -> tuple[Part, ...]:
    """Give each list of lyric events to a part; a second list for a part is its second verse.

    The part before it has it where it carries its name or begins a note at nearly every syllable, else the part does
    that begins a note at most of them.
    """
    sung: dict[int, list[tuple[Sung, ...]]] = {}
    onsets = {place: set(part.notes.starts) for place, part in enumerate(parts) if not part.is_drums}
    for line in found:
        syllables = [pair for pair in line.texts if pair[0] >= 0]
        if not syllables or not onsets:
            continue
        times = {time for time, _ in syllables}
        before = line.parts_before - 1
        met = {place: len(times & starts) / len(times) for place, starts in onsets.items()}
        is_own = before in met and (parts[before].name == line.name != "" or met[before] >= _NEARLY)
        best = before if is_own else max(met, key=lambda place: (met[place], -abs(before - place), -place))
        verses = sung.setdefault(best, [])
        verses.append(_sung(syllables, len(verses) + 1, resolution))
    return tuple(
        replace(part, words=tuple(one for verse in sung[place] for one in verse)) if place in sung else part
        for place, part in enumerate(parts)
    )


def _sung(lines: list[tuple[int, str]], verse: int, resolution: int) -> tuple[Sung, ...]:
    """Syllables of one verse; what joins them to words is the hyphen of `text_of`, or blanks as in karaoke files."""
    after = sum(text[-1:].isspace() and text[-2:-1] != "-" for _, text in lines)
    before = sum(text[:1] in _LINE_BREAKS or text[:1].isspace() for _, text in lines if text)
    by_blanks = max(after, before) * 8 >= len(lines)
    sung: list[Sung] = []
    is_start = True
    for place, (time, text) in enumerate(lines):
        plain = text.strip(_AROUND)
        if not plain:
            is_start = True
            continue
        if by_blanks:
            following = lines[place + 1][1] if place + 1 < len(lines) else " "
            goes_on = not (text[-1:].isspace() or following[:1] in _LINE_BREAKS or following[:1].isspace())
        else:
            goes_on = text.endswith("-") and len(plain) > 1
        syllable = _syllable(plain[:-1] if goes_on and not by_blanks else plain, is_start, not goes_on)
        sung.append(Sung(quarters(time, resolution), syllable, verse))
        is_start = not goes_on
    return tuple(sung)


def text_of(syllable: Syllable) -> str:
    """The text of a lyric event: "swal-" goes on, "lows" ends a word; in "well- " the hyphen is its own."""
    if not syllable.is_end:
        return syllable.text + "-"
    return syllable.text + " " * syllable.text.endswith("-")


@lru_cache(maxsize=4096)
def _syllable(text: str, is_start: bool, is_end: bool) -> Syllable:
    return Syllable(text, is_start, is_end)


# ---- chords


def marked_chords(data: bytes, markers: Any) -> list[tuple[int, str]]:
    """Return (tick, label) of the markers on a track named "Chords"; of all markers where all of them are chords.

    Single letters alone are names of sections.
    """
    found = data.find(_MARKED)
    if found >= 0:
        return texts_of_track(data, found, kind=6)
    texts = [(marker.time, marker.text.strip()) for marker in markers]
    try:
        for _, text in texts:
            Chord.parse(text)
    except InputError:
        return []
    return texts if any(not _BARE.fullmatch(text) for _, text in texts) else []


def chords_of(
    parts: tuple[Part, ...], marked: list[tuple[int, str]], resolution: int, keys: _Keys, notice: list[str]
) -> tuple[tuple[Part, ...], tuple[ChordAt, ...]]:
    """Return the parts, and the chord symbols: the marked ones, or those of a part of nothing but block chords.

    Such a part (POP909-CL has them, named "chords" or "MIDI 01") is taken out of the parts.
    """
    if marked:
        symbols: dict[int, Chord] = {}
        for tick, text in marked:
            try:
                symbols[tick] = Chord.parse(text)
            except InputError as error:
                notice.append(f"a chord symbol is left out: {error}")
        return parts, tuple(ChordAt(quarters(tick, resolution), chord) for tick, chord in sorted(symbols.items()))
    if len(parts) > 1:
        for place, part in enumerate(parts):
            if part.name.lower() in _BLOCKS and (read := _blocks(part, resolution, keys)):
                return parts[:place] + parts[place + 1 :], read
    return parts, ()


def _blocks(part: Part, resolution: int, keys: _Keys) -> tuple[ChordAt, ...]:
    """Name each block of a part; nothing where less than nine tenths of it are blocks, one after the other."""
    chords: list[ChordAt] = []
    notes, end, odd, count = part.notes, 0, 0, 0
    for start, rows in groupby(zip(notes.starts, notes.lengths, notes.pitches, strict=True), key=lambda row: row[0]):
        block = list(rows)
        count += 1
        odd += len(block) < _LEAST or start < end or len({length for _, length, _ in block}) > 1
        if len(block) < _LEAST:
            continue
        chord = _named(tuple(pitch for _, _, pitch in block), _key_at(keys, start))
        if start > end and chords:
            chords.append(ChordAt(quarters(end, resolution), Chord(None)))
        if not chords or chords[-1].chord != chord:
            chords.append(ChordAt(quarters(start, resolution), chord))
        end = max(start + length for _, length, _ in block)
    return tuple(chords) if 10 * odd <= count else ()


def _key_at(keys: _Keys, tick: int) -> Key:
    return keys[max(0, bisect_right(keys, tick, key=lambda pair: pair[0]) - 1)][1]


@cache
def _qualities() -> dict[frozenset[int], str]:
    table: dict[frozenset[int], str] = {}
    for quality, steps in QUALITIES.items():
        table.setdefault(frozenset(step % 12 for step in steps), quality)
    return table


@lru_cache(maxsize=4096)
def _named(pitches: tuple[int, ...], key: Key) -> Chord:
    """Name a block of pitches: by a common quality over its lowest tone, else over another; else by a rarer one."""
    bass = pitches[0] % 12
    classes = list(dict.fromkeys(pitch % 12 for pitch in pitches))
    found = [(root, _qualities().get(frozenset((pc - root) % 12 for pc in classes))) for root in classes]
    for root, quality in [pair for pair in found if pair[1] in _COMMON] + found:
        if quality is not None:
            return Chord(key.spell(root), quality, None if root == bass else key.spell(bass))
    return Chord.of_intervals(key.spell(bass), [pc - bass for pc in classes])


# ---- sections


def with_sections(
    bars: tuple[Bar, ...], markers: Any, marked: list[tuple[int, str]], resolution: int
) -> tuple[Bar, ...]:
    """Name the bars at whose start a marker stands that is no marked chord."""
    starts = _starts(bars, resolution)
    named = list(bars)
    chords = Counter(marked)
    for marker in markers:
        if chords[marker.time, marker.text]:
            chords[marker.time, marker.text] -= 1
            continue
        text, where = marker.text.strip(), marker.time * FINE
        place = bisect_left(starts, where)
        if place < len(bars) and starts[place] == where and 0 < len(text) <= _SECTION and "." not in text[1:-1]:
            named[place] = replace(named[place], section=text)
    return tuple(named)


def _starts(bars: Sequence[Bar], resolution: int) -> list[int]:
    """Where each bar begins, in parts of a tick."""
    starts, at, last, size = [], 0, None, 0
    for bar in bars:
        if bar is not last:
            last, size = bar, int(bar.length * resolution * FINE)
        starts.append(at)
        at += size
    return starts
