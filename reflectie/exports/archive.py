"""All that somebody has, as a ZIP that is sent while it is made: one session is in memory at a time.

Names stand inside its files alone: a folder is called by a number and a day. The list of what each folder is comes
last, and after it what makes the file a ZIP: one that broke off half-way doesn't open as if it were whole.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID
from zipfile import ZIP_DEFLATED

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from zipstream import ZipStream

from reflectie.domain.imports.spreadsheet import Cell
from reflectie.domain.report.report import Report
from reflectie.models import Session
from reflectie.pdf.documents import fingerprint
from reflectie.presentation import wording
from reflectie.services.accounts import account_data
from reflectie.services.report.reports import kept_pdfs, load_report

from .as_csv import csv_file, write_lines
from .as_json import session_json
from .tables import session_tables
from .xlsx import session_xlsx


def everything_file(user: User, sessions: Iterable[Session]) -> Iterator[bytes]:
    """A person's account, and these sessions in the files that a session has; collaborations come one after another.

    Of the PDFs those that are kept already: none is made.
    """
    stream = ZipStream(compress_type=ZIP_DEFLATED)
    account = json.dumps(account_data(user), ensure_ascii=False, indent=1)
    stream.add(account.encode(), "account.json")
    yield from stream.all_files()
    listed: list[list[Cell]] = [[_("map"), _("samenwerking"), _("dag"), _("ingevuld"), _("bestanden"), _("sessienaam")]]
    folders = _Folders()
    for session in sessions:
        report = load_report(session)
        folder, names = folders.of(session, report.changed_on), []
        for name, content in _files(session, report):
            stream.add(content, f"{folder}/{name}")
            names.append(name)
            yield from stream.all_files()
        mode = str(wording.MODES[report.mode])
        which = wording.which_session(report.title)
        listed.append([folder, report.collaboration, report.changed_on, mode, ", ".join(names), which])
    stream.add(write_lines(listed), "inhoud.csv")
    yield from stream.finalize()


class _Folders:
    """Hands out folders: one for each collaboration, and in it one for each session by its day."""

    def __init__(self) -> None:
        self._collaborations: dict[UUID | None, int] = {}
        self._used: Counter[str] = Counter()

    def of(self, session: Session, day: date) -> str:
        number = self._collaborations.setdefault(session.collaboration_id, len(self._collaborations) + 1)
        folder = f"samenwerking-{number}/{day.isoformat()}"
        self._used[folder] += 1
        return f"{folder}-{self._used[folder]}"


def _files(session: Session, report: Report) -> Iterator[tuple[str, bytes]]:
    tables = session_tables(report)
    yield "verslag.xlsx", session_xlsx(report)
    yield "verslag.csv", csv_file(tables)
    yield "verslag.json", session_json(report)
    for kind, content in kept_pdfs(session.pk, fingerprint(report)):
        yield f"{kind}.pdf", content
