"""The connection that a worker's lock lives on, with PostgreSQL: its own, past any pool, and given up soon when the server is gone."""

from __future__ import annotations

from typing import Any

from django.db import connection

KEEPALIVES: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""A connection whose server is gone without a word is given up within a minute, not within a quarter of an hour."""

DIRECT = {"dbname", "user", "password", "host", "port", "sslmode", "sslrootcert"}
"""What the lock's own connection takes over. Its keepalives let the server notice within a minute that a whole host is gone."""


def direct_connection() -> Any:
    """A fresh one to the same database."""
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

    return psycopg.connect(
        **{name: value for name, value in connection.get_connection_params().items() if name in DIRECT},
        connect_timeout=10,
        **KEEPALIVES,
        options="-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
    )
