"""The rules, "Lists" 3: pages of lists as clients turn them, and cursors from elsewhere."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import Services
from app.services.folding import fold
from tests.reading.firm import Firm
from tests.support.story import Story

NAMES = st.sampled_from(["Aa", "Å", "a", "b", "æ", "Ø", "B", "aA", "z%", "_"])
MOMENTS = st.none() | st.integers(0, 2)
ORDERS = {"customers": ("NUMBER", "NAME", "CREATED_AT"), "references": ("NAME", "EMAIL", "CREATED_AT", "LAST_LOGIN_AT")}


class Register:
    """Small registers, one after another in the same database, and lists of them in pages."""

    def __init__(self, story: Story, services: Services, token: str) -> None:
        self._story = story
        self._firm = Firm(services)
        self._token = token
        self._count = 0

    async def empty(self) -> None:
        for table in ("reference", "login", "customer"):
            await self._firm.database.execute(f"DELETE FROM {table}")

    async def add(self, name: str, moment: int | None) -> None:
        """A customer with this name and a reference of the same, who logged in at this moment or never did."""
        self._count += 1
        at = None if moment is None else self._firm.now + timedelta(seconds=moment)
        created = {"created_at": at or self._firm.now}
        customer = await self._firm.customer(f"{name}{self._count}", name, **created)
        email = None if moment is None else f"{self._count}{fold(name).strip('%_') or 'x'}@kunde.example"
        login = None if email is None else await self._firm.login(f"{self._count}@kunde.example")
        await self._firm.reference(customer, name, email, login, last_login_at=at, **created)

    async def page(self, field: str, order: str, direction: str, **arguments: Any) -> Any:
        """A page of a list: its ids, its cursors, and where it lies."""
        document = f"""query($first: Int, $after: String, $last: Int, $before: String) {{ {field}(orderBy: {order},
            direction: {direction}, first: $first, after: $after, last: $last, before: $before) {{ totalCount
            edges {{ cursor node {{ id }} }} pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}"""
        return await self._story.run(document, arguments, token=self._token)

    async def walk(
        self, field: str, order: str, direction: str, size: int, *, backwards: bool, newcomers: Sequence[str] = ()
    ) -> list[str]:
        """The ids of a list, page by page, while newcomers are added between the pages."""
        coming = iter(newcomers)
        place: str | None = None
        found: list[str] = []
        while True:
            given = {"last": size, "before": place} if backwards else {"first": size, "after": place}
            page = await self.page(field, order, direction, **given)
            ids = [edge["node"]["id"] for edge in page["edges"]]
            found = ids + found if backwards else found + ids
            info = page["pageInfo"]
            place = info["startCursor"] if backwards else info["endCursor"]
            assert info["hasNextPage" if backwards else "hasPreviousPage"] is (len(found) > len(ids))
            if not info["hasPreviousPage" if backwards else "hasNextPage"]:
                return found
            if (name := next(coming, None)) is not None:
                await self.add(name, len(name) % 3)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(NAMES, MOMENTS), max_size=6),
    newcomers=st.lists(NAMES, max_size=3),
    size=st.integers(1, 3),
    field=st.sampled_from(sorted(ORDERS)),
    direction=st.sampled_from(["ASC", "DESC"]),
)
async def test_whoever_turns_all_pages_has_met_everything_once(
    story: Story,
    services: Services,
    rows: list[tuple[str, int | None]],
    newcomers: list[str],
    size: int,
    field: str,
    direction: str,
) -> None:
    register = Register(story, services, await story.staff())
    for order in ORDERS[field]:
        await register.empty()
        for row in rows:
            await register.add(*row)
        whole = await register.page(field, order, direction, first=500)
        ids = [edge["node"]["id"] for edge in whole["edges"]]
        assert whole["totalCount"] == len(ids) == len(rows)
        other = await register.page(field, order, "ASC" if direction == "DESC" else "DESC", first=500)
        assert [edge["node"]["id"] for edge in other["edges"]] == ids[::-1]
        for backwards in (False, True):
            assert await register.walk(field, order, direction, size, backwards=backwards) == ids
            met = await register.walk(field, order, direction, size, backwards=backwards, newcomers=newcomers)
            assert len(set(met)) == len(met)
            assert [id for id in met if id in ids] == ids
            ids = [edge["node"]["id"] for edge in (await register.page(field, order, direction, first=500))["edges"]]


async def test_a_cursor_counts_in_its_own_list_and_order_alone(story: Story) -> None:
    for name in ("A", "B"):
        await story.reference(await story.customer(name), name=name)
    token = await story.staff()
    lists = (
        "customers(first: 1%s)",
        "customers(orderBy: NAME, first: 1%s)",
        "customers(orderBy: NAME, direction: DESC, first: 1%s)",
        "customers(orderBy: CREATED_AT, first: 1%s)",
        "references(first: 1%s)",
        "references(orderBy: EMAIL, first: 1%s)",
        "references(orderBy: LAST_LOGIN_AT, first: 1%s)",
        "auditEvents(first: 1%s)",
        'customer(number: "10001") { references(first: 1%s)',
        'customer(number: "10002") { references(first: 1%s)',
    )

    async def run(text: str, more: str = "") -> Any:
        closing = " }" if text.startswith("customer(") else ""
        return await story.api.run(f"{{ {text % more} {{ edges {{ cursor }} }}{closing} }}", token=token)

    def cursor_of(body: Any) -> str:
        (page,) = body["data"].values()
        found: str = page.get("references", page)["edges"][0]["cursor"]
        return found

    cursors = {text: cursor_of(await run(text)) for text in lists}
    assert len(set(cursors.values())) == len(lists)
    for text in lists:
        for origin, cursor in cursors.items():
            for end in ("after", "before"):
                body = await run(text, f', {end}: "{cursor}"')
                if origin == text:
                    assert "errors" not in body
                    continue
                (error,) = body["errors"]
                assert error["extensions"]["code"] == "INVALID_INPUT"
                assert [wrong["field"] for wrong in error["extensions"]["fields"]] == [end]
                assert cursor not in error["message"]


async def test_pages_say_what_lies_on_either_side(story: Story) -> None:
    for number in range(1, 5):
        await story.customer(number=str(number))
    token = await story.staff()

    async def page(arguments: str) -> Any:
        """The numbers on a page, whether there is a previous one, whether there is a next one, and its two cursors."""
        found = await story.run(
            f"""{{ customers({arguments}) {{ edges {{ cursor node {{ number }} }}
                pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }} }} }}""",
            token=token,
        )
        info, cursors = found["pageInfo"], [edge["cursor"] for edge in found["edges"]]
        assert (info["startCursor"], info["endCursor"]) == ((cursors[0], cursors[-1]) if cursors else (None, None))
        numbers = "".join(edge["node"]["number"] for edge in found["edges"])
        return numbers, info["hasPreviousPage"], info["hasNextPage"], info["startCursor"], info["endCursor"]

    first = await page("first: 2")
    assert first[:3] == ("12", False, True)
    assert (await page(f'first: 2, after: "{first[4]}"'))[:3] == ("34", True, False)
    last = await page("last: 1")
    assert last[:3] == ("4", True, False)
    assert (await page(f'last: 3, before: "{last[3]}"'))[:3] == ("123", False, True)
    assert (await page(f'last: 2, before: "{last[3]}"'))[:3] == ("23", True, True)
    assert (await page(f'after: "{last[4]}"'))[:3] == ("", True, False)
    assert (await page(f'before: "{first[3]}"'))[:3] == ("", False, True)
    assert (await page("first: 0"))[:3] == ("", False, True)
    assert (await page("last: 0"))[:3] == ("", True, False)
    assert (await page("first: 4"))[:3] == ("1234", False, False)
    assert (await page("first: null, last: null, after: null, before: null"))[:3] == ("1234", False, False)
    assert (await page(f'first: 500, after: "{first[3]}", before: "{last[3]}"'))[:3] == ("23", True, True)
