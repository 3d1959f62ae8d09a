"""The bridge between what is kept and what it means: loads domain objects in a fixed number of queries and writes
in one transaction. Nothing else opens a transaction."""

from .content import (
    NothingPublishedError,
    forget_checklists,
    load_checklist,
    publish_checklist,
    published_checklist,
)
from .reports import keep_pdf, kept_pdf, load_report
from .sheets import (
    Filling,
    Posted,
    Saved,
    SessionClosedError,
    erase_expired,
    erase_session,
    find_response,
    load_filling,
    save_fields,
    setup_of,
    start_reflection,
    takes_answers,
)
from .tokens import hash_token, new_token, read_token

__all__ = [
    "Filling",
    "NothingPublishedError",
    "Posted",
    "Saved",
    "SessionClosedError",
    "erase_expired",
    "erase_session",
    "find_response",
    "forget_checklists",
    "hash_token",
    "keep_pdf",
    "kept_pdf",
    "load_checklist",
    "load_filling",
    "load_report",
    "new_token",
    "publish_checklist",
    "published_checklist",
    "read_token",
    "save_fields",
    "setup_of",
    "start_reflection",
    "takes_answers",
]
