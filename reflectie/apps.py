from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_save


class ReflectieConfig(AppConfig):
    name = "reflectie"
    verbose_name = "Reflectie"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers itself)
        from .email_addresses import keep_normal
        from .logs import without_traceback
        from .schema import after_migrate

        post_migrate.connect(after_migrate, sender=self)
        pre_save.connect(without_traceback, sender="django_tasks_database.DBTaskResult")
        pre_save.connect(keep_normal, sender="auth.User")
