"""A register in which all that one portal user may not know of holds a word, and a look-out for that word."""

import json
from collections.abc import Iterator
from typing import Any

from app import ids
from app.database import Database
from app.models.enums import StaffRole
from tests.support.callers import EVA, IDA, Register, access_token
from tests.support.story import PASSWORD, Story

WORD = "HEMMELIG"
IDA_ELSEWHERE = IDA.upper()
NODES = {
    "customer": "Customer",
    "reference": "Reference",
    "internet_order_settings": "InternetOrderSettings",
    "session": "Session",
    "staff_member": "StaffMember",
    "access_token": "AccessToken",
    "audit_event": "AuditEvent",
}


async def register_with_secrets(story: Story) -> Register:
    """Ida orders for Nord, for Syd, and for a third company where she isn't ticked. Eva orders for Syd."""

    async def settings(name: str) -> str:
        made = await story.mutate(
            "createInternetOrderSettings",
            {"name": name, "permissions": ["CREATE_ORDERS", "CHANGE_ORDER_DEFAULTS"]},
            "... on CreateInternetOrderSettingsSuccess { settings { id } }",
        )
        found: str = made["settings"]["id"]
        return found

    hidden = await settings(f"{WORD} 1")
    nord = await story.customer("Nord", settingsId=hidden)
    syd, third = await story.customer("Syd"), await story.customer(f"Firma {WORD}", number=f"{WORD}-1")
    elsewhere = {"sharedUsername": "KEEP_PASSWORD", "phone": WORD, "mobile": WORD}
    given = {"name": WORD, "email": f"{WORD}@firma.dk", "role": "EDITOR", "newPassword": {"generate": True}}
    known = {
        "nord": nord,
        "syd": syd,
        "empty": await story.customer(f"{WORD} A/S", number=f"{WORD}-2"),
        "ida": await story.reference(nord, IDA, PASSWORD, settingsId=await settings("Idas")),
        "idaAtSyd": await story.reference(syd, IDA_ELSEWHERE, name="Ida Syd", settingsId=hidden, **elsewhere),
        "idaUnticked": await story.reference(third, IDA_ELSEWHERE, name=WORD, internetUser=False, **elsewhere),
        "eva": await story.reference(syd, EVA, PASSWORD, name=WORD, phone=WORD),
        "spare": await story.reference(nord, f"{WORD}@kunde.example", name=f"Kollega {WORD}"),
        "member": (await story.mutate("createStaff", given, "... on CreateStaffSuccess { staff { id } }"))["staff"][
            "id"
        ],
        "settings": hidden,
        "spareSettings": await settings(f"{WORD} 2"),
    }
    known["token"], _ = await access_token(story, StaffRole.AUDITOR, WORD)
    register = Register(story, known)
    story.api.client.headers["User-Agent"] = WORD
    known["session"] = (await story.run("{viewer {sessions {id}}}", token=await story.token(EVA)))["sessions"][0]["id"]
    story.api.client.headers["User-Agent"] = "Idas browser"
    await story.token(IDA, reference=known["idaAtSyd"])
    return register


async def everything_there_is(database: Database) -> set[str]:
    """The id of every thing that has one."""
    found = set()
    for table, name in NODES.items():
        found |= {ids.encode(name, row["id"]) for row in await database.fetch(f"SELECT id FROM {table}")}
    return found


async def own_ids(register: Register, token: str) -> set[str]:
    """The ids of what Ida may know of: herself, her company, the settings that apply, her username's sessions."""
    viewer = await register.story.run(
        "{ viewer { sessions { id } ... on PortalViewer { reference { id settings { id } } customer { id } } } }",
        token=token,
    )
    reference = viewer["reference"]
    return {
        *(session["id"] for session in viewer["sessions"]),
        reference["id"],
        reference["settings"]["id"],
        viewer["customer"]["id"],
    }


def texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in an answer, and the key it stands under."""
    match value:
        case dict():
            for name, part in value.items():
                yield from texts(part, name)
        case list():
            for part in value:
                yield from texts(part, key)
        case str():
            yield key, value


class Watch:
    """Looks at answers for what must not be in them."""

    def __init__(self, hidden: set[str]) -> None:
        self._hidden = hidden

    def over(self, body: Any, *, sent: str = "") -> None:
        """Asserts that an answer holds nothing of others but the choices of the username, and ids that were sent."""
        whole = json.dumps(body, ensure_ascii=False)
        assert WORD not in whole.upper()
        assert IDA_ELSEWHERE not in whole
        for key, text in texts(body):
            if not key.endswith("referenceId") and text not in sent:
                assert text not in self._hidden, (key, ids.decode(text))
