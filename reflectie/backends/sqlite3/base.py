from django.db.backends.sqlite3 import base

from reflectie.backends import KeepsNoPlace


class DatabaseWrapper(KeepsNoPlace, base.DatabaseWrapper):
    pass
