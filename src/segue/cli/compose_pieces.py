"""`segue compose melody|arrange|piece`: tunes over chords, parts to a lead sheet, whole pieces by a plan of form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.compose_like import LikeOption, model_of
from segue.cli.home import JsonOption
from segue.cli.offers import (
    CountOption,
    FilesArgument,
    IndexOption,
    KeyOption,
    ModelOption,
    OriginalityOption,
    SeedOption,
    StyleOption,
    WithoutOption,
    check_files,
    judge_of,
    open_studio,
    write_offers,
)
from segue.cli.output import counting
from segue.errors import InputError
from segue.likeness import GIVEN, melody_wish, written

if TYPE_CHECKING:
    from segue.music.note import Notes
    from segue.music.score import Score

LowOption = Annotated[str, typer.Option("--low", metavar="PITCH", help="The lowest pitch, such as G3 or 55.")]
HighOption = Annotated[str, typer.Option("--high", metavar="PITCH", help="The highest pitch, such as E5 or 76.")]
InstrumentOption = Annotated[
    str, typer.Option("--instrument", help="What plays the melody: voice (without), violin ...")
]
FormOption = Annotated[
    str, typer.Option("--form", help="AABA (without), AABB, verse-chorus, 12-bar-blues ..., or letters such as ABAC.")
]
PieceBarsOption = Annotated[int, typer.Option("--bars", min=0, help="How many bars in all; what the form has without.")]
MetreOption = Annotated[str, typer.Option("--metre", help="Metre, such as 6/8, 5/4, 7/8.")]
TempoOption = Annotated[float, typer.Option("--tempo", min=0, help="Quarter notes a minute.")]
VariationOption = Annotated[
    float, typer.Option("--variation", min=0, max=1, help="Share of bars written anew where a section comes back.")
]
PiecePartsOption = Annotated[
    str, typer.Option("--parts", help='Parts to arrange to it, such as bass,piano; "style" for those of the style.')
]
ChordsOption = Annotated[
    bool | None, typer.Option("--chords/--no-chords", help="Write chords; without, unless a tune of --like has none.")
]
MusicArgument = Annotated[Path, typer.Argument(metavar="IN", help="The music: ABC, MIDI, MusicXML, a chart ...")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group `compose`."""
    for command, function in (("melody", melody), ("arrange", arrange), ("piece", piece)):
        group.command(command)(function)


def melody(
    source: MusicArgument,
    out: FilesArgument = None,
    rhythm: Annotated[Path | None, typer.Option("--rhythm", help="Music whose first part gives the rhythm.")] = None,
    after: Annotated[Path | None, typer.Option("--after", metavar="FILE", help="A phrase to go on from.")] = None,
    is_answer: Annotated[bool, typer.Option("--answer", help="Answer the phrase of --after, else IN.")] = False,
    low: LowOption = "",
    high: HighOption = "",
    contour: Annotated[str, typer.Option("--contour", help="rising, falling, arch or valley.")] = "",
    instrument: InstrumentOption = "",
    style: StyleOption = "",
    like: LikeOption = None,
    without: WithoutOption = None,
    number: CountOption = 4,
    seed: SeedOption = 0,
    model: ModelOption = None,
    originality: OriginalityOption = True,
    index: IndexOption = None,
    json: JsonOption = False,
) -> None:
    """Write melodies over the chords of IN: free, in a given rhythm, going on from a phrase or answering one.

    With --like the style, instrument and range are those of a file, and the nearest to it of many drawn are offered.

    Example: segue compose melody verse.chords verse.musicxml --contour arch --low A3 --high E5 -n 3
    """
    from segue.compose.wording import read_pitch
    from segue.formats import read_file

    check_files(out or ())
    liked = model_of(like, style, **GIVEN, instrument=instrument, low=low or high or instrument)
    wish = melody_wish(liked, (read_pitch(low), read_pitch(high)), instrument, contour, without or ())
    score = read_file(source)
    phrase = read_file(after) if after is not None else None
    if rhythm is not None and (phrase is not None or is_answer):
        raise InputError("--rhythm goes with neither --after nor --answer; an answer has the rhythm of its phrase")
    given = _rhythm(read_file(rhythm), rhythm) if rhythm is not None else None
    with counting("bars", is_quiet=json) as told:
        studio = open_studio(model, number, seed, style, told, judge_of(originality, index), liked)
        if is_answer:
            over = score.progression if phrase is not None else None
            offers = studio.answer(phrase or score, over, wish)
        elif phrase is not None:
            offers = studio.go_on(phrase, score.progression, wish)
        else:
            offers = studio.melody(score.progression, wish, rhythm=given)
    write_offers(offers, out or (), json=json, like=liked)


def arrange(
    source: MusicArgument,
    out: FilesArgument = None,
    style: StyleOption = "",
    parts: Annotated[
        str,
        typer.Option(
            "--parts", help="bass, piano, guitar, drums, second, alto, tenor, bass voice or satb; those of the style."
        ),
    ] = "",
    like: LikeOption = None,
    number: CountOption = 1,
    seed: SeedOption = 0,
    model: ModelOption = None,
    originality: OriginalityOption = True,
    index: IndexOption = None,
    json: JsonOption = False,
) -> None:
    """Arrange a lead sheet: parts to its melody (the first part) and chords, which stay the very same.

    With --like the style is that of a file, and drums come where it has drums.

    Example: segue compose arrange song.musicxml band.musicxml band.mid --style pop --parts bass,piano,drums
    """
    from segue.formats import read_file

    check_files(out or ())
    score = read_file(source)
    liked, named = model_of(like, style, **GIVEN, instrument=True, low=True), _names(parts)
    if liked is not None:
        liked = liked.unranked
        style, named = liked.style, named or liked.traits.parts(liked.style)
    with counting("bars", is_quiet=json) as told:
        studio = open_studio(model, number, seed, "", told, judge_of(originality, index), liked)
        offers = studio.arrange(score, style, named)
    write_offers(offers, out or (), json=json, like=liked)


def piece(
    out: FilesArgument = None,
    form: FormOption = "",
    bars: PieceBarsOption = 0,
    style: StyleOption = "",
    key: KeyOption = "",
    metre: MetreOption = "",
    tempo: TempoOption = 0,
    variation: VariationOption = 0.25,
    low: LowOption = "",
    high: HighOption = "",
    instrument: InstrumentOption = "",
    parts: PiecePartsOption = "",
    chords: ChordsOption = None,
    like: LikeOption = None,
    number: CountOption = 1,
    seed: SeedOption = 0,
    model: ModelOption = None,
    originality: OriginalityOption = True,
    index: IndexOption = None,
    json: JsonOption = False,
) -> None:
    """Write a whole piece by a plan of form: sections that come back, each with its cadence.

    With --like the style, key, metre, tempo, form, instrument, range and parts are those of a file where no option says
    them, and the nearest to it of many drawn are offered. None copies it.

    Example: segue compose piece song.musicxml song.mid --form AABA --style pop --key G --parts style --seed 3
    """
    from segue.compose.piece import PieceWish
    from segue.compose.traits import Traits
    from segue.compose.wording import read_pitch
    from segue.music.key import Key
    from segue.music.metre import Metre

    check_files(out or ())
    sizes = {"form": form, "bars": form or bars, "repeated": form or bars}
    ends = {"instrument": instrument, "low": low or high or instrument}
    liked = model_of(like, style, **sizes, **ends, key=key, metre=metre, tempo=tempo)
    of, style = (Traits(), style) if liked is None else (liked.traits, liked.style)
    named = _names(parts) or of.parts(style)
    wish = PieceWish(
        form or of.form or "AABA",
        bars or of.bars,
        style,
        Key.parse(key) if key else of.key,
        Metre.parse(metre) if metre else of.metre,
        tempo or of.tempo,
        variation,
        melody_wish(liked, (read_pitch(low), read_pitch(high)), instrument, parts=named),
        named,
    )
    with counting("bars", is_quiet=json) as shown:
        offers = open_studio(model, number, seed, "", shown, judge_of(originality, index), liked).piece(wish)
    has_chords = chords if chords is not None else bool(of.has_chords or named)
    pieces = [written(offer, wish, of, has_chords=has_chords) for offer in offers]
    write_offers(pieces, out or (), json=json, like=liked)


def _names(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _rhythm(score: Score, file: Path) -> Notes:
    part = next((part for part in score.parts if len(part.notes)), None)
    if part is None:
        raise InputError(f"{file}: no notes that could give a rhythm")
    return part.notes
