"""Music like a piece that is there: its traits are read, the nearest of what is drawn is offered, never a copy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segue.compose.drawing import Draws
from segue.compose.forms import plan
from segue.compose.liking import DRAWN, Liking
from segue.compose.melody import MelodyWish
from segue.compose.offer import Offer
from segue.compose.piece import PieceWish
from segue.compose.studio import Studio
from segue.compose.traits import Traits, traits_of
from segue.errors import InputError
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, Part, Score, Tempo
from tests.compose.engine import engine
from tests.compose.sheets import sheet
from tests.pretrain.tunes import tune

A = "62 66 69 74"
ENDINGS = ["62 64 66 67", "69 71 73 74", "74 73 71 69", "67 66 64 62", "66 69 74 66", "71 67 64 71", "62 62 69 69"]


def _piece(letters: str, key: Key = Key.parse("D")) -> Score:  # noqa: B008
    """Sections of eight bars, each letter with a tune of its own."""
    text = []
    for letter in letters:
        text += [f"{62 + ord(letter) - 65} 66 69 74", *ENDINGS[ord(letter) - 65 :], *ENDINGS[: ord(letter) - 65]]
    return sheet(" | ".join(["D"] * len(text)), " | ".join(text), key, Metre(4, 4))


# ---- traits


def test_the_traits_of_a_tune_are_those_that_it_was_made_with() -> None:
    score = _piece("AABA").replace(tempos=(Tempo(0, 120.0),))  # type: ignore[arg-type]
    traits = traits_of(score)
    assert (traits.form, traits.bars) == ("AABA", 32)
    assert (str(traits.key), str(traits.metre), traits.tempo) == ("D major", "4/4", 120.0)
    assert (traits.instrument, traits.low, traits.high) == ("flute", 62, 74)
    assert traits.is_alone and traits.has_chords and not traits.has_drums
    assert traits.parts("reel") == ()
    assert not traits_of(score.replace(chords=())).has_chords


def test_repeat_signs_and_endings_are_read_as_written_and_put_on_the_new_piece() -> None:
    score = _piece("AB")
    bars = list(score.bars)
    bars[7] = replace(bars[7], repeats_to=2)
    traits = traits_of(score.replace(bars=tuple(bars)))
    assert (traits.form, traits.bars, traits.repeated) == ("AB", 16, (True, False))
    new = traits.signed(_piece("CD"), plan("AB", 16))
    assert [bar.repeats_to for bar in new.bars] == [1] * 7 + [2] + [1] * 8
    assert [number for number, bar in enumerate(new.bars) if bar.repeats_from] == [0]
    assert traits.signed(_piece("CDC"), plan("ABA", 24)) == _piece("CDC")  # another plan has other signs
    bars[8] = replace(bars[8], ending=(2,))  # a second ending is no bar of the form
    bars[7] = replace(bars[7], ending=(1,))
    longer = score.replace(bars=(*bars, Bar(Metre(4, 4), score.key)))
    assert traits_of(longer).bars == 16


def test_a_pick_up_belongs_to_no_section_and_an_unsaid_key_is_heard() -> None:
    score = _piece("AA", Key())
    begun = score.replace(bars=(Bar(length=score.bars[0].length / 4), *score.bars))
    assert traits_of(begun).bars == 16
    assert str(traits_of(score).key) == "D major"


def test_nothing_is_taken_of_nothing_and_what_is_said_otherwise_is_left() -> None:
    assert traits_of(Score()) == Traits()
    assert traits_of(Score(bars=(Bar(),) * 2)).form == ""
    left = traits_of(_piece("AB")).without("key", "form", "bars")
    assert (left.key, left.form, left.bars, str(left.metre)) == (None, "", None, "4/4")


def test_parts_are_those_of_the_style_where_others_sound_with_the_tune() -> None:
    band = _piece("AB")
    band = band.replace(parts=(*band.parts, replace(band.parts[0], name="Bass", program=32)))
    assert traits_of(band).parts("pop") == ("bass", "piano")
    drums = Part(band.parts[0].notes, "Drums", is_drums=True)
    assert traits_of(band.replace(parts=(*band.parts, drums))).parts("pop") == ("bass", "piano", "drums")
    low, high = traits_of(band).range_for(("satb",))
    assert low is not None and high is not None and low >= 60 and high <= 81


# ---- ranking


def _offers(*scores: Score) -> list[Offer[Score]]:
    return [Offer(score, -1.0, seed) for seed, score in enumerate(scores)]


def test_the_nearest_come_first_and_copies_not_at_all() -> None:
    model, others = tune(1), [tune(seed) for seed in (2, 3, 4)]
    near = {id(others[0]): 2.0, id(others[1]): 1.0, id(others[2]): 3.0, id(model): 0.0}
    liking = Liking("model.abc", model, lambda score: near[id(score)])
    asked: list[int] = []

    def ask(draws: Draws) -> list[Offer[Score]]:
        asked.append(draws.n)
        return _offers(model, *others)

    assert liking.is_copy(model) and not any(map(liking.is_copy, others))
    offers = liking.nearest(ask)(Draws(2))
    assert [offer.value for offer in offers] == [others[1], others[0]]
    assert asked == [DRAWN]
    assert "one of the nearest to model.abc of 4 drawn" in offers[0].reasons
    assert any("runs of nine notes are in model.abc" in reason for reason in offers[0].reasons)


def test_copies_are_drawn_anew_and_where_there_is_nothing_else_they_say_so() -> None:
    model, other = tune(1), tune(2)
    moved = model.replace(parts=(replace(model.parts[0], notes=_transposed(model.parts[0].notes, 2)),))
    liking, seeds = Liking("model.abc", model, lambda _: 1.0), []

    def ask(draws: Draws) -> list[Offer[Score]]:
        seeds.append(draws.sampling.seed)
        return _offers(model, moved) if len(seeds) < 3 else _offers(other)

    assert [offer.value for offer in liking.nearest(ask)(Draws(1))] == [other]
    assert len(set(seeds)) == 3
    (copy,) = liking.nearest(lambda _: _offers(moved))(Draws(1))
    assert any(reason.startswith("100.0% of its runs") for reason in copy.reasons)


def _transposed(notes: Notes, steps: int) -> Notes:
    return Notes(
        notes.resolution,
        list(notes.starts),
        list(notes.lengths),
        [pitch + steps for pitch in notes.pitches],
        list(notes.velocities),
    )


def test_without_a_distance_no_more_are_drawn_and_without_notes_nothing_is_a_copy() -> None:
    liking = Liking("song.mp3", Score())
    assert liking.drawn(3) == 3 and not liking.is_copy(tune(1))
    offers = _offers(tune(1), tune(2))
    assert [one.value for one in liking.nearest(lambda _: offers)(Draws(1))] == [offers[0].value]
    with pytest.raises(InputError, match="has no name"):
        Liking("", Score())


# ---- with the model


def test_a_studio_offers_the_lowest_of_many_where_low_is_what_is_liked() -> None:
    def height(score: Score) -> float:
        pitches = score.parts[0].notes.pitches
        return sum(pitches) / len(pitches)

    chords = sheet("C | F | G7 | C", A + " | " + " | ".join(ENDINGS[:3])).progression
    plain = Studio(engine(), n=DRAWN, seed=3, originality=False)
    lowest = min(height(offer.value) for offer in plain.melody(chords, MelodyWish()))
    liking = Liking("low.abc", tune(1), height)
    (offer,) = replace(plain, n=1, liking=liking).melody(chords, MelodyWish())
    assert height(offer.value) == pytest.approx(lowest)


def test_a_piece_gets_its_parts_after_it_was_chosen_and_no_copy_of_the_model() -> None:
    liking = Liking("model.abc", tune(1), lambda score: float(len(score.parts[0].notes)))
    studio = Studio(engine(), n=1, seed=2, originality=False, liking=liking)
    (offer,) = studio.piece(PieceWish("AB", 8, "pop", Key(), Metre(4, 4), parts=("bass",)))
    assert [part.name for part in offer.value.parts] == ["Melody", "Bass"]
    assert any("of 8 drawn" in reason for reason in offer.reasons) and any("bass: " in one for one in offer.reasons)
    lead = replace(studio, liking=None).piece(PieceWish("AB", 8, "pop", Key(), Metre(4, 4)))
    assert len(offer.value.parts[0].notes) <= len(lead[0].value.parts[0].notes)
