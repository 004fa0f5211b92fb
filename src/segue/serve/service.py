"""What a server stands on: the store, its own ledger, the models, each loaded when it is first asked."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from segue.listens.sql import open_store
from segue.serve.figures import Figures
from segue.serve.intake import Intake
from segue.serve.jobs import Jobs
from segue.serve.ledger import Ledger
from segue.serve.rates import Rates
from segue.serve.rendered import Rendered
from segue.serve.retuning import Retuning, Rule
from segue.serve.settings import Settings
from segue.serve.tastes import Tastes

if TYPE_CHECKING:
    from segue.compose.studio import Studio
    from segue.recognize.traits import Explainer
    from segue.tune.registry import Registry

LEDGER = "serve.db"


class Service:
    """The parts of one server; `close` lets go of them, and waits for what was accepted."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.figures = Figures()
        self.rates = Rates(settings.rate, settings.burst)
        self.store = open_store(settings.store)
        self.ledger = Ledger(settings.home / LEDGER)
        self.tastes = Tastes(settings.home, self.store)
        self.intake = Intake(self.store)
        self.jobs = Jobs(self.ledger, self.store, settings, self.figures)
        self.rendered = Rendered()
        self.retuning = Retuning(self.jobs, self.store, Rule(hours=settings.retune))
        if settings.retune:
            self.retuning.start()

    @property
    def registry(self) -> Registry:
        """The tuned runs, and which are served."""
        from segue.tune.registry import Registry

        return Registry(self.settings.home / "models")

    @cached_property
    def recognizer(self) -> Explainer:
        """What tells styles, and what moved it, with the networks that Segue brings along."""
        from segue.recognize.traits import Explainer

        self.figures.loaded.labels("styles").set(1)
        return Explainer()

    @cached_property
    def studio(self) -> Studio:
        """What composes: the models that were tuned and are served, else those that Segue brings along."""
        from segue.compose.studio import Studio

        opened = replace(Studio.served(self.registry), queue=self.store.held)
        self.figures.loaded.labels("score").set(1)
        return opened

    async def close(self) -> None:
        """Write what was taken in, end jobs so that they can be gone on with, and let go of files."""
        await self.intake.close()
        self.retuning.close()
        self.jobs.close()
        self.store.close()
        self.ledger.close()
