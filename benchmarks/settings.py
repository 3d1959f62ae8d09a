"""The project's own settings, with two changes: ceilings beside its addresses, and a folder that is thrown away."""

import os
from pathlib import Path

from reflectie.concurrency import Places
from samenwerking.settings import *  # noqa: F403
from samenwerking.settings import BASE_DIR, STORAGES, TEMPLATES

# What a run makes: database, static files, the bytes that the ceilings answer with.
WORK_DIR = Path(os.environ["BENCHMARK_DIR"])
STATIC_ROOT = WORK_DIR / "static"
ROOT_URLCONF = "benchmarks.urls"
# The same hashed names in pages; compressing the files for the wire takes a minute and is measured nowhere here.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}

# The report's words through templates of its own where the plain way draws differently. See `documents.py`.
PLAIN = BASE_DIR / "benchmarks" / "plain"
TEMPLATES = [{**TEMPLATES[0], "NAME": "app"}, {**TEMPLATES[0], "NAME": "plain", "DIRS": [PLAIN, *TEMPLATES[0]["DIRS"]]}]

# How many pages a worker makes at a time, where a measurement asks for another number.
if "BENCHMARK_PLACES" in os.environ:
    Places.__init__.__defaults__ = (int(os.environ["BENCHMARK_PLACES"]),)
