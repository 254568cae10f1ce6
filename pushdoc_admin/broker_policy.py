"""A broker that may drop messages when its memory is full is refused when a worker starts: hints would vanish one by one, and nobody would know."""

from __future__ import annotations

import logging

from redis import Redis, RedisError

logger = logging.getLogger(__name__)

RIGHT_POLICY = "noeviction"
PATIENCE_SECONDS = 2.0


def refuse_forgetful_broker(url: str) -> None:
    """End the process with what to set. A broker that is away, or tells nobody, is only a line in the log: documents are delivered without it."""
    try:
        policy = _policy_of(url)
    except RedisError as error:
        logger.warning(
            "The broker could not be asked for its memory policy (%s); it is asked again at the next start", type(error).__name__
        )
        return
    if policy not in {RIGHT_POLICY, ""}:
        raise SystemExit(
            f"Le courtier de messages (Redis) est réglé sur « maxmemory-policy {policy} » : quand sa mémoire est pleine, il efface des messages.\n"
            f"Réglez-le sur « {RIGHT_POLICY} », dans redis.conf (maxmemory-policy {RIGHT_POLICY}) ou par la commande "
            f"« redis-cli CONFIG SET maxmemory-policy {RIGHT_POLICY} », puis redémarrez ce processus."
        )


def takes_messages(url: str) -> bool:
    """Whether the broker is there and has room."""
    try:
        with _client(url) as client:
            return bool(client.set(PROBE, "1", px=1000))
    except RedisError:
        return False


PROBE = "pushdoc:probe"
"""A key that is gone after a second."""


def _policy_of(url: str) -> str:
    """From INFO, which managed servers answer too; they refuse CONFIG."""
    with _client(url) as client:
        return str(client.info("memory").get("maxmemory_policy", ""))


def _client(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS)
