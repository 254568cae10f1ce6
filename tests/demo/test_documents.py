"""The demonstration's documents: real files, each with its own bytes, the same every time."""

from __future__ import annotations

import time
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import facturx
import pytest
from PIL import Image
from pypdf import PdfReader

from connectors.domain.names import is_temporary
from connectors.management.demo.documents import DemoDocument, Expected, make_client_folders, make_documents, make_prior_documents
from connectors.management.demo.firm import DEMO_CLIENTS
from connectors.management.demo.libraries import DemoLibraryMissing, load
from connectors.management.demo.planning import DEPOSITS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clients")


@pytest.fixture(scope="module")
def prior(root: Path) -> list[DemoDocument]:
    make_client_folders(root)
    return make_prior_documents(root)


@pytest.fixture(scope="module")
def documents(root: Path, prior: list[DemoDocument]) -> list[DemoDocument]:
    started = time.process_time()
    made = list(make_documents(root))
    assert time.process_time() - started < 6
    assert prior
    return made


def named(documents: list[DemoDocument], part: str) -> DemoDocument:
    [found] = [document for document in documents if part in document.name]
    return found


def test_each_client_has_its_deposit_folders(root: Path, prior: list[DemoDocument]) -> None:
    assert prior
    assert all((root / client.folder / deposit).is_dir() for client in DEMO_CLIENTS for deposit in DEPOSITS)


def test_what_becomes_of_each_document_is_known(prior: list[DemoDocument], documents: list[DemoDocument]) -> None:
    assert Counter(document.expected for document in prior) == {Expected.PRIOR: 3}
    counts = Counter(document.expected for document in documents)
    assert counts == {Expected.PUBLISHED: 55, Expected.HELD: 5, Expected.REFUSED: 1, Expected.SKIPPED: 4}
    assert Counter(document.cause for document in documents if document.cause) == {"mapping": 3, "empty": 1, "extension": 1}


def test_no_two_documents_have_the_same_bytes(prior: list[DemoDocument], documents: list[DemoDocument]) -> None:
    files = [document for document in prior + documents if not document.path.is_symlink()]
    assert len({document.sha256 for document in files}) == len(files)
    assert len({document.path for document in prior + documents}) == len(prior + documents)


def test_nothing_temporary_is_left_but_what_was_planned(root: Path, documents: list[DemoDocument]) -> None:
    planned = {document.path for document in documents if document.expected is Expected.SKIPPED and is_temporary(document.name)}
    assert {path for path in root.rglob("*") if is_temporary(path.name)} == planned


def test_every_pdf_opens_and_every_scan_is_a_picture(prior: list[DemoDocument], documents: list[DemoDocument]) -> None:
    for document in prior + documents:
        if document.size and document.name.endswith(".pdf"):
            assert len(PdfReader(document.path).pages) == 1
        elif document.path.suffix.lower() in {".jpg", ".jpeg", ".tif", ".tiff", ".png"}:
            with Image.open(document.path) as picture:
                picture.load()
    assert "Facture" in PdfReader(prior[0].path).pages[0].extract_text()


def test_sizes_and_names_cover_what_firms_have(documents: list[DemoDocument]) -> None:
    assert named(documents, "200 octets").size == 200
    assert 60 * 1024**2 < named(documents, "60 Mo").size < 61 * 1024**2
    assert named(documents, "vide").size == 0
    assert any(not unicodedata.is_normalized("NFC", document.name) for document in documents)
    assert named(documents, "Raccourci").path.is_symlink()


def test_the_factur_x_is_valid(documents: list[DemoDocument]) -> None:
    content = named(documents, "Factur-X").path.read_bytes()
    name, xml = facturx.get_facturx_xml_from_pdf(content, check_xsd=True)
    assert name == "factur-x.xml"
    assert facturx.get_level(facturx.facturx.etree.fromstring(xml)) == "basic"


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path, documents: list[DemoDocument]) -> None:
    again = {document.name: document.sha256 for document in make_documents(tmp_path / "a")}
    assert again == {document.name: document.sha256 for document in documents}
    first = next(iter(make_documents(tmp_path / "b", seed=7)))
    assert first.sha256 not in again.values()


def test_a_missing_library_is_named_with_what_to_do() -> None:
    with pytest.raises(DemoLibraryMissing, match="pushdoc demo"):
        load("no_such_library.part")
