"""What may be asked of the verbs of composing over HTTP: one shape each, checked; the words in it are read later."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from segue.serve.shapes import Closed

Text = Annotated[str, Field(min_length=1, max_length=500_000)]
MaybeText = Annotated[str, Field(max_length=500_000)]
Label = Annotated[str, Field(max_length=40)]
Bar = Annotated[int, Field(ge=1, le=100_000)]
Bars = Annotated[tuple[Bar, ...], Field(max_length=1_000)]
Complexity = Literal["", "triads", "sevenths", "rich"]
MusicFormat = Literal["abc", "musicxml", "chords", "cho", "lab"]
Span = Annotated[str, Field(max_length=10, description="Bars a chord lasts, such as 1/2 or 1.")]
Cadences = Annotated[
    tuple[Label, ...], Field(max_length=100, description="A bar and a kind: 8:authentic, half, plagal or deceptive.")
]
Pitch = Annotated[str, Field(max_length=10, description="A tone and an octave, or a MIDI number: F#4, 66.")]
_EXAMPLE = "X:1\nM:4/4\nL:1/4\nK:G\n|: G A B c | d2 B2 | c A F D | G4 :|\n"


class Wanted(Closed):
    """What all verbs may be asked."""

    n: Annotated[int, Field(ge=1, le=16, description="How many alternatives.")] = 4
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    style: Label = ""
    without: Annotated[tuple[Label, ...], Field(max_length=40, description="Rules of theory to switch off.")] = ()
    originality: bool = True


class Like(Closed):
    """Music that what is written shall be like: its style, and what nothing else says; none is a copy of it."""

    like: Annotated[MaybeText, Field(description="Music to be like, as ABC.")] = ""


class Given(Wanted):
    """A verb that works on music."""

    music: Annotated[Text, Field(examples=[_EXAMPLE])]
    format: MusicFormat = "abc"


class Rewriting(Given):
    """A verb that writes bars of music and leaves the others."""

    bars: Annotated[Bars, Field(description="Bars to write, from 1; all without.")] = ()
    keep: Annotated[Bars, Field(description="Bars that stay as they are.")] = ()


class ReharmonizeIn(Rewriting):
    """Other chords to music that has some."""

    complexity: Complexity = ""
    span: Span = ""
    cadences: Cadences = ()


class HarmonyIn(ReharmonizeIn):
    """Chords to a melody."""

    key: Label = ""


class ChordsIn(Wanted, Like):
    """A new progression, or bars behind chords that are given."""

    after: Annotated[str, Field(max_length=5_000, description="Chords to go on from, one to a bar: Dm7 G7 Cmaj7.")] = ""
    bars: Annotated[int, Field(ge=1, le=500, description="How many bars to write.")] = 8
    key: Label = ""
    metre: Label = ""
    section: Annotated[str, Field(max_length=40, description="What is written: verse, chorus, bridge ...")] = ""
    complexity: Complexity = ""
    span: Span = ""
    cadences: Cadences = ()


class MelodyIn(Rewriting, Like):
    """Melodies over chords; with bars, or bars to keep, those of the melody that is there are written anew."""

    after: Annotated[MaybeText, Field(description="A phrase to go on from, in the same format as the music.")] = ""
    is_answer: Annotated[bool, Field(description="Answer that phrase; without one, the music.")] = False
    rhythm: Annotated[MaybeText, Field(description="Music whose first part gives the rhythm.")] = ""
    contour: Annotated[str, Field(max_length=40, description="rising, falling, arch or valley.")] = ""
    low: Pitch = ""
    high: Pitch = ""
    instrument: Annotated[str, Field(max_length=40, description="That of what it is like, or voice, without.")] = ""


class InfillIn(Rewriting):
    """Bars of any part anew."""

    parts: Annotated[tuple[Annotated[int, Field(ge=0, le=100)], ...], Field(max_length=100)] = ()


class ArrangeIn(Given, Like):
    """Parts to a lead sheet."""

    parts: Annotated[tuple[Label, ...], Field(max_length=20)] = ()


class PhraseIn(Wanted):
    """Phrases of two or four bars: new ones, variations of one, or steps from one to another."""

    start: Annotated[tuple[Text, ...], Field(max_length=2, description="A phrase as ABC; two to go between.")] = ()
    amount: Annotated[float, Field(ge=0, le=4, description="How far variations go; 0: phrases like it.")] = 0.0
    key: Label = "C"
    metre: Label = "4/4"
    bars: Annotated[int, Field(ge=1, le=16, description="2 or 4.")] = 2


class PieceIn(Wanted, Like):
    """A whole piece by a plan of form."""

    n: Annotated[int, Field(ge=1, le=16)] = 1
    form: Annotated[str, Field(max_length=40, description="That of what it is like, or AABA, without.")] = ""
    bars: Annotated[int | None, Field(ge=1, le=500)] = None
    key: Label = ""
    metre: Label = ""
    tempo: Annotated[float | None, Field(gt=0, le=500)] = None
    variation: Annotated[float, Field(ge=0, le=1, description="Share of bars written anew when a section returns.")] = (
        0.25
    )
    low: Pitch = ""
    high: Pitch = ""
    instrument: Annotated[str, Field(max_length=40, description="That of what it is like, or voice, without.")] = ""
    parts: Annotated[tuple[Label, ...], Field(max_length=20)] = ()


class LyricsIn(Wanted):
    """Words to one thing: a melody, a rhythm, a chart of chords, a form, or the tune name of a ci."""

    language: Literal["en", "zh"] = "en"
    music: Annotated[MaybeText, Field(description="Music whose notes are sung.")] = ""
    chart: Annotated[MaybeText, Field(description="Chords that are sung over, in the same format.")] = ""
    format: MusicFormat = "abc"
    rhythm: Annotated[str, Field(max_length=5_000, examples=["3/4: 1 1 .5 .5 / 1 2"])] = ""
    form: Annotated[str, Field(max_length=1_000, examples=["8 6 8 6 ABAB"])] = ""
    foot: Annotated[str, Field(max_length=40, description="Feet of a form: iambic, trochaic ...")] = ""
    tune: Annotated[str, Field(max_length=40, description="A ci's tune name, such as 浣溪沙.")] = ""
    scheme: Annotated[str, Field(max_length=100, description="Rhymes, such as ABAB; - rhymes with nothing.")] = ""
    theme: Annotated[str, Field(max_length=200)] = ""
    mood: Annotated[str, Field(max_length=200)] = ""
    strictness: Annotated[str, Field(max_length=40, description="What is a rhyme: strict, sung or slant.")] = "sung"
    lines: Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=200)] = ()
    avoid: Annotated[str, Field(max_length=2_000, description="Words not to be used, blanks between.")] = ""
    level: Annotated[Literal["clean", "mild", "explicit"], Field(description="How explicit words may be.")] = "mild"
