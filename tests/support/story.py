"""A register told through the public schema: what the rules' tests are written in.

Every method posts a document, as a single-page application or a tool would. A mutation answers its whole payload,
`__typename` included; `expect` looks at that.
"""

from typing import Any

from app.models.enums import StaffRole
from app.services import Services
from app.services.caller import CommandLine
from app.services.inputs import CreateStaff, NewPassword
from app.services.results import CreateStaffSuccess
from tests.support.api import Api

STAFF_PASSWORD = "lastbil motorvej kaffe pause"
PASSWORD = "korrekt hest batteri klammer"
OTHER_PASSWORD = "fjorten blå kasser under broen"

PROBLEMS = {
    "InvalidInput": "fields { field code message }",
    "NotFound": "id",
    "AlreadyExists": "field existing { id __typename }",
    "VersionConflict": "currentVersion current { id }",
    "WeakPassword": "reasons { code message }",
    "TooManyAttempts": "retryAfterSeconds",
    "SharedUsername": "references { id }",
    "InUse": "customers references",
}
IMPACT = "impact { username effect sessionsRevoked references { id } }"
REFERENCE = "id name email passwordStatus canLogIn internetUser version customer { id name }"


def with_problems(selection: str, *problems: str) -> str:
    """A selection with what is told of these problems; a fragment on one that the union lacks would be refused."""
    parts = [f"... on {problem} {{ {PROBLEMS[problem]} }}" for problem in problems]
    return " ".join([selection, "... on Problem { code message }", *parts])


class Story:
    """Staff, customers and references, by public id."""

    def __init__(self, api: Api, services: Services) -> None:
        self.api = api
        self.services = services
        self._tokens: dict[StaffRole, str] = {}
        self._made: set[str] = set()

    async def run(self, document: str, variables: dict[str, Any] | None = None, *, token: str | None = None) -> Any:
        """The only root field's value."""
        data = await self.api.data(document, variables, token=token)
        (value,) = data.values()
        return value

    async def staff(self, role: StaffRole = StaffRole.ADMIN) -> str:
        """The token of a member of staff with this role, who is made and logged in when first asked for."""
        email = f"{role.value.lower()}@firma.dk"
        if email not in self._made:
            given = CreateStaff(role.value.title(), email, role, NewPassword(plaintext=STAFF_PASSWORD))
            assert isinstance(await self.services.staff.create_staff(CommandLine(), given), CreateStaffSuccess)
            self._made.add(email)
        if role not in self._tokens:
            self._tokens[role] = await self.staff_login(email)
        return self._tokens[role]

    def on_another_day(self) -> None:
        """Staff log in anew: their sessions have ended."""
        self._tokens.clear()

    async def staff_login(self, email: str, password: str = STAFF_PASSWORD) -> str:
        """Logs staff in; answers the token."""
        payload = await self.run(
            "mutation($i: StaffLoginInput!) { staffLogin(input: $i) { __typename"
            " ... on StaffLoginSuccess { accessToken } } }",
            {"i": {"email": email, "password": password}},
        )
        assert payload["__typename"] == "StaffLoginSuccess", payload
        token: str = payload["accessToken"]
        return token

    async def mutate(
        self, field: str, given: dict[str, Any] | None, selection: str, *problems: str, token: str | None = None
    ) -> Any:
        """Runs one mutation that takes an `input`, as an ADMIN unless a token is given."""
        input_type = f"{field[0].upper()}{field[1:]}Input"
        answer = f"__typename {with_problems(selection, *problems)}"
        document = f"mutation($i: {input_type}!) {{ {field}(input: $i) {{ {answer} }} }}"
        return await self.run(document, {"i": given}, token=await self.staff() if token is None else token)

    async def customer(self, name: str = "Nordisk Transport A/S", **more: Any) -> str:
        """A new customer's id; its number is the next one that is free."""
        number = more.pop("number", None) or str(10001 + await self._count("customer"))
        payload = await self.mutate(
            "createCustomer",
            {"number": number, "name": name, **more},
            "... on CreateCustomerSuccess { customer { id } }",
            "InvalidInput",
            "AlreadyExists",
        )
        assert payload["__typename"] == "CreateCustomerSuccess", payload
        found: str = payload["customer"]["id"]
        return found

    async def create(self, customer: str, email: str | None = None, password: str | None = None, **more: Any) -> Any:
        """Creates a reference that may log in, if it has an e-mail; answers the payload."""
        given: dict[str, Any] = {"customerId": customer, "name": "Ida Dam", "internetUser": email is not None, **more}
        if email is not None:
            given["email"] = email
        if password is not None:
            given["newPassword"] = {"plaintext": password}
        return await self.mutate(
            "createReference",
            given,
            f"... on CreateReferenceSuccess {{ generatedPassword reference {{ {REFERENCE} }} {IMPACT} }}",
            "InvalidInput",
            "NotFound",
            "AlreadyExists",
            "SharedUsername",
            "WeakPassword",
        )

    async def reference(self, customer: str, email: str | None = None, password: str | None = None, **more: Any) -> str:
        """A new reference's id."""
        payload = await self.create(customer, email, password, **more)
        assert payload["__typename"] == "CreateReferenceSuccess", payload
        found: str = payload["reference"]["id"]
        return found

    async def update(self, reference: str, **given: Any) -> Any:
        """Changes a reference; answers the payload."""
        return await self.mutate(
            "updateReference",
            {"id": reference, **given},
            f"... on UpdateReferenceSuccess {{ generatedPassword reference {{ {REFERENCE} }} {IMPACT} }}",
            "InvalidInput",
            "NotFound",
            "AlreadyExists",
            "SharedUsername",
            "WeakPassword",
            "VersionConflict",
        )

    async def on_login(self, field: str, reference: str, selection: str = IMPACT, **more: Any) -> Any:
        """Runs `clearPassword`, `restorePassword`, `unlockLogin`, `endSessions` on a reference's login."""
        success = f"{field[0].upper()}{field[1:]}Success"
        given = {"referenceId": reference, **more}
        return await self.mutate(field, given, f"... on {success} {{ {selection} }}", "NotFound")

    async def delete(self, reference: str, **more: Any) -> Any:
        """Deletes a reference; answers the payload."""
        return await self.mutate(
            "deleteReference",
            {"id": reference, **more},
            f"... on DeleteReferenceSuccess {{ referenceId {IMPACT} }}",
            "NotFound",
            "VersionConflict",
        )

    async def preview(self, **given: Any) -> Any:
        """What a save would do."""
        return await self.run(
            "query($i: PreviewReferenceInput!) { previewReference(input: $i)"
            " { username effect sessionsRevoked references { id } refusedBy { __typename code message } } }",
            {"i": given},
            token=await self.staff(),
        )

    async def login(self, username: str, password: str = PASSWORD, **more: Any) -> Any:
        """Tries to log in to the portal; answers the payload."""
        return await self.run(
            "mutation($i: LoginInput!) { login(input: $i) { __typename ... on Problem { code message }"
            " ... on LoginSuccess { accessToken expiresAt viewer { reference { id } } }"
            " ... on CustomerChoice { ticket options { referenceId customerName } } } }",
            {"i": {"username": username, "password": password, **more}},
        )

    async def choose(self, ticket: str, reference: str) -> Any:
        """Chooses a company with a ticket; answers the payload."""
        return await self.run(
            "mutation($i: ChooseCustomerInput!) { chooseCustomer(input: $i) { __typename ... on Problem { code }"
            " ... on LoginSuccess { accessToken viewer { reference { id } } } } }",
            {"i": {"ticket": ticket, "referenceId": reference}},
        )

    async def token(self, username: str, password: str = PASSWORD, reference: str | None = None) -> str:
        """The token of a person who logs in, at this reference where they have several."""
        payload = await self.login(username, password)
        if payload["__typename"] == "CustomerChoice":
            chosen = reference or payload["options"][0]["referenceId"]
            payload = await self.choose(payload["ticket"], chosen)
        assert payload["__typename"] == "LoginSuccess", payload
        token: str = payload["accessToken"]
        return token

    async def alive(self, token: str) -> bool:
        """Whether a session still lives."""
        viewer = await self.run("{ viewer { __typename name } }", token=token)
        return viewer is not None

    async def read(self, reference: str, selection: str = REFERENCE) -> Any:
        """A reference as staff see it."""
        return await self.run(
            f"query($id: ID!) {{ reference(id: $id) {{ {selection} }} }}", {"id": reference}, token=await self.staff()
        )

    async def _count(self, table: str) -> int:
        rows = await self.services.resources.database.fetch(f"SELECT count(*) AS n FROM {table}")
        count: int = rows[0]["n"]
        return count
