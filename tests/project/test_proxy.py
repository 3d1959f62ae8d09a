"""nginx as `docs/hosting/proxy.md` sets it: what it passes on, and that nothing of whom it serves stays with it."""

import os
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.server import free_port
from samenwerking.worker import MAX_BODY_BYTES
from tests.helpers.working import wait_until

PAPER = (Path(__file__).resolve().parents[2] / "docs" / "hosting" / "proxy.md").read_text()
NAME, VISITOR = "samenwerking.example.org", "127.0.0.9"
LINK = "/rapport/Zm9vYmFyLXdhdGVyLXdpbmQ/"
ANSWER = "dit-antwoord-blijft-van-ons "


@dataclass
class App:
    """What stands behind nginx: it keeps the headers of each request, and how long its body was."""

    port: int
    asked: list[tuple[dict[str, str], int]] = field(default_factory=list)


@dataclass
class Proxy:
    folder: Path
    http: int
    https: int

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> HTTPResponse:
        """From an address of its own, so that it can be looked for."""
        trust = ssl._create_unverified_context()
        line = HTTPSConnection("127.0.0.1", self.https, timeout=20, source_address=(VISITOR, 0), context=trust)
        line.request(method, path, body, {"Host": NAME, **headers})
        return self._read(line)

    def ask_plain(self, path: str) -> HTTPResponse:
        line = HTTPConnection("127.0.0.1", self.http, timeout=20, source_address=(VISITOR, 0))
        line.request("GET", path, headers={"Host": NAME})
        return self._read(line)

    def _read(self, line: HTTPConnection) -> HTTPResponse:
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer

    def written(self) -> str:
        """All that nginx wrote to any file, and what it was made of left out."""
        made = {"nginx.conf", "key.pem", "certificate.pem"}
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.name not in made]
        return "\n".join(path.read_text(errors="replace") for path in files)


def file_of_paper() -> str:
    [file] = re.findall(r"^```\n(server .*?)^```$", PAPER, re.DOTALL | re.MULTILINE)
    return str(file)


def configuration(folder: Path, http: int, https: int, app: int) -> str:
    """The paper's, on ports and with a certificate of its own; the main log tells of everything."""
    file = re.sub(r" *listen \[::\].*\n", "", file_of_paper())
    for told, ours in {
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
        f"/etc/letsencrypt/live/{NAME}/fullchain.pem": f"{folder}/certificate.pem",
        f"/etc/letsencrypt/live/{NAME}/privkey.pem": f"{folder}/key.pem",
        "http://127.0.0.1:8000": f"http://127.0.0.1:{app}",
        "root /var/www/html;": f"root {folder}/html;",
    }.items():
        assert file.count(told) == 1, told
        file = file.replace(told, ours)
    paths = "\n".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As root, nginx gives that up for somebody who can't come in the folder of a test.
    who = "user root;" if os.geteuid() == 0 else ""
    # As Debian's own nginx.conf: logs are kept unless a site says otherwise. But for how much its errors say: all.
    return (
        f"{who} daemon off; worker_processes 1; pid {folder / 'nginx.pid'}; error_log {folder / 'error.log'} info;\n"
        f"events {{ worker_connections 64; }}\nhttp {{ access_log {folder / 'access.log'};\n{paths}\n{file}\n}}\n"
    )


@pytest.fixture
def app() -> Iterator[App]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            here.asked.append(
                ({name.lower(): value for name, value in self.headers.items()}, len(self.rfile.read(length)))
            )
            self.send_response(200)
            # Longer than nginx's buffers: it would go to a file.
            self.send_header("Content-Length", "3000000")
            self.end_headers()
            self.wfile.write(ANSWER.encode().ljust(3_000_000, b"."))

        do_POST = do_GET  # noqa: N815  (as the library calls it)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = App(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(tmp_path: Path, app: App) -> Iterator[Proxy]:
    if not (shutil.which("nginx") and shutil.which("openssl")):
        pytest.skip("needs nginx and openssl: the Debian packages nginx-light and openssl")
    challenge = tmp_path / "html" / ".well-known" / "acme-challenge"
    challenge.mkdir(parents=True)
    (challenge / "one").write_text("two")
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -keyout key.pem"
    subprocess.run([*made.split(), "-out", "certificate.pem"], cwd=tmp_path, check=True, capture_output=True)
    found = Proxy(tmp_path, free_port(), free_port())
    file = tmp_path / "nginx.conf"
    file.write_text(configuration(tmp_path, found.http, found.https, app.port))
    process = subprocess.Popen(["nginx", "-e", str(tmp_path / "error.log"), "-c", str(file)])

    def answers() -> bool:
        with suppress(OSError):
            return found.ask_plain("/.well-known/acme-challenge/one").status == 200
        return False

    try:
        wait_until(answers, 20)
        yield found
    finally:
        process.terminate()
        process.wait(20)


def test_app_is_told_who_asks_and_how_by_nginx_alone(proxy: Proxy, app: App) -> None:
    forged = {"X-Forwarded-For": "10.9.9.9", "X-Forwarded-Proto": "http", "SCRIPT_NAME": "/elsewhere"}
    assert proxy.ask("GET", LINK, **forged).status == 200
    [(headers, _length)] = app.asked
    told = {name: headers.get(name) for name in ("host", "x-forwarded-for", "x-forwarded-proto", "script_name")}
    assert told == {"host": NAME, "x-forwarded-for": VISITOR, "x-forwarded-proto": "https", "script_name": None}


def test_plain_http_leads_to_https_but_for_certificates(proxy: Proxy, app: App) -> None:
    moved = proxy.ask_plain(LINK)
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{NAME}{LINK}")
    assert proxy.ask_plain("/.well-known/acme-challenge/one").status == 200
    assert app.asked == []


def test_what_is_too_much_is_the_apps_to_say(proxy: Proxy, app: App) -> None:
    """By itself nginx takes one megabyte, and says so in English. No more than twice as much waits in memory there."""
    assert proxy.ask("POST", LINK, "x" * (MAX_BODY_BYTES + 1)).status == 200
    assert proxy.ask("POST", LINK, "x" * 2 * MAX_BODY_BYTES).status == 413
    assert [length for _headers, length in app.asked] == [MAX_BODY_BYTES + 1]


def test_nothing_stays_of_who_asked_for_what_or_answered(proxy: Proxy, app: App) -> None:
    assert proxy.ask("POST", LINK, ANSWER * 100_000).status == 200
    proxy.ask_plain(LINK)
    secrets = (LINK, VISITOR, ANSWER)
    assert [secret for secret in secrets if secret in proxy.written()] == []


def test_nor_when_the_app_is_away(proxy: Proxy) -> None:
    """Each such request stood in the log of errors, with the address that it came from and the link it asked for."""
    file = proxy.folder / "nginx.conf"
    file.write_text(re.sub(r"(proxy_pass http://127\.0\.0\.1:)\d+", rf"\g<1>{free_port()}", file.read_text()))
    subprocess.run(["nginx", "-e", str(proxy.folder / "error.log"), "-c", str(file), "-s", "reload"], check=True)
    wait_until(lambda: proxy.ask("GET", LINK).status == 502, 20)
    assert [secret for secret in (LINK, VISITOR) if secret in proxy.written()] == []


def test_log_that_is_kept_would_have_been_seen(proxy: Proxy) -> None:
    file = proxy.folder / "nginx.conf"
    open_file = re.sub(r"\n +(?:access_log off|error_log /dev/null);", "", file.read_text())
    file.write_text(re.sub(r"(proxy_pass http://127\.0\.0\.1:)\d+", rf"\g<1>{free_port()}", open_file))
    subprocess.run(["nginx", "-e", str(proxy.folder / "error.log"), "-c", str(file), "-s", "reload"], check=True)
    wait_until(lambda: proxy.ask("GET", LINK).status == 502, 20)
    wait_until(lambda: all(secret in proxy.written() for secret in (LINK, VISITOR)), 20)
    assert "connect() failed" in proxy.written()
