"""One try to log in, on its way."""

from app.services.log_in_try import Account


def test_no_stored_hash_is_in_the_repr_of_an_account() -> None:
    assert "argon2id" not in repr(Account(1, 1, "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", lets_in=True))
