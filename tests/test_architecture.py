"""The house plan, kept: floors, the one training loop, budgets, docstrings, light imports, telling commands.

docs/architecture.md tells the plan; where plan and code are to change, they change together with this file.
"""

from __future__ import annotations

import ast
import graphlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from segue.cli import app

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "segue"
MODULES = sorted(PACKAGE.rglob("*.py"))

# What each unit (a folder or module right under segue) may import of the others; docs/architecture.md has the same.
_GROUND = {"errors", "music", "sound", "formats", "corpora", "listens", "models", "tune"}
_CAPABILITIES = {"recommend", "compose", "recognize"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "music": {"errors"},
    "sound": {"errors", "music"},
    "formats": {"errors", "music", "sound"},
    "corpora": {"errors", "music", "formats"},
    "listens": {"errors"},
    "models": {"errors", "music"},
    "tune": {"errors", "music", "models"},
    "pretrain": _GROUND - {"listens", "sound"},
    "recommend": _GROUND,
    "compose": _GROUND,
    "recognize": _GROUND,
    "tasks": _GROUND | _CAPABILITIES,
    "demo": _GROUND | _CAPABILITIES | {"tasks"},
    "likeness": _GROUND | {"compose", "recognize"},
    "serve": _GROUND | _CAPABILITIES | {"tasks", "demo", "likeness"},
    "cli": _GROUND | _CAPABILITIES | {"pretrain", "tasks", "demo", "likeness", "serve"},
}

# Which units may import a library that costs much or belongs to one floor.
_FROM_MODELS_UP = {"models", "tune", "pretrain", "recommend", "compose", "recognize", "serve"}
_HTTP = ("fastapi", "starlette", "uvicorn", "httpx", "requests", "aiohttp", "flask", "urllib.request", "http", "socket")
HOME_OF_LIBRARY: dict[str, set[str]] = {
    "torch": _FROM_MODELS_UP,
    "safetensors": _FROM_MODELS_UP,
    "transformers": {"models", "tune"},
    "peft": {"models", "tune"},
    "llvmlite": {"models"},
    "huggingface_hub": {"models", "tune"},
    "accelerate": {"tune"},
    "wandb": {"tune"},
    "sqlalchemy": {"listens"},
    "alembic": {"listens"},
    "psycopg": {"listens"},
    "mutagen": {"listens", "formats"},
    "tinysoundfont": {"sound"},
    "soundfile": {"formats"},
    "av": {"formats"},
    "symusic": {"formats"},
    "verovio": {"formats"},
    "resvg_py": {"formats"},
    "typer": {"cli"},
    "click": {"cli"},
} | {library: {"serve"} for library in _HTTP}
HOME_OF_LIBRARY["httpx"] = {"serve", "compose"}  # a writer of lyrics may be a model behind an address the user names

MOST_LINES, MOST_FUNCTION_LINES = 400, 50
LAZY = (
    "torch",
    "transformers",
    "peft",
    "accelerate",
    "sklearn",
    "scipy",
    "llvmlite",
    "matplotlib",
    "verovio",
    "resvg_py",
    "alembic",
    "sqlalchemy",
    "pyarrow",
)

# Commands that print no JSON, each with its reason.
NO_JSON: dict[str, str] = {"segue mcp": "its output is the protocol, which is JSON throughout"}


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def _where(file: Path, line: int | None = None) -> str:
    place = str(file.relative_to(ROOT))
    return place if line is None else f"{place}:{line}"


def _unit(file: Path) -> str:
    """The floor's name of a module: its folder or module right under segue; '' for segue itself."""
    first = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def _imports(file: Path) -> Iterator[tuple[str, int]]:
    """Every module imported anywhere in a file, in functions and for type checking too, with the line."""
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_where(file, node.lineno)}: imports are absolute"
            assert node.module is not None
            if node.module in ("segue", "urllib"):
                for alias in node.names:
                    yield f"{node.module}.{alias.name}", node.lineno
            else:
                yield node.module, node.lineno


# ---- floors


def test_every_unit_has_its_floor() -> None:
    assert {_unit(file) for file in MODULES} - {""} <= set(MAY_IMPORT)


def test_the_plan_has_no_cycles_and_capabilities_stay_apart() -> None:
    tuple(graphlib.TopologicalSorter(MAY_IMPORT).static_order())
    for capability in _CAPABILITIES:
        assert not MAY_IMPORT[capability] & _CAPABILITIES


def test_imports_point_down() -> None:
    wrong = []
    for file in MODULES:
        unit = _unit(file)
        for module, line in _imports(file):
            parts = module.split(".")
            if parts[0] != "segue" or len(parts) == 1 or parts[1] in (unit, "__version__"):
                continue
            if not unit or parts[1] not in MAY_IMPORT[unit]:
                wrong.append(f"{_where(file, line)} imports {module}")
    assert wrong == []


def test_libraries_stay_on_their_floors() -> None:
    wrong = []
    for file in MODULES:
        for module, line in _imports(file):
            for library, homes in HOME_OF_LIBRARY.items():
                if (module == library or module.startswith(library + ".")) and _unit(file) not in homes:
                    wrong.append(f"{_where(file, line)} imports {module}")
    assert wrong == []


def test_the_architecture_page_tells_the_same_plan() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z]+)(?:/|\.py)` \|[^|]*\| ([^|]*) \|$", page, flags=re.M))
    told = {unit: set(cell.split(", ")) - {"nothing"} for unit, cell in rows.items()}
    short = {"the ground": _GROUND, "the capabilities": _CAPABILITIES}
    told = {unit: set().union(*(short.get(word, {word}) for word in words)) for unit, words in told.items()}
    assert told == MAY_IMPORT


# ---- one training loop, budgets, words


def test_there_is_one_training_loop() -> None:
    calls = [
        _where(file)
        for file in MODULES
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
    ]
    assert calls == ["src/segue/tune/loop.py"]


def test_files_stay_within_their_budget() -> None:
    files = [*MODULES, *(ROOT / "benchmarks").rglob("*.py")]
    lengths = {_where(file): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {place: lines for place, lines in lengths.items() if lines > MOST_LINES} == {}


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring left out."""
    last = function.end_lineno or function.lineno
    first = function.body[0]
    is_told = ast.get_docstring(function) is not None
    return last - function.lineno + 1 - ((first.end_lineno or 0) - first.lineno + 1 if is_told else 0)


def test_functions_stay_within_their_budget() -> None:
    long = {}
    for file in [*MODULES, *(ROOT / "benchmarks").rglob("*.py")]:
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > MOST_FUNCTION_LINES:
                long[f"{_where(file, node.lineno)} {node.name}"] = _length(node)
    assert long == {}


def test_no_place_for_odds_and_ends() -> None:
    names = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    folders = (PACKAGE, ROOT / "tests", ROOT / "benchmarks")
    assert [_where(path) for folder in folders for path in folder.rglob("*") if path.stem in names] == []


def test_assert_is_never_validation() -> None:
    found = [
        _where(file, node.lineno) for file in MODULES for node in ast.walk(_tree(file)) if isinstance(node, ast.Assert)
    ]
    assert found == []


_Public = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[_Public, str]]:
    for node in body:
        if isinstance(node, _Public) and not node.name.startswith("_"):
            yield node, owner
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, node.name)


def _told_by_bases() -> dict[str, set[str]]:
    """For each class of the package the methods that a class it inherits from documents."""
    bases: dict[str, set[str]] = {}
    told: dict[str, set[str]] = {}
    for file in MODULES:
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {ast.unparse(base).partition("[")[0].split(".")[-1] for base in node.bases}
                told[node.name] = {each.name for each, _ in _public(node.body) if ast.get_docstring(each)}
    inherited: dict[str, set[str]] = {}
    for name in graphlib.TopologicalSorter(bases).static_order():
        inherited[name] = set().union(*(told.get(base, set()) | inherited[base] for base in bases.get(name, ())))
    return inherited


def test_everything_public_has_a_docstring() -> None:
    inherited = _told_by_bases()
    bare = [_where(file) for file in MODULES if ast.get_docstring(_tree(file)) is None]
    for file in MODULES:
        for node, owner in _public(_tree(file).body):
            if not (ast.get_docstring(node) or "").strip() and node.name not in inherited.get(owner, ()):
                bare.append(f"{_where(file, node.lineno)} {owner}.{node.name}".replace(" .", " "))
    assert bare == []


# ---- libraries


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return match[0].lower()


def test_every_library_is_justified_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    web = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    wanted = {
        "What it runs on": project["project"]["dependencies"],
        **{f"Extra: {name}": listed for name, listed in project["project"]["optional-dependencies"].items()},
        "To build": project["build-system"]["requires"],
        "The page, by npm when it is built": [*web["dependencies"], *web["devDependencies"]],
    }
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", page, flags=re.M)[1:]
    told = {part.splitlines()[0]: re.findall(r"^\| `([^`]+)` \| .+ \|$", part, flags=re.M) for part in sections}
    assert told == {section: [_name(one) for one in listed] for section, listed in wanted.items()}


@pytest.mark.parametrize("module", ["segue", "segue.cli", "segue.errors", "segue.tasks", "segue.listens.store"])
def test_imports_are_light(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & set(LAZY)


# ---- commands


def _commands(command: Any, path: str = "segue") -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):  # a group; typer carries a click of its own
        for name, child in command.commands.items():
            yield from _commands(child, f"{path} {name}")
    else:
        yield path, command


COMMANDS = dict(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_shows_an_example_of_itself(path: str) -> None:
    text = " ".join((COMMANDS[path].help or "").split())
    assert f"{path} " in text or text.endswith(path)


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_answers_in_json(path: str) -> None:
    has_json = any("--json" in parameter.opts for parameter in COMMANDS[path].params)
    assert has_json is (path not in NO_JSON)


def test_exceptions_to_json_are_real_commands() -> None:
    assert set(NO_JSON) <= set(COMMANDS)


# ---- the pages name what is there


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_pages_name_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    places = re.findall(r"`((?:src|tests|docs|benchmarks)/[^`\s]*)`", text)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []
