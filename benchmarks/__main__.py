"""Prepares a database of its own, starts the server, measures, prints, writes JSON, and leaves nothing running."""

import argparse
import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def main() -> None:
    options = _options()
    busy, own, start = _busy_seconds(), sum(os.times()[:4]), time.monotonic()
    place = BASE_DIR / "var" / "benchmarks"
    place.mkdir(parents=True, exist_ok=True)
    # On the disk where the real database stands, so that waiting for it takes as long.
    with tempfile.TemporaryDirectory(dir=place, prefix="run-") as folder:
        _own_environment(Path(folder), options)
        _prepare()

        from benchmarks.figures import table
        from benchmarks.measure import Run

        run = Run(options.rounds, options.server, options.workers, options.threads)
        figures = run.pdfs() if options.only_pdfs else run.comparing() if options.only_comparing else run.everything()
    # The children's time is ours as soon as they have ended.
    others = (_busy_seconds() - busy - (sum(os.times()[:4]) - own)) / (time.monotonic() - start)
    print(f"\n{table(figures)}\n\nMeanwhile others kept {others:.1f} of {os.cpu_count()} processors busy.")
    now = datetime.now(UTC)
    target = options.output or place / f"{now:%Y-%m-%d-%H%M}.json"
    result = {
        "at": f"{now:%Y-%m-%dT%H:%M}Z",
        "machine": {
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.system(),
            "busy_with_others": others,
        },
        "options": {"rounds": options.rounds, "workers": options.workers, "threads": options.threads},
        "figures": [figure.as_json() for figure in figures],
    }
    target.write_text(json.dumps(result, indent=1) + "\n")
    print(f"Written to {target}")


def _busy_seconds() -> float:
    """Time that all processors of the machine have worked since it started."""
    user, nice, system, _idle, _waiting, *interrupts = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often figure and ceiling take turns (3)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--threads", type=int, default=24, help="threads in each (24)")
    parser.add_argument("--only-pdfs", action="store_true", help="only how PDFs are sent, in a minute")
    parser.add_argument(
        "--only-comparing", action="store_true", help="only sessions beside each other, in half a minute"
    )
    parser.add_argument("--database", help="the address of an empty database to fill, as in DATABASE_URL (SQLite)")
    parser.add_argument("--server", default="", help="further arguments for gunicorn")
    parser.add_argument("--output", type=Path, help="where the JSON goes")
    return parser.parse_args()


def _own_environment(folder: Path, options: argparse.Namespace) -> None:
    """Settings that leave out whatever .env says; processes started from here inherit them."""
    os.environ.update(
        BENCHMARK_DIR=str(folder),
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        SECRET_KEY=secrets.token_urlsafe(64),
        SECRET_KEY_FALLBACKS="",
        DATABASE_URL=options.database or f"sqlite:///{folder / 'db.sqlite3'}",
        PLAIN_HTTP="true",
        DEBUG="false",
        BEHIND_PROXY="true",
        ALLOWED_HOSTS="127.0.0.1,localhost",
        LOG_LEVEL="WARNING",
        WEB_CONCURRENCY=str(options.workers),
        WEB_THREADS=str(options.threads),
    )
    os.chdir(BASE_DIR)


def _prepare() -> None:
    commands = (["build_fonts"], ["collectstatic", "--noinput"], ["migrate"], ["createcachetable"], ["load_checklist"])
    for command in commands:
        subprocess.run(
            [sys.executable, "manage.py", *command, "--verbosity", "0"], check=True, stdout=subprocess.DEVNULL
        )
    import django

    django.setup()


if __name__ == "__main__":
    main()
