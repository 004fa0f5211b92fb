"""The form of words, as far as it can be counted: lines and stanzas, how long lines are, which rhyme, what comes again.

Nothing is learned here and no style is named. In languages with letters, syllables are counted by vowels and lines
rhyme that end in the same letters from the last vowel on; in Chinese a line is a clause, its length is its characters,
its rhyme the final of today's reading (`segue.recognize.lyrics`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from segue.music.lyric import Lyric
from segue.recognize.language import is_han
from segue.recognize.lyrics import lines_of, shapes_of

_VOWELS = re.compile(r"[aeiouyäöüáéíóúàèìòùâêîôûœæ]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SILENT = re.compile(r"[^aeiouyl]e$|[^aeioudty]ed$|[aeiouy]les?$|[^aeiouylcgszxh]es$", re.IGNORECASE)  # not sung
_LONGEST = 12  # lines of a stanza whose rhymes are spelled out
_FREE = "x"  # a line that rhymes with no other
_QUOTED = 40  # letters of a refrain that are told


@dataclass(frozen=True)
class Form:
    """What can be counted of words: `stanzas` are the lengths of each line, stanza by stanza (syllables, or characters
    in Chinese), `schemes` the rhymes of each stanza ("ABAB"; "x" rhymes with none), `refrain` the line that comes most
    often, as first written, and how many times (at least twice, else "" and 0)."""

    stanzas: tuple[tuple[int, ...], ...]
    schemes: tuple[str, ...]
    refrain: tuple[str, int]
    is_chinese: bool

    @property
    def lengths(self) -> list[int]:
        """The lengths of all lines."""
        return [length for stanza in self.stanzas for length in stanza]

    @property
    def scheme(self) -> str:
        """The rhymes that most stanzas have; "" where most have none, or are too long to tell."""
        counts = Counter(one for one in self.schemes if 2 <= len(one) <= _LONGEST)
        if not counts:
            return ""
        best, count = max(counts.items(), key=lambda item: (item[1], len(item[0]), item[0]))
        return best if count * 2 >= len(self.schemes) and set(best) != {_FREE} else ""


def form_of(lyric: Lyric) -> Form:
    """Count what can be counted of words; a stanza is a section, empty lines are left out."""
    is_chinese = is_han("".join(line.text for line in lyric.lines))
    stanzas, schemes, said, written = [], [], Counter[str](), dict[str, str]()
    for name, lines in lyric.sections:
        told = [line for line in lines_of(Lyric(((name, lines),)), with_signs=True) if _WORD.search(line)]
        if not told:
            continue
        shapes = shapes_of(told)
        stanzas.append(tuple(one.length for one in shapes) if is_chinese else tuple(map(syllables, told)))
        schemes.append(scheme_of([one.rhyme for one in shapes]))
        for line in told:
            words = " ".join(_WORD.findall(line))
            said[words.casefold()] += 1
            written.setdefault(words.casefold(), words)
    refrain, count = max(said.items(), key=lambda item: (item[1], len(item[0]), item[0]), default=("", 0))
    return Form(tuple(stanzas), tuple(schemes), (written[refrain], count) if count > 1 else ("", 0), is_chinese)


def syllables(line: str) -> int:
    """Return about how many syllables a line has in a language with letters: its groups of vowels, at least one a word,
    without an English "e" at the end."""
    found = 0
    for word in _WORD.findall(line):
        count = len(_VOWELS.findall(word))
        found += max(1, count - (count > 1 and _SILENT.search(word) is not None))
    return found


def scheme_of(rhymes: Sequence[str]) -> str:
    """Return the rhymes of lines as letters, "x" for a line that rhymes with none: ["ay", "ee", "ay", ""] is "AxAx"."""
    counts = Counter(one for one in rhymes if one)
    letters: dict[str, str] = {}
    for one in rhymes:
        if counts[one] > 1 and one not in letters:
            letters[one] = chr(ord("A") + len(letters) % 26)
    return "".join(letters.get(one, _FREE) for one in rhymes)


def form_in_words(form: Form) -> str:
    """Return a form in words, such as "8 lines in 2 stanzas, of about 6 to 8 syllables, rhymes ABAB"; "" for none."""
    lengths = form.lengths
    if not lengths:
        return ""
    unit, line = ("character", "clause") if form.is_chinese else ("syllable", "line")
    shortest, longest = min(lengths), max(lengths)
    wide = f"{shortest} to {longest}" if longest > shortest else str(longest)
    told = [f"{len(lengths)} {line}{'s' if len(lengths) > 1 else ''}"]
    if len(form.stanzas) > 1:
        told[0] += f" in {len(form.stanzas)} stanzas"
    told.append(f"of {'' if form.is_chinese else 'about '}{wide} {unit}{'s' if longest > 1 else ''}")
    if form.scheme:
        told.append(f"rhymes {form.scheme}{'' if form.is_chinese else ' by spelling'}")
    if form.refrain[1]:
        text = form.refrain[0]
        short = text if len(text) <= _QUOTED else f"{text[:_QUOTED].rstrip()}…"
        told.append(f"“{short}” comes {'twice' if form.refrain[1] == 2 else f'{form.refrain[1]} times'}")
    return ", ".join(told)
