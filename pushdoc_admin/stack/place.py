"""The data folder of a stack: its lock, its logs, what it writes down about itself, and the short folder for the broker's socket."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pushdoc_admin.stack.words import StackUnusable

# The kernel's limit for a socket's path is 108 bytes, 104 on macOS.
LONGEST_SOCKET_FOLDER = 80
# Longer than the guard of a killed stack needs.
LOCK_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Place:
    """Names below the data folder."""

    data: Path

    @classmethod
    def prepare(cls, data: Path) -> Place:
        """Make the folders; only the owner may look inside."""
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "logs").mkdir(mode=0o700, exist_ok=True)
        return cls(data.resolve())

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.data / "logs" / f"{name}.log"

    def rotate_log(self, name: str) -> None:
        """Keep the last run beside this one."""
        if self.log(name).exists():
            self.log(name).replace(self.log(name).with_suffix(".log.1"))

    def tail(self, name: str, lines: int = 20) -> str:
        """The end of a log, for the person who wonders."""
        if not self.log(name).exists():
            return ""
        return "\n".join(self.log(name).read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def write_pids(self, pids: dict[str, int]) -> None:
        """`pids.json`: the processes by name, replaced as a whole."""
        self.replace_text("pids.json", json.dumps({"supervisor": os.getpid(), **pids}, indent=1) + "\n")

    def replace_text(self, name: str, text: str) -> None:
        """A reader sees the old text or the new one."""
        draft = self.data / f".{name}.{os.getpid()}"
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o600)
        draft.replace(self.data / name)

    def forget(self) -> None:
        """What was only true while the stack ran."""
        for name in ("pids.json", "redis_url"):
            (self.data / name).unlink(missing_ok=True)


def take_lock(place: Place) -> int:
    """One stack for each data folder. The descriptor is the lock; the guard shares it until it has cleaned up."""
    descriptor = os.open(place.data / "stack.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while not _try_lock(descriptor):
        owner = int(os.pread(descriptor, 20, 0).split()[0] or b"0") if os.fstat(descriptor).st_size else 0
        if _is_alive(owner) or time.monotonic() > deadline:
            os.close(descriptor)
            message = f"PushDoc tourne déjà avec les données de {place.data} (processus {owner}) : arrêtez-le d'abord avec Ctrl-C."
            raise StackUnusable(message)
        time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0


def make_runtime_folder(data: Path) -> Path:
    """A short private folder for the socket, the same one each time for the same data."""
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    folders = [Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere"), Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - checked below
    for base in folders:
        folder = base / f"pushdoc-{os.getuid()}-{digest}"
        if base.is_dir() and os.access(base, os.W_OK) and len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            folder.mkdir(mode=0o700, exist_ok=True)
            _require_private(folder)
            return folder
    message = "Aucun dossier temporaire n'a un nom assez court pour le courtier de messages : indiquez-en un par TMPDIR."
    raise StackUnusable(message)


def _require_private(folder: Path) -> None:
    """Somebody else may have made it first, in a folder that everybody writes."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        message = f"{folder} appartient à quelqu'un d'autre ou n'est pas privé : supprimez-le."
        raise StackUnusable(message)
