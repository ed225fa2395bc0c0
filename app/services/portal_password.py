"""What is stored about a portal user's password, read so that one that is right is told from one that lets nobody in.

The rules, "Logging in" 2: unknown username, wrong password, no password, nowhere to log in: one statement for all.
"""

from app.services.lifetimes import is_outdated
from app.services.log_in_try import Account
from app.services.places import IS_PLACE
from app.services.resources import Resources

_ACCOUNT = (
    "SELECT id, password_hash, epoch, temporary_since, EXISTS (SELECT 1 FROM reference"
    f" JOIN customer ON customer.id = reference.customer_id WHERE reference.login_id = login.id AND {IS_PLACE})"
    " AS has_place FROM login WHERE username_key = $1"
)


async def read_account(resources: Resources, username: str | None) -> Account | None:
    """The login of a canonical username; None where nobody has it."""
    database = resources.database
    rows = await database.fetch(_ACCOUNT, username or "")
    if not rows:
        return None
    row = rows[0]
    since = database.dialect.moment(row["temporary_since"])
    outdated = is_outdated(resources.settings, since, resources.clock.now())
    return Account(row["id"], row["epoch"], row["password_hash"], lets_in=bool(row["has_place"]) and not outdated)
