"""The installation's keys: from the environment, or from files that the first run makes.

Standard library only: the settings import this before anything else is known. Nothing here is ever printed or logged.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECRET_KEY_NAME = "PUSHDOC_SECRET_KEY"  # noqa: S105 - the name of a variable, not a secret
CREDENTIAL_KEYS_NAME = "PUSHDOC_CREDENTIAL_KEYS"
KEY_BYTES = 32


class KeysUnusable(Exception):
    """The keys can't be read. The message names the source and never the value."""


@dataclass(frozen=True)
class Keys:
    """What seals sessions and credentials. `credential_keys` keeps its order; the first one is the current one."""

    django_secret_key: str = field(repr=False)
    credential_keys: dict[str, bytes] = field(repr=False)
    current_id: str


def load_keys(data: Path, environment: Mapping[str, str] = os.environ) -> Keys:
    """Read each key from the environment, else from `<data>/keys/`, where the first run makes it.

    Raises `KeysUnusable` when a value is there but isn't what it has to be: a new key in its place would make every sealed
    credential unreadable.
    """
    secret_key = environment.get(SECRET_KEY_NAME) or _read_or_make(data / "keys" / "django_secret_key", secrets.token_urlsafe(50))
    written = environment.get(CREDENTIAL_KEYS_NAME)
    source = CREDENTIAL_KEYS_NAME
    if not written:
        path = data / "keys" / "credential_keys"
        source = str(path)
        written = _read_or_make(path, make_credential_key())
    ring = parse_key_ring(written, source)
    return Keys(django_secret_key=secret_key, credential_keys=ring, current_id=next(iter(ring)))


def make_credential_key() -> str:
    """A new ring of one key, as it is written: `id:base64`. To rotate, put a new one before the old ones, with a comma."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def parse_key_ring(written: str, source: str) -> dict[str, bytes]:
    """Read `id:base64,id2:base64`; the first is the current one. `source` is what an error names."""
    ring: dict[str, bytes] = {}
    for entry in written.replace("\n", ",").split(","):
        if not entry.strip():
            continue
        key_id, colon, encoded = entry.strip().partition(":")
        key = _decode(encoded.strip())
        if not (colon and key_id) or len(key) != KEY_BYTES or key_id in ring:
            message = f"{source} : chaque clé s'écrit « identifiant:base64 de {KEY_BYTES} octets », avec un identifiant unique."
            raise KeysUnusable(message)
        ring[key_id] = key
    if not ring:
        message = f"{source} ne contient aucune clé."
        raise KeysUnusable(message)
    return ring


def _decode(encoded: str) -> bytes:
    """The bytes, or none when the text isn't base64 of either alphabet."""
    try:
        return base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _read_or_make(path: Path, proposal: str) -> str:
    """The file's text; when there is none, the proposal becomes it, and whoever starts at the same moment reads the same."""
    try:
        return _read(path)
    except FileNotFoundError:
        _publish(path, proposal)
        return _read(path)


def _read(path: Path) -> str:
    text = path.read_text(encoding="ascii").strip()
    if not text:
        message = f"{path} est vide : restaurez la sauvegarde de ce fichier."
        raise KeysUnusable(message)
    return text


def _publish(path: Path, text: str) -> None:
    """Write beside, flush to the disk, then link: the name appears with its whole content, and only once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was first: its key is the key
        _flush_folder(path.parent)
    finally:
        draft.unlink()


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
