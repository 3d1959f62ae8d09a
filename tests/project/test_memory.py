"""What each web process reads in and keeps: nothing that only another process, or a page that few ask for, needs."""

import os
import subprocess
import sys

from django.conf import settings

READ_IN = """
import sys, django
django.setup()
from django.urls import get_resolver
assert get_resolver().url_patterns
print(*sys.modules)
"""


def test_web_process_has_no_library_that_few_pages_need():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "samenwerking.settings"}
    command = [sys.executable, "-c", READ_IN]
    said = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    read = set(said.stdout.split())
    assert {"reflectie.forms.imports.answer_file", "xlsxwriter"} <= read
    assert not {"weasyprint", "openpyxl", "numpy", "PIL"} & read
