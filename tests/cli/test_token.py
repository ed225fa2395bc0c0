"""`adgang token`."""

import re

import pytest

from tests.cli.running import Adgang, refused, succeeded
from tests.cli.test_staff import EMAIL, add


@pytest.fixture
def with_admin(migrated: Adgang) -> Adgang:
    succeeded(add(migrated, EMAIL, "Bo Disponent", "ADMIN"))
    return migrated


def test_making_listing_and_revoking(with_admin: Adgang) -> None:
    made = with_admin("token", "add", "Økonomi", "--role", "AUDITOR", "--by", EMAIL, "--days", "7")
    assert made.returncode == 0
    secret = made.stdout.strip()
    assert re.fullmatch(r"adg_[A-Za-z0-9_-]{43}", secret)
    assert "shown this once" in made.stderr
    listed = succeeded(with_admin("token", "list"))
    assert "Økonomi" in listed
    assert EMAIL in listed
    assert secret not in listed
    (key,) = re.findall(r"^ *([A-Za-z0-9+/=]+) +Økonomi", listed, re.MULTILINE)
    assert succeeded(with_admin("token", "revoke", key)) == "The token is revoked.\n"
    assert "Økonomi" not in succeeded(with_admin("token", "list"))
    assert refused(with_admin("token", "revoke", key)).endswith("See: adgang token list")


def test_a_token_ends_with_the_rights_of_its_maker(with_admin: Adgang) -> None:
    succeeded(add(with_admin, "anne@vognmand.example", "Anne", "ADMIN"))
    assert with_admin("token", "add", "Import", "--role", "EDITOR", "--by", EMAIL).returncode == 0
    succeeded(with_admin("staff", "deactivate", EMAIL))
    assert "Import" not in succeeded(with_admin("token", "list"))
    assert "active ADMIN" in refused(with_admin("token", "add", "Import", "--role", "EDITOR", "--by", EMAIL))


@pytest.mark.parametrize("days", ["0", "366", "soon"])
def test_a_token_lives_at_most_a_year(days: str, adgang: Adgang) -> None:
    assert adgang("token", "add", "X", "--role", "ADMIN", "--by", EMAIL, "--days", days).returncode == 2


def test_only_staff_lend_rights(with_admin: Adgang) -> None:
    done = with_admin("token", "add", "X", "--role", "ADMIN", "--by", "nobody@vognmand.example")
    assert refused(done).endswith("See: adgang staff list")


def test_what_is_no_id_is_refused(migrated: Adgang) -> None:
    assert refused(migrated("token", "revoke", "1")).endswith("See: adgang token list")


def test_a_name_cannot_steer_the_terminal(with_admin: Adgang) -> None:
    done = with_admin("token", "add", "\x1b[31mred", "--role", "ADMIN", "--by", EMAIL)
    assert "name" in refused(done)
    assert "\x1b" not in done.stderr
