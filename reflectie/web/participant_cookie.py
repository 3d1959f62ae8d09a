"""The cookie with which a browser finds a participant's own answers again: one for each session, holding their code.

It ends with the browser. Phones bring such cookies back after closing a page, so that most people never notice; on a
tablet that goes round, somebody else would otherwise find the answers for weeks. Whoever loses it has the code.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from reflectie.domain.setup import Mode
from reflectie.keys import key_names
from reflectie.models import Session
from reflectie.services.questionnaire.plans import plan_of
from reflectie.services.tokens import PERSONAL_CODE, hash_token, personal_code_hashes, read_code

from .secret_addresses import JOIN

# The answers of nobody else pass here.
PATH = f"/{JOIN}/"


def cookie_name(session: Session) -> str:
    return f"deelnemer-{session_draft_key(session)}"


def session_draft_key(session: Session) -> str:
    """What the names of all that a browser keeps of one session begin with. It opens nothing."""
    return session.pk.hex[:12]


def sheet_draft_key(session: Session, token_hash: str) -> str:
    """Under which a browser keeps one participant's unsent answers, apart from those of others. It opens nothing.

    Its last part stands for what they read beforehand: under another promise than the page was drawn with, nothing
    is saved.
    """
    promise = hash_token(repr(plan_of(session).promise))[:6]
    return f"{session_draft_key(session)}-{hash_token(token_hash)[:12]}-{promise}"


def person_draft_key(sheet: str) -> str:
    """With what all marks of one participant's sheet begin, whatever was promised."""
    return sheet.rpartition("-")[0] + "-"


def is_same_person(mark: str, other: str) -> bool:
    """Whether two marks of sheets are one participant's, whatever was promised."""
    return person_draft_key(mark) == person_draft_key(other)


def owner_draft_key(request: HttpRequest, session: Session) -> str:
    """With what the marks begin of whoever may see here what this browser kept; nothing where nobody may."""
    if not Mode(session.mode).is_round:
        return person_draft_key(shared_draft_key(session))
    code = participant_code(request, session)
    return person_draft_key(sheet_draft_key(session, participant_hashes(request, session, code)[0])) if code else ""


def shared_draft_key(session: Session) -> str:
    """Under which a browser keeps unsent answers to a sheet that is everybody's who has its link: also under a new one.
    As long as a participant's, and of nobody."""
    return f"{session_draft_key(session)}-blad-0"


def participant_code(request: HttpRequest, session: Session) -> str:
    """The code of whoever takes part in this session on this browser, or nothing."""
    code = read_code(_kept(request, session)[0])
    return code if len(code) == PERSONAL_CODE else ""


def _kept(request: HttpRequest, session: Session) -> tuple[str, str]:
    """What the cookie holds: a code, and the name of the secret key that was in force when it was given."""
    name = cookie_name(session)
    code, _dot, key = str(request.get_signed_cookie(name, default="", salt=name)).partition(".")
    return code, key


def participant_hashes(request: HttpRequest, session: Session, code: str) -> list[str]:
    """Under which a sheet begun with this code may be kept; first the one under which it would be begun here.

    That is under the key that was in force when this browser got its code: a page that was drawn before the key changed
    has the same mark as one that is drawn now.
    """
    hashes, keys = personal_code_hashes(session.pk, code), key_names()
    key = _kept(request, session)[1]
    # A cookie from before they held the name is older than any.
    here = hashes[keys.index(key) if key in keys else -1]
    return [here, *(other for other in hashes if other != here)]


def remember_code(response: HttpResponse, session: Session, code: str) -> HttpResponse:
    name = cookie_name(session)
    response.set_signed_cookie(
        name,
        f"{code}.{key_names()[0]}",
        salt=name,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def forget_code(response: HttpResponse, session: Session) -> HttpResponse:
    """Also lets go of pages that the browser keeps for its back button, where it takes that hint."""
    response.delete_cookie(cookie_name(session), path=PATH, samesite="Lax")
    response["Clear-Site-Data"] = '"cache"'
    return response


def in_groups(code: str) -> str:
    """A code as people read it aloud and write it down: ABCD-EFGH-JKMN."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
