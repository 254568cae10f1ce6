"""`python -m pushdoc_admin.stack up|demo [--once] [--json] [--host ADDRESS] [--port N]`."""

from __future__ import annotations

import argparse
import os
import sys

from pushdoc_admin.stack.address import DEFAULT_PORT
from pushdoc_admin.stack.stories import run_demo, run_demo_once, run_up, wish_from
from pushdoc_admin.stack.words import StackUnusable, StopRequested


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./pushdoc", description="Démarre PushDoc avec tout ce qu'il lui faut.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="up|demo")
    for name, help_text in (("up", "démarre l'application"), ("demo", "un cabinet de démonstration")):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("--json", action="store_true", help="le résultat en JSON, le reste sur la sortie d'erreur")
        command.add_argument("--host", default="127.0.0.1", help="adresse d'écoute (par défaut : 127.0.0.1)")
        command.add_argument("--port", type=read_port, default=os.environ.get("PUSHDOC_PORT") or str(DEFAULT_PORT), help="port d'écoute")
        if name == "demo":
            command.add_argument("--once", action="store_true", help="dépose, attend, compare et s'arrête")
    return parser.parse_args(arguments)


def read_port(text: str) -> int:
    """A port number; the parser says what is wrong with another text."""
    if text.isdecimal() and int(text) < 65_536:  # noqa: PLR2004 - the highest port is 65535
        return int(text)
    message = f"{text} n'est pas un numéro de port"
    raise argparse.ArgumentTypeError(message)


def main(arguments: list[str]) -> int:
    """Run what was asked; the exit code is 0 after Ctrl-C, 1 when it can't start."""
    wanted = parse(arguments)
    wish = wish_from(wanted.host, wanted.port, as_json=wanted.json)
    story = run_up if wanted.command == "up" else run_demo_once if wanted.once else run_demo
    try:
        return story(wish)
    except (StopRequested, KeyboardInterrupt):
        return 0 if not (wanted.command == "demo" and wanted.once) else 130
    except StackUnusable as error:
        print(error, file=sys.stderr)  # noqa: T201 - the person at the terminal
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
