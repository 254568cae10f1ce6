"""The simulated partner, asked from the outside: what it takes, what it keeps, and how it fails when it is told to."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from connectors.providers.illinks.simulator import start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "Facture été n°12.pdf"
CONTENT = b"%PDF-1.7\r\n--not a boundary\r\n" + bytes(range(256)) * 1000


class Sender:
    """A client that knows the contract and nothing of the product."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask_token(self, secret: str = "demo-secret") -> requests.Response:
        form = {"grant_type": "client_credentials", "client_id": "demo-client", "client_secret": secret}
        return requests.post(f"{self.url}/oauth2/token", data=form, timeout=10)

    def authorise(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.ask_token().json()['access_token']}"}

    def send(self, reference: str, content: bytes = CONTENT, *, wait: float = 10, **changes: Any) -> requests.Response:
        metadata = {
            "reference": reference,
            "idIllibook": "ILB-0001",
            "wsUser": "ws-demo",
            "idCorrespondance": "COR-1",
            "codeClient": "C-ALICE",
            "domaine": "ACHATS",
            "type": "FACTURE_FOURNISSEUR",
            "sousType": None,
            "nomFichier": NAME,
            "taille": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "deposeLe": "2026-11-23T08:15:00+01:00",
            "millesime": "2026",
        } | changes
        parts: dict[str, tuple[str | None, str | bytes, str]] = {
            "metadata": (None, json.dumps(metadata), "application/json"),
            "fichier": (str(metadata["nomFichier"]), content, "application/pdf"),
        }
        headers = self.authorise() | {"Idempotency-Key": reference}
        return requests.post(f"{self.url}/pushdoc/v1/documents", files=parts, headers=headers, timeout=wait, allow_redirects=False)

    def look_up(self, reference: str) -> list[dict[str, Any]]:
        found = requests.get(f"{self.url}/pushdoc/v1/documents", params={"reference": reference}, headers=self.authorise(), timeout=10)
        documents: list[dict[str, Any]] = found.json()["documents"]
        return documents

    def fault(self, **rule: Any) -> requests.Response:
        return requests.post(f"{self.url}/_faults", json=[rule], timeout=10)

    def list_documents(self) -> list[dict[str, Any]]:
        documents: list[dict[str, Any]] = requests.get(f"{self.url}/_documents", timeout=10).json()["documents"]
        return documents


@pytest.fixture
def delivery() -> str:
    return "A"


@pytest.fixture
def sender(tmp_path: Path, delivery: str) -> Iterator[Sender]:
    server = start_simulator(tmp_path / "state", delivery=delivery)
    yield Sender(server.url)
    server.stop()


def new_reference() -> str:
    return str(uuid.uuid4())


def start_process(state: Path, address: Path) -> tuple[subprocess.Popen[bytes], Sender]:
    address.unlink(missing_ok=True)
    command = [sys.executable, "-m", "connectors.providers.illinks.simulator", "--state", str(state), "--address-file", str(address)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not address.exists() and time.monotonic() < end and process.poll() is None:
        time.sleep(0.05)
    return process, Sender(address.read_text(encoding="utf-8").strip())


def test_a_token_is_given_for_the_right_secret_only(sender: Sender) -> None:
    assert sender.ask_token().json()["token_type"] == "Bearer"
    refused = sender.ask_token("wrong")
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})


def test_a_document_is_published_with_its_name_and_its_bytes(sender: Sender) -> None:
    reference = new_reference()
    answer = sender.send(reference)
    assert (answer.status_code, answer.json()["statut"]) == (201, "PUBLIE")
    [kept] = sender.list_documents()
    assert (kept["reference"], kept["nomFichier"], kept["taille"]) == (reference, NAME, len(CONTENT))
    assert kept["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert sender.look_up(reference)[0]["id"] == answer.json()["id"]
    assert sender.look_up(new_reference()) == []


def test_the_same_reference_is_published_once(sender: Sender) -> None:
    reference = new_reference()
    first, again, other = sender.send(reference), sender.send(reference), sender.send(reference, b"other bytes")
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "statut": "DEJA_PUBLIE"})
    assert (other.status_code, other.json()["code"]) == (409, "REFERENCE_CONFLIT")
    assert len(sender.list_documents()) == 1


@pytest.mark.parametrize("delivery", ["B", "C"])
def test_a_partner_that_does_not_know_a_reference_again_stores_it_twice(sender: Sender) -> None:
    reference = new_reference()
    first, again = sender.send(reference), sender.send(reference)
    assert (again.status_code, again.json()["statut"]) == (201, "PUBLIE")
    kept = sender.list_documents()
    assert [document["id"] for document in kept] == [first.json()["id"], again.json()["id"]]
    assert len({document["fichier"] for document in kept}) == 2
    entries = requests.get(f"{sender.url}/_journal", timeout=10).json()["entries"]
    assert [(entry["key"], entry["stored"]) for entry in entries] == [(reference, True), (reference, True)]


@pytest.mark.parametrize("delivery", ["B"])
def test_a_partner_of_class_b_can_be_asked_by_reference(sender: Sender) -> None:
    reference = new_reference()
    first = sender.send(reference)
    sender.send(reference)
    assert [document["id"] for document in sender.look_up(reference)] == [first.json()["id"]]


@pytest.mark.parametrize("delivery", ["C"])
def test_a_partner_of_class_c_cannot_be_asked(sender: Sender) -> None:
    reference = new_reference()
    sender.send(reference)
    for path, status in (("documents", 404), ("dossiers", 200), ("classification", 200)):
        answer = requests.get(f"{sender.url}/pushdoc/v1/{path}", params={"reference": reference}, headers=sender.authorise(), timeout=10)
        assert answer.status_code == status


def test_a_race_for_one_reference_has_one_winner(sender: Sender) -> None:
    reference = new_reference()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sender.send(reference), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"wsUser": "somebody"}, 403),
        ({"sha256": "0" * 64}, 422),
        ({"taille": 3}, 422),
        ({"nomFichier": "program.exe"}, 415),
        ({"codeClient": ""}, 422),
        ({"domaine": ""}, 422),
    ],
)
def test_what_the_contract_refuses_is_not_kept(sender: Sender, changes: dict[str, Any], status: int) -> None:
    answer = sender.send(new_reference(), **changes)
    assert answer.status_code in {status, 400 if status == 422 else status}
    assert answer.json()["code"]
    assert sender.list_documents() == []


def test_an_unknown_folder_is_told_once_the_folders_are_set(sender: Sender) -> None:
    folders = [{"codeClient": "C-BOB", "nom": "Bob", "siren": "732829320"}]
    requests.post(f"{sender.url}/_dossiers", json={"dossiers": folders}, timeout=10)
    answer = sender.send(new_reference())
    assert (answer.status_code, answer.json()["code"]) == (404, "DOSSIER_INCONNU")
    assert sender.send(new_reference(), codeClient="C-BOB").status_code == 201
    page = requests.get(f"{sender.url}/pushdoc/v1/dossiers", params={"page": 1}, headers=sender.authorise(), timeout=10).json()
    assert page == {"dossiers": folders, "suivante": None}


@pytest.mark.parametrize(("action", "kept"), [("drop_before", 0), ("drop_in", 0), ("lose", 0), ("drop_after", 1)])
def test_a_cut_connection_leaves_what_its_rule_says(sender: Sender, action: str, kept: int) -> None:
    sender.fault(route="upload", action=action, times=1)
    reference = new_reference()
    with pytest.raises(requests.ConnectionError):
        sender.send(reference)
    assert len(sender.look_up(reference)) == kept
    assert sender.send(reference).status_code == (200 if kept else 201)


@pytest.mark.parametrize("action", ["drop_before", "drop_in"])
def test_a_connection_that_is_cut_early_stands_in_the_journal(sender: Sender, action: str) -> None:
    sender.fault(route="upload", action=action, times=1)
    reference = new_reference()
    with pytest.raises(requests.ConnectionError):
        sender.send(reference)
    [entry] = requests.get(f"{sender.url}/_journal", timeout=10).json()["entries"]
    assert (entry["key"], entry["status"], entry["answer"], entry["stored"]) == (reference, 0, action, False)


def test_the_same_seeds_draw_the_same_faults_of_many_kinds(sender: Sender) -> None:
    rules = [
        {"route": "upload", "action": "status", "status": 500 + number, "probability": 0.3, "seed": f"7/{number}"} for number in range(3)
    ]

    def draw() -> list[int]:
        requests.delete(f"{sender.url}/_faults", timeout=10)
        requests.post(f"{sender.url}/_faults", json=rules, timeout=10)
        return [sender.send(new_reference(), b"x").status_code for _ in range(30)]

    first = draw()
    assert set(first) == {201, 500, 501, 502}
    assert draw() == first


def test_a_rule_may_fire_once_only_for_each_reference(sender: Sender) -> None:
    sender.fault(route="upload", action="expired_token", once_each=True)
    reference = new_reference()
    assert [sender.send(reference).status_code for _ in range(2)] == [401, 201]
    assert sender.send(new_reference()).status_code == 401


def test_slow_work_keeps_the_document_although_the_sender_has_gone(sender: Sender) -> None:
    sender.fault(route="upload", action="delay_work", seconds=0.6, times=1)
    reference = new_reference()
    with pytest.raises(requests.Timeout):
        sender.send(reference, wait=0.3)
    assert sender.look_up(reference) == []
    time.sleep(0.6)
    assert len(sender.look_up(reference)) == 1


def test_a_truncated_or_wrong_answer_hides_a_published_document(sender: Sender) -> None:
    sender.fault(route="upload", action="truncated", nth=1)
    sender.fault(route="upload", action="wrong_body", nth=2)
    first, second = new_reference(), new_reference()
    with pytest.raises(requests.RequestException):
        sender.send(first)
    answer = sender.send(second)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (201, "text/html")
    assert [document["reference"] for document in sender.list_documents()] == [first, second]


def test_a_rule_asks_for_one_client_and_ends_after_its_times(sender: Sender) -> None:
    sender.fault(route="upload", action="status", status=429, retry_after="7", client_code="C-BOB", times=1)
    assert sender.send(new_reference()).status_code == 201
    answer = sender.send(new_reference(), codeClient="C-BOB")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert sender.send(new_reference(), codeClient="C-BOB").status_code == 201


def test_an_accepted_document_is_published_or_rejected_later(sender: Sender) -> None:
    sender.fault(route="upload", action="accept_later", seconds=0.2, nth=1)
    sender.fault(route="upload", action="accept_then_reject", seconds=0, nth=2, motif="Illisible")
    later, rejected = new_reference(), new_reference()
    assert [sender.send(later).status_code, sender.send(rejected).status_code] == [202, 202]
    time.sleep(0.3)
    assert sender.look_up(later)[0]["statut"] == "PUBLIE"
    assert (sender.look_up(rejected)[0]["statut"], sender.look_up(rejected)[0]["motif"]) == ("REJETE", "Illisible")


def test_a_refused_token_an_expired_one_and_a_redirect_are_told(sender: Sender) -> None:
    sender.fault(route="upload", action="expired_token", nth=1)
    sender.fault(route="upload", action="redirect", location="https://elsewhere.example/", nth=2)
    assert sender.send(new_reference()).json() == {"error": "invalid_token"}
    answer = sender.send(new_reference())
    assert (answer.status_code // 100, answer.headers["Location"]) == (3, "https://elsewhere.example/")
    sender.fault(route="token", action="refuse_token")
    assert sender.ask_token().json() == {"error": "invalid_client"}
    requests.delete(f"{sender.url}/_faults", timeout=10)
    assert sender.ask_token().status_code == 200


def test_the_page_shows_the_newest_first_and_escapes_names(sender: Sender) -> None:
    sender.send(new_reference(), nomFichier="old.pdf")
    sender.send(new_reference(), nomFichier="<script>.pdf")
    page = requests.get(sender.url, timeout=10).text
    assert "<script" not in page
    assert page.index("&lt;script&gt;.pdf") < page.index("old.pdf")


def test_what_was_received_survives_a_kill(tmp_path: Path) -> None:
    reference = new_reference()
    process, before = start_process(tmp_path / "state", tmp_path / "address")
    first = before.send(reference).json()
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    process, after = start_process(tmp_path / "state", tmp_path / "address")
    assert after.send(reference).json() == {"id": first["id"], "statut": "DEJA_PUBLIE"}
    entries = requests.get(f"{after.url}/_journal", timeout=10).json()["entries"]
    assert [entry["status"] for entry in entries] == [201, 200]
    process.terminate()
    assert process.wait(10) == 0
