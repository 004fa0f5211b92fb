"""iReal Pro charts, read only: irealb:// and irealbook:// links (or a page that holds some), and JazzStandards JSON.

Bars are cells: a chord takes one, a blank one more, and where they lie tells the beat. Two chords share a bar of 3/4 as
2 + 1 and one of 5/4 as 3 + 2. Endings and repeats are kept; alternative chords (small, above), texts, codas and segnos
are left out. Links that iReal Pro exports are scrambled in blocks of fifty characters, as others have found out before
us (ironss's accompaniser, pianosnake's ireal-reader).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar
from urllib.parse import unquote

from segue.errors import FormatError, InputError
from segue.formats.sheet import MOST_BARS, Sheet
from segue.formats.text import head, lines_of
from segue.music.chord import NO_CHORD, Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Score

NAME = "iReal chart"
SUFFIXES = (".irealb", ".ireal", ".html", ".htm", ".json")
EXAMPLE = b"irealbook://Little blues=Nobody=Medium Swing=F=n=*A{T44F7 |Bb7 |F7 |C-7 F7 }*B[Bb7 |x |F7 |D7,G-7,C7, Z"

_LINK = re.compile(r'irealb(ook)?://([^"\n]+)')
_SECRET = "1r34LbKcu7"
_MOST_SONGS, _MOST_IN_ALL = 5_000, 60_000  # songs of a file, and bars of all its songs
_MOST_MUSIC = 20_000  # characters of a song in a link
_NAMES = {"i": "intro", "v": "verse", "V": "verse"}
_TOKEN = re.compile(
    r"\*(?P<section>[A-Za-z])|T(?P<time>\d\d)|<(?P<text>[^>]{0,400})>|N(?P<ending>\d)"
    r"|(?P<chord>[A-GW][b#]?(?:\*[^*]{0,20}\*|(?:sus|alt|add|[-^oh+0-9b#])*)(?:/[A-G][b#]?)?)"
    r"|\((?P<other>[^()]{0,40})\)|(?P<sign>[][{}|Z])|(?P<cell>[ nprx])|(?P<nothing>[,YSQfUslX*\w./^-])"
)
_T = TypeVar("_T")
_TIMES = {"12": Metre(12, 8)}


def is_like(data: bytes) -> bool:
    """Whether a file holds an iReal link, or the JSON of JazzStandards."""
    text = head(data, 20_000)
    return "irealb://" in text or "irealbook://" in text or '"MainSegment"' in text


def read(data: bytes, *, file: str = "") -> Score:
    """Read the first chart of a file; FormatError where there is none."""
    return next(_songs(data, file))


def read_all(data: bytes, *, file: str = "") -> list[Score]:
    """Read all charts of a file; FormatError, with the song, where one is none."""
    songs: list[Score] = []
    bars = 0
    for song in _songs(data, file):
        songs.append(song)
        bars += len(song.bars)
        if len(songs) > _MOST_SONGS or bars > _MOST_IN_ALL:
            raise FormatError(f"more than {_MOST_SONGS:,} songs or {_MOST_IN_ALL:,} bars", file=file)
    return songs


def _songs(data: bytes, file: str) -> Iterator[Score]:
    text = "\n".join(lines_of(data, file=file)).strip()
    count = 0
    try:
        for song in _from_json(text, file) if text[:1] in ("[", "{") else _from_links(text, file):
            count += 1
            yield song
    except RecursionError:
        raise FormatError("lists in lists in lists: too deep", file=file) from None
    if not count:
        raise FormatError("no iReal chart in it; links begin with irealb:// or irealbook://", file=file)


# ---- the places of chords


def _spread(cells: Sequence[Chord | None], metre: Metre) -> list[Chord | None]:
    """Return the chords of a bar at equal steps, from the cells that they stand in."""
    kept = list(cells)
    if len(kept) == 3 and metre.count % 2 == 0:
        kept.append(None)
    while len(kept) % 2 == 0 and not any(kept[1::2]):
        kept = kept[::2]
    if metre.count in (3, 5) and len(kept) == 2:
        return [kept[0], None, kept[1]] if metre.count == 3 else [kept[0], None, None, kept[1], None]
    if metre.count == 3 and len(kept) == 4 and sum(one is not None for one in kept) == 3:
        return [one for one in kept if one is not None]
    return kept


@lru_cache(maxsize=4096)
def _chord(label: str) -> Chord:
    return NO_CHORD if label == "n" else Chord.parse(label.replace("*", ""))


# ---- JSON


def _from_json(text: str, file: str) -> Iterator[Score]:
    try:
        found = json.loads(text)
    except ValueError as problem:
        raise FormatError(f"this is no JSON: {problem}", file=file) from None
    songs = found if isinstance(found, list) else [found]
    for number, song in enumerate(songs, 1):
        try:
            yield _json_song(_is(song, dict))
        except InputError as problem:
            raise FormatError(str(problem), file=file, place=f"song {number}") from None


def _is(value: object, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise InputError(f"{str(value)[:40]!r} stands where JazzStandards has a {kind.__name__}")
    return value


def _json_song(song: dict[str, object]) -> Score:
    sheet = Sheet(metre=Metre.parse(_is(song.get("TimeSignature", "4/4"), str)))
    if key := song.get("Key"):
        sheet.key = Key.parse(_is(key, str))
    else:
        sheet.say("the key is not told")
    for row in _is(song.get("Sections"), list):
        section = _is(row, dict)
        label = _is(section.get("Label", ""), str)
        sheet.section = _NAMES.get(label, label)
        first = len(sheet.bars)
        _segment(sheet, section.get("MainSegment"))
        endings = _is(section.get("Endings", []), list)
        for number, ending in enumerate(endings, 1):
            begin = len(sheet.bars)
            _segment(sheet, ending)
            if len(endings) > 1:
                sheet.mark(begin, ending=(number,))
                sheet.mark(-1, repeats_to=2 if number < len(endings) else 1)
        repeats = _is(section.get("Repeats", 0), int)
        if len(endings) > 1 or repeats:
            sheet.mark(first, repeats_from=True)
        if repeats and len(endings) < 2:
            sheet.mark(-1, repeats_to=repeats + 1)
    if not sheet.bars:
        raise InputError("a song without bars")
    words = [_is(song.get(name, ""), str) for name in ("Title", "Composer", "Rhythm")]
    return sheet.score(*words)


def _segment(sheet: Sheet, segment: object) -> None:
    for bar in _is(_is(segment, dict).get("Chords"), str).split("|"):
        cells = [re.sub(r"\([^()]*\)", "", cell).strip() for cell in bar.split(",")]
        sheet.add(_spread([_chord(cell) if cell else None for cell in cells], sheet.metre))


# ---- links


def _from_links(text: str, file: str) -> Iterator[Score]:
    number = 0
    for found in _LINK.finditer(text):
        for song in [found[2]] if found[1] else re.split(r"={3,}|(?:%3[dD]){3}", found[2]):
            if len(song) > 4 * _MOST_MUSIC:
                raise FormatError(
                    f"a song of {len(song):,} characters; at most {4 * _MOST_MUSIC:,} are read", file=file
                )
            fields = unquote(song, errors="replace").split("=")
            if len(fields) < 5:
                continue  # the name of a playlist, or nothing
            number += 1
            try:
                yield _link_song(fields, is_plain=bool(found[1]))
            except InputError as problem:
                raise FormatError(str(problem), file=file, place=f"song {number}") from None


def _link_song(fields: list[str], *, is_plain: bool) -> Score:
    names = [one for one in fields if one]
    found = [fields[-1]] if is_plain else [one.removeprefix(_SECRET) for one in fields if one.startswith(_SECRET)]
    music = found[0] if found else ""
    if not 0 < len(music) <= _MOST_MUSIC:
        raise InputError(f"a link with {len(music):,} characters of music; 1 to {_MOST_MUSIC:,} are read")
    music = music if is_plain else _unscrambled(music)
    title, composer, style, key = (*names, "", "", "", "")[:4]
    tune = _Tune(Sheet(key=Key.parse(key.replace("-", "m"))))
    tune.read(music.replace("XyQ", "   ").replace("LZ", " |").replace("Kcl", "| x"))
    return tune.sheet.score(title, composer, style)


def _unscrambled(text: str) -> str:
    """Put blocks of fifty in order again; the last ones, up to fifty-one characters, are as they were."""
    end = max(0, len(text) - 2) // 50 * 50
    return "".join(_swapped(text[start : start + 50]) for start in range(0, end, 50)) + text[end:]


def _swapped(block: str) -> str:
    places = [49 - at if at < 5 or 10 <= at < 24 or 26 <= at < 40 or at > 44 else at for at in range(50)]
    return "".join(block[at] for at in places)


@dataclass
class _Tune:
    sheet: Sheet
    cells: list[Chord | None] = field(default_factory=list)
    last: Chord | None = None
    pending: dict[str, object] = field(default_factory=dict)  # for the next bar
    copies: int = 0  # the bars before that this one repeats: x is 1, r is 2
    played: list[list[Chord | None]] = field(default_factory=list)
    ending: int = 0
    times: int = 2

    def read(self, music: str) -> None:
        place = 0
        while place < len(music):
            found = _TOKEN.match(music, place)
            if not found or found.lastgroup is None:
                raise InputError(f"{music[place : place + 12]!r} is nothing that iReal charts have")
            place = found.end()
            kind = found.lastgroup
            self.token(kind, found[kind])
        self.bar()
        if not self.sheet.bars:
            raise InputError("a song without bars")

    def token(self, kind: str, value: str) -> None:
        if kind == "chord":
            self.cells.append(self.chord(value))
        elif kind == "cell":
            self.cell(value)
        elif kind == "sign":
            self.sign(value)
        elif kind == "section":
            self.bar()
            self.sheet.section = _NAMES.get(value, value)
        elif kind == "time":
            self.sheet.metre = _TIMES.get(value) or Metre(int(value[0]), int(value[1]))
        elif kind == "ending":
            self.bar()
            self.ending = int(value)
        elif kind == "text":
            self.text(value)
        elif kind == "other":
            self.sheet.say("alternative chords are left out")
        elif value in "SQ":
            self.sheet.say("segno and coda are left out")

    def chord(self, label: str) -> Chord:
        if label[0] == "W":
            if self.last is None or self.last.root is None:
                raise InputError("a bass alone (W) before any chord")
            self.last = Chord(self.last.root, self.last.quality, Chord.parse(f"C{label[1:]}").bass)
        else:
            self.last = _chord(label)
        return self.last

    def cell(self, value: str) -> None:
        if value == "n":
            self.last = NO_CHORD
            self.cells.append(NO_CHORD)
        elif value in "xr":
            self.copies = 1 if value == "x" else 2
        else:
            self.cells.append(None)
        self.pending["slash"] = self.pending.get("slash") or value == "p"

    def sign(self, value: str) -> None:
        self.bar()
        if value == "{":
            self.pending["from"] = True
            self.times = 2
        elif value == "}" and self.sheet.bars:
            self.sheet.mark(-1, repeats_to=self.times)

    def text(self, value: str) -> None:
        if found := re.fullmatch(r"\s*(\d{1,2})x\s*", value):
            self.times = min(max(int(found[1]), 2), 99)
        else:
            self.sheet.say("texts such as D.C. al Coda are left out")

    def bar(self) -> None:
        """Put what was read since the last bar line on the sheet; blanks alone are no bar."""
        if self.copies:
            if len(self.played) < self.copies:
                raise InputError("a bar repeats what is not there")
            for slots in self.played[-self.copies :]:
                self.add(slots, holds=self.copies == 1 and len(slots) == 1)
        elif any(one is not None for one in self.cells) or self.pending.get("slash"):
            self.add(_spread(self.cells, self.sheet.metre))
        self.cells, self.copies = [], 0
        self.pending.pop("slash", None)

    def add(self, slots: list[Chord | None], *, holds: bool = False) -> None:
        self.sheet.add([None] if holds else slots)
        self.played.append(slots)
        if self.pending.pop("from", False):
            self.sheet.mark(-1, repeats_from=True)
        if self.ending:
            self.sheet.mark(-1, ending=(self.ending,))
        self.ending = 0
        if len(self.played) > MOST_BARS:
            raise InputError(f"more than {MOST_BARS:,} bars")
