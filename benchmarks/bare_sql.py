"""The ceiling of saving: the same rows by bare SQL through Django's connection, one transaction where the app has one.
Run by `measure.py` in as many processes, with as many threads each, as the server has."""

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
    from django.db import connection, transaction

    from reflectie.models import Checklist, Item

    checklist = Checklist.objects.get()
    items = list(Item.objects.values_list("pk", flat=True))
    job = json.loads(sys.stdin.readline())

    def key() -> Any:
        fresh = uuid4()
        return fresh if connection.features.has_native_uuid_field else fresh.hex

    def begin(cursor: Any) -> Any:
        session, response = key(), key()
        cursor.execute(
            "INSERT INTO reflectie_session (id, checklist_id, mode, stage, read_hash, changed_on, questions, grouping,"
            " groups, blanked, facilitator_prepares, paper_by, paper_typed, removed, reminded)"
            " VALUES (%s, %s, %s, %s, %s, %s, '[]', 'none', '[]', %s, %s, '', 0, '{}', %s)",
            [session, checklist.pk, "alone", "open", f"{UUID(str(session)).hex:0>64}", date.today(), *[False] * 3],
        )
        cursor.execute(
            "INSERT INTO reflectie_response (id, session_id, token_hash, finished, extras) VALUES (%s, %s, %s, %s, %s)",
            [response, session, f"{UUID(str(response)).hex:0>64}", False, "{}"],
        )
        return response

    def answer(cursor: Any, response: Any, kept: list[int]) -> None:
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(kept))
        values = [value for item in kept for value in (key(), response, item, "hindering", "")]
        cursor.execute(
            f"INSERT INTO reflectie_answer (id, response_id, item_id, value, note) VALUES {rows}"
            " ON CONFLICT (response_id, item_id) DO UPDATE SET value = EXCLUDED.value, note = EXCLUDED.note",
            values,
        )

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
