"""The three things a person asks of the stack: `up`, `demo` and `demo --once`. Each returns the exit code."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pushdoc_admin.stack.address import listen, pick_free_port
from pushdoc_admin.stack.programs import ROOT, documents_program, manage
from pushdoc_admin.stack.session import Session, read_answer
from pushdoc_admin.stack.words import StackUnusable, Voice

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from pushdoc_admin.stack.place import Place

DATABASE_NAME = "pushdoc.sqlite3"
MARK = "demo.json"


@dataclass(frozen=True)
class Wish:
    """What the command line said, and the environment it was said in."""

    host: str
    port: int
    json: bool
    environment: Mapping[str, str]

    @property
    def data(self) -> Path:
        """Where everything is kept."""
        return Path(self.environment.get("PUSHDOC_DATA") or ROOT / "var")

    def session(self, data: Path, voice: Voice, listening: socket.socket) -> Session:
        """A stack on this data; entering it starts the supervisor."""
        return Session(data, self.environment, voice, listening)


def run_up(wish: Wish) -> int:
    """The application, until Ctrl-C. An installation without a user gets a link for the first administrator."""
    voice = Voice(wish.json)
    with listen(wish.host, wish.port) as listening, wish.session(wish.data, voice, listening) as session:
        session.prepare()
        session.start()
        refused, link = session.try_manage("first_admin_link", "--base", session.url)  # refused once a user exists
        link = "" if refused else link
        if wish.json:
            _print_json({"url": session.url, "first_admin_link": link or None})
        else:
            voice.say(f"\nPushDoc est prêt : {session.url}")
            if link:
                voice.say(f"Premier administrateur : {link}")
            voice.say("Ctrl-C pour arrêter.")
        session.supervisor.run_forever()
    return 0


def run_demo(wish: Wish) -> int:
    """A firm with a partner and documents that keep coming, until Ctrl-C."""
    voice = Voice(wish.json)
    with listen(wish.host, wish.port) as listening, wish.session(wish.data, voice, listening) as session:
        state = _read_mark(session.place)
        session.prepare()
        partner = session.start_simulator(int(str(state.setdefault("simulator_port", pick_free_port()))))
        _write_mark(session.place, state)
        seeded = "email" in state
        answer = (
            {"email": str(state.get("email", ""))} if seeded else read_answer(session.manage("seed_demo", "--partner", partner, "--json"))
        )
        _write_mark(session.place, {**state, "email": answer.get("email", "")})
        session.start()
        session.supervisor.add(documents_program())
        _present_demo(wish, voice, session.url, partner, answer)
        session.supervisor.run_forever()
    return 0


def run_demo_once(wish: Wish) -> int:
    """The whole demonstration in a folder of its own, which is removed. The exit code is that of the comparison."""
    voice = Voice(json=True)  # the table, or its JSON, has stdout to itself
    data = Path(tempfile.mkdtemp(prefix="pushdoc-demo-"))
    environment = {name: value for name, value in wish.environment.items() if name not in ("DATABASE_URL", "PUSHDOC_DOSSIERS")}
    try:
        with listen(wish.host, wish.port) as listening, Session(data, environment, voice, listening) as session:
            session.prepare()
            partner = session.start_simulator(None)
            session.start()
            voice.say(f"PushDoc est prêt : {session.url} – les documents sont déposés…")
            code = session.supervisor.run(manage("demo_once", *(["--json"] if wish.json else []), "--partner", partner))
            if code:
                _tell_logs(session, voice)
            return code
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _read_mark(place: Place) -> dict[str, object]:
    """What an earlier demonstration left. A real installation isn't a place for one."""
    mark = place.data / MARK
    if mark.exists():
        state: dict[str, object] = json.loads(mark.read_text(encoding="utf-8"))
        return state
    if (place.data / DATABASE_NAME).exists():
        message = (
            f"{place.data} contient déjà une installation : la démonstration n'y touche pas.\n"
            "Choisissez un autre dossier, par exemple : PUSHDOC_DATA=./var/demo ./pushdoc demo"
        )
        raise StackUnusable(message)
    _write_mark(place, {})
    return {}


def _write_mark(place: Place, state: Mapping[str, object]) -> None:
    place.replace_text(MARK, json.dumps(state) + "\n")


def _present_demo(wish: Wish, voice: Voice, url: str, partner: str, answer: Mapping[str, str]) -> None:
    """The password is said once, when it is made; it is kept nowhere."""
    if wish.json:
        _print_json({**answer, "url": url, "partner": partner})
        return
    voice.say(f"\nPushDoc est prêt : {url}")
    voice.say(f"Identifiant       : {answer.get('email', '')}")
    password = answer.get("password") or f"celui du premier démarrage (oublié ? ./pushdoc manage changepassword {answer['email']})"
    voice.say(f"Mot de passe      : {password}")
    voice.say(f"Partenaire simulé : {partner}")
    voice.say("Des documents arrivent peu à peu. Ctrl-C pour arrêter.")


def _print_json(answer: Mapping[str, object]) -> None:
    print(json.dumps(answer, ensure_ascii=False), flush=True)  # noqa: T201 - the answer of the command


def _tell_logs(session: Session, voice: Voice) -> None:
    """The folder is about to go: what the logs say last goes to the terminal."""
    for child in session.supervisor.children:
        voice.say(f"\n── {child.program.name}\n{session.place.tail(child.program.name)}")


def wish_from(host: str, port: int, *, as_json: bool) -> Wish:
    """A wish in the environment of this process."""
    return Wish(host=host, port=port, json=as_json, environment=dict(os.environ))
