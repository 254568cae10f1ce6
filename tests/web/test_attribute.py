"""The attribute and its values."""

from __future__ import annotations

from connectors.models import Attribute, AttributeMapping, AttributeValue, DataModel
from tests.web.settings_cast import Cast, messages_of


def _send(cast: Cast, **sent: str) -> str:
    answer = cast.browser.post(cast.url("attribute"), sent, follow=True)
    assert answer.status_code == 200
    return messages_of(answer.content.decode())


def _save(cast: Cast, values: dict[str, str], **sent: str) -> str:
    typed = {f"value-{cast.clients[name].pk}": value for name, value in values.items()}
    return _send(cast, attribute=str(cast.attribute.pk), **typed, **sent)


def _value(cast: Cast, name: str) -> str:
    row = AttributeValue.objects.filter(attribute=cast.attribute, client=cast.clients[name]).first()
    return row.value if row else ""


def test_the_choice_shows_how_well_each_attribute_would_link(cast: Cast) -> None:
    cast.complete()
    page = messages_of(cast.page("attribute", choisir="1"))
    assert "Choisir un attribut" in page
    assert "2 renseignés sur 3 clients choisis" in page
    assert "2 valeurs différentes" in page
    assert "C-ALICE, C-BOB" in page


def test_the_data_model_decides_which_attributes_are_offered(cast: Cast) -> None:
    other = Attribute.objects.create(data_model=DataModel.objects.create(name="Logiciels"), name="Code Illinks")
    page = cast.page("attribute", choisir="1", modele=str(other.data_model_id))
    assert "Code Illinks" in page
    assert "Code client</label>" not in page


def test_choosing_leads_to_the_grid(cast: Cast) -> None:
    cast.complete()
    AttributeMapping.objects.all().delete()
    page = _send(cast, action="choose", attribute=str(cast.attribute.pk))
    assert "data-grid" in page
    assert AttributeMapping.objects.get().attribute == cast.attribute


def test_choosing_nothing_or_nonsense_says_so(cast: Cast) -> None:
    assert "Choisissez un attribut." in _send(cast, action="choose")
    for sent in ("9" * 30, "a\x00b", "<script>", "x" * 10_000):
        assert 'id="attribute-error"' in _send(cast, action="choose", attribute=sent)


def test_empty_and_double_values_are_marked_on_their_cell(cast: Cast) -> None:
    cast.complete()
    page = _save(cast, {"Alice": "C-1", "Bob": "c-1", "Charlie": ""})
    assert "3 valeurs enregistrées" not in page
    page = messages_of(cast.page("attribute"))
    assert page.count("Valeur en double") == 2
    assert page.count("Valeur absente") == 1
    assert f'aria-describedby="problem-{cast.clients["Charlie"].pk}"' in page


def test_values_are_saved_and_leading_zeros_survive(cast: Cast) -> None:
    cast.complete()
    assert "1 valeur enregistrée." in _save(cast, {"Charlie": " 00042 "})
    assert _value(cast, "Charlie") == "00042"


def test_only_those_to_link_can_be_shown(cast: Cast) -> None:
    cast.complete()
    page = cast.page("attribute", filtre="a_relier")
    assert "Charlie" in page
    assert "Alice" not in page


def test_a_refused_value_keeps_everything_that_was_typed(cast: Cast) -> None:
    cast.complete()
    for bad, text in (("x" * 10_000, "Valeur trop longue"), ("a\x00b", "caractère invisible")):
        page = _save(cast, {"Alice": bad, "Charlie": "<script>alert(1)</script>"})
        assert text in page
        assert "Rien n’a été enregistré" in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert _value(cast, "Alice") == "C-ALICE"
    assert _value(cast, "Charlie") == ""


def test_the_values_of_clients_that_are_not_chosen_are_left_alone(cast: Cast) -> None:
    cast.complete()
    cast.connector.selections.filter(client=cast.clients["Bob"]).delete()
    _save(cast, {"Bob": "C-9"})
    assert _value(cast, "Bob") == "C-BOB"
    _send(cast, attribute=str(cast.attribute.pk), **{f"value-{'9' * 18}": "x", f"value-{'9' * 40}": "y", "value-": "z"})


def test_a_grid_of_another_attribute_is_not_saved(cast: Cast) -> None:
    cast.complete()
    other = Attribute.objects.create(data_model=cast.attribute.data_model, name="Autre code")
    typed = {f"value-{cast.clients['Charlie'].pk}": "C-3"}
    assert "a changé entre-temps" in _send(cast, attribute=str(other.pk), **typed)
    assert _value(cast, "Charlie") == ""


def test_hostile_addresses_are_answered_with_a_page(cast: Cast) -> None:
    cast.complete()
    for typed in ("a\x00b", "9" * 30, "<script>", "x" * 10_000):
        cast.page("attribute", page=typed)
        cast.page("attribute", filtre=typed)
        assert "<script>" not in cast.page("attribute", choisir="1", modele=typed)
        _save(cast, {}, page=typed, filtre=typed)
