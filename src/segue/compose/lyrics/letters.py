"""Letters to sounds, for words that no dictionary has: an n-gram over pairs of letter and phones, learned from CMUdict.

Each letter says no phone, one or two; the pairs of a word are a sentence whose n-gram model is searched by a beam
(joint-sequence models: Bisani & Ney, "Joint-sequence models for grapheme-to-phoneme conversion", Speech Communication
50, 2008, here with one letter to a pair, alignments by Viterbi training, and Witten-Bell smoothing). Which syllable
bears the primary stress is decided by the number of syllables and the longest ending of the word that has a rule. The
model is shipped as `letters.tsv.gz`; `benchmarks/lyrics_letters.py` makes it anew and measures it on words held out.
"""

from __future__ import annotations

import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from segue.compose.lyrics.phones import is_vowel, plain
from segue.errors import FormatError

SHIPPED = Path(__file__).with_name("letters.tsv.gz")
ORDER = 6
_BEAM = 6
_LONGEST_ENDING = 5
_NEVER = -12.0  # log-probability of what was not seen in alignment
_FIRST = 0x4E00  # pairs are written as characters from here on, so that n-grams are short texts
_BEGIN, _END = chr(_FIRST), chr(_FIRST + 1)


@dataclass(frozen=True)
class Letters:
    """What is known of letters: the pairs (a letter, its phones with blanks between), how often n-grams of them occur,
    and which syllable is stressed, by "number of syllables, ending"."""

    pairs: tuple[tuple[str, str], ...]
    counts: Mapping[str, int]
    stress: Mapping[str, int]
    _totals: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _kinds: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _sayings: dict[str, list[tuple[str, str]]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for gram, count in self.counts.items():
            context = gram[:-1]
            self._totals[context] = self._totals.get(context, 0) + count
            self._kinds[context] = self._kinds.get(context, 0) + 1
        for number, (letter, said) in enumerate(self.pairs):
            self._sayings.setdefault(letter, []).append((chr(_FIRST + 2 + number), said))

    def say(self, word: str) -> tuple[str, ...]:
        """Return what each letter of a word in lower case says, phones with blanks between; one syllable is stressed.

        A letter that no word of CMUdict has (a digit, an accent) says nothing.
        """
        held: list[tuple[float, str, tuple[str, ...]]] = [(0.0, _BEGIN, ())]
        for letter in word:
            grown = [
                (score + self._log(past, pair), (past + pair)[1 - ORDER :], (*told, said))
                for score, past, told in held
                for pair, said in self._sayings.get(letter, [("", "")])
            ]
            held = sorted(grown, key=lambda row: -row[0])[:_BEAM]
        told = max(held, key=lambda row: row[0] + self._log(row[1], _END))[2]
        return _stressed(told, self._place(word, sum(is_vowel(phone) for each in told for phone in each.split())))

    def _log(self, past: str, pair: str) -> float:
        """The log-probability of a pair after others, by Witten-Bell: see benchmarks/ngram.py for the formula."""
        p = 1 / (len(self.pairs) + 1)
        if not pair:
            return math.log(p)
        for size in range(min(len(past), ORDER - 1) + 1):
            context = past[len(past) - size :]
            total = self._totals.get(context)
            if total is None:
                break
            kinds = self._kinds[context]
            p = (self.counts.get(context + pair, 0) + kinds * p) / (total + kinds)
        return math.log(p)

    def _place(self, word: str, syllables: int) -> int:
        found = 0
        for size in range(min(_LONGEST_ENDING, len(word)) + 1):
            found = self.stress.get(f"{syllables} {word[len(word) - size :]}", found)
        return found

    def write(self, file: Path) -> None:
        """Write the model as lines of columns; the same model gives the same bytes."""
        lines = [f"{letter}\t{said}" for letter, said in self.pairs]
        lines += [f"{gram}\t{count}" for gram, count in sorted(self.counts.items())]
        lines += [f"{ending}\t{place}" for ending, place in sorted(self.stress.items())]
        partial = file.with_name(f"{file.name}.partial")
        partial.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
        partial.replace(file)

    @classmethod
    def read(cls, file: Path = SHIPPED) -> Letters:
        """Read a model; FormatError where the file holds none."""
        pairs: list[tuple[str, str]] = []
        counts: dict[str, int] = {}
        stress: dict[str, int] = {}
        try:
            for line in gzip.decompress(file.read_bytes()).decode().splitlines():
                name, _, said = line.partition("\t")
                if name[0].isdigit():
                    stress[name] = int(said)
                elif name[0] >= _BEGIN:
                    counts[name] = int(said)
                else:
                    pairs.append((name, said))
        except (OSError, EOFError, ValueError, IndexError) as error:
            raise FormatError(f"not a model of letters: {error}", file=str(file)) from error
        return cls(tuple(pairs), counts, stress)


@cache
def shipped() -> Letters:
    """Return the model that Segue brings along, read once."""
    return Letters.read()


def _stressed(told: Sequence[str], place: int) -> tuple[str, ...]:
    """Give the primary stress to one syllable; another that had it keeps a secondary one."""
    found, syllable = [], -1
    for each in told:
        phones = []
        for phone in each.split():
            if is_vowel(phone):
                syllable += 1
                phone = plain(phone) + ("1" if syllable == place else "2" if phone[-1] == "1" else phone[-1])
            phones.append(phone)
        found.append(" ".join(phones))
    return tuple(found)


# ---- learning


def learn(words: Mapping[str, Sequence[str]], *, passes: int = 4, sample: int = 20_000, rare: int = 3) -> Letters:
    """Learn from words and their phones. The alignment is trained on a sample of them; n-grams of 3 pairs or more that
    occur less than `rare` times are left out."""
    usable = {word: tuple(phones) for word, phones in words.items() if word.isalpha() and word.isascii()}
    some = dict(list(usable.items())[:: max(len(usable) // sample, 1)])
    costs = _first_costs(some)
    for _ in range(passes):
        counts: Counter[tuple[str, str]] = Counter()
        for word, phones in some.items():
            counts.update(zip(word, map(_bare, align(word, phones, costs) or ()), strict=False))
        costs = _log_shares(counts)
    aligned = [(word, told) for word, phones in usable.items() if (told := align(word, phones, costs))]
    kinds = Counter(pair for word, told in aligned for pair in zip(word, map(_marked, told), strict=True))
    pairs = tuple(sorted(pair for pair, count in kinds.items() if count >= 2))
    number = {pair: chr(_FIRST + 2 + place) for place, pair in enumerate(pairs)}
    grams: Counter[str] = Counter()
    for word, told in aligned:
        rows = [number.get(pair, "") for pair in zip(word, map(_marked, told), strict=True)]
        if all(rows):
            text = _BEGIN + "".join(rows) + _END
            for end in range(2, len(text) + 1):
                grams.update(text[start:end] for start in range(max(end - ORDER, 0), end))
    kept = {gram: count for gram, count in grams.items() if gram != _BEGIN and (count >= rare or len(gram) <= 2)}
    return Letters(pairs, kept, _stress_of(aligned))


def align(word: str, phones: Sequence[str], costs: Mapping[tuple[str, str], float]) -> tuple[str, ...] | None:
    """Return what each letter says in the likeliest alignment, phones with blanks between; None where there is none."""
    bare = [plain(phone) for phone in phones]
    best: list[list[float]] = [[-math.inf] * (len(bare) + 1) for _ in range(len(word) + 1)]
    taken = [[0] * (len(bare) + 1) for _ in range(len(word) + 1)]
    best[0][0] = 0.0
    for row, letter in enumerate(word):
        after, choice = best[row + 1], taken[row + 1]
        for column, score in enumerate(best[row]):
            if score == -math.inf:
                continue
            for size in range(min(2, len(bare) - column) + 1):
                unknown = _NEVER * max(size, 1)
                total = score + costs.get((letter, " ".join(bare[column : column + size])), unknown)
                if total > after[column + size]:
                    after[column + size], choice[column + size] = total, size
    if best[-1][-1] == -math.inf:
        return None
    told, column = [], len(bare)
    for row in range(len(word), 0, -1):
        size = taken[row][column]
        told.append(" ".join(phones[column - size : column]))
        column -= size
    return tuple(reversed(told))


@cache
def alignment_costs() -> Mapping[tuple[str, str], float]:
    """Return log-probabilities of what a letter says, by the shipped model: enough to align any word."""
    held = shipped()
    counts: Counter[tuple[str, str]] = Counter()
    for number, (letter, said) in enumerate(held.pairs):
        counts[letter, _bare(said)] += held.counts.get(chr(_FIRST + 2 + number), 0)
    return _log_shares(counts)


def _bare(told: str) -> str:
    return " ".join(map(plain, told.split()))


def _marked(told: str) -> str:
    """Phones with two kinds of vowels, full and weak: which of the full ones is stressed most, the ending decides."""
    return told.replace("2", "1")


def _first_costs(words: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], float]:
    """Costs before anything is known: a letter says one of the phones at about its place, seldom none or two."""
    counts: defaultdict[tuple[str, str], float] = defaultdict(float)
    for word, phones in words.items():
        bare = [plain(phone) for phone in phones]
        for place, letter in enumerate(word):
            middle = place * len(bare) // len(word)
            for near in bare[max(middle - 1, 0) : middle + 2]:
                counts[letter, near] += 1
            counts[letter, ""] += 0.3
            for one, other in zip(bare[middle : middle + 2], bare[middle + 1 : middle + 3], strict=False):
                counts[letter, f"{one} {other}"] += 0.02
    return _log_shares(counts)


def _log_shares(counts: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    totals: defaultdict[str, float] = defaultdict(float)
    for (letter, _), count in counts.items():
        totals[letter] += count + 0.01
    return {(letter, said): math.log((count + 0.01) / totals[letter]) for (letter, said), count in counts.items()}


def _stress_of(aligned: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, int]:
    """Rules of stress: kept where a longer ending, seen twice or more, says something else than the shorter one."""
    rules: dict[str, int] = {}
    for size in range(_LONGEST_ENDING + 1):
        seen: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for word, told in aligned:
            stresses = [phone[-1] for sound in told for phone in sound.split() if is_vowel(phone)]
            if size <= len(word) and "1" in stresses:
                seen[f"{len(stresses)} {word[len(word) - size :]}"][stresses.index("1")] += 1
        for name, counts in seen.items():
            place, count = counts.most_common(1)[0]
            syllables, _, ending = name.partition(" ")
            shorter = None
            for cut in range(size):
                shorter = rules.get(f"{syllables} {ending[len(ending) - cut :]}", shorter)
            if count >= 2 and place != shorter:
                rules[name] = place
    return rules
