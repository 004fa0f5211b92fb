"""From the tree of a MusicXML file to a score: parts walked, measures laid out, notes tied, bars made."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from fractions import Fraction
from math import gcd, lcm
from xml.etree.ElementTree import Element

from segue.errors import FormatError, InputError
from segue.formats.musicxml.players import Player, players_of
from segue.formats.musicxml.signs import Signs
from segue.formats.musicxml.walk import Row, Walk, Walked
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Sung
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo

_FINEST = 1 << 20  # ticks to a quarter note
_ROUND_RESOLUTION = 10080 * 11 * 8
_SLACK = 16  # a measure that misses its metre by less than a 16th of a quarter note was rounded by its program
_VELOCITY = 80

Measures = list[tuple[dict[str, str], Element]]


def score_of(root: Element, file: str) -> Score:
    """Return the score of a <score-partwise> or <score-timewise>; FormatError where it is none or cannot be."""
    if root.tag not in ("score-partwise", "score-timewise"):
        raise FormatError(f"the root is <{root.tag[:40]}>, not <score-partwise> or <score-timewise>", file=file)
    measures = _partwise(root) if root.tag == "score-partwise" else _timewise(root)
    resolution = _resolution(root)
    players = players_of(root)
    walked: list[tuple[Player, Walked]] = []
    for name, content in measures.items():
        player = players.get(name, Player())
        walk = Walk(resolution, player.drums, file)
        for index, (attributes, element) in enumerate(content):
            walk.measure(index, attributes, element)
        walked.append((player, walk.found))
    try:
        return _Layout([found for _, found in walked], resolution).score(root, walked)
    except InputError as error:
        raise FormatError(str(error), file=file) from None


def _partwise(root: Element) -> dict[str, Measures]:
    found: dict[str, Measures] = {}
    for place, part in enumerate(root.findall("part")):
        name = part.get("id") or str(place)
        found.setdefault(name, []).extend((dict(measure.attrib), measure) for measure in part.findall("measure"))
    return found


def _timewise(root: Element) -> dict[str, Measures]:
    found: dict[str, Measures] = {}
    for measure in root.findall("measure"):
        for place, part in enumerate(measure.findall("part")):
            found.setdefault(part.get("id") or str(place), []).append((dict(measure.attrib), part))
    return found


def _resolution(root: Element) -> int:
    """Ticks to a quarter note in which all durations and bars are whole, as far as that is possible."""
    values = {text for element in root.iter("divisions") if (text := (element.text or "").strip()).isdecimal()}
    common = 16  # a bar of any metre is whole in it
    for text in values:
        value = int(text) if len(text) < 10 else 0
        common = lcm(common, value) if value else common
        if common > _FINEST:
            return _ROUND_RESOLUTION
    return common


class _Layout:
    """Measures of all parts on one line of bars."""

    def __init__(self, parts: list[Walked], resolution: int) -> None:
        self.parts, self.resolution = parts, resolution
        self.lost: Counter[str] = Counter()
        self.count = max((len(part.lengths) for part in parts), default=0)
        self.bars, self.starts = self._bars()

    def _bars(self) -> tuple[tuple[Bar, ...], list[int]]:
        keys, metres = self._keys(), self._metres()
        signs = self._signs()
        key, metre, bars, starts = Key(), Metre(), list[Bar](), [0]
        plain: Bar | None = None
        for index in range(self.count):
            key, metre = keys.get(index, key), metres.get(index, metre)
            length = self._length(index, metre)
            if index not in signs and plain and (plain.key, plain.metre, plain.length) == (key, metre, length):
                bar = plain  # the same object: scores are summed faster so
            else:
                sign = signs.get(index, Signs())
                bar = Bar(metre, key, length, sign.repeats_from, sign.repeats_to, sign.ending, sign.section)
                plain = bar if index not in signs else plain
            bars.append(bar)
            starts.append(starts[-1] + int(bar.length * self.resolution))
        return tuple(bars), starts

    def _length(self, index: int, metre: Metre) -> Fraction:
        """The length of a bar: its metre's, or that of its longest content where this differs."""
        reach = max((part.lengths[index] for part in self.parts if index < len(part.lengths)), default=0)
        full = metre.length
        content = Fraction(reach, self.resolution)
        if not reach or content == full:
            return full
        is_implicit = any(part.implicit[index] for part in self.parts if index < len(part.implicit))
        if not is_implicit and abs(content - full) * _SLACK < 1:
            self.lost["measures rounded to their metre"] += 1
            return full
        return content

    def _metres(self) -> dict[int, Metre]:
        found: dict[int, Metre] = {}
        for part in reversed(self.parts):
            found |= dict(part.metres)
        return found

    def _keys(self) -> dict[int, Key]:
        """The sounding key at each measure where it changes: that of most parts, of the first where they tie."""
        pitched = [part for part in self.parts if not part.is_unpitched] or self.parts
        now: list[Key | None] = [None] * len(pitched)
        found: dict[int, Key] = {}
        changes = [(measure, place, key) for place, part in enumerate(pitched) for measure, key in part.keys]
        changes.sort(key=lambda change: change[:2])
        for measure, place, key in changes:
            now[place] = key
            said = [each for each in now if each is not None]
            found[measure] = max(said, key=said.count)
        return found

    def _signs(self) -> dict[int, Signs]:
        found: dict[int, Signs] = {}
        for part in self.parts:
            for index, sign in part.signs.items():
                mine = found.setdefault(index, Signs())
                mine.repeats_from |= sign.repeats_from
                mine.repeats_to = max(mine.repeats_to, sign.repeats_to)
                mine.ending = mine.ending or sign.ending
                mine.section = mine.section or sign.section
        return {index: sign for index, sign in found.items() if sign != Signs()}

    def score(self, root: Element, walked: list[tuple[Player, Walked]]) -> Score:
        """Return the score; `walked` are the parts with who plays them."""
        parts: list[Part] = []
        for player, found in walked:
            parts += self._part(player, found)
        chords, tempos = self._chords(), self._tempos()
        lost = sum((found.lost for _, found in walked), self.lost)
        title, composer = _titles(root)
        return Score(
            parts=tuple(parts),
            bars=self.bars,
            chords=chords,
            tempos=tempos,
            title=title,
            composer=composer,
            notice=tuple(f"{count} {what}" for what, count in lost.items()),
        )

    def _part(self, player: Player, found: Walked) -> list[Part]:
        """The parts of a player: one, or one for each staff."""
        staves = sorted({row.staff for row in found.rows}, key=lambda staff: (len(staff), staff))
        loud = sorted((self.starts[measure] + at, velocity) for measure, at, velocity in found.loud)
        whose = self._whose(staves, found)
        parts = []
        for place, staff in enumerate(staves or [""]):
            rows = [row for row in found.rows if row.staff == staff]
            words = tuple(
                sorted(
                    (
                        Sung(Fraction(self.starts[measure] + at, self.resolution), syllable, verse)
                        for measure, at, where, verse, syllable in found.words
                        if whose.get(where, "") == staff
                    ),
                    key=lambda sung: (sung.start, sung.verse),
                )
            )
            notes = self._notes(rows, loud)
            is_drums = player.is_drums or found.is_unpitched
            parts.append(Part(notes, player.name_of(place, len(staves)), player.program, is_drums, words))
        return parts

    @staticmethod
    def _whose(staves: list[str], found: Walked) -> dict[str, str]:
        """Which part sings the words that stand at each staff: its own, the first where that has no notes."""
        return {staff: staff if staff in staves else (staves or [""])[0] for _, _, staff, _, _ in found.words}

    def _notes(self, rows: list[Row], loud: list[tuple[int, int]]) -> Notes:
        starts, last = self.starts, self.starts[-1]
        whole: list[list[int]] = []  # start, pitch, end, velocity
        tied: list[tuple[int, int, int, int, int, str]] = []
        for row in rows:
            start = starts[row.measure] + row.at
            end = start + row.length
            limit = starts[row.measure + 1]
            if end > limit and end - limit < self.resolution / _SLACK:
                end = limit
            velocity = row.velocity or (_loudness(loud, start) if loud else _VELOCITY)
            if end > last or end <= start:
                self.lost["notes beyond their measure cut"] += 1
                end = min(end, last)
                if end <= start:
                    continue
            if row.tie:
                tied.append((start, row.pitch, end, velocity, row.tie, row.voice))
            else:
                whole.append([start, row.pitch, end, velocity])
        whole += _joined(tied)
        whole.sort()
        return _columns(whole, self.resolution)

    def _chords(self) -> tuple[ChordAt, ...]:
        found: dict[int, Chord] = {}
        for part in self.parts:
            mine = {self.starts[measure] + at: chord for measure, at, chord in part.chords}
            found = mine | found
        last = self.starts[-1]
        kept = {start: chord for start, chord in found.items() if 0 <= start < last}
        if len(kept) < len(found):
            self.lost["chords outside the bars dropped"] += len(found) - len(kept)
        return tuple(ChordAt(Fraction(start, self.resolution), kept[start]) for start in sorted(kept))

    def _tempos(self) -> tuple[Tempo, ...]:
        found: dict[int, float] = {}
        for part in reversed(self.parts):
            found |= {self.starts[measure] + at: bpm for measure, at, bpm in part.tempos}
        return tuple(Tempo(Fraction(start, self.resolution), found[start]) for start in sorted(found))


def _loudness(loud: list[tuple[int, int]], start: int) -> int:
    place = bisect_right(loud, (start, 128))
    return loud[place - 1][1] if place else _VELOCITY


def _joined(tied: list[tuple[int, int, int, int, int, str]]) -> list[list[int]]:
    """Join notes that are tied: one begins where the one before it ends, at the same pitch, in its voice or another."""
    whole: list[list[int]] = []
    open_: dict[int, list[tuple[list[int], str]]] = {}
    for start, pitch, end, velocity, tie, voice in sorted(tied):
        note = None
        waiting = open_.get(pitch, [])
        if tie & 2:
            fit = [each for each in waiting if each[0][2] == start]
            chosen = next((each for each in fit if each[1] == voice), fit[0] if fit else None)
            if chosen is not None:
                waiting.remove(chosen)
                note = chosen[0]
                note[2] = end
        if note is None:
            note = [start, pitch, end, velocity]
            whole.append(note)
        if tie & 1:
            open_[pitch] = [each for each in waiting if each[0][2] >= start] + [(note, voice)]
    return whole


def _columns(whole: list[list[int]], resolution: int) -> Notes:
    step = gcd(resolution, *(note[0] for note in whole), *(note[2] for note in whole))
    return Notes(
        resolution // step,
        [note[0] // step for note in whole],
        [(note[2] - note[0]) // step for note in whole],
        [note[1] for note in whole],
        [note[3] for note in whole],
    )


_NO_TITLES = ("", "title", "untitled", "music21", "music21 fragment", "music21 work")


def _titles(root: Element) -> tuple[str, str]:
    """The title (the movement's before the work's) and the composer."""
    titles = (root.findtext("movement-title"), root.findtext("work/work-title"), _credit(root))
    title = next((plain for each in titles if (plain := " ".join((each or "").split())).lower() not in _NO_TITLES), "")
    names = [
        " ".join((creator.text or "").split())
        for creator in root.findall("identification/creator")
        if creator.get("type") == "composer"
    ]
    return title, ", ".join(name for name in names if name.lower() not in _NO_TITLES)


def _credit(root: Element) -> str | None:
    for credit in root.findall("credit"):
        if (credit.findtext("credit-type") or "") == "title":
            return credit.findtext("credit-words")
    return None
