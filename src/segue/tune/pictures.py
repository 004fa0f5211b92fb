"""Pictures of tuning: learning curves, and bars of before, after and the baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segue.tune.history import Evaluation
from segue.tune.stats import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CHANCE = 0.5  # the AUC of a coin, where bars of AUC begin
_BLUE, _ORANGE, _GREY = "#2b6cb0", "#dd6b20", "#a0aec0"


def draw_curves(histories: Sequence[Sequence[Evaluation]], metric: str, paths: Sequence[Path]) -> None:
    """Draw the validation metric and the training loss over steps, a line per seed, into files (.png, .svg)."""
    figure, axes = _canvas(1)
    _curves(axes[0], histories, metric)
    _save(figure, paths)


def draw_comparison(
    bars: Mapping[str, Figure],
    histories: Sequence[Sequence[Evaluation]],
    metric: str,
    after: str,
    paths: Sequence[Path],
) -> None:
    """Draw a bar per system, with standard errors and `after` in colour, beside the learning curves."""
    figure, axes = _canvas(2)
    names = list(bars)
    heights = [bars[name].mean for name in names]
    errors = [bars[name].error or 0.0 for name in names]
    colours = [_BLUE if name == after else _GREY for name in names]
    axes[0].barh(names, heights, xerr=errors, color=colours, error_kw={"capsize": 3})
    axes[0].invert_yaxis()
    for row, name in enumerate(names):
        axes[0].text(heights[row], row, f" {bars[name]}", va="center", ha="left", fontsize=8)
    axes[0].margins(x=0.35)
    if metric == "auc" and min(heights, default=0.0) > CHANCE:
        axes[0].set_xlim(CHANCE, 1.0 + 0.35 * (1.0 - CHANCE))
        axes[0].set_xticks([0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    axes[0].set_xlabel("AUC (chance is 0.5)" if metric == "auc" else metric)
    _curves(axes[1], histories, metric)
    _save(figure, paths)


def _curves(axes: Axes, histories: Sequence[Sequence[Evaluation]], metric: str) -> None:
    losses = axes.twinx()
    for history in histories:
        points = [(one.step, one.metrics[metric]) for one in history if metric in one.metrics]
        axes.plot(*zip(*points, strict=True), color=_BLUE, marker="o", markersize=3) if points else None
        told = [(one.step, one.loss) for one in history if one.loss is not None]
        losses.plot(*zip(*told, strict=True), color=_ORANGE, linestyle=":", alpha=0.7) if told else None
    axes.set_xlabel("step")
    axes.set_ylabel(f"validation {metric}", color=_BLUE)
    losses.set_ylabel("training loss", color=_ORANGE)
    axes.set_title("learning curve", fontsize=9)


def _canvas(parts: int) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(5.5 * parts, 3.6), layout="constrained")
    axes = figure.subplots(1, parts, squeeze=False)[0]
    return figure, list(axes)


def _save(figure: Any, paths: Sequence[Path]) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=120)
