from django.apps import AppConfig
from django.db.models.signals import pre_save


class ReflectieConfig(AppConfig):
    name = "reflectie"
    verbose_name = "Reflectie"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers itself)
        from .logs import without_traceback

        pre_save.connect(without_traceback, sender="django_tasks_database.DBTaskResult")
