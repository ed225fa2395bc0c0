"""The demo's register: believable, always the same, naming nobody; and written as the services would have."""

from collections import Counter

import pytest

from app import ids
from app.demo.fill import fill
from app.demo.logins import renew
from app.demo.register import IDA, LARS, MONA, DemoReference, make_register
from app.models.enums import AuditAction, PortalPermission, StaffRole
from app.services import Services
from app.services.caller import CommandLine
from app.services.inputs import CreateReference
from app.services.results import CreateReferenceSuccess
from app.services.usernames import canonical, problem_of

REGISTER = make_register()
PEOPLE = [(customer, person) for customer in REGISTER.customers for person in customer.references]


def emails() -> Counter[str]:
    return Counter(person.email for _, person in PEOPLE if person.email)


def test_it_is_the_same_each_time() -> None:
    assert make_register() == REGISTER


def test_it_is_as_large_as_a_haulage_firms() -> None:
    assert len(REGISTER.customers) == 300
    assert 1100 <= len(PEOPLE) <= 1400
    assert all(1 <= len(customer.references) <= 9 for customer in REGISTER.customers)
    assert len({customer.number for customer in REGISTER.customers}) == 300
    assert len({customer.name for customer in REGISTER.customers}) == 300


def test_it_has_every_kind_of_case() -> None:
    assert {2, 3, 4} <= set(emails().values()) <= {1, 2, 3, 4}
    assert any(person.email is None for _, person in PEOPLE)
    assert any(person.email and not person.internet_user for _, person in PEOPLE)
    assert any(person.denied for _, person in PEOPLE)
    assert any(person.settings for _, person in PEOPLE)
    assert any(not customer.active for customer in REGISTER.customers)
    assert {customer.settings for customer in REGISTER.customers} == {None, "Storkunder", "Kun sporing"}
    assert 0 < len(REGISTER.usernames) < len(emails())


def test_it_keeps_the_rules_of_usernames() -> None:
    assert [email for email in emails() if problem_of(email)] == []
    assert len({canonical(email) for email in emails()}) == len(emails())
    for customer in REGISTER.customers:
        own = [person.email for person in customer.references if person.email]
        assert len(own) == len(set(own))
    assert not any(person.internet_user for _, person in PEOPLE if person.email is None)


def test_it_names_nobody_who_could_be_called_or_written_to() -> None:
    assert all(email.endswith(".example") for email in emails())
    numbers = [number for _, person in PEOPLE for number in (person.phone, person.mobile) if number]
    assert all(number.startswith("+45 1") and len(number) == 15 for number in numbers)


def test_nobody_knows_the_passwords_that_are_not_given_away() -> None:
    assert REGISTER.usernames.isdisjoint({IDA.email, LARS.email, MONA.email})


def test_what_the_log_ins_are_there_to_show() -> None:
    def places(email: str) -> list[DemoReference]:
        return [person for customer, person in PEOPLE if person.email == email and customer.active]

    assert len(places(IDA.email)) == 3
    assert len(places(LARS.email)) == 1
    (mona,) = places(MONA.email)
    assert PortalPermission.CHANGE_ORDER_DEFAULTS in mona.denied


async def test_rows_are_as_the_services_write_them(services: Services) -> None:
    """A reference saved over the API has the keys of the one that was filled in."""
    await fill(services)
    database = services.resources.database
    person = next(p for _, p in PEOPLE if p.email and p.phone and p.internet_user and p.denied)
    (empty,) = await database.fetch("SELECT id FROM customer WHERE number = $1", REGISTER.customers[0].number)
    answer = await services.credentials.create_reference(
        CommandLine(),
        CreateReference(
            ids.encode("Customer", empty["id"]),
            person.name,
            email=person.email,
            phone=person.phone,
            mobile=person.mobile,
            internet_user=True,
            denied_permissions=person.denied,
        ),
    )
    assert isinstance(answer, CreateReferenceSuccess), answer
    same = await database.fetch(
        "SELECT r.id, r.name, r.name_key, r.email, r.email_key, r.login_id, r.has_password, r.internet_user,"
        " r.denied_permissions, r.phone, r.mobile, r.version FROM reference r WHERE r.login_id ="
        " (SELECT login_id FROM reference WHERE id = $1) ORDER BY r.id",
        answer.reference_key,
    )
    rows = [{name: value for name, value in dict(row).items() if name != "id"} for row in same]
    for row in rows:
        row["denied_permissions"] = database.dialect.json(row["denied_permissions"])
    assert len(rows) == 2
    assert rows[0] == rows[1]
    keys = [await database.fetch("SELECT key FROM reference_search WHERE reference_id = $1", row["id"]) for row in same]
    assert {row["key"] for row in keys[0]} == {row["key"] for row in keys[1]}


async def test_filling_keeps_what_the_tables_say_of_passwords(services: Services) -> None:
    await fill(services)
    database = services.resources.database
    (counted,) = await database.fetch(
        "SELECT (SELECT count(*) FROM customer) AS customers, (SELECT count(*) FROM reference) AS people,"
        " (SELECT count(*) FROM login WHERE password_hash IS NOT NULL) AS passwords,"
        " (SELECT count(*) FROM reference r WHERE (r.login_id IS NULL) <> (r.email IS NULL)) AS wrong"
    )
    assert dict(counted) == {
        "customers": len(REGISTER.customers),
        "people": len(PEOPLE),
        "passwords": len(REGISTER.usernames),
        "wrong": 0,
    }
    events = await database.fetch("SELECT action FROM audit_event")
    assert [event["action"] for event in events] == [AuditAction.IMPORT_APPLIED]
    assert (await services.audit.verify()).ok


@pytest.mark.parametrize("times", [1, 2])
async def test_every_log_in_gets_a_password_of_its_own(times: int, services: Services) -> None:
    await fill(services)
    given = [login for _ in range(times) for login in await renew(services)]
    assert len({login.password for login in given}) == 6 * times
    assert {login.role for login in given} == {None, *StaffRole}
    assert all(login.password not in repr(login) for login in given)
