"""The WSGI application: `gunicorn -c samenwerking/gunicorn.py`. Refuses to load under unsafe settings."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samenwerking.settings")

application = get_wsgi_application()

from reflectie.checks import refuse_unsafe_settings  # noqa: E402  (needs the settings)

refuse_unsafe_settings()
