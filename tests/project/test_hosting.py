"""What hosts copy and look up: each setting is in `.env.example` and on its page, and what the log is said to say is
what it says."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".env.example"
HOSTING = ROOT / "docs" / "hosting"
# In `manage.py` and `wsgi.py`: which settings, and no setting itself.
NOT_OURS = {"DJANGO_SETTINGS_MODULE"}


def variables_in(source: str) -> set[str]:
    """Names that code asks of the environment: `env.str("NAME")`, `os.environ.get("NAME")`, `os.environ["NAME"]`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=asked), args=[ast.Constant(value=str(name)), *_]):
                pass
            case ast.Subscript(value=asked, slice=ast.Constant(value=str(name))):
                pass
            case _:
                continue
        if ast.unparse(asked) in {"env", "os.environ"} or (isinstance(node, ast.Subscript) and "environ" in name):
            found.add(name)
    return found


def read_by_settings() -> set[str]:
    files = [*(ROOT / "samenwerking").glob("*.py"), ROOT / "manage.py"]
    return set().union(*(variables_in(path.read_text()) for path in files)) - NOT_OURS


def in_example() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE.read_text(), flags=re.MULTILINE)


def in_tables(page: str) -> list[str]:
    """What stands in the first column of a page's tables."""
    firsts = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", page, flags=re.MULTILINE)
    return [name for first in firsts for name in re.findall(r"`([A-Z_]+)`", first)]


def test_variables_of_the_environment_are_found() -> None:
    source = 'env.str("A", default="")\nx = int(os.environ.get("B", "2"))\nos.environ["C"]\nother.get("D")\nenv.db("E")'
    assert variables_in(source) == {"A", "B", "C", "E"}
    assert {"SECRET_KEY", "PORT", "WEB_CONCURRENCY", "DATABASE_URL", "OWNER_NAME"} <= read_by_settings()


def test_every_setting_is_in_the_example_once_and_no_other() -> None:
    assert sorted(in_example()) == sorted(read_by_settings())


def test_every_setting_has_a_row_on_its_page_and_no_other() -> None:
    assert sorted(in_tables((HOSTING / "configure.md").read_text())) == sorted(read_by_settings())


def test_tests_leave_out_what_a_machine_has_in_its_own_settings() -> None:
    """Each but the ones by which a machine serves."""
    setup = (ROOT / ".ci" / "setup.sh").read_text()
    exported = set(re.findall(r"\b([A-Z][A-Z_]+)=", setup[setup.index("test_environment()") :]))
    assert read_by_settings() - exported == {"PORT", "WEB_CONCURRENCY", "DEFAULT_FROM_EMAIL"}


def test_every_example_is_a_value_that_is_taken(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    lines = re.sub(r"^#(?=[A-Z_]+=)", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    file.write_text(lines.replace("SECRET_KEY=\n", f"SECRET_KEY={'aBcDeFgHiJ0123456789' * 3}\n"))
    taken: dict[str, str] = {}

    class Reader(environ.Env):
        ENVIRON = taken

    Reader.read_env(file)
    # A logo is a file of the host's.
    assert taken.pop("OWNER_LOGO") == "var/logo.svg"
    assert taken["DEFAULT_FROM_EMAIL"] == "Samenwerking <samenwerking@example.org>"
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "OWNER_LOGO": "", **taken},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_defaults_of_the_page_are_those_of_the_settings() -> None:
    settings = (ROOT / "samenwerking" / "settings.py").read_text()
    defaults = dict(re.findall(r'env\.\w+\("([A-Z_]+)", default=("[^"]*"|\d+|True|False)\)', settings))
    page = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \|", (HOSTING / "configure.md").read_text(), re.MULTILINE))
    compared = {name: str(ast.literal_eval(value)).replace("False", "false") for name, value in defaults.items()}
    told = {name: page[name] for name in compared if compared[name] and name in page}
    assert len(told) > 8
    assert {name: compared[name] for name in told} == told


def test_what_the_log_is_said_to_say_is_what_it_says() -> None:
    table = re.search(r"\| what it says \|.*?\n(?:\n|\Z)", (HOSTING / "watch.md").read_text(), re.DOTALL)
    assert table
    said = re.findall(r"^\| ([^|]+) \|", table[0], re.MULTILINE)[2:]
    code = "".join(path.read_text() for path in (ROOT / "reflectie").rglob("*.py"))
    assert (len(said) > 4, [words for words in said if words.strip() not in code]) == (True, [])
