"""Writing lyrics: every line of a frame drawn under its constraints, the best try of several taken, n times over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segue.compose import care
from segue.compose.lyrics import chinese
from segue.compose.lyrics.checking import STRICTNESS, check_line
from segue.compose.lyrics.coding import code_line, line_text
from segue.compose.lyrics.decoding import Asked, Try, draw_tries
from segue.compose.lyrics.english import WEAK
from segue.compose.lyrics.frame import Frame, LineFrame
from segue.compose.lyrics.holding import Holding
from segue.compose.lyrics.lexicon import Lexicon, lexicon
from segue.compose.lyrics.writer import Brief, Lines, Writer
from segue.compose.offer import Offer, check_count
from segue.errors import InputError, UnavailableError, did_you_mean
from segue.models.lyrics.runs import Runs
from segue.music.lyric import Line, Lyric

_ROUNDS = 6  # times that all tries of a line are drawn anew, each warmer, where all of them were learned by heart
_LATELY, _REPEATED = 40, 0.7  # items back, nats against an item that was used there
_SAID = 14  # items back; what of the theme was said there is not asked for again
# words that end no line well
_POOR = (
    "a an the of and or nor my thy our your their its from than if as but i'm you're we're they're i've i'd who whose "
    "into upon with for that at by when where because"
)
_POOR_ENDS = frozenset(_POOR.split())
# words of other languages in the sets that the own English model learned from, and pieces of words
_STRAY_WORDS = (
    "augen blumen blume eng engel feld gut herzen hirten ich und der das ist ein mein dein nicht liebe lieb lieder les "
    "des qui que mon sur ils menschen nacht narr norden seele seel sohn sterne strahl tanz tanze traume tur ter viens "
    "wald welt wort t don s ll re ve"
)
_STRAY = frozenset(_STRAY_WORDS.split())
_CHORUSES = ("chorus", "refrain", "hook", "副歌")


@dataclass(frozen=True)
class Wish:
    """How to write.

    `theme`, `mood` and `title` say what about; `strictness` what counts as rhyme (strict, sung, slant); `temperature`
    how wild (0: always the likeliest); `tries` how many tries at a line the best is taken of; `themed` and `stressed`
    how much theme and strong beats count (0: nothing). `keep` gives lines, by number from 1 on, that stay as they are;
    `avoid` are words or characters that are never written, and `level` (clean, mild, explicit) says what is held by
    `segue.compose.care`: another line is drawn in place of one that it holds; a theme or kept line that it holds is
    refused when writing begins.
    """

    theme: str = ""
    mood: str = ""
    title: str = ""
    strictness: str = "sung"
    temperature: float = 0.8
    tries: int = 8
    themed: float = 1.0
    stressed: float = 1.0
    keep: Mapping[int, str] = field(default_factory=dict)
    avoid: frozenset[str] = frozenset()
    level: care.Level = "mild"

    def __post_init__(self) -> None:
        care.check("", self.level)
        if self.strictness not in STRICTNESS:
            near = did_you_mean(self.strictness, STRICTNESS)
            raise InputError(f"strictness {self.strictness!r} is none of {', '.join(STRICTNESS)}{near}")
        if not 0 <= self.temperature <= 5:
            raise InputError(f"temperature {self.temperature:g}: 0 to 5 are accepted")
        if not 1 <= self.tries <= 64:
            raise InputError(f"{self.tries} tries at a line: 1 to 64 are accepted")
        if self.themed < 0 or self.stressed < 0:
            raise InputError(f"themed {self.themed:g}, stressed {self.stressed:g}: 0 or more are accepted")


def write_lyrics(
    frame: Frame, writer: Writer, wish: Wish | None = None, n: int = 1, seed: int = 0, queue: care.Holds | None = None
) -> list[Offer[Lyric]]:
    """Write n lyrics to a frame, the likeliest first. Every line has its length, and every rhyme holds.

    A chorus (refrain, hook, 副歌) of the same lengths that comes again has the same words. No run of eight words that
    the writer learned from is kept, where it tells which (see `segue.models.lyrics.runs`). The same seed gives the same
    words. What care holds is put into the `queue`, where there is one, and is used once a person accepted it there.
    InputError where the writer writes another language, a line that is kept breaks the frame, or what is given is held.
    """
    check_count(n)
    wish = wish or Wish()
    if writer.language != frame.language:
        raise InputError(f"writer {writer.name} writes {writer.language!r}; the frame asks for {frame.language!r}")
    for number, text in wish.keep.items():
        _check_kept(frame, number, text)
    Holding(wish.level, queue).check_given(given_texts(wish))
    offers = []
    for turn in range(n):
        holding = Holding(wish.level, queue, f"lyrics by {writer.name}, seed {seed + turn}")
        offers.append(_Writing(frame, writer, wish, seed + turn, holding).offer())
    return sorted(offers, key=lambda offer: -offer.fit)


def given_texts(wish: Wish) -> dict[str, str]:
    """Return what a wish gives in words, by what it is."""
    named = {"theme": wish.theme, "mood": wish.mood, "title": wish.title}
    return named | {f"line {number}": text for number, text in wish.keep.items()}


def _check_kept(frame: Frame, number: int, text: str) -> None:
    if not 1 <= number <= len(frame.lines):
        raise InputError(f"line {number} is to be kept; the frame has lines 1 to {len(frame.lines)}")
    for finding in check_line(text, frame.lines[number - 1], frame.language, number):
        if finding.is_broken:
            raise InputError(f"line {number} is to be kept ({text[:60]!r}), but breaks the frame: {finding.says}")


class _Writing:
    """One lyric as it is written."""

    def __init__(self, frame: Frame, writer: Writer, wish: Wish, seed: int, holding: Holding) -> None:
        self.frame, self.writer, self.wish, self.seed, self.holding = frame, writer, wish, seed, holding
        self.lexicon: Lexicon = lexicon(writer.items, frame.language)
        self.numbers = {item: number for number, item in enumerate(writer.items)}
        self.rng = np.random.default_rng(seed)
        brief = Brief(wish.theme, wish.mood, wish.title)
        self.lines: Lines = writer.open(brief, frame.tune or wish.title)
        self.theme = self._theme(brief)
        self.runs: Runs | None = getattr(writer, "runs", None)
        self.usable = self._usable()
        self.texts: dict[int, str] = {number - 1: text for number, text in wish.keep.items()}
        self.same = _same_lines(frame)
        self.text: list[str] = []  # items so far, in reading order
        self.nats, self.drawn = 0.0, 0

    def _theme(self, brief: Brief) -> NDArray[np.float32]:
        held = np.zeros(len(self.writer.items), dtype=np.float32)
        if brief.words and self.wish.themed:
            held += 3 * self.wish.themed * self.writer.affinity(brief.words)
        return held

    def _usable(self) -> NDArray[np.bool_]:
        usable: NDArray[np.bool_] = self.lexicon.sizes > 0
        stray = _STRAY if self.frame.language == "en" else frozenset()
        avoided = [number for item, number in self.numbers.items() if item in self.wish.avoid or item in stray]
        usable[avoided] = False
        if not (usable & (self.lexicon.sizes == 1)).any():
            raise InputError(f"writer {self.writer.name} knows no word of one syllable, so lines could not be filled")
        return usable

    def offer(self) -> Offer[Lyric]:
        """Write all lines."""
        for number, line in enumerate(self.frame.lines):
            if number in self.same and self.same[number] in self.texts:
                self.texts.setdefault(number, self.texts[self.same[number]])
            if number in self.texts:
                self._accept_text(line, self.texts[number])
            else:
                self.texts[number] = self._write(number, line)
        lyric = lyric_of(self.frame, [self.texts[number] for number in range(len(self.frame.lines))], self.wish.title)
        fit = self.nats / self.drawn if self.drawn else float("nan")
        return Offer(lyric, fit, self.seed, self._reasons())

    def _accept_text(self, line: LineFrame, text: str) -> None:
        items = code_line(text, self.frame.language).items
        self.lines.accept(line, [self.numbers[item] for item in items if item in self.numbers])
        self.text += items

    def _write(self, number: int, line: LineFrame) -> str:
        asked = Asked(line, self._last(number, line), self.usable, self._bias(), self.wish.stressed)
        for turn in range(_ROUNDS):
            heat = self.wish.temperature + 0.3 * turn
            tries = draw_tries(
                self.lines, self.lexicon, asked, self.wish.tries, heat, self.rng, backward=self.writer.is_backward
            )
            for best in sorted(tries, key=lambda each: -each.worth / len(each.items)):
                text = self._text_of(best, line)
                if not self._is_copied(best) and self.holding.passes(text, f"line {number + 1}"):
                    return self._take(line, best)
        raise UnavailableError(
            f"line {number + 1}: {_ROUNDS * self.wish.tries} tries all hold eight words in a row that the model "
            "learned from, or words that are held; a higher temperature or another seed may help"
            + "".join(f"; {told}" for told in self.holding.reasons())
        )

    def _is_copied(self, each: Try) -> bool:
        names = [self.writer.items[item] for item in each.items]
        return self.runs is not None and self.runs.copied([*self.text, *names], len(names))

    def _text_of(self, each: Try, line: LineFrame) -> str:
        return line_text([self.writer.items[item] for item in each.items], self.frame.language, line.sign)

    def _take(self, line: LineFrame, best: Try) -> str:
        self.lines.accept(line, best.items)
        names = [self.writer.items[item] for item in best.items]
        self.text += names
        self.nats, self.drawn = self.nats + best.nats, self.drawn + len(names)
        return self._text_of(best, line)

    def _bias(self) -> NDArray[np.float32]:
        bias = self.theme.copy()
        weak = WEAK if self.frame.language == "en" else frozenset()
        lately = {self.numbers[item] for item in self.text[-_LATELY:] if item in self.numbers and item not in weak}
        bias[[self.numbers[item] for item in self.text[-_SAID:] if item in self.numbers]] = 0
        bias[list(lately)] -= _REPEATED
        return bias

    def _last(self, number: int, line: LineFrame) -> NDArray[np.bool_]:
        """The items that may end a line: those that rhyme with what its group has, or can begin a rhyme."""
        group = self.frame.rhyme_groups.get(line.rhyme, [])
        ends = self._preferred_ends()
        if number not in group:
            return _either(self.usable & ends, self.usable, self.lexicon.sizes <= line.length)
        known = [self.texts[other] for other in group if other in self.texts]
        if known:
            places = self.lexicon.rhyming(known, self.wish.strictness)
        else:
            shortest = min(self.frame.lines[other].length for other in group)
            different = sum(self.same.get(other, other) == other for other in group)
            places = self.lexicon.with_partners(max(different, 2), shortest)
        found = np.zeros(len(self.usable), dtype=bool)
        found[places] = True
        found &= self.usable & (self.lexicon.sizes <= line.length)
        if not found.any():
            told = f"rhymes with {', '.join(repr(text) for text in known)}" if known else "can begin that rhyme"
            raise InputError(f"line {number + 1}: no word that the writer knows {told}; another rhyme scheme may do")
        return _either(found & ends, found, self._toned(line))

    def _toned(self, line: LineFrame) -> NDArray[np.bool_]:
        """The items whose tone may end the line."""
        tone = line.tones[-1:] or "中"
        if tone == "中":
            return np.ones(len(self.usable), dtype=bool)
        return self.lexicon.level if tone == "平" else self.lexicon.oblique

    def _preferred_ends(self) -> NDArray[np.bool_]:
        used = {self._end(text) for text in self.texts.values()} | (
            _POOR_ENDS if self.frame.language == "en" else set()
        )
        found = np.ones(len(self.usable), dtype=bool)
        found[[self.numbers[item] for item in used if item in self.numbers]] = False
        return found

    def _end(self, text: str) -> str:
        items = code_line(text, self.frame.language).items
        return items[-1] if items else ""

    def _reasons(self) -> tuple[str, ...]:
        """What was kept, in words."""
        unit = "characters" if self.frame.language == "zh" else "syllables"
        lengths = " ".join(str(line.length) for line in self.frame.lines)
        told = [f"{self.frame.tune + ': ' if self.frame.tune else ''}{lengths} {unit}, a line each as asked"]
        for name, group in self.frame.rhyme_groups.items():
            ends = list(dict.fromkeys(self._end(self.texts[number]) for number in group))
            sound = f" ({chinese.class_of(ends[0])}韵)" if self.frame.language == "zh" else ""
            told.append(f"rhyme {name}: {', '.join(ends)}{sound}")
        if self.runs is not None:
            what = "characters" if self.frame.language == "zh" else "words"
            told.append(f"no run of {self.runs.length} {what} from the texts that the model learned from")
        return (*told, *self.holding.reasons())


def _either(wanted: NDArray[np.bool_], needed: NDArray[np.bool_], also: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The narrowest of some choices that is not empty."""
    for choice in (wanted & also, needed & also, wanted):
        if choice.any():
            return choice
    return needed


def _same_lines(frame: Frame) -> dict[int, int]:
    """For the lines of a chorus that comes again, the lines of its first time; both from 0 on."""
    spans: list[tuple[str, list[int]]] = []
    for number, line in enumerate(frame.lines):
        if not spans or spans[-1][0] != line.section:
            spans.append((line.section, []))
        spans[-1][1].append(number)
    first: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    same: dict[int, int] = {}
    for name, numbers in spans:
        if not name.lower().startswith(_CHORUSES):
            continue
        shape = (name.lower(), tuple(frame.lines[number].length for number in numbers))
        before = first.setdefault(shape, numbers)
        same |= {number: model for number, model in zip(numbers, before, strict=True) if number != model}
    return same


def lyric_of(frame: Frame, texts: Sequence[str], title: str) -> Lyric:
    """Return the lyric of some lines in the sections of a frame."""
    sections: list[tuple[str, list[Line]]] = []
    for line, text in zip(frame.lines, texts, strict=True):
        if not sections or sections[-1][0] != line.section:
            sections.append((line.section, []))
        sections[-1][1].append(Line(text))
    rows = tuple((name, tuple(lines)) for name, lines in sections)
    return Lyric(rows, title=title or frame.tune, language=frame.language)
