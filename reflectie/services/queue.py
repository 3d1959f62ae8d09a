"""The queue's own rows, which only wake the worker: what is to be done stands elsewhere."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

# Of its own, since the folder of backups may be on a machine that doesn't answer: then nothing else waits for it.
BACKUP_QUEUE = "backup"
# No task takes as long.
KILLED = timedelta(days=1)


def enqueue_once(task: Task[[], None]) -> None:
    """Leave a task to the worker, unless it waits there already. One query, and one to write."""
    if not DBTaskResult.objects.ready().filter(task_path=task.module_path).exists():
        task.enqueue()


def forget_tasks() -> None:
    """Erase the rows of tasks that are over, and of those that a worker was killed with: what was left undone stands
    elsewhere."""
    with transaction.atomic():
        DBTaskResult.objects.finished().delete()
        DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - KILLED).delete()
