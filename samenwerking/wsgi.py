"""The WSGI application: `gunicorn -c samenwerking/gunicorn.py`. Refuses to load under unsafe settings, or where the
database doesn't fit the code."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samenwerking.settings")

application = get_wsgi_application()

from reflectie.checks import refuse_unsafe_settings  # noqa: E402  (needs the settings)
from reflectie.schema import refuse_misfit  # noqa: E402

refuse_unsafe_settings()
refuse_misfit()

# Views, forms and WeasyPrint are read now, before the workers split off: else each of them does it at its first page.
_ = get_resolver().url_patterns
