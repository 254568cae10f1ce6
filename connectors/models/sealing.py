"""Secrets at rest: AES-256-GCM under a key ring, each blob bound to the place where it belongs.

A blob is `key id length (1 byte) | key id | nonce (12 bytes) | ciphertext and tag`. The first key of the ring seals; all of them open.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class SealBroken(Exception):
    """The key is missing, or the blob was changed or moved. The message is French and holds no secret."""


def seal(text: str, place: str) -> bytes:
    """The text, sealed for one place, such as `connector:3/client_secret/https://partner:443`."""
    key_id, key = next(iter(settings.CREDENTIAL_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    return bytes([len(key_id)]) + key_id.encode() + nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())


def unseal(blob: bytes, place: str) -> str:
    """The text that was sealed for this place. Raises SealBroken."""
    raw = bytes(blob)
    end = 1 + raw[0]
    key = settings.CREDENTIAL_KEYS.get(raw[1:end].decode("ascii", "replace"))
    if key is None:
        raise SealBroken("La clé qui protège ce secret n’est pas sur ce serveur : remettez-la, ou saisissez le secret de nouveau.")
    try:
        return AESGCM(key).decrypt(raw[end : end + NONCE_BYTES], raw[end + NONCE_BYTES :], place.encode()).decode()
    except (InvalidTag, ValueError):  # changed, moved, or cut short
        raise SealBroken("Ce secret ne correspond plus à l’adresse du partenaire : saisissez-le de nouveau.") from None
