"""Where the web listens. The supervisor holds the socket: no other process can take the port while the web restarts."""

from __future__ import annotations

import errno
import http.client
import socket

from pushdoc_admin.stack.words import StackUnusable

DEFAULT_PORT = 8765
PORTS_TRIED = 50


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on the port, or on the next free one. Port 0 is any."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + PORTS_TRIED, 65_536)):
        try:
            return socket.create_server((host, candidate), family=family, backlog=256)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                message = f"Impossible d'écouter sur {host} : {error.strerror}."
                raise StackUnusable(message) from error
    message = f"Aucun port n'est libre entre {port} et {port + PORTS_TRIED - 1} : indiquez-en un autre avec --port."
    raise StackUnusable(message)


def base_url(listening: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - read, not bound
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_healthy(listening: socket.socket) -> bool:
    """True when `/healthz` answers 200. Asked at the socket's own address, under a name that is always allowed."""
    host, port = listening.getsockname()[:2]
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    connection = http.client.HTTPConnection(target, port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def pick_free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
