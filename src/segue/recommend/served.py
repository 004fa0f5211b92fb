"""The recommender that is served: from the registry to an object that answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from segue.errors import FormatError, InputError, NotFoundError
from segue.models.text import TextEncoder
from segue.recommend import saving
from segue.recommend.catalogue import Catalogue
from segue.recommend.language import Taste
from segue.recommend.parts import Floats, Language
from segue.recommend.recommender import Recommender
from segue.tune.methods import apply_method
from segue.tune.registry import Registry
from segue.tune.run import Run
from segue.tune.task import Model

FOLDER = "recommender"  # in a run's folder


def load_served(home: Path, run: str | None = None) -> Recommender:
    """The recommender of the run that is served (or of the one named), its text encoder loaded when first needed.

    NotFoundError where nothing was tuned yet.
    """
    registry = Registry(home / "models")
    found = registry.show(run) if run else registry.served("recommend")
    if found is None or found.path is None:
        raise NotFoundError(f"no model is served in {registry.path}; make one with `segue tune recommend`")
    return saving.load(found.path / FOLDER, LazyEncoder(registry, found))


class LazyEncoder:
    """Texts to vectors by a run's text encoder, which is loaded at the first call."""

    def __init__(self, registry: Registry, run: Run) -> None:
        self.registry, self.run = registry, run
        self._encoder: TextEncoder | None = None

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Vectors (n, width) of norm 1."""
        if self._encoder is None:
            self._encoder = load_model(self.registry, self.run).encoder
        vectors = torch.from_numpy(self._encoder.encode(texts, max_length=self.run.recipe.max_length))
        made: Floats = nn.functional.normalize(vectors, dim=-1).numpy()
        return made


def load_model(registry: Registry, run: Run) -> Model:
    """The tuned text encoder of a run with its taste head, ready to encode."""
    if run.path is None:
        raise InputError(f"run {run.id} is in no registry")
    file = run.path / "model.safetensors"
    try:
        with safe_open(file, framework="numpy") as opened:
            songs, width = opened.get_slice("head.table").get_shape()
    except (OSError, SafetensorError) as error:
        raise FormatError(f"not the weights of a recommendation run: {error}", file=str(file)) from error
    encoder = TextEncoder.load(run.recipe.backbone)
    apply_method(encoder, run.recipe)
    model = Model(encoder, Taste(songs, width))
    registry.load(run, model)
    model.eval()
    return model


def language_of(registry: Registry, run: Run, catalogue: Catalogue) -> Language:
    """The language part of a run over another catalogue: its songs read by the run's text encoder."""
    model = load_model(registry, run)
    texts = [catalogue.text(number) for number in range(len(catalogue))]
    vectors = model.encoder.encode(texts, max_length=run.recipe.max_length)
    head = model.head
    if not isinstance(head, Taste):
        raise InputError(f"run {run.id} has no taste head")
    values = head.values()
    return Language(vectors, values["tau"], values["scale"], values["mean_scale"])
