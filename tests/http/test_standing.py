"""A portal client that believes it stands elsewhere is stopped: the rules, "Logging in" 12."""

import pytest

from app import ids
from app.http.answers import Refusal
from app.http.body import Operation
from app.http.standing import require_same_reference, root_fields
from app.models.enums import StaffRole
from app.services.caller import Caller, Nobody, PortalUser, StaffUser
from tests.support.requests import request

HERE, ELSEWHERE = ids.encode("Reference", 7), ids.encode("Reference", 8)
PORTAL = PortalUser(1, 1, 7, 1, "ida@example.com", must_change_password=False)
STAFF = StaffUser(1, 1, "staff@example.com", StaffRole.ADMIN)


def check(query: str, *believed: str, caller: Caller = PORTAL, name: str | None = None) -> None:
    headers = [("Adgang-Reference", value) for value in believed]
    require_same_reference(request(*headers), caller, Operation(query, None, name, None))


def refused(query: str, *believed: str, name: str | None = None) -> bool:
    try:
        check(query, *believed, name=name)
    except Refusal as refusal:
        return (refusal.status, str(refusal)) == (409, "REFERENCE_CHANGED")
    return False


def test_a_client_that_believes_what_is_so_or_says_nothing_passes() -> None:
    check("{viewer{name}}")
    check("{viewer{name}}", HERE)


@pytest.mark.parametrize("believed", [[ELSEWHERE], [HERE, ELSEWHERE], ["7"], [""]])
def test_a_client_that_believes_something_else_is_refused(believed: list[str]) -> None:
    assert refused("{viewer{name}}", *believed)


@pytest.mark.parametrize("caller", [Nobody(), STAFF])
def test_only_a_portal_session_stands_anywhere(caller: Caller) -> None:
    check("{viewer{name}}", ELSEWHERE, caller=caller)


@pytest.mark.parametrize(
    "query",
    [
        "mutation{login(input:{}){__typename}}",
        "mutation{__typename chooseCustomer(input:{}){__typename}}",
        "mutation{a:switchCustomer(input:{}){__typename}}",
        "mutation{...f} fragment f on Mutation{...on Mutation{logout{__typename}}}",
    ],
)
def test_what_decides_where_a_session_stands_does_not_look_at_it(query: str) -> None:
    assert not refused(query, ELSEWHERE)


@pytest.mark.parametrize(
    "query",
    [
        "mutation{login:changePassword(input:{}){__typename}}",
        "mutation{logout{__typename} revokeSession(id:1){__typename}}",
        "mutation{logout{__typename} ...f} fragment f on Mutation{endOtherSessions{__typename}}",
        "mutation{logout{__typename} ...on Mutation @skip(if:true){endOtherSessions{__typename}}}",
        "mutation A{logout{__typename}} query B{viewer{name}}",
    ],
)
def test_nothing_else_gets_past_beside_it(query: str) -> None:
    assert refused(query, ELSEWHERE)


def test_a_long_document_gets_past_no_more_than_a_short_one() -> None:
    assert refused(f"{{{'viewer{name}' * 400}}}", ELSEWHERE)


def test_a_document_that_is_too_long_to_be_read_is_left_to_the_executor_which_refuses_it() -> None:
    assert not refused(f"{{{'viewer{name}' * 2000}}}", ELSEWHERE)


def test_the_named_operation_counts() -> None:
    document = "mutation A{logout{__typename}} query B{viewer{name}}"
    assert not refused(document, ELSEWHERE, name="A")
    assert refused(document, ELSEWHERE, name="B")


@pytest.mark.parametrize(("query", "name"), [("{", None), ("{a}", "B"), ("fragment f on Query{a}", None)])
def test_what_can_not_run_is_left_to_the_executor(query: str, name: str | None) -> None:
    assert root_fields(Operation(query, None, name, None)) is None


def test_fragments_that_hold_each_other_end() -> None:
    document = "{...f} fragment f on Query{a ...g} fragment g on Query{b ...f ...h}"
    assert root_fields(Operation(document, None, None, None)) == frozenset({"a", "b"})
