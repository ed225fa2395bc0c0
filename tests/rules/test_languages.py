"""Texts for people come in Danish, English, Swedish and Norwegian, by `Accept-Language`: English where none fits."""

from collections.abc import Callable
from typing import Any

import pytest

from app import i18n
from app.models.enums import PortalPermission
from tests.support.api import Api
from tests.support.story import PASSWORD, Story

EMAIL = "ida@kunde.example"
LOGIN = """mutation { login(input: {username: "ingen@kunde.example", password: "x"}) {
    __typename ... on Problem { code message } } }"""
NOBODY_FOUND = {
    "da": "Ingen brugere findes",
    "en": "No users found",
    "sv": "Inga användare finns",
    "nb": "Ingen brukere finnes",
}


@pytest.fixture
def speak(api: Api) -> Callable[[str | None], None]:
    """Has everything asked from now on be asked in a language."""

    def change(header: str | None) -> None:
        api.client.headers.pop("Accept-Language", None)
        if header is not None:
            api.client.headers["Accept-Language"] = header

    return change


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        *((locale, locale) for locale in NOBODY_FOUND),
        (None, "en"),
        ("", "en"),
        ("da-DK,da;q=0.9,en;q=0.8", "da"),
        ("nn-NO, nb;q=0.5", "nb"),
        ("no", "nb"),
        ("de, sv;q=0.3, en;q=0.2", "sv"),
        ("de, fr;q=0.5", "en"),
        ("*", "en"),
        ("æøå;q=x,,;", "en"),
    ],
)
async def test_nobody_is_found_in_the_callers_language(api: Api, header: str | None, locale: str) -> None:
    sent = {} if header is None else {b"Accept-Language": header.encode("latin-1")}
    answer = await api.client.post("/graphql", json={"query": LOGIN}, headers=sent)
    found = answer.json()["data"]["login"]
    assert found == {"__typename": "NoUserFound", "code": "NO_USER_FOUND", "message": NOBODY_FOUND[locale]}
    assert answer.headers["Content-Language"] == locale


async def test_what_problems_say(story: Story, speak: Callable[[str | None], None]) -> None:
    customer = await story.customer()
    reference = await story.reference(customer, EMAIL, PASSWORD)
    other = await story.customer()

    async def said() -> list[str]:
        """What is answered to many wrong things, the texts beside fields and reasons too."""
        payloads = [
            await story.create("x", "ingen adresse", internetUser=True, phone="1" * 99, name="\x00"),
            await story.create(customer, EMAIL),
            await story.create(other, EMAIL, sharedUsername="REJECT"),
            await story.update(reference, newPassword={"plaintext": "kort"}),
            await story.update(reference, newPassword={"plaintext": "kunde example kunde"}),
            await story.update(reference, expectedVersion=99),
            await story.update("UmVmZXJlbmNlOjk5OQ==", name="Ida"),
            await story.on_login("restorePassword", reference),
            await story.mutate("createCustomer", {"number": "1", "name": "K"}, "__typename", token="nobody"),
            await story.mutate("deleteCustomer", {"id": customer}, "__typename", "InUse"),
        ]
        assert "Success" not in repr([payload["__typename"] for payload in payloads])
        texts = [payload["message"] for payload in payloads]
        for payload in payloads:
            texts += [part["message"] for name in ("fields", "reasons") for part in payload.get(name, ())]
        return texts

    found = {}
    for locale in i18n.LOCALES:
        speak(locale)
        found[locale] = await said()
    assert len({len(texts) for texts in found.values()}) == 1
    for texts in zip(*found.values(), strict=True):
        assert len(set(texts)) == len(i18n.LOCALES), texts


async def test_what_is_wrong_with_a_field_is_said_where_a_query_meets_it(
    story: Story, speak: Callable[[str | None], None]
) -> None:
    token = await story.staff()
    for document, texts in (
        ("{ customers(first: -1) { totalCount } }", ("A page holds at most 500", "En side har højst 500")),
        ("{ customers(first: 1, last: 1) { totalCount } }", ("Ask for “first” or", "Bed om “first” eller")),
        ('{ customers(after: "x") { totalCount } }', ("This is no cursor", "Det er ikke en markør")),
        ("{ customer { id } }", ("Name the customer by exactly one", "Angiv kunden med netop ét")),
        (
            '{ customer(id: "a", number: "b") { id } }',
            ("Name the customer by exactly one", "Angiv kunden med netop ét"),
        ),
    ):
        for locale, text in zip(("en", "da"), texts, strict=True):
            speak(locale)
            (error,) = (await story.api.run(document, token=token))["errors"]
            assert text in error["message"]
            assert all(text in wrong["message"] for wrong in error["extensions"]["fields"])


async def test_what_the_door_says(api: Api, speak: Callable[[str | None], None]) -> None:
    for locale, text in (("da", "Indholdet skal være et JSON-objekt"), ("sv", "Innehållet måste vara ett JSON-objekt")):
        speak(locale)
        answer = await api.client.post("/graphql", content=b"{", headers={"Content-Type": "application/json"})
        assert answer.json()["errors"][0]["message"].startswith(text)
    speak("nb")
    body = await api.run("mutation { logout { __typename } a: logout { __typename } }")
    assert body["errors"][0]["message"].startswith("logout må være det eneste feltet")


async def test_the_labels_of_permissions(story: Story, speak: Callable[[str | None], None]) -> None:
    reference = await story.reference(await story.customer())
    for locale in i18n.LOCALES:
        speak(locale)
        listed = await story.run("{ portalPermissions { permission label } }")
        assert {info["permission"]: info["label"] for info in listed} == {
            permission.value: i18n.label(permission, locale) for permission in PortalPermission
        }
        found = await story.read(reference, "permissions { permission label }")
        assert found["permissions"] == listed
        assert len({info["label"] for info in listed}) == len(PortalPermission)
    speak("da")
    listed = await story.run("{ portalPermissions { permission label } }")
    labels = {info["permission"]: info["label"] for info in listed}
    assert labels["CHANGE_ORDER_DEFAULTS"] == "Ændr standardindstillinger for nye ordrer"


async def test_the_checks_that_support_reads_out(story: Story, speak: Callable[[str | None], None]) -> None:
    reference = await story.reference(await story.customer(), EMAIL, PASSWORD, internetUser=False)
    speak("da")
    found = await story.read(reference, "loginChecks { check message }")
    messages = {check["check"]: check["message"] for check in found["loginChecks"]}
    assert messages["PASSWORD_SET"] == "Feltet Adgangskode viser “Krypteret adgangskode”."
    assert messages["INTERNET_USER"] == "Internet bruger er ikke markeret. Markér afkrydsningsfeltet."


async def test_an_event_is_told_in_the_readers_language(story: Story, speak: Callable[[str | None], None]) -> None:
    reference = await story.reference(await story.customer(), EMAIL, PASSWORD)
    await story.token(EMAIL)
    await story.on_login("clearPassword", reference)
    admin = await story.staff()
    document = """{ auditEvents(first: 1, filter: {actions: [PASSWORD_CLEARED]}) {
        edges { node { detail changes { field } } } } }"""
    details: dict[str, Any] = {}
    for locale in i18n.LOCALES:
        speak(locale)
        details[locale] = (await story.run(document, token=admin))["edges"][0]["node"]["detail"]
    assert details == {
        "da": f"admin@firma.dk fjernede adgangskoden for {EMAIL}. 1 session blev afsluttet.",
        "en": f"admin@firma.dk removed the password for {EMAIL}. 1 session ended.",
        "sv": f"admin@firma.dk tog bort lösenordet för {EMAIL}. 1 session avslutades.",
        "nb": f"admin@firma.dk fjernet passordet for {EMAIL}. 1 økt ble avsluttet.",
    }
