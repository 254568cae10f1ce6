"""`python -m connectors.providers.illinks.simulator`: the partner as a process of its own."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from connectors.providers.illinks.simulator.server import SimulatorServer


def main() -> None:
    """Listen until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description="Simulateur du partenaire Illinks")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--address-file", type=Path)
    parser.add_argument("--credentials", type=Path)
    parser.add_argument(
        "--delivery", choices=["A", "B", "C"], default="A", help="A reconnaît une référence, B la cherche, C ni l’un ni l’autre"
    )
    options = parser.parse_args()
    credentials = json.loads(options.credentials.read_text(encoding="utf-8")) if options.credentials else None
    server = SimulatorServer(options.state, host=options.host, port=options.port, credentials=credentials, delivery=options.delivery)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.stop).start())
    if options.address_file:
        partial = options.address_file.with_name(f"{options.address_file.name}.part")
        partial.write_text(f"{server.url}\n", encoding="utf-8")
        partial.replace(options.address_file)
    print(f"Simulateur Illinks : {server.url}", flush=True)
    server.serve()


main()
