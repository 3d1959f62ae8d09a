from django.db.backends.postgresql import base

from reflectie.backends import KeepsNoPlace


class DatabaseWrapper(KeepsNoPlace, base.DatabaseWrapper):
    pass
