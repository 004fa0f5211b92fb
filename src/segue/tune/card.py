"""The model card of a run, in the style of the Hugging Face hub: YAML front matter, then Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping

from segue.tune.run import Run

_HUB_NAMES = {"minilm": "sentence-transformers/all-MiniLM-L6-v2"}


def model_card(run: Run) -> str:
    """Return the text of a run's README.md."""
    return f"---\n{_front_matter(run)}---\n\n{_body(run)}"


def _front_matter(run: Run) -> str:
    base = _HUB_NAMES.get(run.recipe.backbone, run.recipe.backbone)
    lines = [
        "library_name: segue",
        f"license: {'apache-2.0' if run.recipe.backbone in _HUB_NAMES else 'other'}",
        f"base_model: {json.dumps(base, ensure_ascii=False)}",
        f"tags: [music, fine-tuning, {run.recipe.method}]",
        f"metrics: [{', '.join(run.after)}]",
        "model-index:",
        f"- name: {run.id}",
        "  results:",
        f"  - task: {{type: {run.task}}}",
        f"    dataset: {{type: private, name: held-out examples, revision: {json.dumps(run.data_hash[:12])}}}",
        "    metrics:",
        *(f"    - {{type: {name}, value: {value:.6g}}}" for name, value in run.after.items()),
    ]
    return "\n".join(lines) + "\n"


def _body(run: Run) -> str:
    share = run.trainable / max(run.total, 1)
    sign = "lower" if run.chosen_by.startswith("-") else "higher"
    recipe = "\n".join(f"| {name} | {value} |" for name, value in run.recipe.as_dict().items())
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    return f"""# {run.id}

A model of Segue for the task **{run.task}**, tuned from `{run.recipe.backbone}` \
by the method {run.recipe.method}: {run.trainable:,} of {run.total:,} parameters trained ({share:.2%}) in \
{run.seconds:.0f} s. Made on {run.made_at:%Y-%m-%d}.

## Figures

On held-out examples; {run.metric} decides ({sign} is better).

{figures_table(run)}

![learning curve](curve.png)

## Use

```
segue models show {run.id}
segue models promote {run.id}
```

`model.safetensors` holds the weights that were trained, `recipe.toml` the settings, `metrics.json` all figures.

## Limits

It learned from the examples that it was given and knows nothing beyond them and its backbone; what is unlike them is \
served worse. The examples themselves are not in this folder.

## Recipe

| field | value |
|---|---|
{recipe}

Data (sha256): `{run.data_hash}`. Versions: {versions}.
"""


def figures_table(run: Run) -> str:
    """Return before, after and baselines as a Markdown table."""
    names = list(run.after)
    rows: list[tuple[str, Mapping[str, float]]] = [("before tuning", run.before), ("**after tuning**", run.after)]
    rows += [(f"served: {name}", row) for name, row in run.served.items()]
    rows += list(run.baselines.items())
    lines = [f"| | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
    for title, row in rows:
        lines.append(f"| {title} | {' | '.join(f'{row[n]:.4f}' if n in row else '' for n in names)} |")
    return "\n".join(lines)
