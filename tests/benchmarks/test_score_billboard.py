"""The next chord: probabilities against brute force, the songs and sequences of the bar, its n-grams found again."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
from benchmarks.ngram import Counts, NGram
from benchmarks.result import data_dir
from benchmarks.score_billboard import Song, load, ngrams, song_of
from benchmarks.score_chords import FULL, TRIADS, Alphabet, Changes, told_by_model, told_by_ngram
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.corpora.corpus import Split
from segue.errors import UnavailableError
from segue.formats import salami
from segue.models.engine.reference import ReferenceEngine
from segue.models.score.config import ScoreConfig
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v

HEADER = tuple(
    v.ID[word]
    for word in ("task:triads", "source:chart", "style:pop", "mode:major", "tonic:0", "metre:4/4", "tempo:96")
)
SOME = Alphabet((v.QUALITY_OF[""], v.QUALITY_OF["7"], v.QUALITY_OF["m7"]), True)
EXAMPLE = b"""# title: Round
# artist: Nobody
# metre: 4/4
# tonic: C

0.0\tsilence
1.0\tA, verse, | C:maj C:maj/3 | A:min7 D:sus4 | G:7 N | G:7 C:maj |
# tonic: D
9.0\tB, verse, | D:maj B:dim | G:5 A:maj |
13.0\tend
"""


def has_data() -> bool:
    try:
        return (data_dir() / "mcgill_billboard").is_dir()
    except UnavailableError:
        return False


needs_data = pytest.mark.skipif(not has_data(), reason="needs mcgill_billboard in SEGUE_DATA")


@cache
def engine(longest: int = 512) -> ReferenceEngine:
    torch.manual_seed(1)
    model = ScoreModel(ScoreConfig(v.SIZE, width=16, layers=2, heads=2, feed_forward=16, longest=longest))
    with torch.no_grad():  # larger weights than at the start, so that classes differ
        for weight in model.parameters():
            weight.mul_(12) if weight.ndim > 1 else None
    return ReferenceEngine(model)


@cache
def songs() -> dict[Split, list[Song]]:
    return load()


def log_shares(tokens: list[int]) -> np.ndarray:
    """Log-probabilities of all tokens behind others."""
    with torch.no_grad():
        logits: torch.Tensor = engine().model(torch.tensor([tokens]))[0, -1]
        return logits.log_softmax(-1).double().numpy()


def brute(alphabet: Alphabet, chords: list[int]) -> tuple[float, float, int]:
    """Nats, raw nats and hits by asking for every class at every place."""
    nats = raw = 0.0
    hits, said = 0, list(HEADER)
    for at, chord in enumerate(chords):
        first = log_shares(said)
        whole = np.full(alphabet.size, -np.inf)
        for number in range(alphabet.size):
            tokens = alphabet.tokens(number)
            after = log_shares([*said, tokens[0]])[tokens[1]] if len(tokens) > 1 else 0.0
            whole[number] = first[tokens[0]] + after
        raw -= whole[chord]
        before = chords[at - 1] if at else None
        # shares among roots (and no chord), and among qualities, without the class before
        roots = [*range(v.ROOT.start, v.ROOT.stop)]
        if alphabet.has_none and before != alphabet.size - 1:
            roots.append(v.NO_CHORD)
        kept = np.full(alphabet.size, -np.inf)
        for root in roots:
            share = first[root] - np.logaddexp.reduce(first[roots])
            inside = [
                number for number in range(alphabet.size) if alphabet.tokens(number)[0] == root and number != before
            ]
            if root == v.NO_CHORD:
                kept[alphabet.size - 1] = share
                continue
            second = log_shares([*said, root])[[alphabet.tokens(number)[1] for number in inside]]
            kept[inside] = share + second - np.logaddexp.reduce(second)
        assert np.exp(kept).sum() == pytest.approx(1)
        nats, hits = nats - kept[chord], hits + int(kept.argmax() == chord)
        said += alphabet.tokens(chord)
    return nats, raw, hits


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_a_models_chords_are_those_of_brute_force(data: st.DataObject) -> None:
    alphabet = data.draw(st.sampled_from((TRIADS, SOME)))
    drawn = data.draw(st.lists(st.integers(0, alphabet.size - 1), min_size=1, max_size=6))
    chords = drawn[:1] + [later for earlier, later in pairwise(drawn) if later != earlier]
    found = told_by_model(engine(), alphabet, [Changes(HEADER, tuple(chords))])
    nats, raw, hits = brute(alphabet, chords)
    assert (found.nats[0], found.raw[0]) == pytest.approx((nats, raw), abs=1e-3)
    assert (found.hits, found.counts) == ((hits,), (len(chords),))


def test_where_the_context_is_full_the_later_half_is_kept() -> None:
    song = Changes(HEADER, tuple(range(20)))
    whole, short = (told_by_model(engine(longest), TRIADS, [song]) for longest in (512, 31))
    assert short.counts == whole.counts == (20,)
    assert short.nats != whole.nats and math.isfinite(short.nats[0])


def test_an_ngrams_chords_are_shared_out_without_the_one_before() -> None:
    # 0 1 0 2 0 1 0 2: behind 0 come 1 and 2 alike
    model = NGram(Counts.of([[0, 1, 0, 2] * 25], 3, longest=2), 2, "witten-bell")
    found = told_by_ngram(model, [[0, 1, 0, 2]])
    p = model.probabilities([0, 1, 0, 2])
    expected = [p[0][0], p[1][1] / (p[1][1] + p[1][2]), p[2][0] / (p[2][0] + p[2][2]), p[3][2] / (p[3][1] + p[3][2])]
    assert found.nats[0] == pytest.approx(-np.log(expected).sum())
    assert found.raw[0] == pytest.approx(-np.log([p[0][0], p[1][1], p[2][0], p[3][2]]).sum())
    assert found.perplexity.value == pytest.approx(math.exp(found.nats[0] / 4))


def test_classes_and_tokens_are_each_others() -> None:
    for alphabet in (TRIADS, SOME, FULL):
        every = tuple(range(alphabet.size))
        tokens = [token for number in every for token in alphabet.tokens(number)]
        assert alphabet.classes(tokens) == every


def test_a_songs_changes_in_the_three_sets_of_classes() -> None:
    song = song_of("round", salami.read(EXAMPLE))
    names = {number: word for word, number in v.ID.items()}

    def shown(alphabet: Alphabet, changes: Changes) -> str:
        words = (alphabet.tokens(number) for number in changes.chords)
        return " ".join("".join(names[token].split(":")[-1] or "M" for token in tokens) for tokens in words)

    # above C throughout; Dsus4 and G5 have no third, N.C. is passed over, C/E is C
    assert shown(TRIADS, song.mm) == "0M 9m 7M 0M 2M 11m 9M"
    assert shown(FULL, song.full) == "0M 9m7 2sus4 77 nc 77 0M 2M 11dim 75 9M"
    # above D once it is the tonic; without a third major; what follows N.C. is no change
    assert shown(TRIADS, song.published) == "0M 9m 2M 7M 0M 9m 5M 7M"


@pytest.mark.slow  # reads 890 files
@needs_data
def test_the_songs_are_those_of_the_bar() -> None:
    found = songs()
    assert {split: len(group) for split, group in found.items()} == {"train": 565, "valid": 78, "test": 85}
    assert len({song.key for group in found.values() for song in group}) == 728


@pytest.mark.slow  # reads 890 files
@needs_data
def test_the_bars_ngrams_are_found_again() -> None:
    found = songs()
    for name, order, perplexity, accuracy in (
        ("published", "3gram", 5.33, 0.476),
        ("published", "6gram", 4.52, 0.569),
        ("full", "6gram", 15.7, 0.423),
    ):
        chords = [getattr(song, name).chords for song in found["test"]]
        told = told_by_ngram(ngrams(found, name)[order], chords)
        assert told.perplexity.value == pytest.approx(perplexity, rel=0.02)
        assert told.accuracy.value == pytest.approx(accuracy, abs=0.016)
