"""Chinese ci by their tune names: lengths, rhymes, tones, perplexity, originality. `python -m benchmarks lyrics_zh`

The own model writes `ROUNDS` ci to each of the `TUNES` commonest tunes. Lengths are counted in characters, line by
line; the rhyme of a group is the share of its lines in the class that most of them have (中华新韵, usual readings), as
it is of poems of the test split under tunes that are known (`rhyme_human`), and of the ends of lines drawn from
them at random (`rhyme_random`). `table` is the share of test poems of known tunes whose lengths are those of a form in
the table, which was learned from the train split alone. `copies` looks through the ci and `OUTPUTS` couplets more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.lyrics_protocol import copied_runs, load_data, load_own, ratio_results, result, spread
from benchmarks.result import Result
from segue.compose.lyrics.chinese import characters_of, class_of, tone_kinds
from segue.compose.lyrics.frame import of_form, of_tune
from segue.compose.lyrics.tunes import Form, tunes
from segue.compose.lyrics.writing import Wish, write_lyrics
from segue.pretrain.lyrics import LyricData

TUNES, ROUNDS, OUTPUTS = 50, 4, 10_000
FORM = "7 7 AA"  # of the outputs that are looked through for copies, beside the ci
Share = tuple[int, int]


def rhyme_share(ends: Sequence[str], rhymes: str) -> Share:
    """Of the lines that rhyme in a form, how many end in the class that most lines of their group have."""
    hits = count = 0
    for letter in sorted(set(rhymes) - {" "}):
        told = [class_of(end) for end, other in zip(ends, rhymes, strict=True) if other == letter]
        hits += max(told.count(name) for name in told)
        count += len(told)
    return hits, count


def tone_share(lines: Sequence[str], form: Form) -> Share:
    """Of the characters whose tone the form asks for, how many have it."""
    asked = [
        (sign, tone)
        for text, tones in zip(lines, form.tones, strict=True)
        for sign, tone in zip(text, tones, strict=True)
        if tone != "中"
    ]
    return sum(tone in tone_kinds(sign) for sign, tone in asked), len(asked)


def human(data: LyricData, seed: int = 0) -> tuple[list[Share], list[Share], list[Share], list[Share]]:
    """Of test poems of known tunes: whether a form has their lengths, their rhyme, their tones, random ends' rhyme."""
    fits, rhyme, tone, chance = [], [], [], []
    poems = [verse for verse in data.verses["test"] if verse.corpus == "ci" and verse.title in tunes()]
    ends = [line.text[-1] for verse in poems for line in verse.lines]
    rng = np.random.default_rng(seed)
    for verse in poems:
        lines = [line.text for line in verse.lines]
        forms = {form.lengths: form for form in tunes()[verse.title].forms}
        form = forms.get(tuple(map(len, lines)))
        fits.append((int(form is not None), 1))
        if form is not None:
            rhyme.append(rhyme_share([line[-1] for line in lines], form.rhymes))
            tone.append(tone_share(lines, form))
            drawn = [ends[place] for place in rng.integers(0, len(ends), len(lines))]
            chance.append(rhyme_share(drawn, form.rhymes))
    return fits, rhyme, tone, chance


def run() -> list[Result]:
    """Measure the own Chinese writer."""
    data, writer = load_data("zh"), load_own("zh")
    names = list(tunes())[:TUNES]
    exact: list[Share] = []
    rhyme: list[Share] = []
    tone: list[Share] = []
    written = []
    for name in names:
        form, frame = tunes()[name].forms[0], of_tune(name)
        for seed in range(ROUNDS):
            (offer,) = write_lyrics(frame, writer, Wish(), seed=seed)
            lines = ["".join(characters_of(line.text)) for line in offer.value.lines]
            hits = sum(len(text) == length for text, length in zip(lines, form.lengths, strict=True))
            exact.append((hits, len(lines)))
            rhyme.append(rhyme_share([text[-1] for text in lines], form.rhymes))
            tone.append(tone_share(lines, form))
            written.append(list("".join(lines)))
    couplet = of_form(FORM, "zh")
    for seed in range(OUTPUTS):
        (offer,) = write_lyrics(couplet, writer, Wish(tries=2), seed=seed)
        written.append(characters_of("".join(line.text for line in offer.value.lines)))
    fits, human_rhyme, human_tone, chance = human(data)
    count, poems = len(exact), len(fits)
    facts = {"tunes": len(names), "rounds": ROUNDS}
    return [
        result(
            "zh_lengths_exact", spread(exact), "share of lines", "higher", sum(n for _, n in exact), bar=1.0, **facts
        ),
        result("zh_rhyme", spread(rhyme), "share of lines", "higher", count, bar=0.8, **facts),
        result("zh_rhyme_human", spread(human_rhyme), "share of lines", "higher", poems, bar=None),
        result("zh_rhyme_random", spread(chance), "share of lines", "lower", poems, bar=None),
        result("zh_tones", spread(tone), "share of characters", "higher", count, bar=None, **facts),
        result("zh_tones_human", spread(human_tone), "share of characters", "higher", poems, bar=None),
        result("zh_table", spread(fits), "share of poems", "higher", poems, bar=None),
        result("zh_copies", float(copied_runs(data, written)), "lyrics", "lower", len(written), bar=0.0),
        *ratio_results("zh", data),
    ]
