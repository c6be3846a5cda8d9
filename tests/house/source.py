"""The project's own source, read once for the rules below."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "connectors", "jobs")


@cache
def files(*folders: str) -> tuple[Path, ...]:
    """Every Python file under these folders, generated ones (caches) left out."""
    return tuple(sorted(f for folder in folders for f in (ROOT / folder).rglob("*.py") if "__pycache__" not in f.parts))


@cache
def tree(file: Path) -> ast.Module:
    """The file as a syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"))


def name(file: Path) -> str:
    """The file's path inside the project."""
    return file.relative_to(ROOT).as_posix()


def module(file: Path) -> str:
    """``app.db.inbox`` for its file."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """Everything in the file's tree, in no order that matters."""
    return tuple(ast.walk(tree(file)))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, inner ones too."""
    for node in nodes(file):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def modules() -> frozenset[str]:
    """The names of every module of ours."""
    return frozenset(module(one) for one in files(*PACKAGES))


def imports(file: Path) -> set[str]:
    """The modules of ours that a file imports, at any depth of it."""
    found: set[str] = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found & modules()


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is committed, or would be. Without git (an unpacked archive) every file there is."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [name(f) for f in ROOT.rglob("*") if f.is_file() and not f.relative_to(ROOT).parts[0].startswith(".")]
    return tuple(ROOT / one for one in listed if one and (ROOT / one).is_file())
