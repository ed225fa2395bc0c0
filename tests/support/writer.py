"""A process that saves references as fast as it can until it is killed.

    python -m tests.support.writer DATABASE_URL SEED

Each line of its output is `try PASSWORD` before a save with a password and `ok PASSWORD` after it was acknowledged.
"""

import asyncio
import random
import sys

from app import ids
from app.clock import SystemClock
from app.services import open_services
from app.services.problems import Problem
from app.services.results import CreateReferenceSuccess
from tests.support.services import cheap_hasher, make_settings
from tests.support.world import STAFF, World

EMAILS = ("ida@example.dk", "bo@example.dk")


def say(word: str, password: str) -> None:
    sys.stdout.write(f"{word} {password}\n")
    sys.stdout.flush()


async def write_for_ever(url: str, seed: int) -> None:
    """Four tasks that create, rename, set, clear and delete over two usernames, and what was there before."""
    chance = random.Random(seed)
    async with open_services(make_settings(database_url=url), clock=SystemClock(), hasher=cheap_hasher()) as services:
        rows = await services.resources.database.fetch("SELECT id FROM customer ORDER BY id")
        customers = [ids.encode("Customer", row["id"]) for row in rows]
        world = World(services, customers)
        rows = await services.resources.database.fetch("SELECT id FROM reference")
        keys = [ids.encode("Reference", row["id"]) for row in rows]

        async def task(number: int) -> None:
            count = 0
            while True:
                count += 1
                password = f"korrekt hest {seed} batteri {number} klammer {count:06d}"
                chosen = chance.randrange(5)
                if chosen == 0 or not keys:
                    say("try", password)
                    made = await world.create(chance.choice(customers), chance.choice(EMAILS), password)
                    if isinstance(made, CreateReferenceSuccess):
                        keys.append(ids.encode("Reference", made.reference_key))
                        say("ok", password)
                elif chosen == 1:
                    say("try", password)
                    if not isinstance(
                        await world.rename(chance.choice(keys), chance.choice(EMAILS), password), Problem
                    ):
                        say("ok", password)
                elif chosen == 2:
                    say("try", password)
                    if not isinstance(await world.set_password(chance.choice(keys), password), Problem):
                        say("ok", password)
                elif chosen == 3:
                    await services.login_care.clear_password(STAFF, chance.choice(keys))
                else:
                    await services.credentials.delete_reference(STAFF, keys.pop(chance.randrange(len(keys))))

        await asyncio.gather(*(task(number) for number in range(4)))


if __name__ == "__main__":
    asyncio.run(write_for_ever(sys.argv[1], int(sys.argv[2])))
