"""Holding a lyric against its frame: what of each line keeps it and what does not, said line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from segue.compose.lyrics import chinese, english, rhyme
from segue.compose.lyrics.frame import Frame, LineFrame
from segue.errors import InputError, did_you_mean
from segue.music.lyric import Lyric, Syllable

Kind = Literal["lines", "length", "rhyme", "tone", "stress", "language"]
MUST: frozenset[Kind] = frozenset(("lines", "length", "rhyme", "language"))  # the others are wishes
STRICTNESS = tuple(rhyme.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a lyric does not keep: the line (from 1 on; 0 for the whole), of what kind, and said in words."""

    line: int
    kind: Kind
    says: str

    @property
    def is_broken(self) -> bool:
        """Whether what must hold does not: number of lines, lengths, rhymes, language; stress and tones are wishes."""
        return self.kind in MUST


def check(frame: Frame, lyric: Lyric, strictness: str = "sung") -> tuple[Finding, ...]:
    """Return what a lyric does not keep of a frame, in the order of its lines; () where it keeps all.

    A line keeps its length where its words can be sung on that many syllables, by any pronunciation of each. Of lines
    that are to rhyme, each must rhyme with one before it, and no two may end in the same word. `strictness` says what
    counts as rhyme in English (strict, sung, slant); in Chinese lines rhyme by the classes of 中华新韵.
    """
    if strictness not in rhyme.ACCEPTED:
        raise InputError(
            f"strictness {strictness!r} is none of {', '.join(STRICTNESS)}{did_you_mean(strictness, STRICTNESS)}"
        )
    texts = [line.text for line in lyric.lines]
    found: list[Finding] = []
    if len(texts) != len(frame.lines):
        found.append(Finding(0, "lines", f"{len(texts)} lines; the frame has {len(frame.lines)}"))
    rows = list(zip(texts, frame.lines, strict=False))
    for number, (text, line) in enumerate(rows):
        found += check_line(text, line, frame.language, number + 1)
        problem = _rhyme_problem(
            [before for before, other in rows[:number] if line.rhyme and other.rhyme == line.rhyme],
            text,
            frame,
            strictness,
        )
        if problem:
            found.append(Finding(number + 1, "rhyme", problem))
    return tuple(sorted(found, key=lambda finding: finding.line))


def check_line(text: str, line: LineFrame, language: str, number: int = 1) -> list[Finding]:
    """Return what one line does not keep by itself: language, length, tones, stress."""
    stray = _of_other_language(text, language)
    if stray:
        name = "English" if language == "en" else "Chinese"
        return [Finding(number, "language", f"{stray!r} is not {name}")]
    return _check_chinese(text, line, number) if language == "zh" else _check_english(text, line, number)


def _of_other_language(text: str, language: str) -> str:
    """The first word or character that the language does not have."""
    if language == "en":
        return next((letter for letter in text if letter.isalpha() and ord(letter) > 0x24F), "")
    return next((letter for letter in text if letter.isalpha() and not chinese.HAN.fullmatch(letter)), "")


def _check_chinese(text: str, line: LineFrame, number: int) -> list[Finding]:
    characters = chinese.characters_of(text)
    if len(characters) != line.length:
        return [Finding(number, "length", f"{len(characters)} characters; {line.length} are asked for")]
    wrong = [
        f"{character} ({place + 1}) is not {tone}"
        for place, (character, tone) in enumerate(zip(characters, line.tones, strict=False))
        if tone != "中" and chinese.tone_kinds(character) and tone not in chinese.tone_kinds(character)
    ]
    return [Finding(number, "tone", ", ".join(wrong))] if wrong else []


def _check_english(text: str, line: LineFrame, number: int) -> list[Finding]:
    words = english.words_of(text)
    counts = fit(words, line.length, line.strong)
    if counts is None:
        usual = sum(english.syllable_counts(word)[0] for word in words)
        return [Finding(number, "length", f"{usual} syllables; {line.length} are asked for")]
    weak = _weakly_placed(words, counts, line.strong)
    return [Finding(number, "stress", f"{', '.join(weak)} stressed on a weak beat")] if weak else []


def fit(words: Sequence[str], length: int, strong: Sequence[bool] = ()) -> tuple[int, ...] | None:
    """Return how many syllables each word is sung on so that they make `length`; None where they cannot.

    Of several ways the one with most stresses on strong beats, then that nearest to how words are usually said.
    """
    ways: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}  # syllables so far -> cost, counts
    for word in words:
        grown: dict[int, tuple[int, tuple[int, ...]]] = {}
        for at, (cost, counts) in ways.items():
            for order, size in enumerate(english.syllable_counts(word)):
                if at + size <= length:
                    price = cost + order + 4 * _misplaced(english.usual_stresses(word, size), strong[at : at + size])
                    grown[at + size] = min(grown.get(at + size, (price + 1, ())), (price, (*counts, size)))
        ways = grown
    return ways[length][1] if length in ways else None


def _misplaced(stresses: Sequence[int], strong: Sequence[bool]) -> int:
    """How many stresses lie beside a strong beat, or weak syllables on one."""
    return sum(bool(stress) != is_strong for stress, is_strong in zip(stresses, strong, strict=False))


def _weakly_placed(words: Sequence[str], counts: Sequence[int], strong: Sequence[bool]) -> list[str]:
    """The words of several syllables whose primary stress lies on a weak beat while another of theirs has a strong."""
    found, at = [], 0
    for word, size in zip(words, counts, strict=True):
        stresses, beats = english.usual_stresses(word, size), strong[at : at + size]
        if size > 1 and any(beats) and not any(beat and stress for stress, beat in zip(stresses, beats, strict=False)):
            found.append(word)
        at += size
    return found


def _rhyme_problem(others: Sequence[str], text: str, frame: Frame, strictness: str) -> str:
    if not others:
        return ""
    if frame.language == "zh":
        own = chinese.characters_of(text)[-1:]
        if own in [chinese.characters_of(other)[-1:] for other in others]:
            return f"{''.join(own)} rhymes with itself"
        is_kept = any(chinese.rhymes(text, other) for other in others)
    else:
        own = [english.folded(word) for word in english.words_of(text)[-1:]]
        ends = [[english.folded(word) for word in english.words_of(other)[-1:]] for other in others]
        if own and own in ends and not any(rhyme.kind_of(text, other) == "multi" for other in others):
            return f"{own[0]} rhymes with itself"
        is_kept = any(rhyme.rhymes(text, other, strictness) for other in others)
    return (
        "" if is_kept else f"{_end(text)!r} does not rhyme with {', '.join(repr(_end(other)) for other in others[:3])}"
    )


def _end(text: str) -> str:
    words = english.words_of(text)
    characters = chinese.characters_of(text)
    return characters[-1] if characters else words[-1] if words else text


def syllables_of(text: str, line: LineFrame, language: str) -> tuple[Syllable, ...]:
    """Return a line's syllables as they are sung in a frame; InputError where it does not keep the line's length."""
    found = check_line(text, line, language)
    broken = next((finding for finding in found if finding.is_broken), None)
    if broken:
        raise InputError(f"line {text[:60]!r}: {broken.says}")
    if language == "zh":
        return chinese.split(text)
    words = english.words_of(text)
    counts = fit(words, line.length, line.strong) or ()
    return tuple(each for word, size in zip(words, counts, strict=True) for each in english.split(word, size))


def stress_shares(frame: Frame, lyric: Lyric) -> tuple[int, int, int, int]:
    """Count, in words of several syllables: primary stresses on strong beats, primary stresses, unstressed syllables on
    strong beats, unstressed syllables; lines without beats and lines that break their length are left out."""
    on, stressed, weak_on, weak = 0, 0, 0, 0
    for text, line in zip([line.text for line in lyric.lines], frame.lines, strict=False):
        words = english.words_of(text)
        counts = fit(words, line.length, line.strong) if line.strong else None
        at = 0
        for word, size in zip(words, counts or (), strict=False):
            for stress, beat in zip(english.usual_stresses(word, size), line.strong[at : at + size], strict=False):
                if size > 1:
                    on, stressed = on + (stress and beat), stressed + stress
                    weak_on, weak = weak_on + (not stress and beat), weak + (not stress)
            at += size
    return on, stressed, weak_on, weak
