"""The house has floors: a room imports from its own floor and those below, so that the meaning of the checklist never
depends on how it is kept, and how it is kept never on how it is shown."""

import ast
import re
import sys
from pathlib import Path

import pytest

from docs.architecture import (
    APP,
    FLOORS,
    PICTURE,
    ROOMS,
    ROOT,
    arrows,
    boxes,
    draw,
    imported,
    module_name,
    modules,
    room_of,
)

FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}
# Only here: whoever wants to know what is written together needs to read one file.
MAY_OPEN_TRANSACTIONS = {"services"}

FILES = list(modules().values())


def import_faults(source: str, module: str, *, is_package: bool = False) -> list[str]:
    room = room_of(module)
    if room and room not in FLOOR_OF:
        return [f"{module}: give the room '{room}' a floor in docs/architecture.py"]
    faults = []
    for name in imported(source, module, is_package=is_package):
        top = name.partition(".")[0]
        ours = top == APP
        if room == "domain" and not (room_of(name) == "domain" if ours else top in sys.stdlib_module_names):
            faults.append(f"{module} imports {name}: domain uses Python's standard library and itself")
        elif ours and FLOOR_OF.get(room_of(name), 0) > FLOOR_OF.get(room, 0):
            faults.append(f"{module} imports {name}, which is on a higher floor")
    return faults


def order_faults(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """What a room takes from one that stands above it on its own floor. `forms` and `views` hold to it too."""
    floor, part = [*module.split(".")[1:], "", ""][:2]
    if part not in ROOMS:
        return []
    taken = {name for name in imported(source, module, is_package=is_package) if name.startswith(f"{APP}.{floor}.")}
    above = ROOMS[ROOMS.index(part) + 1 :]
    return [f"{module} imports {name}, which stands above it" for name in sorted(taken) if name.split(".")[2] in above]


def transaction_faults(source: str, module: str) -> list[str]:
    if room_of(module) in MAY_OPEN_TRANSACTIONS:
        return []
    return [
        f"{module}, line {node.lineno}: transactions are opened in services alone"
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Attribute) and node.attr == "atomic")
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "atomic" for alias in node.names))
    ]


def test_every_room_of_the_app_is_read() -> None:
    rooms = {room_of(module_name(path)) for path in FILES}
    assert {"domain", "models", "services", "views"} <= rooms


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_room_imports_from_its_own_floor_and_below(path: Path) -> None:
    assert import_faults(path.read_text(), module_name(path), is_package=path.name == "__init__.py") == []


@pytest.mark.parametrize("floor", ["domain", "services", "forms", "views"])
def test_rooms_of_a_floor_import_downwards(floor: str) -> None:
    files = [path for path in FILES if room_of(module_name(path)) == floor]
    found = [order_faults(path.read_text(), module_name(path), is_package=path.name == "__init__.py") for path in files]
    assert (len(files) > len(ROOMS), [fault for faults in found for fault in faults]) == (True, [])


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_only_services_open_transactions(path: Path) -> None:
    assert transaction_faults(path.read_text(), module_name(path)) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("reflectie.domain.findings", "import django"),
        ("reflectie.domain.findings", "from django.utils.translation import gettext as _"),
        ("reflectie.domain.findings", "import weasyprint"),
        ("reflectie.domain.findings", "from reflectie.web import checks"),
        ("reflectie.domain.findings", "from ..models import Answer"),
        ("reflectie.domain.findings", "def late():\n    from .. import services"),
        ("reflectie.models.session", "from ..services import save"),
        ("reflectie.models.session", "import reflectie.views.team"),
        ("reflectie.services.sharing", "from ..forms import SheetForm"),
        ("reflectie.services.mail", "from .. import views"),
        ("reflectie.pdf.documents", "from reflectie.views import team"),
        ("reflectie.services.mail", "from ..web.middleware import find"),
        ("reflectie.helpers", ""),
    ],
)
def test_an_import_from_a_higher_floor_is_found(module: str, source: str) -> None:
    assert len(import_faults(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("reflectie.domain.findings", "import math\nfrom collections.abc import Mapping\nfrom .sheet import Value"),
        ("reflectie.models.session", "from django.db import models\nfrom reflectie.domain.sheet import Value"),
        ("reflectie.web.permissions", "from reflectie.services.tokens import hash_token"),
        ("reflectie.views.team", "from reflectie import pdf\nfrom .sheet import save\nfrom ..models import Session"),
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
    assert len(transaction_faults(source, "reflectie.views.team")) == 1
    assert transaction_faults(source, "reflectie.services.mail") == []


def test_picture_of_the_floors_is_current() -> None:
    assert PICTURE.read_text() == draw(), "draw it anew: python docs/architecture.py"


def test_picture_has_a_box_for_each_room_and_says_how_often_one_imports_another() -> None:
    drawn = draw()
    assert {room for floor in FLOORS for room in floor} <= set(re.findall(r">([a-z_.]+)</text>", drawn))
    found = modules()
    assert arrows(found, boxes(found))["models", "domain"] >= 1


def test_room_with_three_packages_is_drawn_as_these(tmp_path: Path) -> None:
    packages = ["reflectie.domain", "reflectie.domain.a", "reflectie.domain.b", "reflectie.domain.c"]
    found = dict.fromkeys(packages, tmp_path / "__init__.py")
    assert boxes(found | {"reflectie.domain.a.x": tmp_path / "x.py", "reflectie.domain.y": tmp_path / "y.py"}) == {
        "reflectie.domain": "domain",
        "reflectie.domain.a": "domain.a",
        "reflectie.domain.b": "domain.b",
        "reflectie.domain.c": "domain.c",
        "reflectie.domain.a.x": "domain.a",
        "reflectie.domain.y": "domain",
    }
    del found["reflectie.domain.c"]
    assert set(boxes(found).values()) == {"domain"}


def test_an_import_from_a_room_above_is_found() -> None:
    assert len(order_faults("from ..report.build import build_report", "reflectie.domain.rules.totals")) == 1
    assert order_faults("from ..rules.totals import Totals", "reflectie.domain.report.build") == []


def test_no_test_lends_anything_to_another() -> None:
    """What two of them need stands in `tests/helpers/`; `conftest.py` has fixtures alone."""
    lent = re.compile(
        r"^from tests\.(?:conftest|(?:\w+\.)*test_\w+) import|^from tests[\w.]* import .*\btest_", re.MULTILINE
    )
    files = list((ROOT / "tests").rglob("*.py"))
    assert len(files) > 150
    assert [path.name for path in files if lent.search(path.read_text())] == []


def test_no_two_classes_have_one_name() -> None:
    """But a row and what it means (a model and its twin in the domain), and what Django finds by its name."""
    named: dict[str, list[str]] = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name[0] != "_" and room_of(module_name(path)) != "migrations":
                named.setdefault(node.name, []).append(module_name(path))
    twins = {name: where for name, where in named.items() if len(where) > 1}
    for name, where in twins.items():
        rooms = sorted({room_of(module) for module in where})
        expected = name in {"Meta", "Kind", "Name", "Stage", "Held", "Command", "DatabaseWrapper"} or rooms == [
            "domain",
            "models",
        ]
        assert expected, (name, where)


def test_what_code_in_a_text_imports_is_there() -> None:
    """Processes that tests start are given code as text, which no linter reads, and some run behind `slow` alone."""
    own = re.compile(r"^ *(from reflectie[\w.]* import [\w., ]+)$", re.MULTILINE)
    lines = []
    for path in (ROOT / "tests").rglob("*.py"):
        if path != Path(__file__):
            texts = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
            lines += [line for text in texts if isinstance(text, str) for line in own.findall(text.replace("; ", "\n"))]
    assert len(lines) > 5
    for line in lines:
        exec(line, {})
