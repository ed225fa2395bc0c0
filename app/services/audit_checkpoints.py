"""Checkpoints: once a minute, a digest over the heads of all lanes and the checkpoint before.

It goes to its table and to the log. A lane's own chain can't tell when its newest events are deleted and its head set
back; a checkpoint that is kept elsewhere can.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from app.database import Database, Dialect, Executor, Transaction
from app.services.audit_layout import GENESIS, KEYED, Digester, canonical, moment_text

TRIES: Final = 10
CHECKPOINTS: Final = "SELECT number, at, heads, digest FROM audit_checkpoint"
"""What `read_checkpoint` takes, of all there are."""
Heads = dict[int, tuple[int, bytes]]
log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.audit")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A numbered digest over the heads (lane → number and digest of its last event) and the checkpoint before."""

    number: int
    at: datetime
    heads: Heads
    digest: bytes

    def __str__(self) -> str:
        """What an operator keeps and hands to `adgang audit verify --from`."""
        return f"{self.number}:{self.digest.hex()}"


def checkpoint_digest(
    digester: Digester, number: int, at: datetime, heads: Heads, previous: bytes, mark: bytes | None = None
) -> bytes:
    """The digest of a checkpoint behind the one before it."""
    content = {"number": number, "at": moment_text(at), "heads": _heads_as_json(heads)}
    return digester.digest("checkpoint", previous, content, mark)


def read_checkpoint(dialect: Dialect, row: Mapping[str, Any]) -> Checkpoint:
    """A row of `audit_checkpoint`."""
    heads = {lane: (seq, bytes.fromhex(digest)) for lane, seq, digest in dialect.json(row["heads"])}
    return Checkpoint(row["number"], dialect.moment(row["at"]), heads, row["digest"])


def parse(text: str) -> tuple[int, bytes] | None:
    """The number and digest in a `NUMBER:DIGEST`, or None where it is none."""
    found = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{66})", text.strip().lower())
    return (int(found[1]), bytes.fromhex(found[2])) if found else None


async def read_heads(executor: Executor) -> Heads:
    """The number and digest of the last event of every lane that has one."""
    rows = await executor.fetch("SELECT lane, seq, digest FROM audit_head WHERE seq > 0 ORDER BY lane")
    return {row["lane"]: (row["seq"], row["digest"]) for row in rows}


async def is_keyed(executor: Executor) -> bool:
    """Whether the newest event of any lane was written with a key."""
    return any(digest[:1] == KEYED for _, digest in (await read_heads(executor)).values())


async def last_checkpoint(executor: Executor) -> Checkpoint | None:
    """The newest checkpoint."""
    rows = await executor.fetch(f"{CHECKPOINTS} ORDER BY number DESC LIMIT 1")
    return read_checkpoint(executor.dialect, rows[0]) if rows else None


async def last_number(executor: Executor) -> int:
    """The number of the newest checkpoint, 0 where there is none."""
    rows = await executor.fetch("SELECT max(number) AS number FROM audit_checkpoint")
    return rows[0]["number"] or 0


class Checkpoints:
    """Makes checkpoints. All workers may try at once; of those that make the same number, one wins."""

    def __init__(self, database: Database, digester: Digester) -> None:
        self._database = database
        self._digester = digester

    async def make(self) -> Checkpoint:
        """A checkpoint over everything committed so far: a new one, or the last where nothing came since."""
        for _ in range(TRIES):
            heads = await read_heads(self._database)
            last = await last_checkpoint(self._database)
            if last is not None and heads == last.heads:
                return last
            made = await self._database.transact(self._insert)
            if made is not None:
                log.info("audit checkpoint", number=made.number, digest=made.digest.hex())
                return made
        raise RuntimeError("other workers' checkpoints kept coming first")

    async def _insert(self, tx: Transaction) -> Checkpoint | None:
        """Writes the next checkpoint, or nothing where another worker was quicker.

        The last one is read before the heads, so that heads never go back from one to the next.
        """
        last = await last_checkpoint(tx)
        rows = await tx.fetch(f"SELECT {tx.dialect.now} AS now")
        heads = await read_heads(tx)
        if last is not None and heads == last.heads:
            return None
        at: datetime = tx.dialect.moment(rows[0]["now"])
        number = last.number + 1 if last else 1
        digest = checkpoint_digest(self._digester, number, at, heads, last.digest if last else GENESIS)
        written = await tx.execute(
            "INSERT INTO audit_checkpoint (number, at, heads, digest) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (number) DO NOTHING",
            number,
            at,
            canonical(_heads_as_json(heads)),
            digest,
        )
        return Checkpoint(number, at, heads, digest) if written else None


def _heads_as_json(heads: Heads) -> list[list[object]]:
    return [[lane, seq, digest.hex()] for lane, (seq, digest) in sorted(heads.items())]
