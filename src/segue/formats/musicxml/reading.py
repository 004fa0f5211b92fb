"""From the tree of a MusicXML file to a score: parts walked, bars laid out, staves told apart, titles found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from xml.etree.ElementTree import Element

from segue.errors import FormatError, InputError
from segue.formats.musicxml.layout import Line
from segue.formats.musicxml.players import CHORDS_ONLY, Player, players_of
from segue.formats.musicxml.sounding import SLACK, Sounded, columns, sounded
from segue.formats.musicxml.walk import Walk, Walked
from segue.music.chord import Chord
from segue.music.lyric import Sung
from segue.music.score import ChordAt, Part, Score, Tempo

_MOST_PARTS = 256
_FINEST = 1 << 20  # ticks to a quarter note
_ROUND_RESOLUTION = 10080 * 11 * 8
_PLACEHOLDERS = ("", "title", "music21", "music21 fragment", "music21 work", "untitled score")

Measures = list[tuple[dict[str, str], Element]]


def score_of(root: Element, file: str) -> Score:
    """Return the score of a <score-partwise> or <score-timewise>; FormatError where it is none or cannot be."""
    if root.tag not in ("score-partwise", "score-timewise"):
        raise FormatError(f"the root is <{root.tag[:40]}>, not <score-partwise> or <score-timewise>", file=file)
    measures = _partwise(root) if root.tag == "score-partwise" else _timewise(root)
    if not any(measures.values()):
        raise FormatError("a score without measures", file=file)
    resolution, players = _resolution(measures.values()), players_of(root)
    if len(measures) > _MOST_PARTS:
        raise FormatError(f"{len(measures)} parts; at most {_MOST_PARTS} are accepted", file=file)
    walked: list[tuple[Player, Walked]] = []
    for name, content in measures.items():
        player = players.get(name, Player())
        walk = Walk(resolution, player.drums, file, is_ours=_is_ours(root))
        for index, (attributes, element) in enumerate(content):
            walk.measure(index, attributes, element)
        walked.append((player, walk.found))
    try:
        return _score(root, walked, resolution, has_parts=list(measures) != [CHORDS_ONLY])
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


def _resolution(parts: Iterable[Measures]) -> int:
    """Ticks to a quarter note in which all durations and bars are whole, as far as that is possible."""
    said = (
        (attributes.findtext("divisions") or "").strip()
        for content in parts
        for _, measure in content
        for attributes in measure.findall("attributes")
    )
    values = {text for text in said if text.isdecimal()}
    common = 16  # a bar of any metre is whole in it
    for text in values:
        value = int(text) if len(text) < 10 else 0
        common = lcm(common, value) if value else common
        if common > _FINEST:
            return _ROUND_RESOLUTION
    return common


def _score(root: Element, walked: list[tuple[Player, Walked]], resolution: int, *, has_parts: bool) -> Score:
    line = Line([found for _, found in walked], resolution)
    parts = [part for player, found in walked for part in _parts(player, found, line)] if has_parts else []
    chords, tempos = _chords(walked, line), _tempos(walked, line)
    title, composer, style = _titles(root)
    lost = sum((found.lost for _, found in walked), line.lost)
    return Score(
        parts=tuple(parts),
        bars=line.bars,
        chords=chords,
        tempos=tempos,
        title=title,
        composer=composer,
        style=style,
        notice=tuple(f"{count} {what}" for what, count in lost.items()),
    )


def _parts(player: Player, found: Walked, line: Line) -> list[Part]:
    """The parts of a player: one, or one for each staff that has notes."""
    loud = sorted((line.starts[measure] + at, velocity) for measure, at, velocity in found.loud)
    notes = sounded(found.rows, line.starts, loud, line.resolution // SLACK, line.lost)
    by_staff: dict[str, list[Sounded]] = {}
    for note in notes:
        by_staff.setdefault(note.staff, []).append(note)
    staves = sorted(by_staff, key=lambda staff: (len(staff), staff)) or [""]
    if len(staves) > _MOST_PARTS:
        raise InputError(f"part {player.name!r} has {len(staves)} staves; at most {_MOST_PARTS} are accepted")
    words: dict[str, list[Sung]] = {}
    for measure, at, staff, verse, syllable in found.words:
        whose = staff if staff in staves else staves[0]
        words.setdefault(whose, []).append(Sung(line.time(measure, at), syllable, verse))
    return [
        Part(
            notes=columns(by_staff.get(staff, []), line.resolution),
            name=player.name_of(place, len(staves)),
            program=player.program,
            is_drums=player.is_drums or found.is_unpitched,
            words=tuple(sorted(words.get(staff, ()), key=lambda sung: (sung.start, sung.verse))),
        )
        for place, staff in enumerate(staves)
    ]


def _chords(walked: list[tuple[Player, Walked]], line: Line) -> tuple[ChordAt, ...]:
    """The chords of all parts; where two stand at one time, that of the first part, and of those the last."""
    found: dict[int, Chord] = {}
    count: Counter[int] = Counter()
    for _, part in reversed(walked):
        mine = {line.starts[measure] + at: chord for measure, at, chord in part.chords}
        count.update(line.starts[measure] + at for measure, at, _ in part.chords)
        found |= mine
    inside = [start for start in sorted(found) if 0 <= start < line.starts[-1]]
    dropped = sum(count.values()) - len(inside)
    if dropped:
        line.lost["chords dropped that stand outside the bars or at one time with another"] += dropped
    return tuple(ChordAt(Fraction(start, line.resolution), found[start]) for start in inside)


def _tempos(walked: list[tuple[Player, Walked]], line: Line) -> tuple[Tempo, ...]:
    found: dict[int, float] = {}
    for _, part in reversed(walked):
        found |= {line.starts[measure] + at: bpm for measure, at, bpm in part.tempos}
    return tuple(Tempo(Fraction(start, line.resolution), found[start]) for start in sorted(found))


def _titles(root: Element) -> tuple[str, str, str]:
    """The title (the movement's before the work's), the composer, and the style that our own files name."""
    is_ours = _is_ours(root)
    named = (root.findtext("movement-title"), root.findtext("work/work-title"), _credit(root))
    titles = [_plain(text) for text in named]
    title = next((text for text in titles if text and (is_ours or text.lower() not in _PLACEHOLDERS)), "")
    creators = root.findall("identification/creator")
    names = [_plain(creator.text) for creator in creators if creator.get("type") == "composer"]
    composer = ", ".join(name for name in names if is_ours or name.lower() not in _PLACEHOLDERS)
    fields = root.findall("identification/miscellaneous/miscellaneous-field")
    style = next((_plain(field.text) for field in fields if is_ours and field.get("name") == "style"), "")
    return title, composer, style


def _is_ours(root: Element) -> bool:
    return root.findtext("identification/encoding/software") == "Segue"


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _credit(root: Element) -> str | None:
    for credit in root.findall("credit"):
        if (credit.findtext("credit-type") or "") == "title":
            return credit.findtext("credit-words")
    return None
