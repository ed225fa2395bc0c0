"""Two customers, and a person who orders for both of them."""

from dataclasses import dataclass
from typing import Any

from app import ids
from app.services.caller import Caller, PortalUser
from tests.reading.asking import ask
from tests.reading.firm import ALL, Firm

NODE = "node { id }"
REFERENCES = "references { totalCount edges { node { name } } }"


@dataclass
class Firms:
    """Ida orders for Alfa and for Beta with one username, and is logged in at Alfa; Ole orders for Beta alone."""

    firm: Firm
    alfa: int
    beta: int
    ida: int
    ida_at_beta: int
    ole: int
    login: int
    special: int
    portal: PortalUser

    async def node(self, caller: Caller, type_name: str, key: int) -> Any:
        return await self.firm.reader.node(caller, ids.encode(type_name, key), ask(NODE))


async def two_firms(firm: Firm) -> Firms:
    """Both customers, with their people."""
    special = await firm.settings("Kun sporing", ALL[10])
    alfa, beta = await firm.customer("2", "Alfa"), await firm.customer("1", "Beta", settings_id=special)
    login = await firm.login("ida@example.dk")
    ida = await firm.reference(alfa, "Ida", "Ida@example.dk", login)
    ida_at_beta = await firm.reference(beta, "Ida B", "ida@example.dk", login)
    ole = await firm.reference(beta, "Ole", "ole@example.dk", await firm.login("ole@example.dk"))
    portal = await firm.portal_user(alfa, login, ida)
    return Firms(firm, alfa, beta, ida, ida_at_beta, ole, login, special, portal)
