"""`segue convert`, `show`, `render`, `play`: what can be done with one file of music."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.errors import InputError

if TYPE_CHECKING:
    from segue.formats import Piece
    from segue.music.lyric import Lyric
    from segue.music.score import Score
    from segue.music.summary import Summary

MusicFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A file of music: MIDI, ABC, MusicXML, a chord chart ...")
]
TuneOption = Annotated[int, typer.Option("--tune", min=1, help="Which piece, where the file holds several.")]
FontOption = Annotated[
    Path | None,
    typer.Option("--soundfont", metavar="SF2", help="Sound by this SoundFont instead of our own synthesiser."),
]
RateOption = Annotated[int, typer.Option("--rate", min=8_000, max=192_000, help="Samples a second.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command, function in (("convert", convert), ("show", show), ("render", render), ("play", play)):
        app.command(command)(function)


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The file to read.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write; its suffix says the format.")],
    tune: TuneOption = 1,
    each: Annotated[
        str | None,
        typer.Option("--each", metavar="SUFFIX", help="OUT is a folder: write every piece into it, in this format."),
    ] = None,
    to_grid: Annotated[
        bool, typer.Option("--quantize", help="First move a performance to sixteenths or triplets, beat by beat.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write a file of music in another format.

    Example: segue convert tune.abc tune.mid
    """
    from segue.formats import write_file

    if each is not None:
        _convert_each(source, target, each, to_grid, json)
        return
    piece, count = _piece(source, tune)
    notice = list(getattr(piece, "notice", ()))
    piece, moved = _quantized(piece, source) if to_grid else (piece, None)
    write_file(piece, target)
    if json:
        report = {"in": str(source), "out": str(target), "pieces": count, "notice": notice}
        print_json(report | ({"quantized": moved} if moved else {}))
        return
    out = console()
    out.print(Text(f"{source} -> {target}" + (f" (piece {tune} of {count})" if count > 1 else "")), soft_wrap=True)
    if moved:
        out.print(f"moved by {moved['mean']:.3f} quarter notes on average, by {moved['most']:.3f} at most")
    for line in notice:
        out.print(Text(f"note: {line}"), soft_wrap=True)


def _convert_each(source: Path, folder: Path, suffix: str, to_grid: bool, json: bool) -> None:
    """Write every piece of a file into a folder, named by its number and title; what cannot be written is named."""
    from segue.formats import read_all, write_file

    ending = suffix if suffix.startswith(".") else f".{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made a folder: {error.strerror}") from error
    written: list[str] = []
    refused: list[dict[str, object]] = []
    for number, piece in enumerate(read_all(source), 1):
        letters = "".join(letter if letter.isalnum() else "-" for letter in piece.title).strip("-")
        path = folder / f"{number:04d}{'-' if letters else ''}{letters[:60]}{ending}"
        try:
            write_file(_quantized(piece, source)[0] if to_grid else piece, path)
            written.append(str(path))
        except InputError as error:
            refused.append({"piece": number, "title": piece.title, "message": str(error)})
    if json:
        print_json({"in": str(source), "written": written, "refused": refused})
        return
    out = console()
    out.print(Text(f"{source} -> {folder}: {len(written):,} pieces"), soft_wrap=True)
    for one in refused:
        out.print(Text(f"not written: piece {one['piece']} {one['title']!r}: {one['message']}"), soft_wrap=True)


def _quantized(piece: Piece, source: Path) -> tuple[Piece, dict[str, float]]:
    from segue.music.quantize import quantize

    done = quantize(_score(piece, source))
    return done.score, {
        "shift": float(done.shift),
        "mean": done.mean,
        "most": done.most,
        "triplet_beats": done.triplets,
        "beats": done.beats,
        "merged": done.merged,
    }


def show(
    file: MusicFile,
    tune: TuneOption = 1,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="OUT", help="Engrave the score as SVG.")] = None,
    png: Annotated[Path | None, typer.Option("--png", metavar="OUT", help="Engrave the score as PNG.")] = None,
    roll: Annotated[Path | None, typer.Option("--roll", metavar="OUT", help="Draw a piano roll as PNG.")] = None,
    json: JsonOption = False,
) -> None:
    """Tell what a file of music holds: key, metre, form, chords, parts and ranges; draw it if asked.

    Example: segue show tune.abc --png tune.png
    """
    from segue.formats import replace_file
    from segue.music.lyric import Lyric
    from segue.music.summary import summarize

    piece, count = _piece(file, tune)
    if isinstance(piece, Lyric) and not (svg or png or roll):
        _show_words(piece, file, json)
        return
    score = _score(piece, file)
    summary = summarize(score)
    drawn: dict[str, str] = {}
    for kind, path in (("svg", svg), ("png", png), ("roll", roll)):
        if path is not None:
            replace_file(path, _picture(kind, score))
            drawn[kind] = str(path)
    if json:
        print_json({"file": str(file), "tune": tune, "pieces": count, **asdict(summary), "drawn": drawn})
        return
    _print_summary(summary, file, tune, count)
    for kind, place in drawn.items():
        console().print(Text(f"{kind}: {place}"), soft_wrap=True)


def render(
    file: MusicFile,
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The WAV file to write.")],
    soundfont: FontOption = None,
    rate: RateOption = 44_100,
    tune: TuneOption = 1,
    json: JsonOption = False,
) -> None:
    """Write a file of music as sound.

    Example: segue render tune.abc tune.wav
    """
    piece, _ = _piece(file, tune)
    seconds = _write_sound(_score(piece, file), target, soundfont, rate)
    if json:
        print_json(
            {"out": str(target), "seconds": seconds, "rate": rate, "soundfont": str(soundfont) if soundfont else None}
        )
        return
    console().print(Text(f"{target}: {seconds:.1f} seconds of sound"), soft_wrap=True)


def play(
    file: MusicFile,
    soundfont: FontOption = None,
    tune: TuneOption = 1,
    json: JsonOption = False,
) -> None:
    """Play a file of music through a player of the system; without one, write a WAV file and say where.

    Example: segue play tune.abc
    """
    from segue.cli.playing import play as play_sound

    piece, _ = _piece(file, tune)
    target = Path(tempfile.gettempdir()) / f"segue-{file.stem}.wav"
    seconds = _write_sound(_score(piece, file), target, soundfont, 44_100)
    player = play_sound(target)
    if player:
        target.unlink(missing_ok=True)
    if json:
        print_json({"player": player or None, "out": None if player else str(target), "seconds": seconds})
        return
    told = (
        f"played by {player}"
        if player
        else f"no player of sound here (aplay, paplay, afplay, ffplay): it lies in {target}"
    )
    console().print(Text(told), soft_wrap=True)


# ---- what the commands share


def _piece(path: Path, tune: int) -> tuple[Piece, int]:
    """Read one piece of a file; return it and how many there are."""
    from segue.formats import read_all

    pieces = read_all(path)
    if tune > len(pieces):
        raise InputError(f"{path.name!r} holds {len(pieces)} pieces; --tune {tune} is beyond the last")
    return pieces[tune - 1], len(pieces)


def _score(piece: Piece, path: Path) -> Score:
    from segue.music.score import Score

    if not isinstance(piece, Score):
        raise InputError(f"{path.name!r} holds words and no notes or chords")
    return piece


def _picture(kind: str, score: Score) -> bytes:
    from segue.formats import png, roll, svg

    return {"svg": svg.write, "png": png.write, "roll": roll.write}[kind](score)


def _write_sound(score: Score, target: Path, soundfont: Path | None, rate: int) -> float:
    """Render a score into a WAV file; return its seconds."""
    from segue.formats import replace_file
    from segue.formats.wav import Sound, pack

    if soundfont is None:
        from segue.sound.render import render as synthesize

        samples = synthesize(score, rate)
    else:
        from segue.sound.soundfont import render as play_font

        samples = play_font(score, soundfont, rate)
    sound = Sound(samples, rate)
    replace_file(target, pack(sound))
    return sound.seconds


def _show_words(lyric: Lyric, file: Path, json: bool) -> None:
    sections = [{"name": name, "lines": [line.text for line in lines]} for name, lines in lyric.sections]
    if json:
        told = {"title": lyric.title, "artist": lyric.artist, "language": lyric.language, "sections": sections}
        print_json({"file": str(file), **told})
        return
    out = console()
    out.print(
        Text(
            " · ".join(word for word in (lyric.title or file.name, lyric.artist, lyric.language) if word), style="bold"
        )
    )
    for section in sections:
        lines = section["lines"]
        out.print(
            Text(f"[{section['name'] or 'words'}] {len(lines)} lines: {lines[0] if lines else ''} ..."), soft_wrap=True
        )


def _print_summary(summary: Summary, file: Path, tune: int, count: int) -> None:
    out = console()
    heading = " · ".join(word for word in (summary.title or file.name, summary.composer, summary.style) if word)
    out.print(Text(heading + (f"  (piece {tune} of {count})" if count > 1 else ""), style="bold"))
    played = f", {summary.played_bars} with repeats" if summary.played_bars != summary.bars else ""
    heard = f" (sounds like {summary.heard_key})" if summary.heard_key and summary.heard_key not in summary.keys else ""
    rows = (
        ("key", ", ".join(summary.keys) + heard),
        ("metre", ", ".join(summary.metres)),
        ("tempo", f"{summary.bpm:g} quarter notes a minute"),
        ("length", f"{summary.bars} bars{played}, {int(summary.seconds) // 60}:{int(summary.seconds) % 60:02d}"),
        ("form", summary.form),
        ("chords", f"{summary.chords}: {' '.join(summary.chord_labels[:24])}" if summary.chords else "none"),
    )
    for word, told in rows:
        out.print(Text(f"{word:>7}  {told}"), soft_wrap=True)
    if summary.parts:
        table = Table("part", "instrument", "notes", "range", "syllables")
        for part in summary.parts:
            reach = f"{part.lowest} to {part.highest}" if part.lowest else ""
            table.add_row(Text(part.name), part.instrument, f"{part.notes:,}", reach, str(part.syllables or ""))
        out.print(table)
    for line in summary.notice:
        out.print(Text(f"note: {line}"), soft_wrap=True)
