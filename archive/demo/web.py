"""The archive's web application on the loopback interface, in a thread beside the walk."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import uvicorn

from policy_versions.errors import PolicyError

HOST: Final = "127.0.0.1"


class PortError(PolicyError):
    """The port cannot be used."""


def listen(port: int | None, preferred: int = 8000) -> socket.socket:
    """Take a port of the loopback interface: the one asked for, else the preferred one, else any that is free."""
    for candidate in (preferred, 0) if port is None else (port,):
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((HOST, candidate))
        except (OSError, OverflowError) as error:
            taken.close()
            reason = error
        else:
            return taken
    raise PortError(f"port {port} of {HOST} cannot be used: {reason}")


def url(taken: socket.socket) -> str:
    """Give the address under which the socket is reached."""
    return f"http://{HOST}:{taken.getsockname()[1]}/"


class Server:
    """A running web application; a context manager that stops it."""

    def __init__(self, app: Any, taken: socket.socket) -> None:
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._socket = taken
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [taken]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise PortError(f"the archive could not be served on {url(self._socket)}")
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()

    def wait(self) -> None:
        """Serve until the thread ends or the person at the terminal presses Ctrl-C."""
        with suppress(KeyboardInterrupt):
            while self._thread.is_alive():
                self._thread.join(0.5)
