"""English lyrics to the melodies of songs held out: lengths, rhymes, stress, perplexity, originality.

`python -m benchmarks lyrics_en`. The frames are those of OpenEWLD's test songs with English words (`of_score`: a
syllable to each note that has one), at most `LINES` lines of each, in couplets (AABB...); the own model writes one
lyric to each of `ROUNDS` seeds. Held to them by words alone: `checking.fit` for the syllables, `rhyme.rhymes` for the
rhymes, strong beats for the primary stresses of words of several syllables. `stress_human` are the songs' own words
under the same notes. `copies` looks through these lyrics and `OUTPUTS` couplets more. `counts` says how often a known
word of the whole set is sung on a number of syllables that Segue tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.lyrics_protocol import copied_runs, load_data, load_own, pairs_in, ratio_results, result, spread
from benchmarks.result import Result, data_dir
from segue.compose.lyrics.checking import fit, stress_shares
from segue.compose.lyrics.coding import code_line
from segue.compose.lyrics.english import pronunciations, syllable_counts, usual_stresses, words_of
from segue.compose.lyrics.frame import Frame, of_form, of_score
from segue.compose.lyrics.rhyme import rhymes
from segue.compose.lyrics.writing import Wish, write_lyrics
from segue.corpora.corpus import Piece
from segue.corpora.lead_sheets import read_openewld
from segue.errors import InputError
from segue.music.lyric import Lyric, Sung
from segue.music.phrases import strong_onsets
from segue.music.score import Part, Score

LINES, ROUNDS, OUTPUTS = 16, 3, 10_000
FORM = "8 8 AA"  # of the outputs that are looked through for copies, beside the lyrics to songs


def songs() -> list[Piece]:
    """OpenEWLD's songs with words."""
    found = [piece for piece in read_openewld(data_dir() / "openewld") if isinstance(piece, Piece)]
    return [piece for piece in found if any(part.words for part in piece.score.parts)]


def frames(pieces: Sequence[Piece], english: frozenset[str]) -> list[Frame]:
    """The frames of test songs, in couplets."""
    found = []
    for piece in pieces:
        if piece.part != "test" or piece.key not in english:
            continue
        try:
            frame = of_score(piece.score)
        except InputError:
            continue
        lines = frame.lines[: min(LINES, len(frame.lines) // 2 * 2)]
        if lines:
            found.append(replace(frame, lines=lines).with_rhymes("AA"))
    return found


def sung_words(part: Part, verse: int) -> list[list[Sung]]:
    """The words of a verse, each as its syllables."""
    words: list[list[Sung]] = []
    for sung in sorted((each for each in part.words if each.verse == verse), key=lambda each: each.start):
        if sung.syllable.is_start or not words:
            words.append([])
        words[-1].append(sung)
    return words


def spelled(word: Sequence[Sung]) -> str:
    """A sung word as it is written, without signs around it."""
    return re.sub(r"[^A-Za-z'’\-]", "", "".join(each.syllable.text for each in word)).strip("-")


def truth(pieces: Sequence[Piece]) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, int]]]:
    """By song: known words sung as told; words that are known; stresses of long words on strong beats (test songs)."""
    counts, known, stress = [], [], []
    for piece in pieces:
        hits = told = every = strong = stressed = 0
        for part in piece.score.parts:
            for verse in {each.verse for each in part.words}:
                for word in sung_words(part, verse):
                    name = spelled(word)
                    ways = pronunciations(name)
                    if not ways:
                        continue
                    every += 1
                    told += ways[0].is_known
                    hits += ways[0].is_known and len(word) in syllable_counts(name)
                    one, other = _stress(piece.score, name, word)
                    strong, stressed = strong + one, stressed + other
        counts.append((hits, told))
        known.append((told, every))
        if piece.part == "test":
            stress.append((strong, stressed))
    return counts, known, stress


def _stress(score: Score, name: str, word: Sequence[Sung]) -> tuple[int, int]:
    """Primary stresses of a word of several syllables on strong beats, and how many there are."""
    if len(word) < 2 or len(word) not in syllable_counts(name):
        return 0, 0
    beats = strong_onsets(score, [each.start for each in word])
    stresses = usual_stresses(name, len(word))
    return sum(stress and beat for stress, beat in zip(stresses, beats, strict=True)), sum(stresses)


def held_to(frame: Frame, lyric: Lyric) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Lines of exact length, rhymes kept, and primary stresses on strong beats, each of how many."""
    texts = [line.text for line in lyric.lines]
    exact = sum(fit(words_of(text), line.length) is not None for text, line in zip(texts, frame.lines, strict=True))
    kept = [pairs_in([texts[number] for number in group], rhymes) for group in frame.rhyme_groups.values()]
    on, stressed, _, _ = stress_shares(frame, lyric)
    return (exact, len(texts)), (sum(hits for hits, _ in kept), sum(count for _, count in kept)), (on, stressed)


def run() -> list[Result]:
    """Measure the own English writer."""
    data, writer, pieces = load_data("en"), load_own("en"), songs()
    english = frozenset(verse.key for verse in data.verses["test"] if verse.corpus == "openewld")
    asked = frames(pieces, english)
    rows, written = [], []
    for seed in range(ROUNDS):
        for frame in asked:
            (offer,) = write_lyrics(frame, writer, Wish(), seed=seed)
            rows.append(held_to(frame, offer.value))
            written.append(items_of(offer.value))
    form = of_form(FORM)
    for seed in range(OUTPUTS):
        (offer,) = write_lyrics(form, writer, Wish(tries=2), seed=seed)
        written.append(items_of(offer.value))
    exact, kept, stress = (spread([row[place] for row in rows]) for place in range(3))
    counts, known, human = (spread(each) for each in truth(pieces))
    lines = sum(row[0][1] for row in rows)
    return [
        result("en_syllables_exact", exact, "share of lines", "higher", lines, bar=1.0, songs=len(asked)),
        result("en_rhyme", kept, "share of rhymes", "higher", sum(row[1][1] for row in rows), bar=0.95),
        result("en_stress", stress, "share of stresses", "higher", sum(row[2][1] for row in rows), bar=0.741),
        result("en_stress_human", human, "share of stresses", "higher", len(asked), bar=None),
        result("en_counts", counts, "share of words", "higher", len(pieces), bar=0.99),
        result("en_known", known, "share of words", "higher", len(pieces), bar=None),
        result("en_copies", float(copied_runs(data, written)), "lyrics", "lower", len(written), bar=0.0),
        *ratio_results("en", data),
    ]


def items_of(lyric: Lyric) -> list[str]:
    """The items of a lyric in reading order."""
    return [item for line in lyric.lines for item in code_line(line.text, "en").items]
