"""`segue compose lyrics`: words for a melody, a rhythm, a chord chart, a form or a ci's tune name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.compose_log import HomeRecorder
from segue.cli.home import JsonOption, open_home_store
from segue.cli.offers import CountOption, SeedOption
from segue.cli.output import console, print_json
from segue.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from segue.compose.lyrics.endpoint import Endpoint
    from segue.compose.lyrics.frame import Frame, Language
    from segue.compose.lyrics.writer import Writer
    from segue.compose.lyrics.writing import Wish
    from segue.compose.offer import Offer
    from segue.compose.studio import Studio
    from segue.listens.held import HeldText
    from segue.music.lyric import Lyric
    from segue.music.score import Score

_FIRST_NOT_LATIN = "\u0250"


class HomeQueue:
    """Puts what is held into the review queue of the home's store, opened only then."""

    def hold(self, text: str, *, origin: str, rule: str, words: Sequence[str]) -> HeldText:
        """Put a text into the queue and return its row; one that is there already is returned as it stands."""
        with open_home_store() as opened:
            return opened.held.hold(text, origin=origin, rule=rule, words=words)


def lyrics(
    out: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[OUT]...", help="Files of words (.txt) or, to a melody, scores. Further ones get -2 ..."
        ),
    ] = None,
    melody: Annotated[Path | None, typer.Option("--melody", metavar="FILE", help="Music whose notes are sung.")] = None,
    part: Annotated[str, typer.Option(help="Part that is sung; that with words, or the first, without.")] = "",
    rhythm: Annotated[str, typer.Option(help='Lengths of notes: "3/4: 1 1 .5 .5 / 1 2".')] = "",
    chart: Annotated[
        Path | None, typer.Option("--chart", metavar="FILE", help="Chord chart that is sung over.")
    ] = None,
    form: Annotated[str, typer.Option(help='Syllables and rhymes: "[verse] 8 6 8 6 ABAB [chorus] 7 7 AA".')] = "",
    foot: Annotated[str, typer.Option(help="Feet of a form: iambic, trochaic, anapaestic, dactylic.")] = "",
    tune: Annotated[str, typer.Option(help="A ci's tune name, such as 浣溪沙.")] = "",
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    scheme: Annotated[str, typer.Option(help="Rhyme scheme, such as ABAB; - rhymes with nothing.")] = "",
    theme: Annotated[str, typer.Option(help="What it is about, in words.")] = "",
    mood: Annotated[str, typer.Option(help="Its mood, in words.")] = "",
    strictness: Annotated[str, typer.Option(help="What counts as rhyme: strict, sung or slant.")] = "sung",
    line: Annotated[
        list[str] | None, typer.Option("--line", metavar="N:TEXT", help="A line that stays as it is.")
    ] = None,
    avoid: Annotated[str, typer.Option(help="Words that are not to be used, blanks between.")] = "",
    level: Annotated[str, typer.Option(help="How explicit words may be: clean, mild, explicit.")] = "mild",
    writer: Annotated[
        str,
        typer.Option(
            help="own; a folder or hub id of a causal model; or an address such as http://localhost:11434/v1."
        ),
    ] = "own",
    model: Annotated[str, typer.Option(help="Folder of a lyric model for own; the model's name at an address.")] = "",
    temperature: Annotated[float, typer.Option(min=0, max=5, help="Below 1 safer, above 1 wilder.")] = 0.9,
    number: CountOption = 1,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Write lyrics whose lines fit the music: a syllable to each note, stresses on strong beats, rhymes as asked.

    A key for an address is taken from SEGUE_LYRICS_KEY. Words that --level does not allow wait in `segue review list`.

    Example: segue compose lyrics song.txt --form "8 6 8 6 ABAB" --theme "the river at night" --seed 3
    """
    from segue.formats import read_file

    sung = read_file(melody) if melody is not None else None
    sources = {"--melody": sung, "--rhythm": rhythm, "--chart": chart, "--form": form, "--tune": tune}
    frame = _frame(_language(language, tune), sources, part, foot)
    frame = frame.with_rhymes(scheme) if scheme else frame
    _check_files(out or (), has_notes=sung is not None)
    if writer == "own":
        _check_language(frame.language, {"theme": theme, "mood": mood})
    wish = _wish(frame, (theme, mood, strictness, level), temperature, line or (), avoid)
    offers = _studio(number, seed).lyrics(frame, wish, writer=_writer(writer, model, frame), sung=sung)
    _tell(offers, out or (), frame, sung, part, json=json)


def _language(language: str, tune: str) -> Language:
    if tune or language == "zh":
        return "zh"
    if language != "en":
        raise InputError(f"language {language!r} is none of en, zh")
    return "en"


def _check_language(language: Language, told: Mapping[str, str]) -> None:
    """InputError where a theme or mood has nothing of the language in which words are asked for."""
    from segue.compose.lyrics.chinese import characters_of
    from segue.compose.lyrics.english import words_of

    for name, text in told.items():
        latin = [word for word in words_of(text) if word[0] < _FIRST_NOT_LATIN]
        if text.strip() and not (characters_of(text) if language == "zh" else latin):
            what = "Chinese characters" if language == "zh" else "English words"
            raise InputError(f"{name} {text[:60]!r} has no {what}: the own writer knows no others (see --language)")


def _wish(frame: Frame, told: tuple[str, str, str, str], temperature: float, lines: Sequence[str], avoid: str) -> Wish:
    from segue.compose.care import LEVELS
    from segue.compose.lyrics.writing import Wish
    from segue.compose.wording import read_avoided, read_lines

    theme, mood, strictness, level = told
    named = next((each for each in LEVELS if each == level), None)
    if named is None:
        raise InputError(f"level {level!r} is none of {', '.join(LEVELS)}{did_you_mean(level, LEVELS)}")
    words = read_avoided(avoid, frame.language)
    return Wish(theme, mood, "", strictness, temperature, keep=read_lines(lines), avoid=words, level=named)


def _frame(language: Language, sources: Mapping[str, object], part: str, foot: str) -> Frame:
    from segue.compose.lyrics import frame
    from segue.compose.wording import read_rhythm
    from segue.formats import read_file
    from segue.music.score import Score

    given = {name: source for name, source in sources.items() if source}
    if len(given) != 1:
        told = f"{' and '.join(given)} are given" if given else "nothing to write to is given"
        raise InputError(f"{told}: one of {', '.join(sources)} says how lines go")
    ((name, source),) = given.items()
    if isinstance(source, Score):
        return frame.of_score(source, language, part)
    if isinstance(source, Path):
        return frame.of_chart(read_file(source).progression, language)
    text = str(source)
    if name == "--rhythm":
        return read_rhythm(text, language)
    return frame.of_tune(text) if name == "--tune" else frame.of_form(text, language, foot)


def _check_files(out: Sequence[Path], *, has_notes: bool) -> None:
    from segue.formats import find

    for file in out:
        found = find(file, of="write")
        if not has_notes and not any(getattr(each, "IS_WORDS", False) for each in found):
            raise InputError(f"{file.name!r} holds notes; without --melody words are written as .txt")


def _writer(writer: str, model: str, frame: Frame) -> Writer | Endpoint:
    if writer.startswith(("http://", "https://")):
        from segue.compose.lyrics.endpoint import Endpoint

        return Endpoint(writer, model, os.environ.get("SEGUE_LYRICS_KEY", ""))
    if writer == "own":
        from segue.compose.lyrics.own import load_writer

        return load_writer(frame.language, Path(model) if model else None)
    return _causal(writer, frame)


def _studio(number: int, seed: int) -> Studio:
    from segue.compose.late import LateEngine
    from segue.compose.studio import Studio

    return Studio(LateEngine(), number, seed, recorder=HomeRecorder(), queue=HomeQueue())


def _causal(name: str, frame: Frame) -> Writer:
    from segue.compose.lyrics.causal import CausalWriter
    from segue.compose.lyrics.own import common_items
    from segue.models.causal import CausalModel

    return CausalWriter(CausalModel.load(name), common_items(frame.language), frame.language)


def _tell(
    offers: Sequence[Offer[Lyric]], out: Sequence[Path], frame: Frame, sung: Score | None, part: str, *, json: bool
) -> None:
    """Write the files of each offer, and tell its words and reasons."""
    rows = []
    for number, offer in enumerate(offers, 1):
        files = [file if number == 1 else file.with_name(f"{file.stem}-{number}{file.suffix}") for file in out]
        _write_files(offer.value, files, frame, sung, part)
        rows.append(
            {
                "files": [str(file) for file in files],
                "fit": None if offer.fit != offer.fit else offer.fit,
                "seed": offer.seed,
                "reasons": list(offer.reasons),
                "sections": [[name, [line.text for line in lines]] for name, lines in offer.value.sections],
            }
        )
        if not json:
            _show(number, offer, files)
    if json:
        print_json(rows)


def _write_files(lyric: Lyric, files: Sequence[Path], frame: Frame, sung: Score | None, part: str) -> None:
    from segue.compose.lyrics.laying import lay
    from segue.formats import find, write_file

    for file in files:
        is_words = any(getattr(each, "IS_WORDS", False) for each in find(file, of="write"))
        write_file(lyric if is_words or sung is None else lay(lyric, frame, sung, part), file)


def _show(number: int, offer: Offer[Lyric], files: Sequence[Path]) -> None:
    out = console()
    out.print(f"{number}. {', '.join(map(str, files)) or f'seed {offer.seed}'}", markup=False, soft_wrap=True)
    for name, lines in offer.value.sections:
        if name:
            out.print(f"   [{name}]", markup=False)
        for line in lines:
            out.print(f"   {line.text}", markup=False, soft_wrap=True)
    for reason in offer.reasons:
        out.print(f"   - {reason}", markup=False, soft_wrap=True)
