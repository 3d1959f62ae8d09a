"""The command that looks for changes which no test notices: what it changes, and what it says."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import mutations

MODULE = Path("reflectie/domain/rules/turnout.py")


def test_each_change_is_one_and_leaves_a_module_that_can_be_read():
    module = Path("reflectie/domain/rules/turnout.py")
    source = ast.unparse(ast.parse((settings.BASE_DIR / module).read_text()))
    found = list(mutations.mutations_of(module))

    assert len(found) > 10
    assert all(ast.unparse(ast.parse(one.source)) != source for one in found)


def test_tests_of_a_module_import_it():
    assert "tests/domain/rules/test_suppression.py" in mutations.tests_of(Path("reflectie/domain/rules/suppression.py"))


@pytest.mark.slow
def test_command_prints_what_no_test_notices():
    command = [sys.executable, "-m", "tests.mutations", str(MODULE), "--sample", "1"]
    said = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=600)

    assert re.search(r"^1 changes, [01] noticed, [01] not$", said.stdout, re.MULTILINE), said.stderr
