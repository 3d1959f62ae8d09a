"""Prepares a database of its own, measures, prints, writes JSON, and leaves nothing running. A part that fails is said,
leaves the others their figures, and makes the exit code 1."""

import argparse
import io
import json
import os
import platform
import secrets
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
# What a whole run measures, in this order, and what takes too long for that: by option, where it is.
WHOLE = {
    "ways": "in_process.ways",
    "pdf": "documents.made",
    "pages": "serving.pages",
    "reports": "serving.report",
    "fill-ins": "serving.fill_ins",
    "round": "serving.a_round",
    "talk": "talking.followed",
    "comparing": "comparing.compare",
    "pdfs": "documents.sent",
    "neighbours": "documents.neighbours",
    "memory": "serving.held",
    "searching": "comparing.search",
}
ALONE = {
    "signals": "comparing.signals",
    "million": "comparing.million",
    "workers": "serving.workers",
    "many-pdfs": "documents.many",
    "long-notes": "documents.long_notes",
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
        _prepare(Path(folder), options.database)
        run = _run(options, options.only or [*WHOLE, *(ALONE if options.smoke else ())])
        again = _worse_again(options, run) if options.compare else ""
    seconds = time.monotonic() - start
    # The children's time is ours as soon as they have ended.
    others = (_busy_seconds() - busy - (sum(os.times()[:4]) - own)) / seconds
    print(f"\n{table(run.figures)}\n\nIn {seconds:.0f} s, while others kept {others:.1f} processors busy.")
    machine = {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    now = datetime.now(UTC)
    result = {
        "at": f"{now:%Y-%m-%dT%H:%M}Z",
        "machine": {**machine, "busy_with_others": others},
        "options": {"rounds": options.rounds},
        # What may become the baseline has every part, as often as it takes to mean something.
        "whole": not (run.failures or options.smoke or options.only),
        "failures": run.failures,
        "figures": [asdict(figure) for figure in run.figures],
    }
    target = options.output or place / f"{now:%Y-%m-%d-%H%M}.json"
    target.write_text(json.dumps(result, indent=1) + "\n")
    print(f"Written to {target}\n{again}", end="")
    # An empty text would be an exit code of 1, as any text.
    sys.exit("\n".join(f"✗ {failure}" for failure in run.failures) or 0)


def _run(options: argparse.Namespace, names: Iterable[str]) -> "Run":
    from django.utils.module_loading import import_string

    from benchmarks.run import Run

    run = Run(options.rounds, smoke=options.smoke)
    run.measure({name: import_string(f"benchmarks.{(WHOLE | ALONE)[name]}") for name in names})
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
    for name in WHOLE | ALONE:
        parser.add_argument(f"--only-{name}", dest="only", action="append_const", const=name)
    for name, words in {
        "smoke": "everything a few times, in about a minute: whether it works",
        "compare": "also print what is worse than baseline.json by more than a fifth, twice in a row",
    }.items():
        parser.add_argument(f"--{name}", action="store_true", help=words)
    parser.add_argument("--rounds", type=int, default=3, help="how often figure and ceiling take turns (3)")
    parser.add_argument("--accept", type=Path, help="measure nothing; make this earlier run's JSON the baseline")
    parser.add_argument("--database", help="the address of an empty database to fill, as in DATABASE_URL (SQLite)")
    parser.add_argument("--output", type=Path, help="where the JSON goes")
    return parser.parse_args()


def _prepare(folder: Path, database: str | None) -> None:
    """Settings that leave out whatever .env says; processes started from here inherit them."""
    os.chdir(BASE_DIR)
    os.environ.update(
        BENCHMARK_DIR=str(folder),
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        SECRET_KEY=secrets.token_urlsafe(64),
        SECRET_KEY_FALLBACKS="",
        DATABASE_URL=database or f"sqlite:///{folder / 'db.sqlite3'}",
        PLAIN_HTTP="true",
        DEBUG="false",
        BEHIND_PROXY="true",
        ALLOWED_HOSTS="127.0.0.1,localhost",
        LOG_LEVEL="WARNING",
        WEB_CONCURRENCY="2",
        WEB_THREADS="24",
    )
    import django
    from django.core.management import call_command

    django.setup()
    for command in ("build_fonts", "collectstatic --noinput", "migrate", "createcachetable", "load_checklist"):
        call_command(*command.split(), verbosity=0, stdout=io.StringIO())


if __name__ == "__main__":
    main()
