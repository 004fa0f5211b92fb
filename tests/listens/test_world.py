"""The embedded world: facts about artists that hold together, and simulated listeners whose truth is known."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import rankdata

from segue.errors import FormatError, InputError, NotFoundError
from segue.listens.listen import Feedback, Listen
from segue.listens.song import Song, fold
from segue.listens.world.catalogue import COLUMNS, Artist, Work, bundled_artists, read_artists
from segue.listens.world.people import draw_pieces
from segue.listens.world.simulate import LISTENS, START, World, simulate
from segue.listens.world.taste import Listener, Piece, preference, style_shares
from segue.listens.world.vocabulary import MOODS, NEIGHBOURHOODS, STYLES

LINE = "Nick Drake\t\t1967\tUnited Kingdom\tfolk, singer-songwriter\tcalm\t3\tRiver Man (1969); Pink Moon (1972)"
HEADER = "\t".join(COLUMNS)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(seed=3)


# ---- the catalogue


def test_the_catalogue_is_large_and_broad() -> None:
    artists = bundled_artists()
    assert len(artists) >= 360
    assert all(len(artist.works) == 3 for artist in artists)
    styles = Counter(style for artist in artists for style in artist.styles)
    assert min(styles[style] for style in STYLES) >= 3
    assert {mood for artist in artists for mood in artist.moods} == set(MOODS)
    assert {artist.popularity for artist in artists} == {1, 2, 3, 4, 5}
    assert len({artist.place for artist in artists}) >= 50
    assert sum(work.year < 1900 for artist in artists for work in artist.works) >= 40


def test_no_artist_and_no_song_is_twice_in_the_catalogue() -> None:
    names = [fold(artist.name) for artist in bundled_artists()]
    songs = [song.key for artist in bundled_artists() for song in artist.songs]
    assert len(set(names)) == len(names)
    assert len(set(songs)) == len(songs)


def test_years_of_the_catalogue_are_possible() -> None:
    for artist in bundled_artists():
        years = [work.year for work in artist.works]
        assert years == sorted(years), artist.name
        assert artist.active_from <= years[0], artist.name
        assert years[-1] <= min(2026, artist.active_from + 80), artist.name


def test_a_song_carries_what_is_known_of_its_artist() -> None:
    jay = next(artist for artist in bundled_artists() if artist.name == "Jay Chou")
    song = jay.songs[2]
    assert (song.artist, song.title, song.year, song.album) == ("Jay Chou", "青花瓷", 2007, "")
    assert song.tags == ("mandopop", "r&b", "hip-hop", "romantic", "nostalgic", "Taiwan", "周杰倫")


def test_vocabulary_has_each_word_once_and_neighbours_that_exist() -> None:
    assert len(set(STYLES)) == len(STYLES)
    assert list(MOODS) == sorted(set(MOODS))
    assert not set(STYLES) & set(MOODS)
    names = {area.name for area in NEIGHBOURHOODS}
    assert all(set(area.near) < names for area in NEIGHBOURHOODS)


def test_read_artists_reads_a_line() -> None:
    works = (Work("River Man", 1969), Work("Pink Moon", 1972))
    expected = Artist("Nick Drake", "", 1967, "United Kingdom", ("folk", "singer-songwriter"), ("calm",), 3, works)
    assert read_artists([HEADER, LINE]) == (expected,)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 1: columns"),
        ([HEADER, LINE, LINE], "line 3: Nick Drake is here twice"),
        ([HEADER, LINE + "\tmore"], "line 2: 9 columns, not 8"),
        (
            [HEADER, LINE.replace("folk", "folks")],
            r"line 2: styles: 'folks' is not a known word \(did you mean \"folk\"\?\)",
        ),
        ([HEADER, LINE.replace("\tcalm", "\tcalm, calm")], "line 2: moods 'calm, calm' are not 1 to 3 different words"),
        (
            [HEADER, LINE.replace("1967", "1970")],
            "line 2: 'River Man' of 1969 is older than Nick Drake, active from 1970",
        ),
        ([HEADER, LINE.replace("1967", "sixties")], "line 2: active from 'sixties' is not a whole number"),
        ([HEADER, LINE.replace("\t3\t", "\t6\t")], "line 2: popularity 6 is not a tier from 1 to 5"),
        ([HEADER, LINE.replace(" (1969)", "")], "line 2: song 'River Man' is not of the form"),
    ],
)
def test_read_artists_names_the_line_it_cannot_use(lines: list[str], message: str) -> None:
    with pytest.raises(FormatError, match=f"artists.tsv, {message}"):
        read_artists(lines)


# ---- the formula of the truth

LISTENER = Listener(
    name="sim-001",
    taste=(("soul", 1.0), ("disco", -0.8)),
    era=1970.0,
    era_width=10.0,
    conformity=0.3,
    exploration=0.2,
    home="France",
    home_affinity=0.5,
    circle=4,
)
PIECE = Piece(
    song=Song("A", "B"),
    year=1980,
    styles=("soul", "disco"),
    place="France",
    popularity=5,
    circles=frozenset({1, 4}),
    appeal=0.25,
)


def test_preference_by_hand() -> None:
    # style 1·2/3 - .8·1/3 = .4, era exp(-1/2); 10·.4 + 1.5·.606531 + .5 + .3·2 + 2 + .25 - 5 = 3.259796
    assert preference(LISTENER, PIECE) == pytest.approx(0.9630235, abs=1e-7)
    # 250 years earlier, elsewhere, in no circle: 10·.4 + 1.5·.5 + 0 + .6 + 0 + .25 - 5 = .6
    old = Piece(PIECE.song, 1730, PIECE.styles, "Italy", 5, frozenset(), 0.25)
    assert preference(LISTENER, old) == pytest.approx(1 / (1 + math.exp(-0.6)), abs=1e-12)


def test_style_shares_fall_as_one_over_rank() -> None:
    assert style_shares(("a", "b", "c")) == pytest.approx((6 / 11, 3 / 11, 2 / 11))


def test_truth_in_bulk_is_the_formula_one_by_one(world: World) -> None:
    bulk = world.truth.preferences()
    rng = np.random.default_rng(0)
    for row, column in zip(rng.integers(0, 400, 500), rng.integers(0, len(world.songs), 500), strict=True):
        one = world.truth.preference(world.listeners[row], world.songs[column])
        assert bulk[row, column] == pytest.approx(one, rel=1e-9)
    assert 0 <= bulk.min() <= bulk.max() <= 1


def test_truth_knows_only_its_own_songs(world: World) -> None:
    with pytest.raises(NotFoundError, match="Nobody – Nothing is not a song of this world"):
        world.truth.preference(world.listeners[0], Song("Nobody", "Nothing"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"taste": (("sole", 1.0),)}, "style 'sole' of sim-001 is not in the vocabulary"),
        ({"taste": (("soul", 1.5),)}, "weight 1.5 of 'soul' is not between -1 and 1"),
        ({"era_width": 0.0}, "era_width 0.0 is not a positive number"),
        ({"exploration": 1.5}, "exploration 1.5 is not a share"),
    ],
)
def test_a_listener_is_checked(change: dict[str, object], message: str) -> None:
    from dataclasses import replace

    with pytest.raises(InputError, match=message):
        replace(LISTENER, **change)  # type: ignore[arg-type]


# ---- the simulated listening


def test_the_same_seed_gives_the_same_world(world: World) -> None:
    again = simulate(seed=3)
    assert again.listeners == world.listeners
    assert again.records == world.records
    assert np.array_equal(again.truth.preferences(), world.truth.preferences())
    assert simulate(seed=4, listeners=5).records != simulate(seed=3, listeners=5).records


def test_listeners_have_tastes_and_are_called_simulated(world: World) -> None:
    assert [listener.name for listener in world.listeners[:2]] == ["sim-001", "sim-002"]
    assert len({listener.name for listener in world.listeners}) == 400
    for listener in world.listeners:
        assert 2 <= len(listener.likes) <= 4
        assert 1 <= len(listener.dislikes) <= 2
    assert {record.source for record in world.records} == {"simulated"}


def test_listening_has_the_documented_size_and_shape(world: World) -> None:
    listens = [record for record in world.records if isinstance(record, Listen)]
    counts = Counter(listen.listener for listen in listens)
    assert LISTENS[0] <= min(counts.values()) <= max(counts.values()) <= LISTENS[1]
    assert 28_000 < len(listens) < 36_000
    assert all(START <= listen.at < START + timedelta(days=181) for listen in listens)
    assert 0.2 < sum(listen.skipped is True for listen in listens) / len(listens) < 0.45
    for listen in listens:
        assert listen.ms_played is not None
        assert listen.ms_played < 25_000 if listen.skipped else listen.ms_played >= 150_000
    thumbs = [record for record in world.records if isinstance(record, Feedback)]
    assert 1 < len(thumbs) / 400 < 4
    assert {thumb.verdict for thumb in thumbs} == {"like", "dislike"}


def test_no_one_hears_two_songs_at_once(world: World) -> None:
    last: Listen | None = None
    for record in world.records:
        if not isinstance(record, Listen):
            continue
        if last is not None and last.listener == record.listener:
            assert record.at >= last.at + timedelta(milliseconds=last.ms_played or 0)
        last = record


def test_plays_are_liked_as_often_as_the_truth_says(world: World) -> None:
    rows = {listener.name: number for number, listener in enumerate(world.listeners)}
    chance = world.truth.preferences()
    listens = [record for record in world.records if isinstance(record, Listen)]
    expected = [chance[rows[listen.listener], world.truth.number(listen.song)] for listen in listens]
    kept = [not listen.skipped for listen in listens]
    assert np.mean(kept) == pytest.approx(np.mean(expected), abs=4 * 0.5 / math.sqrt(len(listens)))


def test_likes_come_out_in_the_listening(world: World) -> None:
    fans = {listener.name for listener in world.listeners if "k-pop" in listener.likes}
    heard: Counter[bool] = Counter()
    kpop: Counter[bool] = Counter()
    for record in world.records:
        heard[record.listener in fans] += 1
        kpop[record.listener in fans] += "k-pop" in record.song.tags
    assert kpop[True] / heard[True] > 5 * kpop[False] / heard[False]


def test_simulate_takes_a_catalogue_and_refuses_nonsense() -> None:
    small = simulate(seed=0, listeners=3, artists=bundled_artists()[:2])
    assert len(small.songs) == 6
    with pytest.raises(InputError, match="listeners 0 is not a count"):
        simulate(listeners=0)
    with pytest.raises(InputError, match="days 3 is too short"):
        simulate(days=3)
    with pytest.raises(InputError, match="at least one artist"):
        draw_pieces(np.random.default_rng(0), ())


# ---- scoring against the truth


def _auc(label: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    ranks = rankdata(score)
    good = int(label.sum())
    return float((ranks[label].sum() - good * (good + 1) / 2) / (good * (len(label) - good)))


def _plays(world: World) -> NDArray[np.float64]:
    rows = {listener.name: number for number, listener in enumerate(world.listeners)}
    plays = np.zeros((len(world.listeners), len(world.songs)))
    for record in world.records:
        if isinstance(record, Listen) and not record.skipped:
            plays[rows[record.listener], world.truth.number(record.song)] = 1
    return plays


def _tag_overlap(world: World, plays: NDArray[np.float64]) -> NDArray[np.float64]:
    tags = sorted({tag for song in world.songs for tag in song.tags})
    matrix = np.array([[tag in song.tags for tag in tags] for song in world.songs], dtype=float)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    profile = plays @ matrix
    overlap: NDArray[np.float64] = profile / np.linalg.norm(profile, axis=1, keepdims=True) @ matrix.T
    return overlap


def test_pairs_are_unheard_and_repeatable(world: World) -> None:
    pairs = world.truth.pairs(seed=1, per_listener=40)
    assert len(pairs.label) == 400 * 40
    assert not world.truth.heard[pairs.listener, pairs.song].any()
    assert len(set(zip(pairs.listener.tolist(), pairs.song.tolist(), strict=True))) == 400 * 40
    again = world.truth.pairs(seed=1, per_listener=40)
    assert all(np.array_equal(one, other) for one, other in zip(pairs, again, strict=True))
    with pytest.raises(InputError, match="per_listener 0 is not a count"):
        world.truth.pairs(seed=1, per_listener=0)


def test_pairs_stop_where_all_is_heard() -> None:
    small = simulate(seed=0, listeners=3, artists=bundled_artists()[:20])
    pairs = small.truth.pairs(seed=0, per_listener=1000)
    assert len(pairs.label) == (~small.truth.heard).sum()


def test_truth_beats_tags_beats_popularity_beats_chance(world: World) -> None:
    listener, song, label = world.truth.pairs(seed=1, per_listener=40)
    plays = _plays(world)
    oracle = _auc(label, world.truth.preferences()[listener, song])
    tags = _auc(label, _tag_overlap(world, plays)[listener, song])
    popularity = _auc(label, plays.sum(axis=0)[song])
    assert 0.88 < oracle < 0.94
    assert oracle - 0.1 > tags > popularity + 0.1
    assert popularity > 0.54


def test_friends_agree_beyond_what_tags_tell(world: World) -> None:
    chance = np.log(world.truth.preferences())
    circle = np.array([listener.circle for listener in world.listeners])
    passed = np.array([[c in piece.circles for piece in world.truth.pieces] for c in circle])
    assert passed.mean() == pytest.approx(0.1, abs=0.02)
    assert chance[passed].mean() > chance[~passed].mean() + 1
