"""The measurements. Figure and ceiling take turns, so that a busy moment of the machine falls on both."""

import json
import statistics
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

from django.urls import reverse

from benchmarks.figures import quantile
from benchmarks.people import BESIDE, answers, begin, field_names, full_sheet, lost, with_notes
from benchmarks.server import peak_memory, serve
from reflectie.concurrency import MAX_CONCURRENT_REQUESTS
from reflectie.services.tokens import read_token

from . import comparing, documents, rounds, searching
from .recorder import SECONDS, Recorder

# What there is to measure, in this order; all but the first need the server.
MADE_PDFS = "the PDF, in one process"
COMPARING = "sessions beside each other"
SEARCHING = "ten thousand collaborations"
DOCUMENTS = "PDFs over HTTP"
MEMORY = "memory"
PARTS = (MADE_PDFS, "pages", "reports", "fill-ins", "a round", COMPARING, DOCUMENTS, MEMORY, SEARCHING)


class Run(Recorder):
    """A run of the benchmarks: each part, by its name."""

    def measure(self, parts: Iterable[str] = PARTS) -> None:
        """Each part by itself: one that fails leaves the others their figures."""
        work: dict[str, Callable[[], None]] = {
            MADE_PDFS: self._made_pdfs,
            "pages": self._pages,
            "reports": self._reports,
            "fill-ins": self._fill_ins,
            "a round": self._round,
            COMPARING: lambda: comparing.measure(self),
            DOCUMENTS: self._documents,
            MEMORY: self._memory,
            SEARCHING: lambda: searching.measure(self),
        }
        with ExitStack() as stack:
            for part in parts:
                self.part = part
                self.say(part)
                try:
                    if part != MADE_PDFS and not hasattr(self, "server"):
                        self.server = stack.enter_context(serve(self.arguments))
                        self.first_workers = self.server.workers
                    work[part]()
                except Exception as error:
                    traceback.print_exc()
                    self.failures.append(f"{part}: {type(error).__name__}: {error}")

    # Pages

    def _pages(self) -> None:
        kinds = {
            "fill-in page, nothing answered": [begin({}) for _ in range(10)],
            "fill-in page, all answered": [begin(answers(self.checklist, number)) for number in range(10)],
            "fill-in page, 15 notes": [begin(with_notes(self.checklist)) for _ in range(10)],
        }
        for place, (name, tokens) in enumerate(kinds.items()):
            paths = [reverse("fill", args=[token]) for token in tokens]
            ceiling = self.ceiling("page", f"page-{place}", paths[0])
            aim = 0.40 if place < 2 else None
            self._against(name, {"paths": paths, "status": 200}, {"paths": [ceiling], "status": 200}, 400, aim)

    def _reports(self) -> None:
        tokens = [begin(full_sheet(self.checklist), finish=True) for _ in range(10)]
        paths = [reverse("report", args=[read_token(token)]) for token in tokens]
        ceiling = self.ceiling("report", "report", paths[0])
        self._against("report, whole", {"paths": paths, "status": 200}, {"paths": [ceiling], "status": 200}, 400)
        etags = [self.ask(path)[1]["etag"] for path in paths]
        self._against(
            "report, 304",
            {"paths": paths, "etags": etags, "status": 304},
            {"paths": [ceiling], "etags": ['"report"'], "status": 304},
            600,
        )

    def _against(
        self, name: str, job: dict[str, Any], ceiling: dict[str, Any], number: int, aim: float | None = None
    ) -> None:
        number = self.number(number)
        for first in (job, ceiling):
            self.load("get", number=self.number(40), **first)
        rates, tops, ratios, cpu, top_cpu, waits, errors = [], [], [], [], [], [], 0
        for _ in range(self.rounds):
            top = self.load("get", number=number * 2, **ceiling)
            own = self.load("get", number=number, **job)
            rates.append(own["rate"])
            tops.append(top["rate"])
            ratios.append(own["rate"] / top["rate"])
            cpu.append(own["cpu"])
            top_cpu.append(top["cpu"])
            waits += own["seconds"].get("get", [0])
            errors += sum(own["errors"].values())
        ratio = statistics.median(ratios)
        self.add(
            name,
            statistics.median(rates),
            "/s",
            ceiling=statistics.median(tops),
            ratio=ratio,
            aim=f"≥ {aim:.2f} of its ceiling" if aim else "",
            met=ratio >= aim and not errors if aim else None,
            more={
                "errors": errors,
                "cpu_ms": statistics.median(cpu) * 1000,
                "ceiling_cpu_ms": statistics.median(top_cpu) * 1000,
                "p50_ms": quantile(waits, 0.5) * 1000,
                "p95_ms": quantile(waits, 0.95) * 1000,
            },
        )

    # Fill-ins

    def _fill_ins(self) -> None:
        common = {"items": self.items, "fields": field_names(self.checklist), "beside": BESIDE}
        self._fill_in(
            "fill-in, every answer by itself", "one-by-one", 100, "≥ 25/s", 25, self._bare(True, 200), common, saves=60
        )
        top = self._bare(False, 800)
        self._fill_in("fill-in, without JavaScript", "whole", 400, "≥ 100/s", 100, top, common, saves=60)
        links = [reverse("fill", args=[begin({})]) for _ in range(self.number(400))]
        self._fill_in("  the same, link in hand (GET, POST)", "link", 400, "", None, top, {**common, "paths": links})

    def _fill_in(
        self,
        name: str,
        kind: str,
        number: int,
        aim: str,
        at_least: float | None,
        top: dict[str, Any],
        common: dict[str, Any],
        saves: int | None = None,
    ) -> None:
        rounds = 1 if "paths" in common else self.rounds
        results = [self.load(kind, number=self.number(number), **common) for _ in range(rounds)]
        rate = statistics.median(result["rate"] for result in results)
        times = [seconds for result in results for seconds in result["seconds"].get("save", [0])]
        errors = sum(sum(result["errors"].values()) for result in results)
        missing = sum(lost(result["kept"]) for result in results)
        p50, p95, p99 = (quantile(times, share) * 1000 for share in (0.5, 0.95, 0.99))
        self.add(
            name,
            rate,
            "/s",
            ceiling=top["rate"],
            ratio=rate / top["rate"],
            aim=aim,
            met=None if at_least is None else rate >= at_least and not errors and not missing,
            more={
                "errors": errors,
                "answers_lost": missing,
                "answers_checked": sum(len(values) for result in results for values in result["kept"].values()),
                "cpu_ms": statistics.median(result["cpu"] for result in results) * 1000,
                "p50_ms": {what: _p(results, what, 0.5) for what in results[0]["seconds"]},
                "p99_ms": {what: _p(results, what, 0.99) for what in results[0]["seconds"]},
            },
        )
        if saves is None:
            return
        self.add("  a save, p50", p50, "ms", ceiling=top["p50"], ratio=p50 / top["p50"])
        self.add("  a save, p95", p95, "ms", ceiling=top["p95"], ratio=p95 / top["p95"])
        self.add(
            "  a save, p99", p99, "ms", ceiling=top["p99"], ratio=p99 / top["p99"], aim=f"< {saves} ms", met=p99 < saves
        )
        self.add("  errors, answers lost", errors + missing, "", aim="0", met=not errors and not missing)

    def _bare(self, one_by_one: bool, number: int) -> dict[str, Any]:
        # As many at a time as the app lets write.
        threads = min(self.threads, MAX_CONCURRENT_REQUESTS)
        job = {"one_by_one": one_by_one, "number": self.number(number) // self.workers, "threads": threads}
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks.bare_sql"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(self.workers)
        ]
        try:
            for process in processes:
                assert process.stdin
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
            for process in processes:
                assert process.stdout
                process.stdout.readline()
            results = [json.loads(out) for out in _together(processes)]
        finally:
            for process in processes:
                process.kill()
        saves = [seconds for result in results for seconds in result["saves"]]
        return {
            "rate": sum(result["done"] for result in results) / max(result["elapsed"] for result in results),
            **{f"p{share}": quantile(saves, share / 100) * 1000 for share in (50, 95, 99)},
        }

    # A round

    def _round(self) -> None:
        people = self.number(rounds.PEOPLE)
        session = rounds.plan(people)
        result = self.load("participate", **rounds.job(session, self.items))
        errors, took = sum(result["errors"].values()), result["together"] or 0.0
        self.add(
            f"{people} of one round finish, all at once",
            took,
            "s",
            aim="≤ 10 s",
            met=took <= 10 and not errors,
            more={"errors": errors, "rate": result["done"] / took if took else 0},
        )
        for share in (0.5, 0.99):
            self.add(f"  a finish, p{share * 100:.0f}", _p([result], "save", share), "ms")
        path = reverse("join-standing", args=[session.join_token])
        etag = self.ask(path)[1]["etag"]
        ceiling = {"paths": [self.ceiling("report", "standing", path)], "status": 200}
        self._against("how it stands, for one who looks on", {"paths": [path], "status": 200}, ceiling, 600)
        ceiling |= {"etags": ['"standing"'], "status": 304}
        self._against("  unchanged (304)", {"paths": [path], "etags": [etag], "status": 304}, ceiling, 600)
        # Whoever looks on asks every five seconds.
        cpu = next(figure for figure in reversed(self.figures)).more["cpu_ms"]
        self.add(f"  {people} who look on, of one processor", cpu * people / 5 / 10, "%")
        wrong = rounds.wrong_figures(rounds.close(session), result["kept"])
        self.add("  answers lost or doubled, errors", wrong + errors, "", aim="0", met=not wrong and not errors)

    # PDFs

    def _made_pdfs(self) -> None:
        rounds = self.turns(self.rounds * 4)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.pdfs", str(rounds)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=rounds * 20 + 60,
        )
        found = json.loads(done.stdout)
        took = {name: seconds * 1000 for name, seconds in found["seconds"].items()}
        ratio, bare = found["of_plain"], found["of_bare"]
        self.add(
            "PDF, against the plain way",
            took["own"],
            "ms",
            note=f"{found['pages']['own']} pages",
            ceiling=took["plain"],
            ratio=ratio,
            aim="≤ 0.75 of it",
            met=ratio <= 0.75,
            more=found,
        )
        self.add(
            "  against the plain way, untagged", took["own"], "ms", ceiling=took["untagged"], ratio=found["of_untagged"]
        )
        self.add(
            "  against its words without pictures",
            took["own"],
            "ms",
            ceiling=took["bare"],
            ratio=bare,
            aim="≤ 1.5 of it",
            met=bare <= 1.5,
        )

    def _documents(self) -> None:
        documents.sent(self)
        self.say("  one PDF for twenty at once")
        documents.together(self)
        self.say("  a page while PDFs are made")
        documents.neighbours(self)

    def _memory(self) -> None:
        server = self.server
        for name, found in (("a worker", server.workers), ("a process that makes PDFs", server.presses)):
            peaks = [peak / 2**20 for peak in peak_memory(found)] or [0]
            self.add(f"peak memory of {name}", max(peaks), "MB", more={"all": peaks})
        restarted = len(set(server.workers) - set(self.first_workers))
        self.add("workers that had to be replaced", restarted, "", aim="0", met=not restarted)


def _p(results: list[dict[str, Any]], what: str, share: float) -> float:
    return quantile([seconds for result in results for seconds in result["seconds"].get(what, [0])], share) * 1000


def _together(processes: list[Any]) -> list[str]:
    """Lets every process start, and waits for all of them."""
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=SECONDS * 3)[0] for process in processes]
