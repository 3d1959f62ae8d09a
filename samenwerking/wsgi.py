"""The WSGI application: `gunicorn -c samenwerking/gunicorn.py`. Refuses to load under unsafe settings, or where the
database doesn't fit the code."""

import os

from django.core.wsgi import get_wsgi_application
from django.db.backends.signals import connection_created
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samenwerking.settings")

application = get_wsgi_application()

from reflectie.backends import limit_waiting  # noqa: E402  (needs the settings)
from reflectie.backends.schema import refuse_misfit  # noqa: E402
from reflectie.web.checks import refuse_unsafe_settings  # noqa: E402

refuse_unsafe_settings()
refuse_misfit()

from reflectie.web.middleware import Request  # noqa: E402

application.request_class = Request

# Commands, which don't come here, take the time they need.
connection_created.connect(limit_waiting)

# Views, forms and WeasyPrint are read now, before the workers split off: else each of them does it at its first page.
_ = get_resolver().url_patterns
