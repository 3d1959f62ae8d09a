"""The house has floors: a room imports from its own floor and those below, so that the meaning of the checklist never
depends on how it is kept, and how it is kept never on how it is shown."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = "reflectie"

# Lowest first. Rooms on one floor may use each other; `domain` may use nothing but itself.
FLOORS = [
    {
        "domain",
        "addresses",
        "apps",
        "backends",
        "checks",
        "email_addresses",
        "keys",
        "logs",
        "middleware",
        "places",
        "schema",
    },
    {"models", "migrations", "wording"},
    {"store", "access", "throttle"},
    {"forms", "adapters", "fonts", "pdf", "press", "typeset", "exports", "templatetags", "tasks"},
    {"views", "admin", "management"},
]
FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}
# Only here: whoever wants to know what is written together needs to read one file.
MAY_OPEN_TRANSACTIONS = {"store"}

FILES = sorted((ROOT / APP).rglob("*.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    """The first part under the app: `reflectie.views.questionnaire.team` is in `views`; the app itself is ''."""
    return module.partition(".")[2].partition(".")[0]


def imported(source: str, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Full names of what a module imports, wherever in the file; `from x import y` counts as x.y."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def import_faults(source: str, module: str, *, is_package: bool = False) -> list[str]:
    room = room_of(module)
    if room and room not in FLOOR_OF:
        return [f"{module}: give the room '{room}' a floor in tests/test_structure.py"]
    faults = []
    for name in imported(source, module, is_package=is_package):
        top = name.partition(".")[0]
        ours = top == APP
        if room == "domain" and not (room_of(name) == "domain" if ours else top in sys.stdlib_module_names):
            faults.append(f"{module} imports {name}: domain uses Python's standard library and itself")
        elif ours and FLOOR_OF.get(room_of(name), 0) > FLOOR_OF.get(room, 0):
            faults.append(f"{module} imports {name}, which is on a higher floor")
    return faults


def transaction_faults(source: str, module: str) -> list[str]:
    if room_of(module) in MAY_OPEN_TRANSACTIONS:
        return []
    return [
        f"{module}, line {node.lineno}: transactions are opened in store.py alone"
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Attribute) and node.attr == "atomic")
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "atomic" for alias in node.names))
    ]


def test_every_room_of_the_app_is_read() -> None:
    rooms = {room_of(module_name(path)) for path in FILES}
    assert {"domain", "models", "store", "views"} <= rooms


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_room_imports_from_its_own_floor_and_below(path: Path) -> None:
    assert import_faults(path.read_text(), module_name(path), is_package=path.name == "__init__.py") == []


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_only_the_store_opens_transactions(path: Path) -> None:
    assert transaction_faults(path.read_text(), module_name(path)) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("reflectie.domain.rules.findings", "import django"),
        ("reflectie.domain.rules.findings", "from django.utils.translation import gettext as _"),
        ("reflectie.domain.rules.findings", "import weasyprint"),
        ("reflectie.domain.rules.findings", "from reflectie import checks"),
        ("reflectie.domain.rules.findings", "from ..models import Answer"),
        ("reflectie.domain.rules.findings", "def late():\n    from .. import store"),
        ("reflectie.models.session", "from ..store import save"),
        ("reflectie.models.session", "import reflectie.views.questionnaire.team"),
        ("reflectie.services", "from .forms import SheetForm"),
        ("reflectie.services", "from . import views"),
        ("reflectie.pdf.documents", "from reflectie.views import team"),
        ("reflectie.web.middleware", "from .store import find"),
        ("reflectie.helpers", ""),
    ],
)
def test_an_import_from_a_higher_floor_is_found(module: str, source: str) -> None:
    assert len(import_faults(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "reflectie.domain.rules.findings",
            "import math\nfrom collections.abc import Mapping\nfrom .sheet import Value",
        ),
        (
            "reflectie.models.session",
            "from django.db import models\nfrom reflectie.domain.questionnaire.answers import Value",
        ),
        ("reflectie.web.permissions", "from .store import hash_token"),
        (
            "reflectie.views.questionnaire.team",
            "from reflectie import pdf\nfrom .own import remember\nfrom ..models import Session",
        ),
    ],
)
def test_an_import_from_the_same_floor_or_below_is_fine(module: str, source: str) -> None:
    assert import_faults(source, module) == []


def test_a_relative_import_in_a_package_starts_from_the_package() -> None:
    assert list(imported("from .checklist import Item", "reflectie.models", is_package=True)) == [
        "reflectie.models.checklist.Item"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "from django.db import transaction\nwith transaction.atomic():\n    pass",
        "from django.db import transaction as t\n@t.atomic\ndef f(): ...",
        "from django.db.transaction import atomic as together",
    ],
)
def test_a_transaction_elsewhere_is_found(source: str) -> None:
    assert len(transaction_faults(source, "reflectie.views.questionnaire.team")) == 1
    assert transaction_faults(source, "reflectie.services") == []
