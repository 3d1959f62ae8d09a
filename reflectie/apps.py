from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_save


class ReflectieConfig(AppConfig):
    name = "reflectie"
    verbose_name = "Reflectie"

    def ready(self) -> None:
        from reflectie.backends.schema import after_migrate
        from reflectie.email_addresses import keep_normal
        from reflectie.web import checks  # noqa: F401  (registers itself)
        from reflectie.web.logs import without_traceback

        post_migrate.connect(after_migrate, sender=self)
        pre_save.connect(without_traceback, sender="django_tasks_database.DBTaskResult")
        pre_save.connect(keep_normal, sender="auth.User")
