"""What a run of the benchmarks makes of its figures. That every part of it works, `.ci/run` sees with `--smoke`."""

import ast
import json
from dataclasses import asdict
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks.figures import Figure, ratios, worse
from benchmarks.run import Run

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


def test_part_that_fails_is_told_and_costs_the_others_nothing(capsys):
    def pages(run: Run) -> None:
        run.add("before it broke", 1, "/s")
        raise RuntimeError("no such column")

    run = Run()
    run.measure({"pages": pages, "comparing": lambda run: run.add("later", 2, "ms")})
    assert [(found.key, found.part) for found in run.figures] == [("before it broke", "pages"), ("later", "comparing")]
    assert run.failures == ["pages: RuntimeError: no such column"]
    assert "no such column" in capsys.readouterr().err


def test_answers_that_were_lost_make_a_run_fail_and_a_slow_page_does_not():
    run = Run()
    run.add("fill-in", 3, "/s", aim="≥ 25 /s")
    run.add("  answers lost", 2, aim="0")
    run.add("  answers doubled", 0, aim="0")
    assert run.failures == ["fill-in: answers lost: 2"]


@pytest.mark.parametrize(
    ("value", "ratio", "aim", "is_met"),
    [
        (16, None, "≥ 16 /s", True),
        (15, None, "≥ 16 /s", False),
        (1.2, 9.0, "≤ 1.2 s", True),
        (1.3, 0.1, "≤ 1.2 s", False),
        (90, 0.5, "≤ 0.55 of it", True),
        (0.1, 0.6, "≤ 0.55 of it", False),
        (0, None, "0", True),
        (1, None, "0", False),
    ],
)
def test_aim_is_of_the_figure_or_of_its_ratio(value, ratio, aim, is_met):
    assert Figure("key", "name", value, "", "part", ratio=ratio, aim=aim).met is is_met


def test_figure_beside_its_ceiling_is_the_median_of_the_turns():
    run = Run()
    # In the second turn the machine was busy, with both.
    run.beside("page", [10, 40, 14], [5, 20, 10])
    assert [(found.value, found.ceiling, found.ratio) for found in run.figures] == [(14, 10, 2)]


def test_first_turn_is_not_counted_and_each_turn_begins_with_another():
    done = []
    run = Run(rounds=2)
    took = run.in_turns(1, clock=lambda: len(done), a=lambda: done.append("a"), b=lambda: done.extend("bb"))
    assert ("".join(done), took) == ("abb" + "bba" + "abb", {"a": [1000, 1000], "b": [2000, 2000]})


def test_figures_have_keys_of_their_own_under_the_heading_they_belong_to():
    run = Run()
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
    run, again, measured = Run(), Run(), []
    run.figures = [figure("page", "/s", 0.1), figure("save", "ms", 9.0, "fill-ins")]
    again.figures = [figure("page", "/s", 0.2), figure("save", "ms", 4.0, "fill-ins")]
    monkeypatch.setattr(command, "_run", lambda options, parts: measured.append([*parts]) or again)
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
    run = Run()
    run.figures = [figure("page", "/s", 0.5)]
    assert command._worse_again(None, run).splitlines()[2:] == ["  nothing"]


def output(path: Path, **changes: Any) -> Path:
    figures = [asdict(figure("page", "/s", 0.51234)), asdict(figure("errors", "", None))]
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


def modules_imported(path: Path) -> set[str]:
    """Of the benchmarks, by any line of a module; a name may be a module or something in one."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("benchmarks"):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name.removeprefix("benchmarks.") for name in found}


def test_modules_import_each_other_in_one_direction_only():
    modules = {path.stem: modules_imported(path) for path in Path(command.__file__).parent.glob("*.py")}
    graph = {name: found & modules.keys() for name, found in modules.items()}
    assert "run" in graph["serving"]
    # Raises CycleError where one leads back to itself.
    assert set(TopologicalSorter(graph).static_order()) == set(modules)


def test_every_part_that_an_option_names_is_there():
    for name in [*command.WHOLE.values(), *command.ALONE.values()]:
        module, _, function = name.partition(".")
        assert f"\ndef {function}(run: Run) -> None:" in (Path(command.__file__).parent / f"{module}.py").read_text()


def test_baseline_has_ratios_to_compare_with():
    kept = json.loads(command.BASELINE.read_text())
    assert len(kept["ratios"]) > 20
    assert ratios([figure(key, "ms", ratio) for key, ratio in kept["ratios"].items()]) == kept["ratios"]
