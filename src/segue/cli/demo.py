"""`segue demo`: the whole loop, shown on simulated listeners."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.serve import PORT, serve_home

if TYPE_CHECKING:
    from segue.demo import Thumb, Truthfulness
    from segue.listens.importing import ImportReport
    from segue.listens.sql import SqlStore
    from segue.listens.world.simulate import World
    from segue.recommend.recommender import Recommender
    from segue.recommend.suggestion import Suggestion
    from segue.recommend.tuning import Tuned

SHOWN = 5
YOU = "you"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(demo)


def demo(
    history: Annotated[Path | None, typer.Option(help="Your own export, added as the listener `you`.")] = None,
    folder: Annotated[Path, typer.Option(help="Where everything is put.")] = Path(".demo"),
    listeners: Annotated[int, typer.Option(min=20, help="How many listeners to simulate.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulation and of the tuning.")] = 0,
    page: Annotated[
        bool | None, typer.Option("--page/--no-page", help="Serve the page at the end; in a terminal, if not said.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show the whole loop in a few minutes: learn from listening histories, recommend, explain, react.

    The artists and songs are real, the listeners are simulated, so that their true tastes are known.

    Example: segue demo --history my_spotify_data.zip
    """
    from segue.cli.listens import show_report
    from segue.demo import fill, fresh_folder, give_thumb, measure_truth
    from segue.listens.importing import import_file
    from segue.listens.sql import open_store
    from segue.listens.world.simulate import simulate

    show = Show(is_quiet=json)
    home = fresh_folder(folder.resolve())
    show.step("Listeners")
    world = simulate(seed, listeners)
    own: ImportReport | None = None
    with open_store(str(home / "segue.db")) as store:
        fill(store, world)
        show.world(world)
        if history is not None:
            own = import_file(store, history, YOU)
            if not json:
                show_report(own, history)
        show.step("Tuning the language model on them")
        tuned = _tune(store, home, seed, json)
        model = _load(home)
        if not json:
            show.tuned(tuned)
        truth = measure_truth(model, store, world)
        show.truth(truth)
        asked = YOU if history is not None else world.listeners[0].name
        show.step(f"What comes next for {asked}?")
        show.taste(world, asked)
        thumb = give_thumb(model, store, asked, _ask(model, store, asked))
        show.thumb(thumb)
    show.places(home, tuned, asked)
    if json:
        print_json(_as_json(tuned, truth, thumb, home) | ({"import": own.as_dict()} if own else {}))
    elif page or (page is None and sys.stdout.isatty()):
        serve_home(home, opens=True)


def _tune(store: SqlStore, home: Path, seed: int, json: bool) -> Tuned:
    from segue.cli.stages import Stages
    from segue.recommend.sizes import taste_recipe
    from segue.recommend.tuning import tune_recommend
    from segue.tune.callbacks import Callback, ProgressBar

    def bars() -> list[Callback]:
        return [] if json else [ProgressBar()]

    recipe = taste_recipe("tiny").replace(seed=seed)
    return tune_recommend(store, recipe, home, 1, bars, Stages(is_quiet=json))


def _load(home: Path) -> Recommender:
    from segue.recommend.served import load_served

    return load_served(home).warm()


def _ask(model: Recommender, store: SqlStore, listener: str) -> tuple[Suggestion, ...]:
    from segue.recommend.live import LiveHistories

    return model.recommend(LiveHistories(store, model.catalogue)(listener), SHOWN)


class Show:
    """What the demonstration prints, with the seconds since its start; nothing where it is quiet."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._out = console()
        self._out.quiet = is_quiet
        self._began = time.perf_counter()

    def say(self, words: str = "") -> None:
        """One line."""
        self._out.print(Text(words), soft_wrap=True)

    def step(self, title: str) -> None:
        """The heading of a step."""
        self._out.print()
        self._out.rule(f"{title}  ({time.perf_counter() - self._began:.0f} s)", align="left")

    def world(self, world: World) -> None:
        """Who is listening to what."""
        artists = len({song.artist for song in world.songs})
        self.say(
            f"{len(world.songs):,} real songs by {artists:,} real artists; {len(world.listeners):,} simulated "
            f"listeners, their {len(world.records):,} listens and thumbs. Nobody real listened to any of it."
        )

    def tuned(self, tuned: Tuned) -> None:
        """Before, after, and the simple systems."""
        from segue.cli.tune import show_tuned

        show_tuned(tuned)

    def truth(self, truth: Truthfulness) -> None:
        """Against what the listeners truly like."""
        self.say(
            f"\nAgainst the listeners' true tastes (AUC over {truth.pairs:,} songs they have not heard): "
            f"popularity {truth.popularity:.3f}, Segue {truth.recommender:.3f}, knowing the truth {truth.oracle:.3f}"
        )

    def taste(self, world: World, name: str) -> None:
        """The documented taste of a simulated listener."""
        for listener in world.listeners:
            if listener.name == name:
                likes, dislikes = ", ".join(listener.likes), ", ".join(listener.dislikes)
                self.say(f"{name} truly likes {likes}; dislikes {dislikes}; favourite era around {listener.era:.0f}.")

    def thumb(self, thumb: Thumb) -> None:
        """The list, and the list after a thumb down."""
        from segue.cli.recommend import show_suggestions

        if self._out.quiet:
            return
        show_suggestions(thumb.before, "en")
        self.say(f"\nA thumb down for {thumb.before[0].song}: {thumb.milliseconds:.0f} ms later the list is")
        show_suggestions(thumb.after, "en")

    def places(self, home: Path, tuned: Tuned, listener: str) -> None:
        """Where everything was put, and what to type next."""
        self.step("Done")
        self.say(f"store      {home / 'segue.db'}")
        self.say(f"model      {tuned.folder}")
        self.say(f"pictures   {tuned.folder / 'comparison.png'}")
        command = f"SEGUE_HOME={shlex.quote(str(home))} {shlex.quote(own_command())}"
        self.say(f"\nGo on with it:  {command} recommend {shlex.quote(listener)} --lang zh")
        self.say(f'                {command} recommend --like "Nina Simone" --text "quiet piano"')
        self.say(f"The page:       {command} serve   at http://127.0.0.1:{PORT}/")


def own_command() -> str:
    """How this command is called here: by its name where the shell finds it, else by its place."""
    called = Path(sys.argv[0])
    found = shutil.which("segue")
    is_found = found is not None and Path(found).resolve() == called.resolve()
    return "segue" if is_found or called.name != "segue" else os.path.relpath(called)


def _as_json(tuned: Tuned, truth: Truthfulness, thumb: Thumb, home: Path) -> dict[str, object]:
    from dataclasses import asdict

    from segue.cli.tune import tuned_as_json
    from segue.recommend.rendering import suggestion_as_json

    return {
        "home": str(home),
        "tuned": tuned_as_json(tuned),
        "truth": asdict(truth),
        "before": [suggestion_as_json(suggestion, "en") for suggestion in thumb.before],
        "after": [suggestion_as_json(suggestion, "en") for suggestion in thumb.after],
        "thumb_ms": thumb.milliseconds,
    }
