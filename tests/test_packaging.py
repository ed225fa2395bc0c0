"""What is installed is what is locked, for every Python that we say we run on, and the locks lead nowhere."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-bench.txt",
    "requirements-build.txt",
    "requirements-words.txt",
)
NPM_LOCKS = ("tests/conformance/package-lock.json", "bench/node/package-lock.json")


def locked(name: str) -> dict[str, str]:
    """The versions in a lock, by package."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ \\;]+)", text, re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


def wanted(*lists: list[str]) -> list[Requirement]:
    return [Requirement(text) for requirements in lists for text in requirements]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_for_everything_and_no_address_or_path(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    assert all("--hash=sha256:" in entry for entry in entries if entry.strip())
    assert not re.search(r"://|^-|file:|@ |\s/", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("requirements.txt", wanted(PROJECT["project"]["dependencies"])),
        (
            "requirements-dev.txt",
            wanted(PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]["dev"]),
        ),
        (
            "requirements-bench.txt",
            wanted(PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]["bench"]),
        ),
        ("requirements-build.txt", wanted(PROJECT["build-system"]["requires"])),
        ("requirements-words.txt", wanted(PROJECT["dependency-groups"]["words"])),
    ],
)
def test_a_lock_holds_what_the_project_asks_for(name: str, requirements: list[Requirement]) -> None:
    versions = locked(name)
    for requirement in requirements:
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


def test_the_locks_agree() -> None:
    runtime, development, bench = (locked(f"requirements{which}.txt") for which in ("", "-dev", "-bench"))
    assert runtime.items() <= development.items()
    assert runtime.items() <= bench.items()
    assert all(development[name] == bench[name] for name in development.keys() & bench.keys())
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


def test_no_dependency_takes_the_name_of_one_of_our_packages() -> None:
    """There is a library whose import name is `schema`, too."""
    names = set().union(*(locked(name) for name in LOCKS))
    assert names.isdisjoint({"schema", "app", "resolvers"})


@pytest.mark.parametrize("name", NPM_LOCKS)
def test_npm_s_lock_has_hashes_for_everything_and_no_address(name: str) -> None:
    packages = json.loads((ROOT / name).read_text(encoding="utf-8"))["packages"]
    assert all(package["integrity"].startswith("sha512-") for name, package in packages.items() if name)
    for package in packages.values():
        package.pop("funding", None)  # whom to pay; nothing is fetched from there
    assert not re.search(r"://|file:|resolved", json.dumps(packages))


def test_the_bill_of_materials_lists_the_lock(tmp_path: Path) -> None:
    files = [tmp_path / "first.json", tmp_path / "second.json"]
    for file in files:
        subprocess.run([ROOT / "scripts" / "make-sbom", sys.executable, file], check=True, cwd=tmp_path)
    first, second = (file.read_text(encoding="utf-8") for file in files)
    assert first == second
    bill = json.loads(first)
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == PROJECT["project"]["name"]
    assert {part["name"]: part["version"] for part in bill["components"]} == locked("requirements.txt")
    distributions = [part["externalReferences"] for part in bill["components"]]
    assert all(found["hashes"] for references in distributions for found in references)
    assert set(re.findall(r"://([^/\"]+)", json.dumps(bill["components"]))) == {"pypi.org"}
