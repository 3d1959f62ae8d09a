"""The ceiling of saving: the same rows by bare SQL through Django's connection, one transaction where the app has one.
Which columns there are, the models say. Run by `measure.py` in as many processes, with as many threads each, as the
server has."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID, uuid4


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    import django

    django.setup()
    from django.db import connection, models, transaction

    from reflectie.models import Answer, Checklist, Item, Response, Session

    items = list(Item.objects.values_list("pk", flat=True))
    job = json.loads(sys.stdin.readline())

    def key() -> Any:
        fresh = uuid4()
        return fresh if connection.features.has_native_uuid_field else fresh.hex

    def row(instance: models.Model) -> dict[str, Any]:
        """Every column that the model has now, with what the database gets for this instance."""
        return {
            field.column: field.get_db_prep_save(field.pre_save(instance, True), connection)
            for field in instance._meta.concrete_fields
        }

    def insert(table: type[models.Model], columns: Any, number: int = 1) -> str:
        places = f"({', '.join(['%s'] * len(columns))})"
        return f"INSERT INTO {table._meta.db_table} ({', '.join(columns)}) VALUES {', '.join([places] * number)}"

    # Rows and SQL are made before the clock runs; only keys and what depends on them differ.
    a_session = row(Session(checklist=Checklist.objects.get(), mode="alone", changed_on=date.today()))
    a_response = row(Response())
    an_answer = row(Answer(value="hindering"))
    insert_session, insert_response = insert(Session, a_session), insert(Response, a_response)
    insert_answers = {
        number: insert(Answer, an_answer, number)
        + " ON CONFLICT (response_id, item_id) DO UPDATE SET value = EXCLUDED.value, note = EXCLUDED.note"
        for number in (1, len(items))
    }

    def begin(cursor: Any) -> Any:
        session, response = key(), key()
        own = {"id": session, "read_hash": f"{UUID(str(session)).hex:0>64}"}
        cursor.execute(insert_session, list({**a_session, **own}.values()))
        own = {"id": response, "session_id": session, "token_hash": f"{UUID(str(response)).hex:0>64}"}
        cursor.execute(insert_response, list({**a_response, **own}.values()))
        return response

    def answer(cursor: Any, response: Any, kept: list[int]) -> None:
        rows = [{**an_answer, "id": key(), "response_id": response, "item_id": item} for item in kept]
        cursor.execute(insert_answers[len(kept)], [value for row in rows for value in row.values()])

    def finish(cursor: Any, response: Any) -> None:
        cursor.execute("UPDATE reflectie_response SET finished = %s WHERE id = %s", [True, response])

    saves: list[float] = []

    def fill_in(_number: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            response = begin(cursor)
        if job["one_by_one"]:
            for item in items:
                start = time.perf_counter()
                with transaction.atomic(), connection.cursor() as cursor:
                    answer(cursor, response, [item])
                saves.append(time.perf_counter() - start)
            with transaction.atomic(), connection.cursor() as cursor:
                finish(cursor, response)
        else:
            start = time.perf_counter()
            with transaction.atomic(), connection.cursor() as cursor:
                answer(cursor, response, items)
                finish(cursor, response)
            saves.append(time.perf_counter() - start)

    with ThreadPoolExecutor(job["threads"]) as pool:
        # Every thread opens its connection before the clock runs.
        list(pool.map(lambda _: connection.ensure_connection(), range(job["threads"] * 4)))
        print("ready", flush=True)
        sys.stdin.readline()
        start = time.perf_counter()
        done = sum(1 for _ in pool.map(fill_in, range(job["number"])))
        elapsed = time.perf_counter() - start
    json.dump({"done": done, "elapsed": elapsed, "saves": saves}, sys.stdout)


if __name__ == "__main__":
    main()
