"""How gunicorn serves: `gunicorn -c samenwerking/gunicorn.py`. Flags on the command line win from what stands here."""

import ctypes
import gc
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ
from gunicorn.glogging import Logger

# gunicorn reads this file before it puts the project on the path.
chdir = str(Path(__file__).resolve().parent.parent)
sys.path.insert(0, chdir)

from reflectie.web.logs import JsonFormatter, SecretScrubbingFilter  # noqa: E402

# The settings do so too, but later than what stands here needs.
environ.Env.read_env(Path(chdir) / ".env")
is_json = os.environ.get("LOG_FORMAT") == "json"

wsgi_app = "samenwerking.wsgi"
# The machine itself only: a proxy in front does https and faces the world.
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Requests are read whole before a thread is taken, and answers sent without one: slow phones take nothing from others.
worker_class = "samenwerking.worker.Worker"
# Threads, because whoever waits for a PDF keeps one (`reflectie/pdf/worker.py`): a team that asks for its report all at
# once has room here. Pages are made in turn (`limit_concurrent_requests`).
threads = int(os.environ.get("WEB_THREADS", "24"))
# Longer than a page takes: threads that take turns more often than that only slow each other down.
sys.setswitchinterval(0.02)
# The C library would give each thread memory of its own, which keeps what it once held: two pools are enough where one
# or two threads work at a time. Other C libraries than GNU's have no such setting.
M_ARENA_MAX = -8
with suppress(AttributeError, OSError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
# Code is loaded once, before the workers split off: less memory, and a wrong setting stops the start itself.
preload_app = True
# The socket for `gunicornc` would stand in the home folder, one for all projects of that user.
control_socket_disable = True

# An access log is personal data: none unless asked for by --access-logfile, and then without IP address and referrer.
accesslog = None
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s %(L)s"
# Both of gunicorn's logs name addresses, and some addresses hold a token.
for _name in ("gunicorn.access", "gunicorn.error"):
    logging.getLogger(_name).addFilter(SecretScrubbingFilter())


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own logs, in the form of the app's."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(JsonFormatter())


if is_json:
    logger_class = JsonLogger


def when_ready(server: Any) -> None:
    # What was loaded so far stays: the workers share it, and their collectors needn't look at it.
    gc.collect()
    gc.freeze()
    for listener in () if is_json else server.LISTENERS:
        print(f"• Samenwerking runs at {listener}/ (stop it with Ctrl+C)", flush=True)
