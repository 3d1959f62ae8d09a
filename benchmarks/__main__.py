"""Prepares a database of its own, starts the server, measures, prints, writes JSON, and leaves nothing running.
A part that fails is said, leaves the others their figures, and makes the exit code 1."""

import argparse
import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, ratios, table, worse

if TYPE_CHECKING:
    from benchmarks.run import Run

BASE_DIR = Path(__file__).resolve().parent.parent
# The ratios of the last run that was accepted.
BASELINE = BASE_DIR / "benchmarks" / "baseline.json"

# Which parts, by option: `--only-…`.
ONLY = {
    "ways": ["ways, in one process"],
    "pdfs": ["PDFs over HTTP", "pages while PDFs are made", "memory"],
    "fill-ins": ["fill-ins"],
    "comparing": ["sessions beside each other"],
    "searching": ["ten thousand collaborations"],
    "signals": ["signals"],
    "million": ["a million answers"],
    "workers": ["workers and places"],
    "many-pdfs": ["two hundred PDFs"],
}


def main() -> None:
    options = _options()
    if options.accept:
        sys.exit(_accept(options.accept))
    busy, own, start = _busy_seconds(), sum(os.times()[:4]), time.monotonic()
    place = BASE_DIR / "var" / "benchmarks"
    place.mkdir(parents=True, exist_ok=True)
    # On the disk where the real database stands, so that waiting for it takes as long.
    with tempfile.TemporaryDirectory(dir=place, prefix="run-") as folder:
        _own_environment(Path(folder), options)
        _prepare()
        from benchmarks.parts import ALL, PARTS

        names = ONLY[options.only] if options.only else [*(ALL if options.smoke else PARTS)]
        run = _run(options, names)
        again = _worse_again(options, run) if options.compare else ""
    # The children's time is ours as soon as they have ended.
    seconds = time.monotonic() - start
    others = (_busy_seconds() - busy - (sum(os.times()[:4]) - own)) / seconds
    print(f"\n{table(run.figures)}\n\nIn {seconds:.0f} s, while others kept {others:.1f} processors busy.")
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
        "options": {name: getattr(options, name) for name in ("rounds", "workers", "threads")},
        # What may become the baseline has every part, as often as it takes to mean something.
        "whole": not (run.failures or options.smoke or options.only),
        "failures": run.failures,
        "figures": [asdict(figure) for figure in run.figures],
    }
    target.write_text(json.dumps(result, indent=1) + "\n")
    print(f"Written to {target}\n{again}", end="")
    for failure in run.failures:
        print(f"✗ {failure}", file=sys.stderr)
    sys.exit(1 if run.failures else 0)


def _run(options: argparse.Namespace, names: Iterable[str]) -> "Run":
    from benchmarks.parts import ALL
    from benchmarks.run import Run

    run = Run(options.rounds, options.server, smoke=options.smoke)
    run.measure({name: ALL[name] for name in names})
    return run


def _worse_again(options: argparse.Namespace, run: "Run") -> str:
    """What is worse than the baseline now, and still is when its part is measured once more."""
    baseline = json.loads(BASELINE.read_text())
    ratios = baseline["ratios"]
    first = {figure.key: figure for figure in worse(run.figures, ratios)}
    lines = []
    if first:
        again = _run(options, dict.fromkeys(figure.part for figure in first.values()))
        run.failures += again.failures
        lines = [
            f"  {key}: was {ratios[key]:.2f} of its ceiling, is {first[key].ratio:.2f} and {figure.ratio:.2f}"
            for figure in worse(again.figures, ratios)
            if (key := figure.key) in first
        ]
    measured = {figure.key for figure in run.figures}
    lines += [f"  {key}: not measured" for key in ratios if key not in measured]
    heading = f"\nWorse by more than a fifth, twice in a row, than the baseline of {baseline['at']}:"
    return "\n".join([heading, *(lines or ["  nothing"]), ""])


def _accept(path: Path) -> int:
    """Let the ratios of an earlier run be what later ones are compared with."""
    run = json.loads(path.read_text())
    if not run["whole"]:
        print(f"Not accepted: {path} isn't of a whole run in which nothing failed.", file=sys.stderr)
        return 1
    kept = {name: run[name] for name in ("at", "machine", "options")}
    kept["ratios"] = ratios(Figure(**figure) for figure in run["figures"])
    BASELINE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(kept['ratios'])} ratios are the baseline from now on: {BASELINE.relative_to(BASE_DIR)}")
    return 0


def _busy_seconds() -> float:
    """Time that all processors of the machine have worked since it started."""
    user, nice, system, _idle, _waiting, *interrupts = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often figure and ceiling take turns (3)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--threads", type=int, default=24, help="threads in each (24)")
    for name in ONLY:
        parser.add_argument(f"--only-{name}", dest="only", action="store_const", const=name)
    parser.add_argument(
        "--smoke", action="store_true", help="everything a few times, in less than a minute: whether it works"
    )
    parser.add_argument(
        "--compare",
        action="store_true",
        help="also print what is worse than baseline.json by more than a fifth, and is so when measured once more",
    )
    parser.add_argument(
        "--accept", type=Path, metavar="JSON", help="measure nothing; make an earlier run's JSON the baseline"
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
