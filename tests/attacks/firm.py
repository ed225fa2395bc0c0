"""A firm that uses the service, people who order from it, and whoever else comes by: all of them over HTTP."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, TypeVar

import httpx

from app.models.enums import StaffRole
from app.services import open_services
from app.services.caller import CommandLine
from app.services.inputs import CreateStaff, NewPassword
from app.services.results import CreateStaffSuccess
from tests.attacks.target import EARNEST, HOST, PATIENCE, Target
from tests.support.databases import Loop
from tests.support.services import make_settings
from tests.support.story import OTHER_PASSWORD, PASSWORD, STAFF_PASSWORD, with_problems

__all__ = [
    "OTHER_PASSWORD",
    "PASSWORD",
    "STAFF_PASSWORD",
    "Client",
    "Firm",
    "Person",
    "in_turn",
    "said",
    "with_an_admin",
]

ORIGIN: Final = f"http://{HOST}"
ADMIN: Final = "admin@firma.example"
WRONG: Final = "syv røde cykler i regnvejret"

LOGIN: Final = """mutation($i: LoginInput!) { login(input: $i) { __typename
  ... on LoginSuccess { accessToken viewer { reference { id } } }
  ... on CustomerChoice { ticket options { referenceId } }
  ... on TooManyAttempts { retryAfterSeconds } ... on Problem { code message } } }"""
STAFF_LOGIN: Final = """mutation($i: StaffLoginInput!) { staffLogin(input: $i) { __typename
  ... on StaffLoginSuccess { accessToken } ... on SecondFactorRequired { ticket }
  ... on TooManyAttempts { retryAfterSeconds } ... on Problem { code message } } }"""
CHOOSE: Final = """mutation($i: ChooseCustomerInput!) { chooseCustomer(input: $i) { __typename
  ... on LoginSuccess { accessToken viewer { reference { id } } } ... on Problem { code } } }"""
CHANGE: Final = """mutation($i: ChangePasswordInput!) { changePassword(input: $i) { __typename
  ... on ChangePasswordSuccess { accessToken } ... on TooManyAttempts { retryAfterSeconds }
  ... on WeakPassword { reasons { code } } ... on InvalidInput { fields { field code } } ... on Problem { code } } }"""

T = TypeVar("T")
_numbers = count(1)


def new_address() -> str:
    """A loopback address from which nobody has come yet."""
    number = next(_numbers)
    return f"127.1.{number // 250}.{number % 250 + 1}"


def said(payload: Mapping[str, Any]) -> str:
    """The type of an answer, and behind it the minutes to wait, if any: the server's clock doesn't stand still."""
    seconds = payload.get("retryAfterSeconds")
    return str(payload["__typename"]) if seconds is None else f"{payload['__typename']} {round(seconds / 60)} min"


def with_an_admin(url: str) -> None:
    """Adds the firm's first member of staff to a database, as `adgang staff add` does."""
    keys = {name.removeprefix("ADGANG_").lower(): EARNEST[name] for name in EARNEST if name.endswith("_KEY")}

    async def add() -> None:
        async with open_services(make_settings(database_url=url, **keys)) as services:
            given = CreateStaff("Anne", ADMIN, StaffRole.ADMIN, NewPassword(plaintext=STAFF_PASSWORD))
            assert isinstance(await services.staff.create_staff(CommandLine(), given), CreateStaffSuccess)

    loop = Loop()
    loop.run(add())
    loop.close()


async def in_turn(work: Iterable[Awaitable[T]], at_once: int = 8) -> list[T]:
    """Many requests, of which so many are under way at a time."""
    turns = asyncio.Semaphore(at_once)

    async def one(request: Awaitable[T]) -> T:
        async with turns:
            return await request

    return await asyncio.gather(*map(one, work))


class Client:
    """Somebody at an address of their own, with a token or with cookies or with nothing."""

    def __init__(self, target: Target, http: httpx.AsyncClient, address: str) -> None:
        self.target = target
        self.http = http
        self.address = address
        self.token: str | None = None
        self.cookies: dict[str, str] = {}

    async def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Any request. Cookies that the answer sets are kept, as a browser would that came over TLS."""
        sent = {}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            sent["Origin"] = ORIGIN
        answer = await self.http.request(method, path, headers={**sent, **(headers or {})}, **more)
        self.http.cookies.clear()
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    async def post(
        self, document: str, variables: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """The whole answer to a document."""
        body = {"query": document, "variables": dict(variables or {})}
        return await self.send("POST", "/graphql", json=body, headers=headers)

    async def body(self, document: str, variables: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """The answer's body."""
        found: dict[str, Any] = (await self.post(document, variables, **more)).json()
        return found

    async def ask(self, document: str, variables: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """The value of the only root field, after it was seen that there are no errors."""
        body = await self.body(document, variables, **more)
        assert "errors" not in body, body["errors"]
        (value,) = body["data"].values()
        return value

    async def login(self, username: str, password: str = PASSWORD, **more: Any) -> Any:
        """Whatever a log-in is answered with."""
        return await self.ask(LOGIN, {"i": {"username": username, "password": password, **more}})

    async def staff_login(self, email: str, password: str = STAFF_PASSWORD, **more: Any) -> Any:
        """Whatever a staff log-in is answered with."""
        return await self.ask(STAFF_LOGIN, {"i": {"email": email, "password": password, **more}})

    async def choose(self, ticket: str, reference: str) -> Any:
        """Whatever a choice of company is answered with."""
        return await self.ask(CHOOSE, {"i": {"ticket": ticket, "referenceId": reference}})

    async def change(self, current: str, new: str, **more: Any) -> Any:
        """Whatever a change of one's own password is answered with."""
        return await self.ask(CHANGE, {"i": {"currentPassword": current, "newPassword": new}}, **more)

    async def viewer(self) -> Any:
        """Who one is; None: nobody."""
        return await self.ask("{ viewer { __typename name } }")

    def become(self, payload: Mapping[str, Any]) -> "Client":
        """Goes on with the token of a log-in."""
        assert payload.get("accessToken"), said(payload)
        self.token = payload["accessToken"]
        return self


@dataclass(frozen=True)
class Person:
    """Somebody who orders, at one reference for each company."""

    email: str
    customers: list[str]
    references: list[str]


class Firm:
    """The firm's office, whose ADMIN makes what a test needs under names that no other test has."""

    def __init__(self, target: Target, stack: AsyncExitStack) -> None:
        self.target = target
        self._stack = stack
        self._admin: Client | None = None

    async def client(self, address: str | None = None) -> Client:
        """Somebody new, from an address of their own unless told which."""
        address = address or new_address()
        transport = httpx.AsyncHTTPTransport(
            local_address=address, verify=False, limits=httpx.Limits(max_connections=64)
        )
        http = httpx.AsyncClient(
            transport=transport,
            base_url=self.target.url,
            headers={"Host": HOST},
            timeout=PATIENCE,
            trust_env=False,
        )
        return Client(self.target, await self._stack.enter_async_context(http), address)

    async def browser(self, address: str | None = None) -> Client:
        """A client that asks for cookies: it says of itself that it comes from our own pages."""
        client = await self.client(address)
        client.http.headers["Origin"] = ORIGIN
        return client

    async def staff(self, role: str = "ADMIN") -> Client:
        """A member of staff, logged in."""
        client = await self.client()
        client.token = self.target.tokens.get(role)
        if client.token is None:
            if role != "ADMIN":
                given = {"name": "Kim", "email": f"{role.lower()}@firma.example", "role": role}
                await self.made("createStaff", {**given, "newPassword": {"plaintext": STAFF_PASSWORD}}, "staff { id }")
            client.become(await client.staff_login(f"{role.lower()}@firma.example"))
            self.target.tokens[role] = str(client.token)
        return client

    async def admin(self) -> Client:
        """The ADMIN."""
        if self._admin is None:
            self._admin = await self.staff()
        return self._admin

    async def mutate(
        self, field: str, given: Mapping[str, Any], selection: str = "", *, by: Client | None = None
    ) -> Any:
        """The payload of a mutation that takes an `input`: what is selected of its success, or the problem."""
        kind = f"{field[0].upper()}{field[1:]}"
        success = f"... on {kind}Success {{ {selection} }}" if selection else ""
        problems = [name for name in ("InvalidInput", "WeakPassword") if name in UNIONS.get(field, ())]
        document = (
            f"mutation($i: {kind}Input!) {{ {field}(input: $i) {{ __typename {with_problems(success, *problems)} }} }}"
        )
        return await (by or await self.admin()).ask(document, {"i": dict(given)})

    async def made(self, field: str, given: Mapping[str, Any], selection: str) -> Any:
        """The same, where it must succeed."""
        payload = await self.mutate(field, given, selection)
        assert payload["__typename"].endswith("Success"), payload
        return payload

    async def customer(self, name: str | None = None, **more: Any) -> str:
        """A new customer's id."""
        number = next(_numbers)
        given = {"number": f"K{number}", "name": name or f"Firma {number}", **more}
        found: str = (await self.made("createCustomer", given, "customer { id }"))["customer"]["id"]
        return found

    async def reference(self, customer: str, email: str | None, password: str | None = PASSWORD, **more: Any) -> str:
        """A new reference's id; it may log in."""
        given: dict[str, Any] = {"customerId": customer, "name": "Ida Dam", "internetUser": email is not None, **more}
        given |= {"email": email} if email else {}
        given |= {"newPassword": {"plaintext": password}} if password else {}
        found: str = (await self.made("createReference", given, "reference { id }"))["reference"]["id"]
        return found

    async def person(self, companies: int = 1, password: str | None = PASSWORD, **more: Any) -> Person:
        """Somebody new who may log in for so many companies."""
        email = f"bestiller{next(_numbers)}@kunde.example"
        customers = [await self.customer() for _ in range(companies)]
        references = [await self.reference(customers[0], email, password, **more)]
        more["sharedUsername"] = "KEEP_PASSWORD"
        references += [await self.reference(customer, email, None, **more) for customer in customers[1:]]
        return Person(email, customers, references)

    async def logged_in(self, person: Person) -> Client:
        """The person, with a token, at their first company."""
        client = await self.client()
        payload = await client.login(person.email)
        if payload["__typename"] == "CustomerChoice":
            payload = await client.choose(payload["ticket"], person.references[0])
        return client.become(payload)

    async def see(self, reference: str, selection: str) -> Any:
        """A reference as the ADMIN sees it."""
        admin = await self.admin()
        return await admin.ask(f"query($id: ID!) {{ reference(id: $id) {{ {selection} }} }}", {"id": reference})


UNIONS: Final = {
    "createCustomer": ("InvalidInput",),
    "updateCustomer": ("InvalidInput",),
    "createReference": ("InvalidInput", "WeakPassword"),
    "updateReference": ("InvalidInput", "WeakPassword"),
    "createInternetOrderSettings": ("InvalidInput",),
    "createStaff": ("InvalidInput", "WeakPassword"),
    "updateStaff": ("InvalidInput", "WeakPassword"),
    "createAccessToken": ("InvalidInput",),
}
"""The problems of which more is asked than their code."""
