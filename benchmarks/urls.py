"""The project's addresses, and beside them ceilings: views that answer with bytes made before, or write the same rows
by bare SQL. Nothing can be faster than these behind the same server, middleware and cookies."""

from datetime import date
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from reflectie.models import Answer, Checklist, Item, Response, Session
from reflectie.pdf.documents import pdf_worker
from reflectie.web.reflection_cookie import remember
from samenwerking.urls import urlpatterns as own_urls

# Every PDF that is made leaves a mark, whichever process asked for it.
MADE = settings.WORK_DIR / "made"
MADE.touch()
_make = pdf_worker.make


def counted(xhtml: str) -> bytes:
    with MADE.open("ab") as marks:
        marks.write(b".")
    return _make(xhtml)


pdf_worker.make = counted  # type: ignore[method-assign]


@cache
def _bytes(name: str) -> bytes:
    return bytes((settings.WORK_DIR / name).read_bytes())


@login_not_required
def empty(_request: HttpRequest) -> HttpResponse:
    """All that every request costs, whatever it is for."""
    return HttpResponse("leeg")


@login_not_required
def page(request: HttpRequest, name: str) -> HttpResponse:
    get_token(request)
    return remember(HttpResponse(_bytes(name)), "ceiling-ceiling-ceiling")


@login_not_required
def report(request: HttpRequest, name: str, content_type: str) -> HttpResponse:
    etag = f'"{name}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(_bytes(name), content_type=content_type)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@csrf_exempt
@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """Begins an empty sheet."""
    if request.method == "GET":
        return page(request, "start")
    session, sheet = uuid4(), uuid4()
    with transaction.atomic():
        given = {"checklist": _checklist(), "mode": "alone", "changed_on": date(2026, 11, 29)}
        _insert(Session, [{"id": session, "read_hash": f"{session.hex:0>64}", **given}])
        _insert(Response, [{"id": sheet, "session": session, "token_hash": f"{sheet.hex:0>64}"}])
    return HttpResponseRedirect(f"/ceiling/fill/{sheet}/", status=303)


@csrf_exempt
@login_not_required
def fill(request: HttpRequest, sheet: UUID) -> HttpResponse:
    """Keeps the answers that are sent, and whether that was all of them."""
    if request.method == "GET":
        return page(request, "fill")
    is_last, is_part = "finish" in request.POST, "HX-Request" in request.headers
    sent = [
        {"id": uuid4(), "response": sheet, "item": pk, "value": request.POST[key], "note": request.POST[f"{key}-note"]}
        for key, pk in _items().items()
        if key in request.POST
    ]
    with transaction.atomic():
        _insert(Answer, sent, "ON CONFLICT (response_id, item_id) DO UPDATE SET value = EXCLUDED.value")
        if is_last:
            Response.objects.filter(pk=sheet).update(finished=True)
    if not is_part:
        return HttpResponseRedirect("/rapport/", status=303)
    return HttpResponse("bewaard", headers={"HX-Redirect": "/rapport/"} if is_last else {})


def _insert(table: type[models.Model], rows: list[dict[str, Any]], more: str = "") -> None:
    usual = _usual(table)
    places = f"({', '.join(['%s'] * len(usual))})"
    sql = f"INSERT INTO {table._meta.db_table} ({', '.join(field.column for field, _ in usual)}) VALUES "
    values = [
        field.get_db_prep_save(row[field.name], connection) if field.name in row else value
        for row in rows
        for field, value in usual
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"{sql}{', '.join([places] * len(rows))} {more}", values)


@cache
def _usual(table: type[models.Model]) -> list[tuple[Any, Any]]:
    """Every column that the model has now, with what a row gets in it by itself."""
    fields = table._meta.concrete_fields
    return [(field, field.get_db_prep_save(field.get_default(), connection)) for field in fields]


@cache
def _checklist() -> int:
    return Checklist.objects.get().pk


@cache
def _items() -> dict[str, int]:
    return dict(Item.objects.values_list("key", "pk"))


urlpatterns = [
    *own_urls,
    path("ceiling/empty", empty),
    path("ceiling/page/<slug:name>", page),
    path("ceiling/report/<slug:name>", report, {"content_type": "text/html"}),
    path("ceiling/pdf/<slug:name>", report, {"content_type": "application/pdf"}),
    path("ceiling/start/", start),
    path("ceiling/fill/<uuid:sheet>/", fill),
]
