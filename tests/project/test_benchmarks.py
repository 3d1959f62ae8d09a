"""What a run of the benchmarks makes of its figures. That every part of it works, `.ci/run` sees with `--smoke`."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import measure
from benchmarks.figures import Figure, ratios, worse

BASELINE = {"page": 0.5, "save": 4.0, "gone": 1.0}


def figure(key: str, unit: str, ratio: float | None, part: str = "pages") -> Figure:
    return Figure(key, key, 1.0, unit, part, ratio=ratio)


@pytest.mark.parametrize(
    ("key", "unit", "ratio", "is_worse"),
    [
        ("page", "/s", 0.41, False),
        ("page", "/s", 0.39, True),
        ("page", "/s", 2.0, False),
        ("save", "ms", 4.7, False),
        ("save", "ms", 4.9, True),
        ("save", "ms", 1.0, False),
        ("save", "ms", None, False),
        ("new", "ms", 99.0, False),
    ],
)
def test_figure_is_worse_when_it_lost_more_than_a_fifth_of_its_ceiling(key, unit, ratio, is_worse):
    found = figure(key, unit, ratio)
    assert worse([found], BASELINE) == ([found] if is_worse else [])


class Parts(measure.Run):
    """A run whose parts are what a test says, without a server and a database."""

    def __init__(self, **work: Any) -> None:
        self.figures, self.failures, self.part, self.heading = [], [], "", ""
        self.server = self.first_workers = None
        for name in ("_made_pdfs", "_pages", "_reports", "_fill_ins", "_round", "_documents", "_memory"):
            setattr(self, name, work.get(name, lambda: None))


def test_part_that_fails_is_told_and_costs_the_others_nothing(monkeypatch, capsys):
    monkeypatch.setattr(measure.comparing, "measure", lambda run: run.add("later", 2, "ms"))
    monkeypatch.setattr(measure.searching, "measure", lambda run: None)

    def pages() -> None:
        run.add("before it broke", 1, "/s")
        raise RuntimeError("no such column")

    run = Parts(_pages=pages)
    run.measure()
    assert [(found.key, found.part) for found in run.figures] == [
        ("before it broke", "pages"),
        ("later", measure.COMPARING),
    ]
    assert run.failures == ["pages: RuntimeError: no such column"]
    assert "no such column" in capsys.readouterr().err


def test_answers_that_were_lost_make_a_run_fail_and_a_slow_page_does_not():
    run = Parts()
    run.add("fill-in", 3, "/s", aim="≥ 25/s", met=False)
    run.add("  errors, answers lost", 2, "", aim="0", met=False)
    assert run.failures == ["fill-in: errors, answers lost: 2"]


def test_figures_have_keys_of_their_own_under_the_heading_they_belong_to():
    run = Parts()
    for heading in ("one by one", "whole"):
        run.add(heading, 1, "/s")
        run.add("  a save, p50", 1, "ms")
    assert [found.key for found in run.figures] == [
        "one by one",
        "one by one: a save, p50",
        "whole",
        "whole: a save, p50",
    ]
    with pytest.raises(ValueError, match="whole"):
        run.add("whole", 1, "/s")


def test_compare_prints_what_is_worse_twice_and_not_what_was_so_once(monkeypatch, tmp_path):
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps({"at": "2026-11-28T18:00Z", "ratios": BASELINE}))
    monkeypatch.setattr(command, "BASELINE", baseline)
    run, again, measured = Parts(), Parts(), []
    run.figures = [figure("page", "/s", 0.1), figure("save", "ms", 9.0, "fill-ins")]
    again.figures = [figure("page", "/s", 0.2), figure("save", "ms", 4.0, "fill-ins")]
    monkeypatch.setattr(command, "_run", lambda options, parts: measured.append(parts) or again)
    assert command._worse_again(None, run).splitlines()[1:] == [
        "Worse by more than a fifth, twice in a row, than the baseline of 2026-11-28T18:00Z:",
        "  page: was 0.50 of its ceiling, is 0.10 and 0.20",
        "  gone: not measured",
    ]
    assert measured == [["pages", "fill-ins"]]


def test_compare_measures_nothing_twice_when_nothing_is_worse(monkeypatch, tmp_path):
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps({"at": "2026-11-28T18:00Z", "ratios": {"page": 0.5}}))
    monkeypatch.setattr(command, "BASELINE", baseline)
    monkeypatch.setattr(command, "_run", lambda options, parts: pytest.fail("measured again"))
    run = Parts()
    run.figures = [figure("page", "/s", 0.5)]
    assert command._worse_again(None, run).splitlines()[2:] == ["  nothing"]


def output(path: Path, **changes: Any) -> Path:
    figures = [figure("page", "/s", 0.51234).as_json(), figure("errors", "", None).as_json()]
    kept = {"at": "2026-11-28T18:00Z", "machine": {}, "options": {}, "whole": True, "figures": figures}
    path.write_text(json.dumps(kept | changes))
    return path


def test_accept_keeps_the_ratios_of_a_whole_run(monkeypatch, tmp_path):
    monkeypatch.setattr(command, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(command, "BASE_DIR", tmp_path)
    assert command._accept(output(tmp_path / "run.json", whole=False)) == 1
    assert not command.BASELINE.exists()
    assert command._accept(output(tmp_path / "run.json")) == 0
    assert json.loads(command.BASELINE.read_text())["ratios"] == {"page": 0.5123}


def test_baseline_has_ratios_to_compare_with():
    kept = json.loads(command.BASELINE.read_text())
    assert len(kept["ratios"]) > 20
    assert ratios([figure(key, "ms", ratio) for key, ratio in kept["ratios"].items()]) == kept["ratios"]
