"""`segue recognize DIR --write`: the styles of a library go into the store and into files' tags, and come out again."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, home, open_home_store, store_url
from segue.cli.output import console, print_json
from segue.cli.recognize_many import (
    INTERRUPTED,
    JobsOption,
    advancing,
    kept_answers,
    music_files,
    name_broken,
    say_stopped,
)
from segue.errors import ConflictError, InputError, SegueError

if TYPE_CHECKING:
    from segue.formats.tag_changes import ChangeLog
    from segue.listens.song import Song
    from segue.listens.sql import SqlStore
    from segue.listens.styles import HeardFile
    from segue.recognize.guess import Answer
    from segue.recognize.kept import KeptAnswers
    from segue.recognize.many import Told

WRITE = "write"
FLAG = "--write"  # says the same
_KINDS = {"score": "scores", "chords": "chord sheets", "lyrics": "lyrics"}
_BATCH = 50  # files of which the store is told in one transaction


def register(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command(WRITE)(write)
    group.command("undo")(undo)
    group.command("forget")(forget)


@dataclass
class Report:
    """What was done with the files of a library, counted; `rows` are the files written, or that would be."""

    files: int
    told: int = 0
    told_before: int = 0
    styled: int = 0
    unsure: int = 0
    new: int = 0
    tagged: int = 0
    had_genre: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    untagged: list[str] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    is_whole: bool = True


def write(
    paths: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of audio files, or files.")],
    tags: Annotated[
        bool, typer.Option("--tags", help="Write the style as genre into the tags of files that have none, too.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="With --tags: in place of a genre that is there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be written, and write nothing.")] = False,
    undo_file: Annotated[
        Path | None, typer.Option("--undo", metavar="FILE", help="A new file for what undoes the tags; in SEGUE_HOME.")
    ] = None,
    jobs: JobsOption = None,
    model: Annotated[
        Path | None, typer.Option("--model", metavar="FOLDER", help="Folder of networks; the shipped ones without.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Keep the styles that recordings are sure of in the store, behind your own tags of their songs.

    `segue recognize ~/Music --write` is the same. A song that the store does not know is added, as by `songs scan`.
    Answers are kept file by file: after Ctrl-C, or worse, the same command goes on from there.

    Example: segue recognize write ~/Music --tags --dry-run
    """
    from segue.formats.tag_changes import ChangeLog
    from segue.recognize.answering import SHIPPED
    from segue.recognize.many import Asking, cores, tell_all

    if replace and not tags:
        raise InputError("--replace is about the genre in files' tags: say --tags too")
    if undo_file is not None and undo_file.exists():
        raise InputError(f"{undo_file} is there already: name a new file, it is to undo this call alone")
    files = music_files(paths)
    report, wish = Report(len(files)), _Wish(tags, replace, dry_run)
    how = Asking(model or SHIPPED, False, jobs or cores())
    log = ChangeLog(undo_file or home() / "undo" / f"genres-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.jsonl")
    with ExitStack() as stack:
        kept = stack.enter_context(kept_answers(how))
        opened = None if dry_run and not _is_store(store) else stack.enter_context(open_home_store(store))
        stack.enter_context(log)
        writer = _Writer(report, kept, opened, log, wish)
        step = stack.enter_context(advancing(len(files), is_quiet=json))
        try:
            for told in tell_all(files, how, kept):
                writer.take(told)
                step()
        except KeyboardInterrupt:
            report.is_whole = False
        finally:
            writer.flush()
    if json:
        _print_json(report, log)
    else:
        _print(report, log, wish)
    if not report.is_whole:
        raise typer.Exit(INTERRUPTED)


def undo(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `recognize write --tags` wrote down.")],
    json: JsonOption = False,
) -> None:
    """Put the tags of files back as they were, to the last byte; files that were changed since are left and named.

    Example: segue recognize undo genres.jsonl
    """
    from segue.formats.tag_changes import put_back, read_changes

    counts, refused = Counter[str](), list[str]()
    changes = read_changes(file)
    with advancing(len(changes), is_quiet=json) as step:
        for change in reversed(changes):  # what was changed twice goes back by the same steps
            try:
                counts["back" if put_back(change) else "already"] += 1
            except SegueError as error:
                refused.append(str(error))
            step()
    if json:
        print_json({"put_back": counts["back"], "already": counts["already"], "refused": refused})
    else:
        console().print(f"{counts['back']:,} files put back, {counts['already']:,} were so already")
        name_broken(refused, "not put back")
    if refused:
        raise typer.Exit(ConflictError.exit_code)


def forget(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[DIR...]", help="Of which folders or files; of all without.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Take the styles that were heard out of the store; your own tags stay, and so do files' tags.

    Example: segue recognize forget ~/Music/Wrong
    """
    with open_home_store(store) as opened:
        gone = sum(opened.styles.take_back(str(path.resolve())) for path in paths or ())
        gone += 0 if paths else opened.styles.take_back()
    if json:
        print_json({"files": gone})
    else:
        console().print(f"styles of {gone:,} files forgotten")


# ---- the parts of `write`


@dataclass(frozen=True)
class _Wish:
    tags: bool
    replace: bool
    dry_run: bool


class _Writer:
    """Takes what was told of files one by one; the store hears of fifty at once, and their tags follow."""

    def __init__(self, report: Report, kept: KeptAnswers, store: SqlStore | None, log: ChangeLog, wish: _Wish) -> None:
        self.report, self.kept, self.store, self.log, self.wish = report, kept, store, log, wish
        self._batch: list[tuple[Path, Answer, HeardFile]] = []

    def take(self, told: Told) -> None:
        """Count a file, and put what is to be written with the others."""
        report, answer = self.report, told.answer
        report.told += 1
        report.told_before += told.is_kept
        if answer is None:
            report.broken.append(told.refusal)
            return
        report.unsure += not answer.style
        try:
            heard = self._heard(told.path, answer)
        except SegueError as error:
            report.broken.append(f"{told.path.name}: {error}")
            return
        if heard is not None:
            self._batch.append((told.path, answer, heard))
        if len(self._batch) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Tell the store of the files at hand in one transaction, then write their tags."""
        batch, self._batch = self._batch, []
        nameless: set[str] = set()
        if self.store is not None and batch and not self.wish.dry_run:
            done = self.store.styles.add([heard for _, _, heard in batch])
            self.report.new += done.new
            nameless = set(done.nameless)
        for path, answer, heard in batch:
            if not answer.style:
                continue
            if heard.path in nameless or (self.wish.dry_run and heard.song is None):
                self.report.skipped["recordings whose tags name no artist, and which the store does not know"] += 1
            else:
                self.report.styled += 1
            row: dict[str, object] = {"file": str(path), "style": answer.style}
            row["probability"] = answer.guesses[0].probability
            if self.wish.tags and answer.kind == "audio":
                row["genre"] = self._tag(path, answer)
            if self.wish.dry_run:
                self.report.rows.append(row)

    def _heard(self, path: Path, answer: Answer) -> HeardFile | None:
        """What the store is told of a file; None where it has no song."""
        from segue.listens.folder import heard_file

        probability = answer.guesses[0].probability if answer.guesses else 0.0
        if answer.kind == "audio":
            return heard_file(path, answer.style, probability, self.kept.told_by)
        song = _song_named(path, self.store)
        if song is None:
            kind = _KINDS.get(answer.kind, answer.kind)
            self.report.skipped[f"{kind} whose artist and title no song of the store has"] += 1
            return None
        from segue.listens.styles import HeardFile

        return HeardFile(str(path.resolve()), song, answer.style, probability, self.kept.told_by)

    def _tag(self, path: Path, answer: Answer) -> str:
        """Write a file's genre, or say what would become of it; in a word what was done."""
        from segue.formats.audio_tags import read_genres, write_genre

        try:
            if self.wish.dry_run:
                found = read_genres(path)
                is_written = not found or (self.wish.replace and found != (answer.style,))
            else:
                change = write_genre(path, answer.style, self.log.add, is_replacing=self.wish.replace)
                is_written = change is not None
                if change is not None:
                    self.kept.keep(change.after + path.suffix.lower(), answer)
        except SegueError as error:
            self.report.untagged.append(str(error))
            return "refused"
        self.report.tagged += is_written
        self.report.had_genre += not is_written
        return "written" if is_written else "kept"


def _is_store(given: str | None) -> bool:
    """Whether there is a store already, which a dry run may read."""
    url = store_url(given)
    return "://" in url or Path(url).is_file()


def _song_named(path: Path, store: SqlStore | None) -> Song | None:
    """The song of the store that a score, chords or words name; None where they name none that is known."""
    from segue.formats import read_any
    from segue.music.lyric import Lyric

    if store is None:
        return None
    piece = read_any(path)
    artist = piece.artist if isinstance(piece, Lyric) else piece.composer
    found = store.find_song(artist, piece.title) if artist.strip() and piece.title.strip() else None
    return None if found is None else found[1]


def _print_json(report: Report, log: ChangeLog) -> None:
    told = {**asdict(report), "skipped": dict(report.skipped), "undo": str(log.path) if log.count else None}
    print_json(told)


def _print(report: Report, log: ChangeLog, wish: _Wish) -> None:
    """Tell what was done, or would be."""
    out = console()
    for row in report.rows:
        genre = {"written": "; genre written", "kept": "; keeps its genre"}.get(str(row.get("genre")), "")
        out.print(Text(f"{Path(str(row['file'])).name}: {row['style']} {row['probability']:.0%}{genre}"))
    verb = "would be kept" if wish.dry_run else "kept"
    out.print(
        f"{report.told:,} of {report.files:,} files told ({report.told_before:,} of them before): "
        f"{report.styled:,} styles {verb} in the store "
        f"({report.new:,} new songs), {report.unsure:,} not sure",
        soft_wrap=True,
    )
    if wish.tags:
        verb = "would be written" if wish.dry_run else "written"
        out.print(f"genres {verb} into {report.tagged:,} files, {report.had_genre:,} keep theirs")
    for reason, count in report.skipped.items():
        out.print(f"skipped: {count:,} {reason}", soft_wrap=True)
    name_broken(report.broken, "not read")
    name_broken(report.untagged, "not tagged")
    if log.count:
        out.print(Text(f"undo: segue recognize undo {log.path}"), soft_wrap=True)
    if not report.is_whole:
        say_stopped(report.told, report.files)
