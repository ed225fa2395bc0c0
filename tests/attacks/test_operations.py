"""Whoever has got behind the door: into the database, its backup, the supply of packages, or an operator's shell.
Attacks 37 to 39 and 47 to 51."""

import base64
import hashlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, VerifyMismatchError

from app.database import Database, NotPermitted, open_database
from app.security.keys import Keys
from app.services.audit import Audit
from app.services.audit_layout import Digester, read_row
from app.services.audit_report import Report
from tests.attacks.databases import on_both_databases
from tests.attacks.firm import LOGIN, PASSWORD, WRONG, Firm, in_turn, said
from tests.attacks.target import EARNEST, HOST, PATIENCE, Target, command, environment, serving
from tests.cli.running import COMMAND, ROOT
from tests.support.databases import PostgresDatabases
from tests.support.node import find_node
from tests.support.services import make_settings

DONE, FAILED = "LoginSuccess", "NoUserFound"


@asynccontextmanager
async def as_owner(target: Target) -> AsyncIterator[Database]:
    """The target's database, for whoever can write everything in it."""
    async with open_database(make_settings(database_url=target.database_url)) as database:
        yield database


@asynccontextmanager
async def put_back(database: Database, *tables: str) -> AsyncIterator[None]:
    """Puts tables back as they were at the end of the block."""
    kept = {table: [dict(row) for row in await database.fetch(f"SELECT * FROM {table}")] for table in tables}
    yield
    for table, rows in kept.items():
        await database.execute(f"DELETE FROM {table}")
        for row in rows:
            places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
            await database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())


@on_both_databases
async def test_37_audit_tampering(firm: Firm, target: Target) -> None:
    """Somebody who can write the database changes what the audit says of them, and makes the digests fit."""
    await firm.person()
    await (await firm.client()).login("ingen@kunde.example", WRONG)
    head = target.adgang("audit", "head")
    assert head.returncode == 0, head
    kept = head.stdout.strip()

    async def verified(from_: str | None = None) -> Report:
        keys = Keys(bytes.fromhex(EARNEST["ADGANG_SECRET_KEY"]))
        async with as_owner(target) as reading:
            return await Audit(reading, keys, bytes.fromhex(EARNEST["ADGANG_AUDIT_KEY"])).verify(from_)

    assert (await verified(kept)).ok
    async with as_owner(target) as database:
        (last,) = await database.fetch(
            "SELECT lane, max(seq) AS seq FROM audit_event GROUP BY lane ORDER BY 2 DESC LIMIT 1"
        )
        lane, seq = last["lane"], last["seq"]
        async with put_back(database, "audit_event", "audit_head", "audit_checkpoint"):
            first = seq - 1
            changing = "UPDATE audit_event SET action = 'LOGGED_OUT' WHERE lane = $1 AND seq = $2"
            assert await database.execute(changing, lane, first) == 1
            await chain_anew(database, lane, first)
            found = target.adgang("audit", "verify")
            assert found.returncode == 1, "digests without the key are no digests"
            assert f"event {first} of lane {lane}" in found.stdout

            await database.execute("DELETE FROM audit_event WHERE lane = $1 AND seq >= $2", lane, first)
            await database.execute(
                "UPDATE audit_head SET seq = $2, digest = (SELECT digest FROM audit_event WHERE lane = $1 AND seq = $2)"
                " WHERE lane = $1",
                lane,
                first - 1,
            )
            assert not (await verified(kept)).ok, "the head that was kept elsewhere knows of more"
    assert (await verified()).ok, "it was put back, and all the other attacks left it whole"


async def chain_anew(database: Database, lane: int, first: int) -> None:
    """Computes the digests of a lane anew from an event on, as far as one can who has no key."""
    digester = Digester(None)
    rows = await database.fetch("SELECT * FROM audit_event WHERE lane = $1 ORDER BY seq", lane)
    previous = b""
    for row in rows:
        digest = bytes(row["digest"])
        if row["seq"] >= first:
            digest = read_row(database.dialect, row).digest(digester, previous)
            await database.execute("UPDATE audit_event SET digest = $2 WHERE id = $1", row["id"], digest)
        previous = digest
    await database.execute("UPDATE audit_head SET digest = $2 WHERE lane = $1", lane, previous)


async def test_37_audit_tampering_through_the_service(postgres_target: Target) -> None:
    """Somebody has broken into the service, and changes the audit over its own connection."""
    settings = make_settings(database_url=postgres_target.settings["ADGANG_DATABASE_URL"])
    async with open_database(settings) as database:
        for statement in (
            "UPDATE audit_event SET action = 'LOGGED_OUT'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
            "DROP TABLE audit_event",
            "DELETE FROM audit_checkpoint",
            "DELETE FROM audit_head",
            "UPDATE audit_beginning SET seq = 0",
            "ALTER TABLE audit_event DISABLE TRIGGER ALL",
            "GRANT ALL ON audit_event TO CURRENT_USER",
            "DELETE FROM secret",
        ):
            if statement.startswith("GRANT"):
                await database.execute(statement)
                continue
            with pytest.raises(NotPermitted):
                await database.execute(statement)
        with pytest.raises(NotPermitted):
            await database.execute("UPDATE audit_event SET action = 'LOGGED_OUT'")


@on_both_databases
async def test_38_audit_flood(firm: Firm, target: Target) -> None:
    """Hundreds of tries that are refused anyway fill the audit and the throttle, and hold everybody up in its chain."""
    ida, client = await firm.person(), await firm.client()
    for _ in range(5):
        assert said(await client.login(ida.email, WRONG)) == FAILED

    async def counted() -> tuple[int, ...]:
        async with as_owner(target) as database:
            found = [
                await database.fetch(f"SELECT count(*) AS n FROM {table}") for table in ("audit_event", "throttle")
            ]
        return tuple(rows[0]["n"] for rows in found)

    before = await counted()
    told = await in_turn((client.login(ida.email, WRONG) for _ in range(150)), 16)
    assert {said(payload) for payload in told} == {"TooManyAttempts 15 min"}
    assert await counted() == before
    async with as_owner(target) as database:
        rows = await database.fetch("SELECT count(*) AS n FROM audit_event WHERE action = 'LOGIN_THROTTLED'")
    assert rows[0]["n"] >= 1


async def test_39_backup_theft(firm: Firm, target: Target, tmp_path: Path) -> None:
    """A backup is stolen, and its hashes are guessed at leisure; or a key is changed because it may be known."""
    ida = await firm.person()
    stolen = target.copy_of_the_database(tmp_path)
    with closing(sqlite3.connect(tmp_path / "stolen.db")) as database:
        query = "SELECT password_hash FROM login WHERE username_key = ?"
        (stored,) = database.execute(query, (ida.email,)).fetchone()
    key_id, _, text = str(stored).partition("$")
    assert key_id
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(f"${text}", PASSWORD)
    with pytest.raises(Argon2Error):
        PasswordHasher().verify(f"${text}", "")

    async def log_in(keys: str) -> str:
        with serving(tmp_path, stolen, ADGANG_PASSWORD_KEY=keys) as other:
            async with AsyncExitStack() as stack:
                return said(await (await Firm(other, stack).client()).login(ida.email))

    new = "99" * 32
    assert await log_in(new) == FAILED
    assert await log_in(f"{new},{EARNEST['ADGANG_PASSWORD_KEY']}") == DONE
    with closing(sqlite3.connect(tmp_path / "stolen.db")) as database:
        (moved,) = database.execute(query, (ida.email,)).fetchone()
    assert str(moved).partition("$")[0] not in {"", key_id}


TELLING = re.compile(
    r"asyncpg|sqlite|postgres|select |insert |traceback|\.py\b|/tmp|/work|/usr|line \d|exception|\bpg_|socket|relation",
    re.IGNORECASE,
)


async def test_47_error_leak_where_the_database_is_gone(postgres_databases: PostgresDatabases, tmp_path: Path) -> None:
    """The service is driven into a fault, to read from its answers what it is made of."""
    with postgres_databases.fresh() as url, serving(tmp_path, url) as target:
        async with AsyncExitStack() as stack:
            client = await Firm(target, stack).client()
            assert said(await client.login("ingen@kunde.example", WRONG)) == FAILED
            await end_of(url)
            viewer = {"Authorization": "Bearer " + "a" * 43}
            a_login = {"i": {"username": "ingen@kunde.example", "password": WRONG}}
            for document, variables in (("{ viewer { name } }", {}), (LOGIN, a_login)):
                answer = await client.post(document, variables, headers=viewer)
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) > 0
                assert answer.json()["errors"][0]["extensions"]["code"] == "OVERLOADED"
                assert not TELLING.search(answer.text), answer.text
            ready = await client.send("GET", "/readyz")
            assert ready.status_code == 503
            assert not TELLING.search(ready.text)
            assert (await client.send("GET", "/healthz")).status_code == 200
            assert "Traceback" not in target.log()


async def end_of(url: str) -> None:
    """Has nobody connect to a database any more, and ends those who are."""
    name = url.rpartition("/")[2].partition("?")[0]
    elsewhere = url.replace(f"/{name}?", "/postgres?")
    async with open_database(make_settings(database_url=elsewhere)) as database:
        await database.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await database.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)


async def test_47_error_leak_where_the_database_is_busy(firm: Firm, target: Target) -> None:
    """The same, where somebody holds the database."""
    admin = await firm.admin()
    create = 'mutation { createCustomer(input: {number: "OPTAGET", name: "A"}) { __typename } }'
    with closing(sqlite3.connect(target.folder / "adgang.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        answer = await admin.post(create)
        holder.execute("ROLLBACK")
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "OVERLOADED"
    assert not TELLING.search(answer.text)
    assert said(await admin.ask(create)) == "CreateCustomerSuccess", "nothing of it was done"


async def test_48_persisted_documents(firm: Firm, target: Target) -> None:
    """A document is sent under another's hash, or so many different ones that what remembers them overflows."""
    client = await firm.client()
    text = "{ __typename }"

    async def sent(hash_of: str, query: str | None = None) -> httpx.Response:
        digest = hashlib.sha256(hash_of.encode()).hexdigest()
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
        return await client.send("POST", "/graphql", json={"query": query, "extensions": extensions})

    async def said_of_its_hash() -> str:
        message: str = (await sent(text)).json()["errors"][0]["message"]
        return message

    assert await said_of_its_hash() == "PersistedQueryNotFound"
    assert (await sent(text, "{ viewer { name } }")).status_code == 400
    assert await said_of_its_hash() == "PersistedQueryNotFound"
    assert (await client.body(text))["data"] == {"__typename": "Query"}

    async def remember(numbers: range) -> None:
        for number in numbers:  # over one connection, and so by one worker
            values = "LOGGED_OUT " * 200
            document = f"query n{number} {{ auditEvents(filter: {{actions: [{values}]}}) {{ edges {{ cursor }} }} }}"
            body = (await sent(document, document)).json()
            assert body["errors"][0]["extensions"]["code"] == "NOT_LOGGED_IN"

    await remember(range(205))
    before = target.memory_mib()
    await remember(range(205, 305))
    assert target.memory_mib() - before < 10, "a hundred more of them would take 40"


LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-bench.txt",
    "requirements-build.txt",
    "requirements-words.txt",
)
NODE = (ROOT / "tests" / "conformance", ROOT / "bench" / "node")


def locked(text: str) -> dict[str, list[str]]:
    """The hashes in a lock file, by what they are for."""
    requirements = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*$", "", text)).splitlines()
    found = {}
    for requirement in filter(None, map(str.strip, requirements)):
        name, *hashes = requirement.split("--hash=")
        found[name.strip()] = [each.strip() for each in hashes]
    return found


def test_49_dependency_confusion_in_locks() -> None:
    """A package of the same name, or another file of the same version, is put where ours come from."""
    for file in LOCKS:
        requirements = locked((ROOT / file).read_text())
        assert requirements, file
        for requirement, hashes in requirements.items():
            assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,-]+\])?==[\w.+!-]+( ?;.*)?$", requirement), requirement
            assert hashes, requirement
            assert all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in hashes), requirement
        assert "--index-url" not in (ROOT / file).read_text()
    builds = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert set(builds) <= set(locked((ROOT / "requirements-build.txt").read_text()))
    for line in (ROOT / "Makefile").read_text().splitlines():
        if re.match(r"\t\$\(PIP\) install", line):
            assert "--require-hashes" in line or ("--no-deps" in line and "--no-build-isolation" in line), line
    for folder in NODE:
        packages = json.loads((folder / "package-lock.json").read_text())["packages"]
        assert all(each["integrity"].startswith("sha512-") for name, each in packages.items() if name)
        assert "ignore-scripts=true" in (folder / ".npmrc").read_text().splitlines()


def a_wheel(folder: Path) -> Path:
    """A package that nobody else has."""
    wheel = folder / "adgang_proeve-1.0-py3-none-any.whl"
    metadata = {
        "METADATA": "Metadata-Version: 2.1\nName: adgang-proeve\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("adgang_proeve.py", "")
        for name, text in metadata.items():
            archive.writestr(f"adgang_proeve-1.0.dist-info/{name}", text)
    return wheel


def test_49_dependency_confusion_is_refused_by_pip(tmp_path: Path) -> None:
    """The file behind a locked version is another one than when it was locked."""
    wheel = a_wheel(tmp_path)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()

    def installed(text: str) -> subprocess.CompletedProcess[str]:
        requirements = tmp_path / "requirements.txt"
        requirements.write_text(text)
        arguments = ("install", "--require-hashes", "--dry-run", "--no-index", "--find-links", str(tmp_path))
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                *arguments,
                "--disable-pip-version-check",
                "--requirement",
                str(requirements),
            ],
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            check=False,
        )

    assert installed(f"adgang-proeve==1.0 --hash=sha256:{digest}").returncode == 0
    changed = installed(f"adgang-proeve==1.0 --hash=sha256:{digest[:-1]}{'0' if digest[-1] != '0' else '1'}")
    assert changed.returncode != 0
    assert "DO NOT MATCH THE HASHES" in changed.stderr


def test_49_dependency_confusion_is_refused_by_npm(tmp_path: Path) -> None:
    """The same, with a package for node, which runs a script where it is installed."""
    node = find_node()
    npm = None if node is None else node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if node is None or npm is None or not npm.is_file():
        if os.environ.get("CI"):
            pytest.fail("npm is missing: run scripts/ensure-node, as `make test` does.")
        pytest.skip("npm is missing: run scripts/ensure-node, as `make test` does.")
    package = {"name": "proeve", "version": "1.0.0", "scripts": {"install": f"touch {tmp_path}/it-ran"}}
    with tarfile.open(tmp_path / "proeve.tgz", "w:gz") as archive:
        text = json.dumps(package).encode()
        entry = tarfile.TarInfo("package/package.json")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    wanted = {"name": "x", "version": "1.0.0", "dependencies": {"proeve": "file:proeve.tgz"}}
    (tmp_path / "package.json").write_text(json.dumps(wanted))
    (tmp_path / ".npmrc").write_text((ROOT / "tests" / "conformance" / ".npmrc").read_text())
    digest = base64.b64encode(hashlib.sha512((tmp_path / "proeve.tgz").read_bytes()).digest()).decode()

    def installed(integrity: str) -> subprocess.CompletedProcess[str]:
        locked = {"version": "1.0.0", "resolved": "file:proeve.tgz", "integrity": integrity, "hasInstallScript": True}
        lock = {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "requires": True}
        packages = {"": wanted, "node_modules/proeve": locked}
        (tmp_path / "package-lock.json").write_text(json.dumps({**lock, "packages": packages}))
        return subprocess.run(
            [node, npm, "ci", "--offline", "--cache", str(tmp_path / "cache")],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**environment(tmp_path), "PATH": f"{node.parent}:{os.environ['PATH']}"},
            check=False,
        )

    good = installed(f"sha512-{digest}")
    assert good.returncode == 0, good.stderr
    assert not (tmp_path / "it-ran").exists()
    changed = installed(f"sha512-{digest[:-4]}AA==")
    assert changed.returncode != 0
    assert "EINTEGRITY" in changed.stderr


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The address of a demo that runs in a folder."""
    with subprocess.Popen(
        [*COMMAND, "demo", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        env=environment(folder),
    ) as process:
        try:
            assert process.stdout is not None
            found = (re.search(r"GraphiQL: (http://127\.0\.0\.1:\d+/graphql)", line) for line in process.stdout)
            yield next(match[1] for match in found if match)
        finally:
            process.terminate()


async def test_50_demo_in_production(tmp_path: Path) -> None:
    """A demo, whose log-ins are printed and whose cookies need no TLS, is put on the internet."""
    settings = {"ADGANG_DATABASE_URL": f"sqlite:///{tmp_path}/adgang-demo.db"}
    done = command(tmp_path, settings, "demo", str(tmp_path), "--host", "0.0.0.0")
    assert done.returncode == 1
    assert "this machine alone" in done.stderr
    with demo(tmp_path) as url:
        # The address is printed before it is listened on.
        transport = httpx.AsyncHTTPTransport(retries=10, verify=False)
        async with httpx.AsyncClient(transport=transport, timeout=PATIENCE) as client:
            assert (await client.post(url, json={"query": "{ __typename }"})).status_code == 200
            for host in (HOST, "evil.example", "192.0.2.1"):
                answer = await client.post(url, json={"query": "{ __typename }"}, headers={"Host": host})
                assert answer.status_code == 400, host
    done = command(tmp_path, settings, "serve", "--port", "0")
    assert done.returncode == 1
    assert "--demo" in done.stderr


async def test_51_metrics_and_readiness(firm: Firm) -> None:
    """What is there for whoever watches the service tells strangers of it."""
    client = await firm.client()
    for path in ("/metrics", "/metrics/", "/debug", "/admin", "/.git/config", "/.env", "/server-status", "/graphql/x"):
        for method in ("GET", "POST"):
            answer = await client.send(method, path)
            assert answer.status_code == 404, path
            assert set(answer.json()) == {"errors"}
    ready, alive = await client.send("GET", "/readyz"), await client.send("GET", "/healthz")
    assert ready.json() == {"status": "ready"}
    assert alive.json() == {"status": "ok"}
    for answer in (ready, alive):
        assert "server" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
    assert (await client.send("POST", "/readyz")).status_code == 405
