"""`segue compose chords|harmony|infill|lyrics`: offers for a song in the making, several ways, with reasons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli import compose_log, compose_originality, compose_pieces, phrases
from segue.cli.compose_like import LikeOption, model_of
from segue.cli.compose_lyrics import lyrics
from segue.cli.home import JsonOption
from segue.cli.offers import (
    BarsOption,
    CountOption,
    FilesArgument,
    IndexOption,
    KeepOption,
    KeyOption,
    ModelOption,
    OriginalityOption,
    SeedOption,
    StyleOption,
    WithoutOption,
    bars_named,
    check_files,
    judge_of,
    open_studio,
    write_offers,
)
from segue.cli.output import counting
from segue.errors import InputError

if TYPE_CHECKING:
    from segue.compose.chords import ChordWish
    from segue.music.score import Progression

ComplexityOption = Annotated[str, typer.Option("--complexity", help="triads, sevenths or rich; free without.")]
SpanOption = Annotated[str, typer.Option("--span", help="Bars that a chord lasts, such as 1/2, 1 or 2; free without.")]
CadenceOption = Annotated[
    list[str] | None,
    typer.Option("--cadence", metavar="BAR:KIND", help="A cadence into a bar: authentic, half, plagal or deceptive."),
]
MusicArgument = Annotated[Path, typer.Argument(metavar="IN", help="The music: ABC, MIDI, MusicXML, a chart ...")]

compose_app = typer.Typer(no_args_is_help=True, help="Offers for a song in the making.")


def register(app: typer.Typer) -> None:
    """Add the group of commands to the command line."""
    for command, function in (("chords", chords), ("harmony", harmony), ("infill", infill), ("lyrics", lyrics)):
        compose_app.command(command)(function)
    compose_pieces.register(compose_app)
    compose_log.register(compose_app)
    compose_originality.register(compose_app)
    phrases.register_phrase(compose_app)
    app.add_typer(compose_app, name="compose")


def chords(
    out: FilesArgument = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Chords or music to go on from.")
    ] = None,
    after: Annotated[str, typer.Option("--after", help='Chords to go on from, one to a bar: "Dm7 G7 Cmaj7".')] = "",
    more: Annotated[int, typer.Option("--more", min=0, max=1000, help="Bars to add; 8 where there are none.")] = 0,
    bars: BarsOption = "",
    keep: KeepOption = "",
    key: KeyOption = "",
    metre: Annotated[str, typer.Option("--metre", help="Metre of a new progression, such as 3/4.")] = "",
    section: Annotated[str, typer.Option("--section", help="What is written: verse, chorus, bridge ...")] = "",
    style: StyleOption = "",
    complexity: ComplexityOption = "",
    span: SpanOption = "",
    cadence: CadenceOption = None,
    without: WithoutOption = None,
    like: LikeOption = None,
    number: CountOption = 4,
    seed: SeedOption = 0,
    model: ModelOption = None,
    json: JsonOption = False,
) -> None:
    """Write a new progression, go on from one (--after, --from with --more), or change the chords of music (--from).

    With --like the style is that of a file, of a new progression key and metre too; the nearest of many are offered.

    Example: segue compose chords verse.cho --after "Dm7 G7 Cmaj7 Am7" --more 4 --style jazz
    """
    from segue.formats import read_file

    check_files(out or ())
    wish = _wish(complexity, span, cadence, without)
    named, kept = bars_named(bars), bars_named(keep) or ()
    score = read_file(source) if source is not None else None
    is_given = score is not None or bool(after.strip())
    tune = {"tempo": True, "form": True, "bars": True, "instrument": True}
    liked = model_of(like, style, **tune, key=key or is_given, metre=metre or is_given)
    if liked is not None:
        key, metre = key or str(liked.traits.key or ""), metre or str(liked.traits.metre or "")
    with counting("bars", is_quiet=json) as told:
        studio = open_studio(model, number, seed, style, told, like=liked)
        if score is not None and not more:
            offers = studio.reharmonize(score, wish, bars=named, keep=kept)
        else:
            given = score.progression if score is not None else _given(after, key, metre, section, more)
            behind = more or _MORE if given.chords else 0
            made = studio.chords(given, wish, bars=named, more=behind, keep=kept)
            offers = [replace(offer, value=offer.value.score) for offer in made]  # type: ignore[arg-type, misc]
    write_offers(offers, out or (), json=json, like=liked)


def harmony(
    source: MusicArgument,
    out: FilesArgument = None,
    key: KeyOption = "",
    bars: BarsOption = "",
    keep: KeepOption = "",
    style: StyleOption = "",
    complexity: ComplexityOption = "",
    span: SpanOption = "",
    cadence: CadenceOption = None,
    without: WithoutOption = None,
    number: CountOption = 4,
    seed: SeedOption = 0,
    model: ModelOption = None,
    json: JsonOption = False,
) -> None:
    """Give a melody chords: several readings, the best first.

    Example: segue compose harmony tune.abc tune.musicxml -n 3 --complexity sevenths
    """
    from segue.formats import read_file
    from segue.music.key import Key

    check_files(out or ())
    wish = _wish(complexity, span, cadence, without)
    score, heard = read_file(source), Key.parse(key) if key else None
    with counting("bars", is_quiet=json) as told:
        studio = open_studio(model, number, seed, style, told)
        offers = studio.harmonize(score, wish, key=heard, bars=bars_named(bars), keep=bars_named(keep) or ())
    write_offers(offers, out or (), json=json)


def infill(
    source: MusicArgument,
    out: FilesArgument = None,
    bars: BarsOption = "",
    parts: Annotated[
        str, typer.Option("--parts", metavar="PARTS", help="Parts to write, such as 1,2; 0 the chords; all without.")
    ] = "",
    keep: KeepOption = "",
    style: StyleOption = "",
    without: WithoutOption = None,
    number: CountOption = 4,
    seed: SeedOption = 0,
    model: ModelOption = None,
    originality: OriginalityOption = True,
    index: IndexOption = None,
    json: JsonOption = False,
) -> None:
    """Rewrite bars of any part; everything else stays as it is, to the note.

    Example: segue compose infill tune.abc new.abc --bars 5-6 --parts 1 -n 2
    """
    from segue.formats import read_file

    check_files(out or ())
    score, named, judge = read_file(source), _parts(parts), judge_of(originality, index)
    with counting("bars", is_quiet=json) as told:
        studio = replace(open_studio(model, number, seed, style, told, judge), without=tuple(without or ()))
        offers = studio.infill(score, bars_named(bars), parts=named, keep=bars_named(keep) or ())
    write_offers(offers, out or (), json=json)


_MORE = 4  # bars behind given chords where no number is named
_NEW = 8  # bars of a progression that begins from nothing


def _wish(complexity: str, span: str, cadence: list[str] | None, without: list[str] | None) -> ChordWish:
    from segue.compose.chords import ChordWish
    from segue.compose.wording import read_cadences, read_span

    return ChordWish(
        complexity=complexity,
        span=read_span(span),
        cadences=read_cadences(cadence or ()),
        without=tuple(without or ()),
    )


def _parts(text: str) -> list[int] | None:
    if not text.strip():
        return None
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() for word in words):
        raise InputError(f"parts {text!r}: numbers parted by commas are accepted; 0 are the chords")
    return [int(word) for word in words]


def _given(after: str, key: str, metre: str, section: str, more: int) -> Progression:
    """Given chords, one to a bar, or a new progression of empty bars."""
    from segue.compose.chords import new_progression
    from segue.compose.wording import read_chords
    from segue.music.key import Key
    from segue.music.metre import Metre

    heard, beat = Key.parse(key) if key else None, Metre.parse(metre) if metre else None
    if after.strip():
        return read_chords(after, heard, beat, section)
    return new_progression(more or _NEW, heard, beat, section)
