"""nginx, set as `docs/hosting/proxy.md` has it, in front of something that counts."""

import re
import shutil
import subprocess
from contextlib import closing, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from benchmarks.server import free_port
from samenwerking.worker import MAX_BODY_BYTES
from tests.helpers.working import wait_until

PAPER = Path(__file__).resolve().parents[2] / "docs" / "hosting" / "proxy.md"


class Counting(BaseHTTPRequestHandler):
    """Says how many bytes came."""

    def do_POST(self) -> None:
        content = str(len(self.rfile.read(int(self.headers["Content-Length"])))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        pass


def test_nginx_passes_on_all_that_the_app_has_words_for_and_puts_none_of_it_in_a_file(tmp_path: Path) -> None:
    if not shutil.which("nginx"):
        pytest.skip("nginx isn't here: the Debian package nginx-light has it")
    app, port = HTTPServer(("127.0.0.1", 0), Counting), free_port()
    [location] = re.findall(r"^    location / \{.+?^    \}", PAPER.read_text(), flags=re.MULTILINE | re.DOTALL)
    paths = "\n".join(
        f"{kind}_temp_path {tmp_path / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    log, file = tmp_path / "log", tmp_path / "nginx.conf"
    location = location.replace("127.0.0.1:8000", f"127.0.0.1:{app.server_port}")
    file.write_text(
        f"daemon off; worker_processes 1; pid {tmp_path / 'pid'}; error_log {log} warn;\nevents {{}}\n"
        f"http {{\n{paths}\nserver {{ listen 127.0.0.1:{port};\n{location}\n}}\n}}\n"
    )
    Thread(target=app.serve_forever, daemon=True).start()
    proxy = subprocess.Popen(["nginx", "-e", str(log), "-c", str(file)])

    def sent(size: int) -> tuple[int, bytes]:
        with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            # Whoever is refused at once is cut off while still sending.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", "/", b"x" * size)
            with closing(connection.getresponse()) as reply:
                return reply.status, reply.read()

    def answers() -> bool:
        with suppress(ConnectionRefusedError):
            return sent(1) == (200, b"1")
        return False

    try:
        wait_until(answers, 20)
        # One more than the app takes: it says so in its own words.
        assert sent(MAX_BODY_BYTES + 1) == (200, str(MAX_BODY_BYTES + 1).encode())
        # And no more than that waits in memory here.
        assert sent(2 * MAX_BODY_BYTES)[0] == 413
    finally:
        proxy.terminate()
        proxy.wait(timeout=20)
        app.shutdown()
        app.server_close()
    assert "temporary file" not in log.read_text()
