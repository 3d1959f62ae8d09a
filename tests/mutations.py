"""Makes small changes to the domain, one at a time, and prints those that no test notices: a test is missing there, or
the change changes nothing that anybody could see.

    .venv/bin/python -m tests.mutations [FILE ...] [--sample N] [--seed SEED]

Without FILE it takes every module of `reflectie/domain`. It works in a copy of the repository, and the same arguments
give the same changes in the same order.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PYTEST = ["-m", "pytest", "-x", "-q", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-m"]
QUICK, DATABASE = "not slow and not browser and not django_db", "not slow and not browser and django_db"
# Tests that take so many times as long as usual, and seconds more, hang on the change: that is noticed too.
PATIENCE, MORE_SECONDS = 5, 20

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    one: other
    for pair in [(ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.Is, ast.IsNot), (ast.In, ast.NotIn),
                 (ast.And, ast.Or), (ast.Add, ast.Sub), (ast.Mult, ast.FloorDiv)]
    for one, other in (pair, pair[::-1])
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def instead_of(node: ast.AST) -> Iterator[ast.AST]:
    """What can stand in the place of a node."""
    match node:
        case ast.If() | ast.While():
            yield from (altered(node, test=ast.Constant(value)) for value in (True, False))
        case ast.comprehension(ifs=ifs):
            yield from (altered(node, ifs=ifs[:at] + ifs[at + 1 :]) for at in range(len(ifs)))
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield altered(node, value=ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.expr():
            yield from instead_of_expression(node)


def instead_of_expression(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in SWAPS:
            yield altered(node, ops=[SWAPS[type(operator)]()])
        case ast.BoolOp(op=operator, values=values):
            yield altered(node, op=SWAPS[type(operator)]())
            yield from (altered(node, values=values[:at] + values[at + 1 :]) for at in range(len(values)))
        case ast.BinOp(op=operator) if type(operator) in SWAPS:
            yield altered(node, op=SWAPS[type(operator)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() | int() as value):
            yield ast.Constant(not value if isinstance(value, bool) else value + 1)
        case ast.Name(id=name) if name in NAMES:
            yield altered(node, id=NAMES[name])
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)


def altered(node: ast.AST, **fields: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def below(node: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Every node below this one, with how to put another in its place. Not types and decorators, which say little of
    what is worked out."""
    for name, value in ast.iter_fields(node):
        if name not in {"annotation", "returns", "decorator_list"}:
            for at, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST):
                    held, key = (value.__setitem__, at) if isinstance(value, list) else (node.__setattr__, name)
                    yield child, lambda other, held=held, key=key: held(key, other)
                    yield from below(child)


class Mutation(NamedTuple):
    """One change in one module: where, what, and the whole source with it."""

    module: Path
    change: str
    source: str


def mutations_of(module: Path) -> Iterator[Mutation]:
    tree = ast.parse((ROOT / module).read_text())
    for node, put in list(below(tree)):
        # A comprehension says no line of its own.
        line = getattr(node.target if isinstance(node, ast.comprehension) else node, "lineno", 0)
        for other in instead_of(node):
            put(other)
            source = ast.unparse(ast.fix_missing_locations(tree))
            put(node)
            before, after = (ast.unparse(one).strip().split("\n")[0] for one in (node, other))
            yield Mutation(module, f"{module}:{line}: {before}  →  {after}", source)


@cache
def imports() -> dict[Path, set[Path]]:
    """Which files each file of the app and of the tests may import, as paths from the root."""
    found: dict[Path, set[Path]] = {}
    for path in (path.relative_to(ROOT) for room in ("reflectie", "tests") for path in (ROOT / room).rglob("*.py")):
        names = found[path] = set()
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                above = getattr(node, "level", 0)
                start = Path(*path.parts[:-above] if above else (), *(getattr(node, "module", "") or "").split("."))
                modules = [start, *(start.joinpath(*alias.name.split(".")) for alias in node.names)]
                names |= {file for one in modules for file in (Path(f"{one}.py"), one / "__init__.py")}
    return found


@cache
def tests_of(module: Path) -> tuple[str, ...]:
    """The files of tests that import the module; where none does, those that import what imports it, and so on."""
    reaching, tests = {module}, ()
    while not tests:
        using = {path for path, used in imports().items() if used & reaching}
        tests = tuple(sorted(str(path) for path in using if path.name.startswith("test_")))
        if using <= reaching:
            sys.exit(f"no test imports {module}, or anything that does")
        reaching |= using
    return tests


def passes(folder: Path, stage: tuple[str, ...], limit: float | None = None, **environment: str) -> bool:
    """Whether these tests pass within so many seconds. Raises CalledProcessError where they can't be run."""
    command = ["bash", "-c", '. .ci/setup.sh && test_environment && exec "$@"', "-", sys.executable, *PYTEST, *stage]
    try:
        done = subprocess.run(command, cwd=folder, env=os.environ | environment, timeout=limit, capture_output=True)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode in {3, 4}:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    # 5: none of them has these marks.
    return done.returncode in {0, 5}


@cache
def usual_seconds(folder: Path, stage: tuple[str, ...]) -> float:
    """How long these tests take when nothing was changed; exits where they fail then."""
    start = time.monotonic()
    if not passes(folder, stage):
        sys.exit(f"fails before anything is changed: pytest -m '{stage[0]}' {' '.join(stage[1:])}")
    return time.monotonic() - start


def survives(folder: Path, number: int, mutation: Mutation) -> bool:
    """Whether no test notices the change, of which `number` is its own. Those that need no database are asked first."""
    path = folder / mutation.module
    for marks in (QUICK, DATABASE):
        stage = (marks, *tests_of(mutation.module))
        limit = PATIENCE * usual_seconds(folder, stage) + MORE_SECONDS
        path.write_text(mutation.source)
        # No other version has this time, so that Python takes none that it compiled before.
        os.utime(path, (number, number))
        passed = passes(folder, stage, limit, PYTHONDONTWRITEBYTECODE="1")
        shutil.copy2(ROOT / mutation.module, path)
        if not passed:
            return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description="Prints small changes to the domain that no test notices.")
    parser.add_argument("files", nargs="*", type=Path, help="modules; all of the domain without any")
    parser.add_argument("--sample", type=int, help="only so many changes, chosen by chance")
    parser.add_argument("--seed", type=int, default=0, help="of that chance")
    options = parser.parse_args()
    files = options.files or sorted((ROOT / "reflectie" / "domain").rglob("*.py"))
    mutations = [found for file in files for found in mutations_of(file.resolve().relative_to(ROOT))]
    if options.sample and options.sample < len(mutations):
        places = random.Random(options.seed).sample(range(len(mutations)), options.sample)
        mutations = [mutations[place] for place in sorted(places)]
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        # What ./run and ./test made beside the sources is needed too: typefaces and static files.
        skipped = shutil.ignore_patterns(
            ".git", ".venv", ".env", "__pycache__", ".*_cache", ".hypothesis", "*.sqlite3*"
        )
        shutil.copytree(ROOT, folder, symlinks=True, ignore=skipped, dirs_exist_ok=True)
        for number, mutation in enumerate(mutations, 1):
            if survives(Path(folder), number, mutation):
                survivors += 1
                print(mutation.change, flush=True)
    print(f"{len(mutations)} changes, {len(mutations) - survivors} noticed, {survivors} not")


if __name__ == "__main__":
    main()
