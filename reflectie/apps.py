from django.apps import AppConfig


class ReflectieConfig(AppConfig):
    name = "reflectie"
    verbose_name = "Reflectie"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers itself)
