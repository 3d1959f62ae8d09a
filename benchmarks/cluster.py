"""A PostgreSQL of its own, which is gone afterwards."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.server import Server, free_port
from tests.helpers.working import wait_until


class Cluster:
    """A PostgreSQL of its own that keeps what it says it keeps, over a socket in a folder of its own; on an address too
    where it is given one, for whoever asks from the same /24."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.folder, self.address = folder, address
        self.port = free_port() if address else 5432
        # The server refuses to run as root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.user:
            subprocess.run(["chown", "postgres", folder], check=True)
        self._run("initdb", "-U", "samenwerking", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        if address:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {address}/24 trust\n")
        self.start()
        self.url = (
            f"postgres://samenwerking@{address}:{self.port}/postgres"
            if address
            else f"postgres:///{folder}/postgres?user=samenwerking"
        )

    def _run(self, program: str, *arguments: str) -> None:
        [*_, found] = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
        command = [*self.user, str(found), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)

    def start(self) -> None:
        options = f"-c listen_addresses='{self.address}' -c port={self.port} -c unix_socket_directories='{self.folder}'"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    @property
    def is_running(self) -> bool:
        """Whether it takes connections, or will by itself."""
        try:
            self._run("pg_ctl", "status")
        except subprocess.CalledProcessError:
            return False
        return True

    def kill(self) -> None:
        """All its processes at once, without a warning."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        family = [postmaster, *Server(0, postmaster).workers]
        for process in family:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait_until(lambda: not any(Path(f"/proc/{process}/cmdline").exists() for process in family))
        self.start()

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")


@contextmanager
def postgres(folder: Path, address: str = "") -> Iterator[Cluster]:
    cluster = Cluster(folder, address)
    try:
        yield cluster
    finally:
        cluster.stop()
