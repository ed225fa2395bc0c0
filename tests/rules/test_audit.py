"""The rules, "The audit" 1 and 3: everything is recorded with what it records, as data, and without secrets."""

import json
from typing import Any

import pytest

from app import ids
from app.database import Database, StatementFailed
from app.models.enums import AuditAction, PortalPermission, SharedUsernameRule, StaffRole
from app.services import Services
from app.services.caller import CommandLine, Nobody, StaffUser
from app.services.changes import changes_of
from app.services.inputs import (
    ChangePassword,
    ConfirmStaffLogin,
    ConfirmTotp,
    CreateAccessToken,
    CreateInternetOrderSettings,
    CreateReference,
    EnrolTotp,
    NewPassword,
    RemoveTotp,
    RenewRecoveryCodes,
    StaffLogin,
    UpdateCustomer,
    UpdateInternetOrderSettings,
    UpdateReference,
    UpdateStaff,
)
from app.services.problems import NoUserFound
from app.services.results import (
    ChangePasswordSuccess,
    ChangeStaffPasswordSuccess,
    ConfirmTotpSuccess,
    CreateAccessTokenSuccess,
    CreateInternetOrderSettingsSuccess,
    CreateReferenceSuccess,
    EnrolTotpSuccess,
    LoginSuccess,
    RenewRecoveryCodesSuccess,
    SecondFactorRequired,
    StaffLoginSuccess,
)
from tests.schema.running import context_for, data
from tests.support.people import ADMIN, ANOTHER, EMAIL, OFFICE, PASSWORD, People
from tests.support.second_factor import STEP, Phone
from tests.support.services import FakeClock
from tests.support.world import STAFF

ELSEWHERE = {
    AuditAction.IMPORT_APPLIED,
    AuditAction.AUDIT_PRUNED,
}
"""What nothing does yet, and what is told of where old events are cut."""

TYPED = "hemmelig tekst i brugernavnets felt"


async def tell_the_whole_story(people: People, clock: FakeClock) -> list[str]:
    """Does everything that is recorded, once at least; the secrets that went over the counter on the way."""
    secrets = await tell_what_the_service_does(people, clock)
    await people.services.people.erase(STAFF, "eva@example.dk")
    return secrets


async def tell_what_the_service_does(people: People, clock: FakeClock) -> list[str]:
    """The same but for what takes the role that owns the tables."""
    services = people.services
    secrets = [PASSWORD, ANOTHER, TYPED]

    one, other = await people.orders_for(2)
    generated = await services.credentials.create_reference(
        STAFF,
        CreateReference(
            people.world.customers[0], "Eva", email="eva@example.dk", new_password=NewPassword(generate=True)
        ),
    )
    assert isinstance(generated, CreateReferenceSuccess)
    assert generated.generated_password is not None
    secrets.append(generated.generated_password)

    await people.try_login(TYPED, "x")
    await people.try_login(EMAIL, "helt forkert adgangskode")
    choice = await people.choice()
    entered = await people.choose(choice, one)
    assert isinstance(entered, LoginSuccess)
    secrets += [choice.ticket, entered.token.secret]
    await services.sign_in.switch_customer(entered.caller, other)
    second = await people.login_at(one)
    third = await people.login_at(one)
    await services.sign_in.revoke_session(third.caller, ids.encode("Session", second.caller.session_id))
    changed = await people.change(third.caller)
    assert isinstance(changed, ChangePasswordSuccess)
    secrets.append(changed.token.secret)
    await services.sign_in.logout(changed.caller, False)

    await services.login_care.clear_password(STAFF, one)
    await services.login_care.restore_password(STAFF, one)
    for _ in range(5):
        assert await people.try_login(EMAIL, "helt forkert adgangskode") == NoUserFound()
    await services.login_care.unlock_login(STAFF, one)
    await services.login_care.end_sessions(STAFF, one)
    await services.credentials.update_reference(STAFF, UpdateReference(one, name="Ida Beck", phone="12345678"))
    await services.credentials.delete_reference(STAFF, other)

    settings = await services.order_settings.create(
        STAFF, CreateInternetOrderSettings("Kun ordrer", (PortalPermission.CREATE_ORDERS,))
    )
    assert isinstance(settings, CreateInternetOrderSettingsSuccess)
    settings_id = ids.encode("InternetOrderSettings", settings.settings_key)
    await services.order_settings.update(STAFF, UpdateInternetOrderSettings(settings_id, name="Ordrer"))
    await services.order_settings.delete(STAFF, settings_id)

    staff = await people.hire()
    boss = await people.staff_login()
    token = await services.access_tokens.create_access_token(
        boss.caller, CreateAccessToken("Import", StaffRole.EDITOR, clock.now().replace(year=clock.now().year + 1))
    )
    assert isinstance(token, CreateAccessTokenSuccess)
    secrets += [boss.token.secret, token.secret]
    await services.access_tokens.revoke_access_token(boss.caller, ids.encode("AccessToken", token.access_token_key))
    own = await services.sign_in.change_staff_password(boss.caller, ChangePassword(PASSWORD, ANOTHER))
    assert isinstance(own, ChangeStaffPasswordSuccess)
    await services.staff.update_staff(STAFF, UpdateStaff(staff, name="Signe Beck"))
    secrets += [own.token.secret, *await use_an_app(people, clock, own.caller)]
    await services.second_factor.reset_totp(CommandLine(), staff)

    empty = await people.world.customer()
    await services.register.update_customer(STAFF, UpdateCustomer(empty, name="Nyt navn"))
    await services.register.delete_customer(STAFF, empty)

    await services.people.export(STAFF, "eva@example.dk")
    return secrets


async def use_an_app(people: People, clock: FakeClock, staff: StaffUser) -> list[str]:
    """Adds a second factor, logs in with a recovery code, and takes it off and adds it again; its secrets."""
    care = people.services.second_factor
    secrets = []

    async def added() -> tuple[Phone, tuple[str, ...]]:
        enrolled = await care.enrol_totp(staff, EnrolTotp(ANOTHER))
        assert isinstance(enrolled, EnrolTotpSuccess)
        phone = Phone(enrolled.secret, clock)
        confirmed = await care.confirm_totp(staff, ConfirmTotp(phone.code()))
        assert isinstance(confirmed, ConfirmTotpSuccess)
        clock.advance(seconds=STEP)
        secrets.extend([enrolled.secret, *confirmed.recovery_codes])
        return phone, confirmed.recovery_codes

    phone, codes = await added()
    asked = await people.services.sign_in.staff_login(Nobody(), StaffLogin(staff.email, ANOTHER))
    assert isinstance(asked, SecondFactorRequired)
    entered = await people.services.sign_in.confirm_staff_login(Nobody(), ConfirmStaffLogin(asked.ticket, codes[0]))
    assert isinstance(entered, StaffLoginSuccess)
    renewed = await care.renew_recovery_codes(staff, RenewRecoveryCodes(phone.code()))
    assert isinstance(renewed, RenewRecoveryCodesSuccess)
    secrets += [asked.ticket, entered.token.secret, *renewed.recovery_codes]
    await care.remove_totp(staff, RemoveTotp(ANOTHER, renewed.recovery_codes[0]))
    await added()
    return secrets


async def stored(database: Database) -> list[dict[str, Any]]:
    return [dict(row) for row in await database.fetch("SELECT * FROM audit_event ORDER BY id")]


# 1: every action, in the transaction that did it


async def test_every_action_is_recorded_without_a_secret_and_the_chain_holds(
    services: Services, people: People, clock: FakeClock
) -> None:
    secrets = await tell_the_whole_story(people, clock)
    database = services.resources.database
    rows = await stored(database)
    assert {row["action"] for row in rows} == {action.value for action in set(AuditAction) - ELSEWHERE}

    everything = json.dumps(rows, default=lambda value: value.hex() if isinstance(value, bytes) else str(value))
    everything += repr([dict(row) for row in await database.fetch("SELECT * FROM audit_subject")])
    for secret in secrets:
        assert secret not in everything
    assert "argon2" not in everything

    await services.audit.checkpoint()
    report = await services.audit.verify()
    assert report.ok, [str(finding) for finding in report.findings]
    assert report.events == len(rows)


async def test_what_cant_be_recorded_does_not_happen(services: Services, people: People) -> None:
    (reference,) = await people.orders_for()
    before = await people.login()
    database = services.resources.database
    await database.execute("ALTER TABLE audit_event RENAME TO audit_event_gone")
    with pytest.raises(StatementFailed):
        await people.world.customer()
    with pytest.raises(StatementFailed):
        await people.world.set_password(reference, ANOTHER)
    with pytest.raises(StatementFailed):
        await services.sign_in.logout(before.caller, True)
    await database.execute("ALTER TABLE audit_event_gone RENAME TO audit_event")
    assert len(await database.fetch("SELECT id FROM customer")) == 1
    assert await people.lives(before)
    await people.login(password=PASSWORD)
    assert (await services.audit.verify()).ok


async def test_a_save_that_changes_nothing_is_no_event(services: Services, people: People) -> None:
    (reference,) = await people.orders_for()
    before = await people.actions()
    await services.credentials.update_reference(STAFF, UpdateReference(reference, name="Bo Bo"))
    await services.register.update_customer(
        STAFF, UpdateCustomer(people.world.customers[0], active=True, number="1000")
    )
    standard = UpdateInternetOrderSettings(
        ids.encode("InternetOrderSettings", 1), name=" Standard ", permissions=tuple(PortalPermission), is_default=True
    )
    await services.order_settings.update(STAFF, standard)
    assert await people.actions() == before
    for table in ("reference", "customer", "internet_order_settings"):
        rows = await services.resources.database.fetch(f"SELECT version FROM {table}")
        assert [row["version"] for row in rows] == [1], table


async def test_forgetting_what_could_be_restored_is_an_event_once(services: Services, people: People) -> None:
    (reference,) = await people.orders_for()
    for forget in (False, True, True):
        await services.login_care.clear_password(STAFF, reference, forget)
    cleared = [row for row in await stored(services.resources.database) if row["action"] == "PASSWORD_CLEARED"]
    assert [json.loads(row["data"]).get("forgotten") for row in cleared] == [None, True]


async def test_settings_that_are_the_default_no_longer_have_an_event_of_their_own(
    services: Services, people: People
) -> None:
    made = await services.order_settings.create(STAFF, CreateInternetOrderSettings("Nye", ()))
    assert isinstance(made, CreateInternetOrderSettingsSuccess)
    new = ids.encode("InternetOrderSettings", made.settings_key)
    await services.order_settings.update(STAFF, UpdateInternetOrderSettings(new, is_default=True))
    rows = [row for row in await stored(services.resources.database) if row["action"] == "SETTINGS_UPDATED"]
    told = {json.loads(row["subjects"])[0]: json.loads(row["data"])["changes"] for row in rows}
    assert told == {
        ids.encode("InternetOrderSettings", 1): [["isDefault", ["true", "false"]]],
        new: [["isDefault", ["false", "true"]]],
    }


async def test_a_deletion_says_what_was_deleted(services: Services, people: People) -> None:
    (reference,) = await people.orders_for()
    await services.credentials.delete_reference(STAFF, reference)
    (row,) = [row for row in await stored(services.resources.database) if row["action"] == "REFERENCE_DELETED"]
    changed = changes_of(json.loads(row["data"]), json.loads(row["person"]))
    assert {change.field: (change.before, change.after) for change in changed} == {
        "name": ("Bo Bo", None),
        "email": (EMAIL, None),
        "internetUser": ("true", None),
    }
    assert EMAIL not in row["data"]


async def test_what_was_refused_is_no_event(services: Services, people: People) -> None:
    await people.orders_for()
    before = await people.actions()
    given = CreateReference(people.world.customers[0], "Ida", email=EMAIL, shared_username=SharedUsernameRule.REJECT)
    assert not isinstance(await services.credentials.create_reference(STAFF, given), CreateReferenceSuccess)
    assert await people.actions() == before


# 3: data, rendered when it is read


async def test_an_event_is_a_sentence_in_the_readers_language(
    services: Services, people: People, clock: FakeClock
) -> None:
    await tell_the_whole_story(people, clock)
    document = """{ auditEvents(first: 500) { edges { node {
        action actor actorKind username ipAddress subjects changes { field before after } detail digest at id
    } } } }"""
    answers = {}
    for locale in ("da", "en", "sv", "nb"):
        context = context_for(services, OFFICE)
        context.locale = locale
        answers[locale] = (await data(context, document))["auditEvents"]["edges"]
    english = [edge["node"] for edge in answers["en"]]
    assert {node["action"] for node in english} == {action.value for action in set(AuditAction) - ELSEWHERE}
    for place, node in enumerate(english):
        details = {locale: edges[place]["node"]["detail"] for locale, edges in answers.items()}
        assert all(details.values()), node["action"]
        assert details["da"] != details["en"], node["action"]
    assert [node["at"] for node in english] == sorted((node["at"] for node in english), reverse=True)


async def test_a_typed_username_that_nobody_has_is_stored_as_its_keyed_hash_and_shown_as_null(
    services: Services, people: People
) -> None:
    await people.orders_for()
    await people.try_login(TYPED, "x")
    await people.try_login("nobody@example.dk", "x")
    await people.try_login(EMAIL, "x")
    rows = await stored(services.resources.database)
    shown = [json.loads(row["person"]).get("username") for row in rows if row["action"] == "LOGIN_FAILED"]
    assert shown == [None, None, EMAIL]
    assert TYPED not in repr(rows)
    assert "nobody@example.dk" not in repr(rows)

    async def found(username: str) -> list[Any]:
        document = """query($name: String!) { auditEvents(filter: {username: $name, actions: [LOGIN_FAILED]}) {
            edges { node { username } } } }"""
        answered = await data(context_for(services, OFFICE), document, {"name": username})
        return [edge["node"]["username"] for edge in answered["auditEvents"]["edges"]]

    assert await found("NOBODY@example.dk") == [None]
    assert await found(TYPED) == [None]
    assert await found(EMAIL) == [EMAIL]
    assert await found("somebody@example.dk") == []


async def test_an_erased_name_is_null_and_the_event_stays(services: Services, people: People) -> None:
    (reference,) = await people.orders_for()
    await people.login()
    database = services.resources.database
    await database.execute(
        "UPDATE audit_event SET person = NULL, person_salt = NULL, actor_key = NULL, username_key = NULL"
    )
    document = """{ auditEvents { edges { node {
        action actor username ipAddress subjects detail changes { field before after } } } } }"""
    answered = await data(context_for(services, OFFICE), document)
    for edge in answered["auditEvents"]["edges"]:
        node = edge["node"]
        assert (node["actor"], node["username"], node["ipAddress"]) == (None, None, None)
        assert EMAIL not in json.dumps(node)
        assert node["detail"]
    created = next(
        edge["node"] for edge in answered["auditEvents"]["edges"] if edge["node"]["action"] == "REFERENCE_CREATED"
    )
    assert reference in created["subjects"]
    assert (await services.audit.verify()).erased == len(answered["auditEvents"]["edges"])


async def test_events_are_found_by_actor_and_by_what_they_touched(services: Services, people: People) -> None:
    (reference,) = await people.orders_for()
    await people.login()
    await people.hire()
    await people.staff_login()

    async def actions(filter_: dict[str, Any]) -> set[str]:
        document = "query($f: AuditFilter) { auditEvents(filter: $f) { edges { node { action } } } }"
        answered = await data(context_for(services, OFFICE), document, {"f": filter_})
        return {edge["node"]["action"] for edge in answered["auditEvents"]["edges"]}

    assert await actions({"actor": EMAIL.upper()}) == {"LOGIN_SUCCEEDED"}
    assert await actions({"actor": ADMIN}) == {"LOGIN_SUCCEEDED"}
    assert await actions({"actor": "adgang"}) >= {"CUSTOMER_CREATED", "REFERENCE_CREATED", "STAFF_CREATED"}
    assert await actions({"actor": "nobody"}) == set()
    assert await actions({"subjectId": reference}) >= {"REFERENCE_CREATED", "LOGIN_SUCCEEDED"}
    assert await actions({"subjectId": people.world.customers[0]}) >= {"CUSTOMER_CREATED"}
