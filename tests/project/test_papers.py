"""Every command that a paper names is run: by a test, or by `.ci/run`. What it says is what works. And every link in a
paper leads somewhere.

A command that is new in a paper gets a line in RUN_BY: the test that runs it (`file.py::name`), or the words in
`.ci/run` that do.
"""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for where in ("*.md", "docs/**/*.md") for path in ROOT.glob(where))
PAPERS = [path.read_text() for path in FILES]
# What a script says of itself.
PAPERS += [ast.get_docstring(ast.parse(path.read_text())) or "" for path in ROOT.glob("docs/**/*.py")]
ALL = "\n".join(PAPERS)

# Programs that a paper may tell somebody to run. A word after one of these, in code, is a command.
PROGRAMS = (
    r"(?:\S*python3?\s+)?manage\.py|\./run|\./test|\.ci/(?:run|sbom)|\S*python3? -m \w|\S*python3? -c|\S*gunicorn -c"
    r"|pip install|(?:\S*python3? )?docs/\w+\.py|pg_dump|pg_restore|systemctl|git |createdb|VACUUM|\S*\$lock|lock="
    r"|uv pip|docker compose"
)
# One word as it stands, more by how they begin; the longest that fits counts. None: of the machine, not of ours.
RUN_BY: dict[str, str | None] = {
    "./run": "ci: ./run --demo",
    "./run --setup": "ci: ./run --setup",
    "./run --demo": "ci: ./run --demo",
    "./test": "ci: ./test",
    "./test -m": "ci: -m pytest",
    "./test -k": "ci: ./test --durations",
    "./test --durations=30": "ci: ./test --durations=30",
    ".ci/sbom var": "ci: .ci/sbom",
    ".ci/run": "project/test_papers.py::test_every_command_of_a_paper_is_run_by_something_that_is_there",
    "manage.py backup": "services/hosting/test_backups.py::"
    "test_file_that_is_there_stays_and_a_folder_that_is_not_there_is_said",
    "manage.py backup --daily": "services/hosting/test_backups.py::"
    "test_command_makes_todays_and_a_second_time_says_that_it_is_there",
    "manage.py build_fonts": "project/test_build_fonts.py::test_again_leaves_new_fonts_alone_and_replaces_old_ones",
    "manage.py check --deploy": "ci: manage.py check --deploy",
    "manage.py check_backup": "services/hosting/test_restoring.py::"
    "test_check_says_what_it_found_and_leaves_everything_as_it_was",
    "manage.py createcachetable": "ci: ./run --setup",
    "manage.py createsuperuser": "project/test_papers.py::test_createsuperuser_makes_an_administrator",
    "manage.py delete_expired --yes": "services/test_daily.py::test_the_command_holds_back_too_and_takes_yes",
    "manage.py demo": "services/test_demo.py::test_made_twice_it_stays_as_it_is",
    "manage.py demo --beside": "ci: manage.py demo --beside",
    "manage.py demo --remove": "ci: manage.py demo --remove",
    "manage.py load_checklist": "ci: ./run --setup",
    "manage.py makemessages": "ci: manage.py makemessages -l fr --ignore .venv --ignore var",
    "manage.py move_to": "services/hosting/test_moving.py::"
    "test_every_row_moves_to_an_sqlite_file_and_back_and_reads_the_same",
    "manage.py restore": "services/hosting/test_restoring.py::test_backup_comes_back_on_an_empty_machine_row_by_row",
    "manage.py restore --replace": "services/hosting/test_restoring.py::"
    "test_used_installation_is_refused_and_replaced_only_with_its_name_typed",
    "manage.py send_reminders": "services/test_daily.py::test_a_second_run_on_a_day_does_no_harm",
    "manage.py write_totals": "ci: ./run --setup",
    "manage.py write_totals --check": "services/sessions/test_totals.py::"
    "test_check_counts_again_and_names_what_adds_up_to_something_else",
    "manage.py test_mail": "services/test_mail_command.py::test_mail_leaves_at_once_and_nothing_of_it_is_kept",
    "manage.py sendtestemail": "services/test_mail_command.py::"
    "test_django_sends_one_too_and_shows_what_the_server_says",
    "manage.py worker": "project/test_worker.py::test_worker_sends_at_once_erases_what_it_sent_and_ends_when_told",
    "manage.py worker --check": "project/test_worker.py::test_check_says_whether_a_worker_gave_a_sign_of_life",
    "python -m benchmarks": "ci: -m benchmarks --smoke",
    "python -m benchmarks.restart": "project/test_restart.py::test_restart_refuses_nobody_where_the_socket_stays_open",
    "python -m benchmarks.two_machines": "project/test_two_machines.py::"
    "test_nothing_is_lost_and_nobody_signed_out_on_two_machines",
    "python -m pip install": "project/test_cache.py::test_packages_for_redis_are_installed_as_a_paper_gives_it",
    "python -m benchmarks --accept": "project/test_benchmarks.py::test_accept_keeps_the_ratios_of_a_whole_run",
    "python -m reflectie.pdf.renderer": "pdf/test_kept.py::"
    "test_the_process_is_kept_has_a_low_priority_and_outlives_a_page_that_is_wrong",
    "python -m tests.mutations": "project/test_mutations.py::test_command_prints_what_no_test_notices",
    "docs/architecture.py": "project/test_structure.py::test_picture_of_the_floors_is_current",
    "python docs/architecture.py": "project/test_structure.py::test_picture_of_the_floors_is_current",
    "python docs/screenshots.py": "ci: docs/screenshots.py --into",
    "gunicorn -c samenwerking/gunicorn.py": "project/test_served.py::server",
    "python -c 'import secrets": "project/test_papers.py::test_key_that_a_paper_makes_is_accepted",
    "VACUUM": "services/test_erasure.py::test_file_is_written_anew_after_erasing",
    "VACUUM (INDEX_CLEANUP": "services/test_erasure.py::"
    "test_erased_rows_are_cleared_at_once_on_postgresql_while_somebody_reads",
    "VACUUM FULL": "services/test_erasure.py::test_daily_work_writes_the_tables_anew_on_postgresql",
    'lock="uv pip compile': "project/test_papers.py::test_lock_files_are_made_as_ci_compares_them",
    "$lock pyproject.toml": "ci: lock_is_current requirements.txt",
    "$lock --group redis": "ci: lock_is_current requirements-redis.txt",
    "$lock --group release": "ci: lock_is_current requirements-release.txt",
    "git tag": None,
    "git push": None,
    "git checkout": None,
    "git clone": None,
    "git fetch": None,
    "git pull": None,
    "systemctl edit": None,
    "systemctl enable": None,
    "systemctl reload": None,
    "systemctl restart": None,
    "systemctl stop": None,
    "systemctl start": None,
    "systemctl daemon-reload": None,
    "systemctl status": None,
    "docker compose": None,
    "pg_dump --format=custom": None,
    "docker compose run --rm setup": "project/test_container.py::"
    "test_what_the_script_makes_serves_prints_and_works_where_all_else_is_read_only",
    "docker compose run --rm worker manage backup": "project/test_container.py::"
    "test_what_the_script_makes_serves_prints_and_works_where_all_else_is_read_only",
}


def code_in(paper: str) -> Iterator[str]:
    """Blocks line by line, then code in sentences."""
    text, blocks = [], []
    fenced = False
    for line in paper.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        else:
            (blocks if fenced or line.startswith("    ") else text).append(line)
    yield from (line.strip() for line in blocks)
    yield from (" ".join(code.split()) for code in re.findall(r"`([^`]+)`", "\n".join(text)))


def commands_in(paper: str) -> Iterator[str]:
    for code in code_in(paper):
        for part in re.split(r"\s+&&\s+", re.sub(r"^[\d*/ ]+(?=cd )|^\w+Start=", "", code)):
            command = re.sub(r"^(?:[A-Z_]+=\S*\s+)+", "", part)
            if re.match(PROGRAMS, command):
                command = re.sub(r"^\S*\.venv/bin/", "", command)
                command = re.sub(r"^python3", "python", command)
                yield re.sub(r"^(?:python )?manage\.py", "manage.py", command)


def what_runs(command: str) -> str:
    fits = [known for known in RUN_BY if command == known or (" " in known and command.startswith(known))]
    return max(fits, key=len, default="")


COMMANDS = sorted({command for paper in PAPERS for command in commands_in(paper)})


def test_papers_are_read_for_commands_of_every_kind() -> None:
    assert {"./run", "./test", "manage.py delete_expired --yes", "python -m benchmarks", "git pull"} <= set(COMMANDS)
    paper = "Zo: `PORT=1 ./run --x`.\n\n    5 4 * * *  cd /srv && .venv/bin/python manage.py new_one"
    assert list(commands_in(paper)) == ["manage.py new_one", "./run --x"]
    assert [what_runs(command) for command in commands_in(paper)] == ["", ""]


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "manage.py"])
def test_every_command_of_a_paper_is_run_by_something_that_is_there(command: str) -> None:
    known = what_runs(command)
    assert known, f"say in RUN_BY what runs: {command}"
    runs = RUN_BY[known]
    if runs is None:
        return
    if runs.startswith("ci: "):
        assert runs.removeprefix("ci: ") in (ROOT / ".ci" / "run").read_text()
    else:
        file, _, name = runs.partition("::")
        assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text()


def test_nothing_is_said_to_be_run_that_no_paper_names_any_more() -> None:
    assert set(RUN_BY) - {what_runs(command) for command in COMMANDS} == set()


def test_every_command_of_our_own_is_run_by_a_test_or_by_ci() -> None:
    names = {path.stem for path in (ROOT / "reflectie" / "management" / "commands").glob("[a-z]*.py")}
    run = "".join(path.read_text() for path in [*(ROOT / "tests").rglob("*.py"), ROOT / ".ci" / "run"])
    run += (ROOT / "run").read_text() + (ROOT / ".ci" / "setup.sh").read_text()
    assert len(names) >= 5
    assert {name for name in names if f'call_command("{name}"' not in run and f"manage.py {name}" not in run} == set()


@pytest.mark.django_db
def test_createsuperuser_makes_an_administrator(monkeypatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "een-lang-wachtwoord-van-niemand")
    call_command("createsuperuser", interactive=False, username="eerste", email="eerste@example.org", verbosity=0)
    user = User.objects.get()
    assert (user.is_superuser, user.is_staff, user.has_usable_password()) == (True, True, True)


def test_key_that_a_paper_makes_is_accepted(settings) -> None:
    from reflectie.web.checks import keys

    [command] = re.findall(r"`(python3 -c 'import secrets[^`]*)`", ALL)
    made = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.strip()
    settings.SECRET_KEY = made
    assert list(keys()) == []


def test_backup_is_made_checked_and_put_back_as_a_paper_gives_it(tmp_path: Path) -> None:
    """Each command as it stands there, on a machine of its own; but for where the files are."""
    lines = re.findall(r"\n    (\.venv/bin/python manage\.py (?:backup|check_backup|restore) .+)", ALL)
    assert [line.split()[2] for line in lines] == ["backup", "check_backup", "restore"]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}

    def run(command: str) -> str:
        done = subprocess.run(
            ["bash", "-ec", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        return done.stdout

    run(".venv/bin/python manage.py migrate --verbosity 0")
    made, *others = [re.sub(r"/srv/\S+", str(tmp_path / "b.zip"), line) for line in lines]
    assert run(made).startswith("b.zip: ")
    assert all("rows" in run(line) for line in others)


def test_lock_files_are_made_as_ci_compares_them() -> None:
    [told] = re.findall(r'\n    lock="uv pip compile ([^"]+)"', ALL)
    ci = re.sub(r"\\\n\s+", "", (ROOT / ".ci" / "run").read_text())
    [compared] = re.findall(r'uv pip compile (.+?) "\$@"', ci)
    assert told.split() == compared.split()


def test_makemessages_is_run_as_a_paper_gives_it() -> None:
    [told] = re.findall(r"`\.venv/bin/python\s+(manage\.py\s+makemessages [^`]+)`", ALL)
    assert " ".join(told.split()) in (ROOT / ".ci" / "run").read_text()


# --- links

# Where a paper may lead outside this repository.
ELSEWHERE = {"127.0.0.1", "keepachangelog.com"}


def without_code(paper: str) -> str:
    text = re.sub(r"^```.*?^```", "", paper, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^    .*$|`[^`]*`", "", text, flags=re.MULTILINE)


def links_in(paper: str) -> list[str]:
    """What it links to and which pictures it shows, also within a link, and bare addresses between < and >."""
    text = without_code(paper)
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"<(https?://[^>]+)>", text)


def anchors_in(paper: str) -> set[str]:
    """What its headings can be linked by, as the platforms that show Markdown make it."""
    text = re.sub(r"^```.*?^```", "", paper, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def link_fault(link: str, paper: Path) -> str:
    """What is wrong with a link in a paper; empty when it leads somewhere."""
    if re.match(r"[a-z]+:", link):
        host = link.partition("//")[2].partition("/")[0].partition(":")[0]
        return "" if host in ELSEWHERE else "leads outside the repository"
    name, _, anchor = link.partition("#")
    target = (paper.parent / name).resolve() if name else paper
    if not (target.is_relative_to(ROOT) and target.exists()):
        return "leads to no file"
    return "leads to no heading" if anchor and anchor not in anchors_in(target.read_text()) else ""


@pytest.mark.parametrize("paper", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_paper_leads_somewhere(paper: Path) -> None:
    faults = {link: fault for link in links_in(paper.read_text()) if (fault := link_fault(link, paper))}
    assert faults == {}


def test_links_of_papers_are_found() -> None:
    assert len([link for paper in PAPERS for link in links_in(paper)]) > 100
    assert links_in("[![a](b.png)](c.md#d) `[no](e)`\n\n    [no](f)\n<http://g/>") == ["b.png", "c.md#d", "http://g/"]
    assert anchors_in("# What's `new`, 2: é\n```\n# no\n```") == {"whats-new-2-é"}


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("docs/nowhere.md", "leads to no file"),
        ("../elsewhere.md", "leads to no file"),
        ("README.md#no-such-heading", "leads to no heading"),
        ("#no-such-heading", "leads to no heading"),
        ("https://example.org/", "leads outside the repository"),
        ("README.md#start", ""),
        ("LICENSE", ""),
    ],
)
def test_link_that_leads_nowhere_is_found(link: str, fault: str) -> None:
    assert link_fault(link, ROOT / "README.md") == fault


def test_no_paper_is_left_that_no_other_leads_to() -> None:
    led_to = {
        (paper.parent / link.partition("#")[0]).resolve() for paper in FILES for link in links_in(paper.read_text())
    }
    assert {str(path.relative_to(ROOT)) for path in FILES if path not in led_to} - {"README.md"} == set()


def test_every_section_of_the_concepts_that_code_cites_is_there() -> None:
    code = [
        path.read_text() for where in ("reflectie", "samenwerking", "tests") for path in (ROOT / where).rglob("*.py")
    ]
    # A citation may run on in the next line of a comment.
    lines = " ".join(re.sub(r"\n\s*#?\s*", " ", text) for text in code)
    cited = set(re.findall(r'(?:concepts.md|concepts\.md), "([A-Z][^"]+)"', lines))
    assert {"From answers to findings", "Anonymous is anonymous"} <= cited
    concepts = (ROOT / "docs" / "development" / "concepts.md").read_text()
    assert cited - set(re.findall(r"^## (.+)$", concepts, flags=re.MULTILINE)) == set()


def test_every_test_that_a_paper_names_is_there() -> None:
    named = set(re.findall(r"\btest_\w+\.py", ALL))
    assert len(named) > 50
    assert named - {path.name for path in (ROOT / "tests").rglob("test_*.py")} == set()


def test_every_file_that_code_names_is_there() -> None:
    """In a comment or a docstring: a module by the end of its path, and a paper."""
    kept = [path for room in ("reflectie", "samenwerking", "tests", "benchmarks", "docs", "templates", "static", ".ci")
            for path in (ROOT / room).rglob("*") if path.is_file()]  # fmt: skip
    there = {str(path.relative_to(ROOT)) for path in kept} | {"manage.py"}
    named = re.compile(r"`([\w./-]+\.(?:py|html|css|js))`|\b(docs/[\w/.-]+\.md)")
    missing, found = [], 0
    for path in [
        path for path in kept if path.suffix == ".py" and path != Path(__file__) and "migrations" not in path.parts
    ]:
        for one in ("".join(names) for names in named.findall(path.read_text())):
            found += 1
            missing += [f"{path.name}: {one}"] if not any(f"/{name}".endswith(f"/{one}") for name in there) else []
    assert (found > 50, missing) == (True, [])
