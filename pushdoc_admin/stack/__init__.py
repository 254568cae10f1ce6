"""Starts and guards the processes of the embedded default: `./pushdoc up` and `./pushdoc demo`."""
