"""Witnesses vote together: by what they know, by how sure they are, and by how much they were right before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError
from segue.music.styles import NAMES, UNKNOWN
from segue.recognize.audio import STYLE_OF
from segue.recognize.families import FAMILIES, families_of, family_of
from segue.recognize.fusion import Gate, Witness, fit_gate, fuse, load_gate, named_by, pooled, witness_of
from segue.recognize.gtzan import GENRES
from segue.recognize.guess import Answer, Guess

EVEN = Gate(threshold=0.6)
KNOWN = ("jazz", "rock", "pop", "folk")


def witness(kind: str, *, is_sure: bool = False, **told: float) -> Witness:
    found = witness_of(answer(kind, told, is_sure=is_sure), KNOWN)
    assert found is not None
    return found


def answer(kind: str, told: Mapping[str, float], *, is_sure: bool = False) -> Answer:
    guesses = tuple(Guess(style, share) for style, share in sorted(told.items(), key=lambda one: -one[1]))
    return Answer(kind, guesses, is_sure)


# ---- families


def test_every_style_genre_and_tag_of_a_style_has_a_family() -> None:
    told = [*(name for name in NAMES if name != UNKNOWN), *GENRES, *STYLE_OF.values(), *FAMILIES]
    assert [name for name in told if family_of(name) not in FAMILIES] == []
    assert family_of(UNKNOWN) == family_of("") == family_of("xyzzy") == ""


def test_no_style_is_in_two_families() -> None:
    every = [style for styles in FAMILIES.values() for style in styles]
    assert sorted(every) == sorted(set(every)) and set(every) == set(NAMES) - {UNKNOWN}


def test_names_of_files_are_understood() -> None:
    assert family_of("Hard Rock") == "rock" and family_of("metal") == "rock"
    assert family_of("Big Band") == "jazz" and family_of("hiphop") == "hip-hop"
    assert families_of(("rock", "reel", "jig", "unknown")) == ("folk", "rock")


# ---- witnesses


def test_styles_of_a_family_count_together_and_what_is_not_told_is_spread() -> None:
    told = witness_of(answer("score", {"reel": 0.5, "jig": 0.2, "jazz": 0.1}), ("reel", "jig", "jazz", "rock", "pop"))
    assert told is not None
    assert told.shares == pytest.approx({"folk": 0.7, "jazz": 0.1, "rock": 0.1, "pop": 0.1})


def test_tags_that_add_up_to_more_than_one_are_scaled_and_weak_ones_say_little() -> None:
    loud, quiet = witness("tags", rock=0.9, pop=0.6), witness("tags", rock=0.05, pop=0.01)
    assert loud.shares == pytest.approx({"folk": 0, "jazz": 0, "rock": 0.6, "pop": 0.4})
    assert quiet.shares["rock"] == pytest.approx(0.05) and quiet.shares["folk"] == pytest.approx(0.47)


def test_who_guesses_nothing_or_knows_one_family_is_no_witness() -> None:
    assert witness_of(Answer("score", (), False), KNOWN) is None
    assert witness_of(answer("score", {"reel": 0.9}), ("reel", "jig")) is None
    with pytest.raises(InputError, match="none of folk, jazz, pop, rock"):
        witness_of(answer("score", {"blues": 0.9}), KNOWN)


# ---- the pool


def test_one_witness_alone_is_believed_as_it_is() -> None:
    one = witness("score", jazz=0.7, rock=0.1)
    assert pooled([one], Gate(even=1e-9)) == pytest.approx(one.shares)


def test_two_that_agree_are_surer_than_either_and_their_order_does_not_matter() -> None:
    one, other = witness("score", jazz=0.6), witness("chords", jazz=0.5)
    together = pooled([one, other], EVEN)
    assert together["jazz"] > 0.6
    assert together == pytest.approx(pooled([other, one], EVEN))


def test_who_knows_nothing_moves_nothing() -> None:
    one, empty = witness("score", jazz=0.6), witness("chords", jazz=0.25, rock=0.25, pop=0.25, folk=0.25)
    assert pooled([one, empty], EVEN) == pytest.approx(pooled([one], EVEN))


def test_what_is_common_is_not_counted_once_for_each_witness() -> None:
    """Three that know nothing but how common families were say together what one of them says."""
    common = {"jazz": 0.2, "rock": 0.1, "pop": 0.6, "folk": 0.1}
    blind = [witness_of(answer(kind, common), KNOWN, common) for kind in ("score", "chords", "lyrics")]
    told = pooled([one for one in blind if one is not None], Gate(base=common))
    assert told == pytest.approx(common, abs=0.02)
    even = pooled([one for one in blind if one is not None], EVEN)
    assert even == pytest.approx(dict.fromkeys(KNOWN, 0.25), abs=0.02)


def test_a_witness_says_nothing_of_families_it_does_not_know() -> None:
    """The odds of two families that chords do not know are those of the others alone."""
    sound = witness_of(
        answer("audio", {"electronic": 0.4, "reggae": 0.2, "jazz": 0.2}), (*KNOWN, "electronic", "reggae")
    )
    chords = witness_of(answer("chords", {"jazz": 0.9}), ("jazz", "pop"))
    assert sound is not None and chords is not None
    alone, both = pooled([sound], EVEN), pooled([sound, chords], EVEN)
    assert both["electronic"] / both["reggae"] == pytest.approx(alone["electronic"] / alone["reggae"])
    assert both["jazz"] / both["electronic"] > alone["jazz"] / alone["electronic"]
    assert both["pop"] / both["electronic"] < alone["pop"] / alone["electronic"]


def test_a_style_that_holds_several_families_speaks_for_all_of_them_alike() -> None:
    """Chords that are told as pop, rock and soul in one do not speak against rock."""
    spans = {"pop": ("pop", "rock", "soul")}
    chords = witness_of(answer("chords", {"pop": 0.9, "jazz": 0.1}), ("jazz", "pop"), spans=spans)
    score = witness("score", rock=0.5, pop=0.3)
    assert chords is not None and chords.shares == pytest.approx({"jazz": 0.1, "rock": 0.3, "pop": 0.3, "soul": 0.3})
    alone, both = pooled([score], EVEN), pooled([score, chords], EVEN)
    assert both["rock"] / both["pop"] == pytest.approx(alone["rock"] / alone["pop"])
    assert both["jazz"] / both["rock"] < alone["jazz"] / alone["rock"]
    even = witness_of(answer("chords", {"pop": 0.5, "jazz": 0.5}), ("jazz", "pop"), spans=spans)
    assert even is not None and pooled([score, even], EVEN)["rock"] / pooled([score, even], EVEN)[
        "jazz"
    ] == pytest.approx(alone["rock"] / alone["jazz"])


def test_no_single_denial_is_final() -> None:
    deny, affirm = witness("score", jazz=1.0), witness("chords", is_sure=True, rock=1.0)
    assert pooled([deny, affirm], EVEN)["rock"] == pytest.approx(pooled([deny, affirm], EVEN)["jazz"])


def test_weights_and_doubt_turn_votes_down() -> None:
    one, other = witness("score", is_sure=True, jazz=0.6), witness("chords", rock=0.7)
    assert max(pooled([one, other], EVEN).items(), key=lambda item: item[1])[0] == "rock"
    for gate in (Gate({"chords": 0.5}), Gate(unsure=0.5)):
        assert max(pooled([one, other], gate).items(), key=lambda item: item[1])[0] == "jazz"
    assert pooled([one, other], Gate({"chords": 0})) == pytest.approx(pooled([one], EVEN))


def test_nobody_is_no_pool() -> None:
    with pytest.raises(InputError, match="a witness or more"):
        pooled([], EVEN)


# ---- the answer


def test_the_answer_names_who_speaks_for_it_and_keeps_all_answers() -> None:
    sound, notes, chords = (
        witness("audio", rock=0.61),
        witness("notes", rock=0.4, jazz=0.3),
        witness("chords", jazz=0.5),
    )
    told = fuse([sound, notes, chords], EVEN)
    assert told.kind == "all" and told.guesses[0].style == "rock"
    assert [one.what for one in told.guesses[0].because] == ["the sound (rock 61%)", "the notes (rock 40%)"]
    assert told.guesses[0].because[0].drop > told.guesses[0].because[1].drop > 0
    assert told.witnesses == (sound.answer, notes.answer, chords.answer)
    without = pooled([notes, chords], EVEN)["rock"]
    assert told.guesses[0].probability - told.guesses[0].because[0].drop == pytest.approx(without)


def test_it_is_sure_over_the_threshold_where_somebody_sure_says_so() -> None:
    told = [witness("audio", is_sure=True, rock=0.6), witness("notes", rock=0.5)]
    share = pooled(told, EVEN)["rock"]
    assert fuse(told, Gate(threshold=share - 0.01)).is_sure
    assert not fuse(told, Gate(threshold=share + 0.01)).is_sure
    doubt = [witness("audio", rock=0.6), witness("notes", rock=0.5)]
    assert not fuse(doubt, Gate(threshold=share - 0.01)).is_sure
    against = [*told, witness("chords", is_sure=True, jazz=0.3)]
    assert fuse(against, Gate(threshold=0.1)).guesses[0].style == "rock"
    assert not fuse(against, Gate(threshold=0.1)).is_sure


def test_what_a_file_calls_itself_is_heard_and_never_settles_anything() -> None:
    named = named_by("Hard Bop Jazz")
    assert named is not None and named_by("xyzzy") is None
    alone = fuse([named], Gate(threshold=0.1))
    assert alone.guesses[0].style == "jazz" and not alone.is_sure
    assert alone.guesses[0].because[0].what == "the file calls itself Hard Bop Jazz"
    sound = witness("audio", is_sure=True, rock=0.45, jazz=0.4)
    both = fuse([sound, named], Gate(threshold=0.1))
    assert both.guesses[0].style == "jazz" and not both.is_sure  # the sound alone would say rock
    assert fuse([witness("audio", is_sure=True, jazz=0.6), named], Gate(threshold=0.1)).is_sure


def test_two_that_are_sure_and_disagree_are_named() -> None:
    told = fuse([witness("audio", is_sure=True, rock=0.9), witness("notes", is_sure=True, jazz=0.9)], EVEN)
    assert "the sound and the notes disagree: rock, jazz" in told.notice


# ---- the gate


def drawn(count: int, rng: np.random.Generator, **right: float) -> list[tuple[list[Witness], str]]:
    """Pieces whose witnesses say .7 of a family, the true one as often as is told, else any."""
    rows = []
    for _ in range(count):
        truth = str(rng.choice(KNOWN))
        told = {kind: truth if rng.random() < share else str(rng.choice(KNOWN)) for kind, share in right.items()}
        rows.append(([witness(kind, **{family: 0.7}) for kind, family in told.items()], truth))
    return rows


def test_who_was_right_more_often_weighs_more_and_who_guessed_weighs_nothing() -> None:
    gate = fit_gate(drawn(400, np.random.default_rng(0), score=0.8, chords=0.4, lyrics=0.0))
    assert gate.weights["score"] > gate.weights["chords"] > gate.weights["lyrics"]
    assert gate.weights["lyrics"] < 0.15


def test_the_learned_pool_is_right_more_often_than_its_best_witness() -> None:
    rng = np.random.default_rng(1)
    gate = fit_gate(drawn(400, rng, score=0.6, chords=0.5, lyrics=0.5))
    rows = drawn(400, rng, score=0.6, chords=0.5, lyrics=0.5)

    def right(kinds: tuple[str, ...]) -> float:
        told = [pooled([one for one in heard if one.answer.kind in kinds], gate) for heard, _ in rows]
        return float(
            np.mean(
                [max(one, key=lambda family: one[family]) == truth for one, (_, truth) in zip(told, rows, strict=True)]
            )
        )

    assert right(("score", "chords", "lyrics")) > right(("score",)) + 0.03


def test_the_threshold_keeps_the_risk_on_what_it_was_learned_from() -> None:
    rows = drawn(300, np.random.default_rng(2), score=0.8, chords=0.7)
    gate = fit_gate(rows, risk=0.1)
    pools = [(pooled(heard, gate), truth) for heard, truth in rows]
    sure = [
        max(told, key=lambda one: told[one]) == truth for told, truth in pools if max(told.values()) >= gate.threshold
    ]
    assert len(sure) > 50 and np.mean(sure) >= 0.9


def test_a_gate_comes_back_from_disk_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    gate = Gate({"score": 0.8, "named": 0.5}, 0.5, 0.02, 0.66, {"jazz": 0.3, "pop": 0.7})
    gate.save(tmp_path)
    assert load_gate(tmp_path) == gate
    assert [file.name for file in tmp_path.iterdir()] == ["gate.json"]
    (tmp_path / "gate.json").write_text("{}", encoding="utf-8")
    with pytest.raises(FormatError, match="no gate"):
        load_gate(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load_gate(tmp_path / "nowhere")
    with pytest.raises(InputError, match="weights of 0 to 10"):
        Gate({"score": -1})
    with pytest.raises(InputError, match="one or more is needed"):
        fit_gate([])
