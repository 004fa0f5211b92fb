"""The words of the public sets: song texts in English and Chinese verse, line by line, for models of lyrics."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from segue.corpora.corpus import Piece, Split, split_of
from segue.corpora.files import below, json_of
from segue.corpora.lead_sheets import read_openewld
from segue.errors import InputError
from segue.music.lyric import Sung
from segue.music.phrases import Onset, phrases
from segue.music.score import Part

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class VerseLine:
    """A line of words and the sign that closes it ("" where none was kept); `begins`: a part begins with it."""

    text: str
    sign: str = ""
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Verse:
    """A song's or poem's words. `key` decides the split, so that all of one song or poem share it; `title` is the tune
    name of a ci or qu."""

    key: str
    corpus: str
    language: Language
    lines: tuple[VerseLine, ...]
    title: str = ""

    @property
    def part(self) -> Split:
        """Where it belongs: see `split_of`."""
        return split_of(self.key)


@dataclass(frozen=True, slots=True)
class VerseSet:
    """A set of words: its name, language, folder below the data's root, licence, and what reads it."""

    name: str
    language: Language
    folder: str
    licence: str
    read: Callable[[Path], Iterator[Verse]]

    def verses(self, root: Path) -> Iterator[Verse]:
        """Give its verses below the data's root; InputError where its folder is absent."""
        place = root / self.folder
        if not place.is_dir():
            raise InputError(f"set {self.name}: there is no folder {place}")
        return self.read(place)


# ---- English


def _openewld(folder: Path) -> Iterator[Verse]:
    for piece in read_openewld(folder):
        if not isinstance(piece, Piece):
            continue
        lines = [line for part in piece.score.parts for verse in verses_of(part) for line in sung_lines(part, verse)]
        if lines and _is_english(" ".join(line.text for line in lines)):
            yield Verse(piece.key, "openewld", "en", tuple(lines))


def verses_of(part: Part) -> list[int]:
    """Return the numbers of the verses that a part sings."""
    return sorted({sung.verse for sung in part.words})


def sung_lines(part: Part, verse: int) -> list[VerseLine]:
    """Return the words of a verse as lines: parted where the melody breathes, sooner at signs and capital letters."""
    words = sorted((sung for sung in part.words if sung.verse == verse), key=lambda sung: sung.start)
    ends = {note.start: note.end for note in part.notes}
    melody = [
        Onset(sung.start, ends.get(sung.start, sung.start), _border(sung, after))
        for sung, after in zip(words, [*words[1:], None], strict=True)
    ]
    lines: list[VerseLine] = []
    at = 0
    for phrase in phrases(melody):
        held = words[at : at + len(phrase)]
        at += len(phrase)
        text = _joined(held)
        if text:
            lines.append(VerseLine(text, begins=not lines))
    return lines


def _border(sung: Sung, after: Sung | None) -> Fraction:
    """What the words say of a border behind a syllable: none inside a word, more behind a sign, before a capital."""
    if not sung.syllable.is_end:
        return Fraction(-99)
    signs = Fraction(2) if sung.syllable.text.rstrip("'’\"”)")[-1:] in (",", ".", ";", ":", "!", "?") else Fraction(0)
    following = after.syllable.text if after is not None else ""
    is_capital = following[:1].isupper() and not re.match(r"I\b|I['’]", following)
    return signs + (1 if is_capital else 0)


def _joined(words: Iterable[Sung]) -> str:
    text = "".join(sung.syllable.text + (" " if sung.syllable.is_end else "") for sung in words)
    return " ".join(text.split())


def _lieder(folder: Path) -> Iterator[Verse]:
    for file in sorted(folder.glob("scores/**/*.txt")):
        text = file.read_text(encoding="utf-8")
        if _is_english(text):
            lines = [VerseLine(line, begins=place == 0) for place, line in enumerate(text_lines(text))]
            yield Verse(below(folder / "scores", file.parent), "lieder", "en", tuple(lines))


def text_lines(text: str) -> list[str]:
    """Part running text into lines of verse, each begun by a capital letter, by three words or more."""
    lines: list[list[str]] = []
    for word in text.split():
        is_capital = word.lstrip("\"“'‘(")[:1].isupper() and not re.match(r"(I|O|Oh|God|Lord)\b", word)
        if not lines or (is_capital and len(lines[-1]) >= 3):
            lines.append([])
        lines[-1].append(word)
    return [" ".join(line[at : at + 14]) for line in lines for at in range(0, len(line), 14)]


_COMMON_WORDS = "the and of to my thy that with for you thou it be are when your his her shall from"
_COMMON = frozenset(_COMMON_WORDS.split())


def _is_english(text: str) -> bool:
    words = re.findall(r"[a-z']+", text.lower())
    return len(words) >= 8 and sum(word in _COMMON for word in words) >= 0.12 * len(words)


# ---- Chinese

_CLAUSE = re.compile(r"([^，。、；？！：,;?!\s]+)([，。、；？！：,;?!]?)")
_SIGNS = {"；": "，", "：": "，", ",": "，", ";": "，", "?": "。", "!": "。", "？": "。", "！": "。"}
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_LONGEST_CLAUSE = 15


def clauses(paragraphs: Iterable[str], *, is_whole: bool = True) -> list[VerseLine]:
    """Part Chinese text into clauses, each with the sign that closes it (，。、).

    Where one has a lost character or is too long, there is nothing; that clause alone is left out if not `is_whole`.
    """
    found: list[VerseLine] = []
    for paragraph in paragraphs:
        for text, sign in _CLAUSE.findall(paragraph):
            if _HAN.fullmatch(text) and len(text) <= _LONGEST_CLAUSE:
                found.append(VerseLine(text, _SIGNS.get(sign, sign) or "。", begins=not found))
            elif is_whole:
                return []
    return found


def _ci(folder: Path) -> Iterator[Verse]:
    for file in sorted(folder.glob("ci/ci.song.*.json"), key=lambda file: int(file.name.split(".")[2])):
        yield from _poems(file, "paragraphs", "ci", "rhythmic")


def _qu(folder: Path) -> Iterator[Verse]:
    yield from _poems(folder / "yuanqu.json", "paragraphs", "yuanqu", "title")


def _old(folder: Path) -> Iterator[Verse]:
    for name, field in (("shijing", "content"), ("chuci", "content"), ("nalan", "para"), ("caocao", "paragraphs")):
        yield from _poems(folder / f"{name}.json", field, name, "title")
    yield from _poems(folder / "tang300_shuimo.json", "paragraphs", "tang", "title")


def _poems(file: Path, field: str, corpus: str, title: str) -> Iterator[Verse]:
    held: Any = json_of(file.read_bytes(), str(file))
    for row in held:
        lines = clauses(row.get(field) or [], is_whole=corpus == "ci")
        if len(lines) >= 2:
            name = re.split(r"[・·/（(]", str(row.get(title) or ""))
            tune = str(row[title]) if corpus == "ci" else name[-1] if corpus == "yuanqu" else name[0]
            key = "".join(line.text for line in lines)[:12]  # a poem that lies in two sets has one key
            yield Verse(key, corpus, "zh", tuple(lines), tune.strip())


# a new set of words is one line here
VERSE_SETS: tuple[VerseSet, ...] = (
    VerseSet("openewld", "en", "openewld", "public domain", _openewld),
    VerseSet("lieder", "en", "lieder", "CC0-1.0", _lieder),
    VerseSet("ci", "zh", "chinese_poetry", "MIT (texts public domain)", _ci),
    VerseSet("qu", "zh", "chinese_poetry", "MIT (texts public domain)", _qu),
    VerseSet("old", "zh", "chinese_poetry", "MIT (texts public domain)", _old),
)


def all_verses(root: Path, language: Language) -> list[Verse]:
    """Return the verses of all sets of a language below the data's root, each text once."""
    found: dict[str, Verse] = {}
    for group in VERSE_SETS:
        if group.language == language:
            for verse in group.verses(root):
                found.setdefault("\n".join(line.text for line in verse.lines), verse)
    return list(found.values())


def read_text(file: Path, language: Language) -> list[Verse]:
    """Read a plain text of one's own: a line to a line, songs apart by blank lines; InputError for no such text."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as text: {error}") from error
    found = []
    for number, block in enumerate(re.split(r"\n\s*\n", text)):
        lines = clauses(block.splitlines()) if language == "zh" else [VerseLine(line) for line in block.splitlines()]
        kept = tuple(line for line in lines if line.text.strip())
        if kept:
            first = replace(kept[0], begins=True)
            found.append(Verse(f"{file.stem}/{number}/{kept[0].text[:24]}", file.stem, language, (first, *kept[1:])))
    return found
