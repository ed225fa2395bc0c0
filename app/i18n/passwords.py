"""What a new password has to keep to, said before somebody chooses one. What one broke is in `app.i18n.problems`."""

from typing import Final

from app.i18n.catalogue import mark, translate
from app.i18n.problems import duration
from app.security.policy import LEAST_BESIDE_NAMES, PasswordPolicy

_SHORTEST: Final = mark(
    "It has at least {limit} characters. A few words that don't belong together are easy to remember and hard to guess."
)
_LONGEST: Final = mark(
    "It has at most {limit} characters. Letters, digits, signs and spaces may all be used, and none of them has to be."
)
_COMMON: Final = mark(
    "It is hard to guess: no well-known password, no row of keys, and not just one or two common words, doubled or "
    "with digits."
)
_NAMES: Final = mark(
    "It is more than your name, your e-mail and your company: without them, at least {limit} characters are left."
)
_BREACHED: Final = mark("It is not among the passwords that became known when other services were broken into.")
_NEW: Final = mark("It is another one than you have now.")
_TEMPORARY: Final = mark(
    "A password that somebody else gave you is for choosing your own: it lets you in for {duration}, and to nothing "
    "else."
)


def password_rules(policy: PasswordPolicy, locale: str) -> list[str]:
    """The policy as the operator has set it, a sentence a rule."""
    rules = [
        translate(_SHORTEST, locale, limit=policy.min_length),
        translate(_LONGEST, locale, limit=policy.max_length),
        translate(_COMMON, locale),
        translate(_NAMES, locale, limit=LEAST_BESIDE_NAMES),
    ]
    if policy.refuses_breached:
        rules.append(translate(_BREACHED, locale))
    rules.append(translate(_NEW, locale))
    if policy.temporary_hours:
        rules.append(translate(_TEMPORARY, locale, duration=duration(policy.temporary_hours * 3600, locale)))
    return rules
