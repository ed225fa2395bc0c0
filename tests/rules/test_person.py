"""The rules, "The audit" 4: a person's data is given out whole and erased whole, and the chain of the audit holds."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app import ids
from app.database import Database
from app.models.enums import AuditAction, SessionTransport, StaffRole
from app.services import Services, open_services
from app.services.caller import Caller, Client, CommandLine, Nobody, StaffUser, TokenUser
from app.services.inputs import CreateReference, NewPassword, StaffLogin, UpdateReference
from app.services.people import AuditUnchangeable, PersonErased, PersonExport
from app.services.person_findings import Findings
from app.services.problems import InvalidInput, NotAllowed, NotLoggedIn, Problem
from app.services.results import CreateReferenceSuccess, CustomerChoice, LoginSuccess, UpdateReferenceSuccess
from app.settings import Settings
from tests.schema.running import context_for, data
from tests.support.people import ADMIN, OFFICE, PASSWORD, People
from tests.support.services import FakeClock, cheap_hasher, make_settings
from tests.support.snapshot import snapshot
from tests.support.traces import traces

TYPED = "Rosmarie.Dam@Rosenbøger.example"
USERNAME = "rosmarie.dam@xn--rosenbger-q8a.example"
NAME, MARRIED = "Rosmarie Ærtebjerg", "Rosmarie Tusindfryd"
PHONE, MOBILE = "70 11 22 33", "+45 20 99 88 77"
BROWSER = Client("198.51.100.77", "Rosenbrowser/7.0")
OF_THE_PERSON = (
    "rosmarie",
    "rosenbøger",
    "xn--rosenbger",
    "ærtebjerg",
    "rtebjerg",
    "tusindfryd",
    PHONE,
    MOBILE,
    BROWSER.address or "",
    BROWSER.user_agent or "",
)
"""All that names the person; folded, the æ of a name is another character."""

OTHER = "bo@example.dk"
EARLIER = "forgænger@example.dk"


async def save(services: Services, reference: str, **fields: Any) -> None:
    answer = await services.credentials.update_reference(OFFICE, UpdateReference(reference, **fields))
    assert isinstance(answer, UpdateReferenceSuccess), answer


async def create(services: Services, customer: str, name: str, **fields: Any) -> str:
    made = await services.credentials.create_reference(OFFICE, CreateReference(customer, name, **fields))
    assert isinstance(made, CreateReferenceSuccess), made
    return ids.encode("Reference", made.reference_key)


async def tell_of_a_person(people: People) -> dict[str, str]:
    """Someone who ordered by phone, got an e-mail, married, ordered for several companies and logged in and out.

    Beside them somebody who came before at one reference, somebody who took over another, and a colleague.
    """
    services, password = people.services, NewPassword(plaintext=PASSWORD)
    companies = [await people.world.customer() for _ in range(5)]
    known = {"by_phone": await create(services, companies[0], NAME, phone=PHONE)}
    known["colleague"] = await create(
        services, companies[0], "Bo Bo", email=OTHER, internet_user=True, new_password=password, phone="33 00 00 01"
    )
    await save(services, known["by_phone"], email=TYPED, internet_user=True, new_password=password)
    await save(services, known["by_phone"], name=MARRIED, mobile=MOBILE)
    known["inherited"] = await create(services, companies[1], "Forgænger Forgængersen", email=EARLIER)
    await save(services, known["inherited"], email=TYPED.upper(), name=MARRIED, internet_user=True)
    known["deleted"] = await create(services, companies[2], NAME, phone=PHONE)
    await save(services, known["deleted"], email=TYPED)
    await save(services, known["deleted"], email=None)
    await services.credentials.delete_reference(OFFICE, known["deleted"])
    known["passed_on"] = await create(services, companies[3], MARRIED, email=TYPED, new_password=password)
    await save(services, known["passed_on"], name="Efterfølger Nielsen", email="efter@example.dk")
    known["leaving"] = await create(services, companies[4], MARRIED, email=TYPED, new_password=password)
    await services.credentials.delete_reference(OFFICE, known["leaving"])

    browser = Nobody(BROWSER)
    await people.try_login(TYPED, "noget helt andet end den rigtige", caller=browser)
    await services.sign_in.staff_login(browser, StaffLogin(TYPED, "slet ikke ansat her i huset"))
    entered = await enter(people, known["by_phone"])
    await services.sign_in.switch_customer(entered.caller, known["inherited"])
    await people.try_login(TYPED, PASSWORD, SessionTransport.COOKIE, browser)
    await services.login_care.end_sessions(OFFICE, known["inherited"])
    await enter(people, known["by_phone"])
    await people.try_login(TYPED, PASSWORD, caller=browser)
    await people.try_login(TYPED, "endnu en gang noget forkert", caller=browser)
    await people.login(OTHER)
    return known


async def enter(people: People, reference: str) -> LoginSuccess:
    choice = await people.try_login(TYPED, PASSWORD, caller=Nobody(BROWSER))
    assert isinstance(choice, CustomerChoice), choice
    entered = await people.services.sign_in.choose_customer(Nobody(BROWSER), choice.ticket, reference)
    assert isinstance(entered, LoginSuccess), entered
    return entered


async def erase(services: Services, email: str = TYPED) -> PersonErased:
    erased = await services.people.erase(OFFICE, email)
    assert isinstance(erased, PersonErased), erased
    return erased


async def preview(services: Services, email: str = TYPED) -> Findings:
    found = await services.people.preview_erasure(OFFICE, email)
    assert isinstance(found, Findings), found
    return found


async def export(services: Services, email: str = TYPED) -> dict[str, Any]:
    exported = await services.people.export(OFFICE, email)
    assert isinstance(exported, PersonExport), exported
    return exported.document


async def events(database: Database) -> list[dict[str, Any]]:
    rows = await database.fetch("SELECT * FROM audit_event ORDER BY id")
    return [{name: row[name] for name in row.keys()} for row in rows]  # noqa: SIM118 - a record iterates its values


# erasing --------------------------------------------------------------------------------------------------------------


async def test_after_an_erasure_nothing_in_the_database_and_its_files_names_the_person(
    services: Services, people: People, settings: Settings
) -> None:
    database = services.resources.database
    await tell_of_a_person(people)
    if database.dialect.name == "postgres":
        await database.execute("ANALYZE")
    before = await traces(database, settings.database_url, OF_THE_PERSON)
    assert {text for text in OF_THE_PERSON if any(found.startswith(f"{text} in ") for found in before)} == set(
        OF_THE_PERSON
    )

    erased = await erase(services)
    assert erased.scrubbed
    assert erased.sessions_revoked == 1
    assert await traces(database, settings.database_url, OF_THE_PERSON) == set()
    report = await services.audit.verify()
    assert report.ok, [str(finding) for finding in report.findings]
    assert report.erased == len(erased.found.entries) > 15


async def test_an_erasure_leaves_everybody_else_as_they_were(services: Services, people: People) -> None:
    database = services.resources.database
    known = await tell_of_a_person(people)
    gone = {ids.key_of(known[name], "Reference") for name in ("by_phone", "inherited")}
    rows = {each: await snapshot_of(database, each, gone) for each in ("reference", "login", "session", "customer")}
    events_before = {row["id"]: row for row in await events(database)}
    erased = await erase(services)
    taken = {entry.id for entry in erased.found.entries}
    for each, kept in rows.items():
        assert await snapshot_of(database, each, set()) == kept, each
    for row in await events(database):
        if row["id"] in taken or row["id"] not in events_before:
            continue
        assert row == events_before[row["id"]]
        assert not any(re.search(text, row["person"], re.IGNORECASE) for text in OF_THE_PERSON[:6])
    found = json.dumps([row["person"] for row in await events(database)], ensure_ascii=False)
    for kept_name in ("Bo Bo", OTHER, "efter@example.dk"):
        assert kept_name in found
    await people.login(OTHER)


async def snapshot_of(database: Database, table: str, but: set[int | None]) -> list[str]:
    """A table's rows that are not about the references left out, nor about the person's login."""
    rows = await database.fetch(f"SELECT * FROM {table}")
    kept = []
    for row in rows:
        values = {name: row[name] for name in row.keys() if name not in ("last_seen_at",)}  # noqa: SIM118 - as above
        own = values["id"] in but if table == "reference" else values.get("reference_id") in but
        if not own and values.get("username_key") != USERNAME:
            kept.append(repr(values))
    return sorted(kept)


async def test_the_audit_tells_of_an_erasure_without_naming_anybody(services: Services, people: People) -> None:
    known = await tell_of_a_person(people)
    erased = await erase(services)
    row = (await events(services.resources.database))[-1]
    assert row["action"] == AuditAction.PERSON_ERASED.value
    assert json.loads(row["person"]) == {"actor": "adgang"}
    assert row["username_key"] is None
    assert json.loads(row["subjects"]) == [known["by_phone"], known["inherited"]]
    told = json.loads(row["data"])
    assert (told["references"], told["events"], told["sessionsRevoked"]) == (2, len(erased.found.entries), 1)


async def test_erased_events_can_still_be_read(services: Services, people: People) -> None:
    known = await tell_of_a_person(people)
    await erase(services)
    document = """query($id: ID!) { auditEvents(first: 100, filter: {subjectId: $id}) { edges { node {
        action actor username ipAddress detail subjects changes { field before after } } } } }"""
    answered = await data(context_for(services, OFFICE), document, {"id": known["by_phone"]})
    nodes = [edge["node"] for edge in answered["auditEvents"]["edges"]]
    assert nodes[0]["action"] == "PERSON_ERASED"
    assert {node["action"] for node in nodes} >= {"REFERENCE_CREATED", "REFERENCE_UPDATED", "LOGIN_SUCCEEDED"}
    for node in nodes[1:]:
        assert (node["actor"], node["username"], node["ipAddress"]) == (None, None, None)
        assert node["detail"]
        assert {change["before"] for change in node["changes"]} <= {None, "false"}


async def test_what_will_be_erased_is_told_before_and_changes_nothing(services: Services, people: People) -> None:
    database = services.resources.database
    await tell_of_a_person(people)
    before = await snapshot(database)
    told = await preview(services)
    assert await snapshot(database) == before
    assert [(each.name, each.customer_name) for each in told.references] == [
        (MARRIED, "Kunde 1000"),
        (MARRIED, "Kunde 1001"),
    ]
    assert [(each.name, each.customer_name) for each in told.passed_on] == [("Efterfølger Nielsen", "Kunde 1003")]
    assert told.earlier == (EARLIER,)
    assert told.counted == ("portal", "staff")
    assert told.staff_id is None
    assert (await erase(services)).found == told


async def test_the_username_is_free_again(services: Services, people: People) -> None:
    known = await tell_of_a_person(people)
    await erase(services)
    assert (await preview(services)).nothing
    new = await create(services, people.world.customers[0], "Rosa", email=TYPED, internet_user=True)
    assert new not in known.values()
    found = await services.resources.database.fetch(
        "SELECT password_hash, failures FROM login WHERE username_key = $1", USERNAME
    )
    assert [(row["password_hash"], row["failures"]) for row in found] == [(None, 0)]


async def test_erasing_again_finds_nothing_and_is_no_event(services: Services, people: People) -> None:
    await tell_of_a_person(people)
    await erase(services)
    before = await people.actions()
    again = await erase(services)
    assert again.found.nothing
    assert again.scrubbed
    assert await people.actions() == before


async def test_a_password_that_could_be_restored_goes_too(
    services: Services, people: People, settings: Settings
) -> None:
    (reference,) = await people.orders_for(email=TYPED)
    await services.login_care.clear_password(OFFICE, reference)
    rows = await services.resources.database.fetch("SELECT cleared_hash FROM login")
    await erase(services)
    assert await traces(services.resources.database, settings.database_url, [rows[0]["cleared_hash"]]) == set()


async def test_a_changed_secret_key_hides_nobody(
    services: Services,
    people: People,
    settings: Settings,
    settings_with: Callable[..., Settings],
    clock: FakeClock,
) -> None:
    """The keyed hashes in the audit then find nobody any more; what names a person is looked at itself."""
    await tell_of_a_person(people)
    hasher = cheap_hasher()
    other_key = settings_with(secret_key="7f" * 32)
    async with open_services(other_key, clock=clock, hasher=hasher) as restarted:
        assert (await erase(restarted)).found.references
    hasher.close()
    named = set(OF_THE_PERSON) - {BROWSER.address, BROWSER.user_agent}
    assert await traces(services.resources.database, settings.database_url, named) == set()


async def test_an_e_mail_of_odd_letters_is_found_in_any_spelling(
    services: Services, people: People, settings: Settings
) -> None:
    (reference,) = await people.orders_for(email='A_b%\\c"Å!@Rosenbøger.example')
    await save(services, reference, email="x@example.dk")
    decomposed = 'a_B%\\C"a\u030a!@ROSENBØGER.example'
    assert [each.name for each in (await preview(services, decomposed)).passed_on] == ["Bo Bo"]
    await erase(services, decomposed)
    assert await traces(services.resources.database, settings.database_url, ["a_b%", "rosenb"]) == set()
    assert len(await services.resources.database.fetch("SELECT id FROM reference")) == 1


async def test_what_happens_meanwhile_is_erased_with_the_rest(
    services: Services, people: People, settings: Settings
) -> None:
    known = await tell_of_a_person(people)
    database = services.resources.database
    names = iter(range(100))

    async def rename() -> None:
        given = UpdateReference(known["by_phone"], name=f"{NAME} {next(names)}")
        await services.credentials.update_reference(OFFICE, given)

    async def come_and_go() -> None:
        choice = await people.try_login(TYPED, caller=Nobody(BROWSER))
        if isinstance(choice, CustomerChoice):
            entered = await services.sign_in.choose_customer(Nobody(BROWSER), choice.ticket, known["by_phone"])
            if isinstance(entered, LoginSuccess):
                await services.sign_in.logout(entered.caller, False)

    await asyncio.gather(rename(), come_and_go(), rename(), erase(services), come_and_go(), rename(), come_and_go())
    await erase(services)
    named = set(OF_THE_PERSON) - {BROWSER.address, BROWSER.user_agent}  # of log-ins that failed afterwards
    assert await traces(database, settings.database_url, named) == set()
    assert (await services.audit.verify()).ok


# staff ----------------------------------------------------------------------------------------------------------------


async def test_a_member_of_staff_with_the_same_e_mail_is_not_touched(services: Services, people: People) -> None:
    database = services.resources.database
    await people.hire(ADMIN)
    (reference,) = await people.orders_for(email=ADMIN.upper())
    boss = await people.staff_login(ADMIN)
    await people.login(ADMIN)
    await services.credentials.update_reference(boss.caller, UpdateReference(reference, phone=PHONE))
    told = await preview(services, ADMIN)
    assert told.staff_id is not None
    await erase(services, ADMIN)
    assert await people.lives(boss)
    rows = [row for row in await events(database) if row["person"] is not None and ADMIN in row["person"].lower()]
    assert {row["action"] for row in rows} == {"STAFF_CREATED", "LOGIN_SUCCEEDED"}
    assert not [row for row in await events(database) if row["person"] is not None and PHONE in row["person"]]
    assert not await database.fetch("SELECT id FROM reference")
    assert (await preview(services, ADMIN)).nothing
    await people.staff_login(ADMIN)


# exporting ------------------------------------------------------------------------------------------------------------


async def test_an_export_holds_everything_about_a_person_and_nothing_secret(services: Services, people: People) -> None:
    known = await tell_of_a_person(people)
    document = await export(services)
    assert [each["customerName"] for each in document["references"]] == ["Kunde 1000", "Kunde 1001"]
    assert document["references"][0] | {"email": TYPED, "phone": PHONE, "mobile": MOBILE} == document["references"][0]
    assert document["login"]["hasPassword"] is True
    assert document["login"]["failures"] == 1
    (session,) = document["sessions"]
    assert (session["ipAddress"], session["userAgent"]) == (BROWSER.address, BROWSER.user_agent)
    assert session["customerName"] == "Kunde 1000"
    assert len(document["choicesPending"]) == 1
    assert {(each["application"], each["countedFor"]) for each in document["countedTries"]} == {
        ("portal", "PAIR"),
        ("portal", "USERNAME"),
        ("staff", "PAIR"),
        ("staff", "USERNAME"),
    }
    assert document["staffMember"] is None
    told = document["auditEvents"]
    assert [each["at"] for each in told] == sorted(each["at"] for each in told)
    assert len(told) == len((await preview(services)).entries) - 1  # the export is one itself by now
    assert {known["by_phone"], known["deleted"]} <= {subject for each in told for subject in each["subjects"]}
    whole = json.dumps(document, ensure_ascii=False)
    for secret in ("argon2", "hash", PASSWORD, "Bo Bo", OTHER, "adgang"):
        assert secret not in whole, secret


async def test_an_export_tells_nothing_of_those_who_did_something_about_the_person(
    services: Services, people: People
) -> None:
    await people.hire(ADMIN)
    boss = await people.staff_login(ADMIN)
    (reference,) = await people.orders_for(email=TYPED)
    await services.credentials.update_reference(boss.caller, UpdateReference(reference, phone=PHONE))
    document = await export(services)
    assert ADMIN not in json.dumps(document)
    (event,) = [each for each in document["auditEvents"] if each["action"] == "REFERENCE_UPDATED"]
    assert (event["actorKind"], event["byThePerson"], event["ipAddress"]) == ("STAFF", False, None)
    assert event["changes"] == [{"field": "phone", "before": None, "after": PHONE}]


async def test_an_export_holds_what_is_stored_of_a_member_of_staff(services: Services, people: People) -> None:
    await people.hire(ADMIN)
    await people.staff_login(ADMIN)
    document = await export(services, ADMIN)
    assert document["staffMember"]["role"] == "ADMIN"
    assert len(document["sessions"]) == 1
    assert [each["action"] for each in document["auditEvents"]] == ["STAFF_CREATED", "LOGIN_SUCCEEDED"]


async def test_an_export_is_an_event_about_the_person(services: Services, people: People) -> None:
    (reference,) = await people.orders_for(email=TYPED)
    await export(services)
    row = (await events(services.resources.database))[-1]
    assert row["action"] == AuditAction.PERSON_EXPORTED.value
    assert json.loads(row["person"]) == {"actor": "adgang", "username": USERNAME}
    assert json.loads(row["subjects"]) == [reference]


async def test_of_somebody_unknown_an_export_is_empty_and_stores_no_e_mail(
    services: Services, settings: Settings
) -> None:
    exported = await services.people.export(OFFICE, TYPED)
    assert isinstance(exported, PersonExport)
    assert exported.nothing
    assert await traces(services.resources.database, settings.database_url, ["rosmarie"]) == set()


# who may --------------------------------------------------------------------------------------------------------------


async def test_only_an_admin_in_person_or_the_command_line_may(services: Services, people: People) -> None:
    await people.orders_for(email=OTHER)
    entered = await people.login(OTHER)
    refused: dict[Caller, type[Problem]] = {
        Nobody(): NotLoggedIn,
        entered.caller: NotAllowed,
        StaffUser(1, 1, "e@example.dk", StaffRole.EDITOR): NotAllowed,
        TokenUser(1, "Import", StaffRole.ADMIN): NotAllowed,
    }
    for caller, problem in refused.items():
        for ask in (services.people.export, services.people.preview_erasure, services.people.erase):
            assert isinstance(await ask(caller, OTHER), problem)
    assert isinstance(await services.people.export(CommandLine(), "slet ingen e-mail"), InvalidInput)
    assert len(await services.resources.database.fetch("SELECT id FROM reference")) == 1


async def test_a_role_that_may_not_change_the_audit_is_refused_before_it_has_begun(
    postgres_url: str, clock: FakeClock
) -> None:
    hasher = cheap_hasher()
    role = f"only_adds_{postgres_url.split('?')[0].rpartition('_')[2]}"
    async with open_services(make_settings(database_url=postgres_url), clock=clock, hasher=hasher) as owner:
        await People(owner).orders_for(email=TYPED)
        database = owner.resources.database
        await database.execute(f"CREATE ROLE {role} LOGIN")
        await database.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        await database.execute(f"REVOKE UPDATE, DELETE ON audit_event FROM {role}")
        before = await snapshot(database)
        limited = make_settings(database_url=postgres_url.replace("adgang@", f"{role}@"))
        async with open_services(limited, clock=clock, hasher=hasher) as services:
            for ask in (services.people.preview_erasure, services.people.erase):
                with pytest.raises(AuditUnchangeable):
                    await ask(OFFICE, TYPED)
        assert await snapshot(database) == before
        await database.execute(f"DROP OWNED BY {role}")
        await database.execute(f"DROP ROLE {role}")
    hasher.close()
