"""A SIGKILL in mid-write: what was acknowledged is there, nothing is half written, and a new process goes on."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from app.services import Services
from tests.support.world import World, logins_by_username, working_password

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("kills", "processes"), [pytest.param(4, 1, id="one process"), pytest.param(2, 2, id="two processes at once")]
)
async def test_after_kills_in_mid_write_one_acknowledged_password_works_or_none(
    services: Services, kills: int, processes: int
) -> None:
    world = World(services)
    for _ in range(5):
        await world.customer()
    url = services.resources.settings.database_url
    attempted: list[str] = []
    for kill in range(kills):
        seeds = range(kill * processes, (kill + 1) * processes)
        for tried in await asyncio.gather(*(written_until_killed(url, seed) for seed in seeds)):
            attempted += tried
        stored = await logins_by_username(services.resources.database)
        for username, (stored_hash, _) in stored.items():
            working = await working_password(services, username, attempted)
            assert (working is not None) is (stored_hash is not None)
    assert (await services.audit.verify()).ok


async def written_until_killed(url: str, seed: int) -> list[str]:
    """Starts a writer and kills it in mid-write after some acknowledged saves; answers the passwords it tried."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.writer", url, str(seed), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    tried: list[str] = []
    acknowledged = 0
    while acknowledged < 25:
        line = (await writer.stdout.readline()).decode()
        assert line, "the writer ended by itself"
        word, _, password = line.strip().partition(" ")
        if word == "try":
            tried.append(password)
        acknowledged += word == "ok"
    os.kill(writer.pid, signal.SIGKILL)
    rest = (await writer.stdout.read()).decode()
    tried += [line.partition(" ")[2] for line in rest.splitlines() if line.startswith("try ")]
    await writer.wait()
    return tried
