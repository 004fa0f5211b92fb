"""The coach: each rule finds its fault where it was put, says what to write instead, and leaves clean music alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from segue.compose.coach import ALL, FAMILIES, review
from segue.errors import InputError
from segue.music.lyric import Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from tests.compose.reviewed import by, chorale, tune

F = Fraction
# I IV V I in C, as every book writes it
CLEAN = ((72, 67, 64, 48), (72, 69, 65, 53), (71, 67, 62, 55), (72, 67, 64, 48))


def test_a_clean_chorale_gets_no_remark() -> None:
    assert review(chorale(*CLEAN, length=F(2))) == ()


def test_parallel_fifths_are_found_with_both_voices() -> None:
    (one,) = by("parallel-fifths", chorale((72, 64, 55, 48), (74, 65, 57, 50)))  # C-G to D-A
    assert (one.bar, one.beat, one.parts, one.severity) == (1, 2, ("Tenor", "Bass"), "fault")
    assert one.what == "fifths in parallel: G3 to A3 over C3 to D3"
    assert "ch. 5" in one.source


def test_a_proposal_heals_what_it_is_for() -> None:
    (one,) = by("parallel-octaves", chorale((76, 67, 60, 48), (77, 69, 62, 50)))
    assert (one.parts, one.proposal) == (("Tenor", "Bass"), "Tenor: A3 instead of D4")
    assert by("parallel-octaves", chorale((76, 67, 60, 48), (77, 69, 57, 50))) == []


@pytest.mark.parametrize("style", ["rock", "jazz", "pop", ""])
def test_parallels_are_no_fault_where_the_style_does_not_forbid_them(style: str) -> None:
    planted = chorale((72, 64, 55, 48), (74, 65, 57, 50), style=style)
    assert by("parallel-fifths", planted) == []
    assert len(by("parallel-fifths", planted, style="chorale")) == 1


def test_fourths_between_crossed_voices_are_not_fifths() -> None:
    before = ((76, 72, 60, 48), (79, 72, 59, 43))
    crossed = chorale(*before, (79, 55, 60, 43), (83, 57, 62, 42))  # alto under tenor: a fourth, twice
    assert by("parallel-fifths", crossed) == []


def test_hidden_octaves_between_the_outer_voices_are_hinted_at() -> None:
    planted = chorale((67, 64, 60, 48), (72, 64, 60, 45), (77, 69, 60, 53))
    (one,) = by("hidden-perfects", planted)
    assert (one.beat, one.parts, one.severity) == (3, ("Soprano", "Bass"), "hint")
    stepwise = chorale((74, 67, 59, 55), (76, 67, 60, 57), (77, 69, 60, 53))
    assert by("hidden-perfects", stepwise) == []


def test_crossing_and_spacing_are_found_where_they_last_a_beat() -> None:
    crossed = chorale(*CLEAN[:2], (71, 62, 67, 55), CLEAN[3], length=F(1))
    assert [(one.beat, one.parts) for one in by("crossing", crossed)] == [(3, ("Alto", "Tenor"))]
    wide = chorale(CLEAN[0], (72, 57, 53, 41), CLEAN[3])
    assert [(one.beat, one.what) for one in by("spacing", wide)] == [(2, "15 semitones apart: C5 over A3")]
    short = chorale(*CLEAN[:2], (71, 62, 67, 55), CLEAN[3], length=F(1, 2))
    assert by("crossing", short) == []


def test_a_leading_tone_in_the_soprano_rises() -> None:
    planted = chorale((71, 67, 62, 55), (67, 64, 60, 48))
    (one,) = by("leading-tone", planted)
    assert (one.beat, one.what, one.proposal) == (1, "the leading tone B4 goes to G4", "let it rise to C5")
    assert by("leading-tone", chorale((71, 67, 62, 55), (72, 64, 60, 48))) == []
    inner = chorale((79, 71, 62, 55), (79, 67, 64, 48))  # in an inner voice it may fall
    assert by("leading-tone", inner) == []


def test_the_seventh_of_a_dominant_falls_by_step_in_any_key() -> None:
    planted = chorale((77, 71, 62, 55), (79, 72, 64, 48))  # F over G7 rises to G
    (one,) = by("chord-seventh", planted)
    assert (one.parts, one.what, one.proposal) == (("Soprano",), "the seventh F5 goes to G5", "let it fall to E5")
    assert by("chord-seventh", chorale((77, 71, 62, 55), (76, 72, 64, 48))) == []
    applied = chorale((72, 66, 57, 50), (74, 67, 59, 55))  # C over D7 rises to D: V of V
    assert [one.proposal for one in by("chord-seventh", applied)] == ["let it fall to B4"]


def test_a_doubled_leading_tone_is_found() -> None:
    planted = chorale((71, 67, 59, 55), (72, 67, 60, 48))
    (one,) = by("doubled-leading-tone", planted)
    assert one.parts == ("Soprano", "Tenor") and one.what == "the leading tone B is doubled"


def test_instruments_that_double_the_choir_are_no_parallels() -> None:
    score = chorale(*CLEAN * 3, length=F(2))
    doubled = score.replace(parts=(*score.parts, replace(score.parts[0], name="Violin", program=40)))
    assert by("parallel-octaves", doubled) == []


def test_a_note_that_an_instrument_lacks_is_named_with_its_octave() -> None:
    score = tune([(1, 67), (1, 50), (2, 69)], name="Fiddle", program=40)
    (one,) = by("instrument-range", score)
    assert (one.bar, one.beat, one.what) == (1, 2, "D3 is below what violin has (G3 to G7)")
    assert one.proposal == "take D4"


def test_a_choir_voice_beyond_its_compass_is_found_and_one_at_its_end_all_the_time() -> None:
    high = chorale(*([(82, 67, 64, 48)] * 4), length=F(1))
    assert [(one.what, one.proposal) for one in by("voice-range", high)] == [
        ("Bb5 is above what a choir's soprano has (C4 to G5)", "take Bb4")
    ]
    tiring = chorale(*([(79, 67, 64, 48), (78, 67, 64, 48)] * 8))
    assert [one.parts for one in by("tessitura", tiring)] == [("Soprano",)]


def test_a_bass_that_is_played_is_no_singer() -> None:
    low = [(1, 31)] * 8
    assert by("voice-range", tune(low, name="Bass", program=33)) == []
    assert by("voice-range", tune(low, name="Bass", program=52)) != []


def test_a_tune_with_words_spans_an_octave_and_a_fifth_at_most() -> None:
    words = [(0, Syllable("la"))]
    assert by("wide-tune", tune([(1, 60), (1, 72), (2, 79)], words=words)) == []
    (one,) = by("wide-tune", tune([(1, 60), (1, 72), (2, 80)], words=words))
    assert one.what == "from C4 (bar 1) to G#5: 20 semitones"


def test_leaps_beyond_an_octave_and_sevenths_that_go_on_are_found_in_voices_only() -> None:
    notes = [(1, 60), (1, 74), (2, 72)]
    (one,) = by("leap", tune(notes))
    assert (one.beat, one.what) == (2, "a leap of a ninth from C4 to D5")
    assert by("leap", tune(notes, name="Piano", program=0)) == []
    assert by("leap", tune([(1, 60), (1, 70), (2, 69)])) == []  # a seventh, turned back
    assert len(by("leap", tune([(1, 60), (1, 70), (2, 72)]))) == 1  # a seventh that goes on
    assert by("leap", tune([(1, 60), (1, 0), (2, 74)])) == []  # over a rest


def test_a_singer_can_breathe() -> None:
    running = [(F(1, 2), 60 + place % 3) for place in range(80)]  # 20 seconds at 120
    (one,) = by("breath", tune(running))
    assert (one.bar, one.beat) == (1, 1) and "bar 8" in one.proposal
    assert by("breath", tune([*running[:40], (1, 0), *running[41:]])) == []
    assert by("breath", tune([*running[:40], (2, 60), *running[43:]])) == []  # after a long note too


def test_the_stressed_syllable_of_a_word_stands_on_the_stronger_beat() -> None:
    def sung(first: int, second: int) -> list[tuple[float, Syllable]]:
        return [(0, Syllable("gui", True, False, first)), (1, Syllable("tar", False, True, second))]

    notes = [(1, 60), (1, 62), (2, 64)]
    (one,) = by("stress", tune(notes, words=sung(0, 1)))
    assert (one.beat, one.what) == (2, '"guitar" is stressed on "tar", which stands on the weaker beat')
    assert by("stress", tune(notes, words=sung(1, 0))) == []
    assert by("stress", tune([(1, 60), (2, 62), (1, 64)], words=sung(0, 1))) == []  # a long note is heavy too


def test_stresses_that_a_file_does_not_tell_are_those_of_the_english_dictionary() -> None:
    def sung(*parts: str) -> list[tuple[float, Syllable]]:
        return [(place, Syllable(part, not place, place == len(parts) - 1)) for place, part in enumerate(parts)]

    notes = [(1, 60), (1, 62), (2, 64)]
    assert [one.beat for one in by("stress", tune(notes, words=sung("gui", "tar,")))] == [2]
    assert by("stress", tune(notes, words=sung("win", "dow"))) == []
    assert by("stress", tune(notes, words=sung("gnor", "felt"))) == []  # no English word


def test_a_foreign_tone_on_a_strong_beat_goes_on_by_step() -> None:
    (one,) = by("foreign-tone-leap", tune([(1, 65), (1, 60), (2, 64)], chords=[(0, "C")]))
    assert (one.beat, one.what) == (1, "F4 is foreign to C, and the melody leaps away from it")
    assert one.proposal == "go on by step to E4, or begin on it"
    assert by("foreign-tone-leap", tune([(1, 65), (1, 64), (2, 60)], chords=[(0, "C")])) == []
    assert by("foreign-tone-leap", tune([(1, 64), (1, 65), (2, 60)], chords=[(0, "C")])) == []  # on a weak beat
    assert by("foreign-tone-leap", tune([(1, 62), (1, 67), (2, 60)], chords=[(0, "C")])) == []  # a ninth


def test_a_held_tone_a_semitone_above_the_chord_clashes() -> None:
    (one,) = by("clash", tune([(4, 65)], chords=[(0, "C")]))
    assert one.what == "F4 is foreign to C, a semitone above its E" and one.proposal.startswith("sing E4")
    assert by("clash", tune([(4, 65)], chords=[(0, "Csus4")])) == []
    assert by("clash", tune([(3, 65), (1, 64)], chords=[(0, "C")])) == []  # it resolves


def test_one_chord_for_many_bars_and_one_chord_alone_are_hinted_at() -> None:
    notes = [(4, 60)] * 24
    long = tune(notes, chords=[(0, "C"), (40, "F"), (44, "G7"), (48, "C")])
    assert [(one.bar, one.what) for one in by("static-harmony", long)] == [(1, "C for 10 bars"), (13, "C for 12 bars")]
    assert [one.what for one in by("one-chord", tune(notes, chords=[(0, "C")]))] == ["the whole piece stands on C"]
    assert by("one-chord", long) == []


def test_a_chord_that_begins_off_the_beat_and_lasts_over_the_bar_line_is_hinted_at() -> None:
    steady = [(4.0 * bar, "CFG"[bar % 3]) for bar in range(12)]
    assert by("weak-change", tune([(4, 60)] * 12, chords=steady)) == []
    early = [(time - F(1, 2) if time == 16 else time, label) for time, label in steady]
    (one,) = by("weak-change", tune([(4, 60)] * 12, chords=early))
    assert (one.bar, one.beat, one.proposal) == (4, F(9, 2), "let F begin with bar 5")


def test_close_chords_low_down_are_muddy() -> None:
    notes = [Note(F(0), F(4), 36), Note(F(0), F(4), 40), Note(F(0), F(4), 67)]
    score = Score((Part(Notes.of(notes), "Piano"),), (Bar(),))
    (one,) = by("mud", score)
    assert (one.what, one.proposal) == ("C2 and E2 lie close and low", "take E3, an octave higher, or leave it out")
    apart = Score((Part(Notes.of([notes[0], Note(F(0), F(4), 52)]), "Piano"),), (Bar(),))
    assert by("mud", apart) == []


def test_a_piece_in_which_nothing_comes_back_is_told_so() -> None:
    bars = [(60, 57 + bar % 7, 54 + bar % 7 + bar // 7, 55 + bar % 7 + bar // 7) for bar in range(20)]
    notes = [(1.0, pitch) for bar in bars for pitch in bar]
    (one,) = by("no-return", tune(notes))
    assert (one.bar, one.what) == (1, "nothing comes back: the form is ABC")
    assert by("no-return", tune([*notes[:40], *notes[:40]])) == []
    assert by("no-return", tune(notes[:40])) == []  # ten bars need not come back


def test_a_piece_ends_on_its_tonic_chord() -> None:
    notes = [(4, 60)] * 8
    steady = [(4.0 * bar, label) for bar, label in enumerate(("C", "F", "G7", "C", "F", "C"))]
    (one,) = by("final-cadence", tune([*notes[:6], (4, 62), (4, 62)], chords=[*steady, (24, "F"), (28, "G7")]))
    assert (one.bar, one.proposal) == (8, "end on C, with G7 before it")
    assert by("final-cadence", tune(notes, chords=[*steady, (24, "G7"), (28, "C")])) == []
    assert by("final-cadence", tune(notes, chords=[*steady, (24, "C"), (30, "G7")])) == []  # it turns around
    (without,) = by("final-cadence", tune([*notes[:7], (4, 62)]))
    assert without.what == "the tune ends on D4, which is not of the tonic chord"


def test_bars_that_are_not_full_are_found_but_for_pick_ups_and_repeats() -> None:
    def bars(*lengths: int, repeats: int = -1) -> Score:
        made = tuple(
            Bar(Metre(), length=F(length), repeats_to=2 if place == repeats else 1)
            for place, length in enumerate(lengths)
        )
        return Score((Part(Notes.of([Note(F(0), F(1), 60)])),), made)

    (one,) = by("bar-length", bars(4, 4, 3, 4, 4))
    assert (one.bar, one.what) == (3, "3 quarter notes in a bar of 4/4: 1 quarter notes are missing")
    assert by("bar-length", bars(1, 4, 4, 3)) == []  # a pick-up and its rest
    assert by("bar-length", bars(4, 3, 1, 4)) == []  # a bar that a border of phrases splits
    assert by("bar-length", bars(1, 4, 3, 4, repeats=2)) == []
    assert [one.bar for one in by("bar-length", bars(4, 5, 4, 4))] == [2]


def test_a_pick_up_is_bar_nought_and_its_beat_lies_at_the_end() -> None:
    part = Part(Notes.of([Note(F(0), F(1), 50), Note(F(1), F(4), 67)]), "Fiddle", 40)
    score = Score((part,), (Bar(Metre(), length=F(1)), Bar()))
    (one,) = by("instrument-range", score)
    assert (one.bar, one.beat) == (0, 4)


def test_every_rule_has_its_source_and_can_be_switched_off() -> None:
    assert len({rule.name for rule in ALL}) == len(ALL) == sum(len(family.RULES) for family in FAMILIES)
    assert all(rule.source and rule.asks.endswith(".") for rule in ALL)
    planted = chorale((72, 64, 55, 48), (74, 65, 57, 50))
    assert by("parallel-fifths", planted) and not [
        one for one in review(planted, off=["parallel-fifths"]) if one.rule == "parallel-fifths"
    ]
    with pytest.raises(InputError, match=r"rule 'parallel-fifth' is none of .* \(did you mean \"parallel-fifths\"\?\)"):
        review(planted, off=["parallel-fifth"])
    with pytest.raises(InputError, match=r"style 'choral' is none of .* \(did you mean \"chorale\"\?\)"):
        review(planted, style="choral")


def test_a_score_without_bars_or_notes_is_no_trouble() -> None:
    assert review(Score()) == ()
    assert review(Score(bars=(Bar(),) * 20)) == ()
    assert review(Score((Part(Notes.of([]), "Soprano", 52),) * 4, (Bar(),), style="chorale")) == ()
