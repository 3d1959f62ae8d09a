"""What a command does when it is told to stop."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def tidied_up() -> Iterator[None]:
    """Meanwhile SIGTERM, and the SIGHUP of a connection that broke, end the command as an error would: what it has on
    the disk for a while goes, and what it put aside comes back. Where they are ignored already (nohup), they stay so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) == signal.SIG_DFL]

    def end(number: int, _frame: Any) -> None:
        # As a shell says it of a program that a signal ended.
        sys.exit(128 + number)

    for number in caught:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)
