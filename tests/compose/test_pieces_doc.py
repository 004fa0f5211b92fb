"""docs/pieces.md says what the code has: its forms, parts and contours, and its commands are accepted."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest
import typer.main

from segue.cli import app
from segue.compose.forms import FORMS
from segue.compose.likeness import CONTOURS
from segue.compose.roles import ROLES
from segue.compose.studio import Studio

PAGE = (Path(__file__).parents[2] / "docs" / "pieces.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.S) for line in block.splitlines()]


def test_forms_parts_and_contours_are_those_of_the_code() -> None:
    told = {word for cell in re.findall(r"^\| ([^|]*) \|", PAGE, flags=re.M) for word in re.findall(r"`([^`]+)`", cell)}
    assert set(FORMS) <= told
    assert set(ROLES) <= told
    assert all(f"`{contour}`" in PAGE for contour in CONTOURS)


def test_the_verbs_shown_are_those_of_the_studio() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    calls = [
        node.func.attr
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "studio"
    ]
    assert set(calls) == {"melody", "go_on", "answer", "arrange", "piece"}
    assert all(hasattr(Studio, name) for name in calls)


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_shown_are_accepted(line: str) -> None:
    words = shlex.split(line)
    assert words[:2] == ["segue", "compose"]
    command = typer.main.get_command(app).commands["compose"].commands[words[2]]  # type: ignore[attr-defined]
    with command.make_context(words[2], words[3:]) as context:
        assert context.params
