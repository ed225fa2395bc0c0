"""Device cookies: by what a browser shows that somebody has logged in with it as this username before.

The rules, "Passwords" 4: such a browser is counted by itself, so that strangers who guess at a username don't lock its
person out. The cookie is worth nothing without the password. It is `NONCE.SECONDS.MAC` and stored nowhere; it ends
after 180 days, and with the epoch it was made under.
"""

import base64
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from app.clock import Clock
from app.security.keys import Keys
from app.services.results import DeviceCookie
from app.services.throttle_taken import Application

LIFETIME: Final = timedelta(days=180)
_NONCE_BYTES: Final = 16


class Devices:
    """Makes device cookies and knows them again."""

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def issue(self, application: Application, username_key: str, epoch: int, shown: str | None = None) -> DeviceCookie:
        """A cookie for a browser that has just logged in; where it showed one that counts, the nonce stays."""
        now, nonce = self._clock.now(), self.nonce(application, username_key, epoch, shown)
        nonce, seconds = nonce or _base64(secrets.token_bytes(_NONCE_BYTES)), str(int(now.timestamp()))
        mac = self._mac(application, username_key, epoch, nonce, seconds)
        return DeviceCookie(f"{nonce}.{seconds}.{mac}", now + LIFETIME)

    def nonce(
        self, application: Application, username_key: str | None, epoch: int | None, shown: str | None
    ) -> str | None:
        """The nonce of a cookie that was made for this username under this epoch and still counts, else None.

        What is reckoned is the same for a username that nobody has.
        """
        nonce, _, rest = (shown or "").partition(".")
        seconds, _, mac = rest.partition(".")
        expected = self._mac(application, username_key or "", epoch or 0, nonce, seconds)
        if not hmac.compare_digest(expected.encode(), mac.encode()) or epoch is None:
            return None
        made_at = datetime.fromtimestamp(int(seconds), UTC)  # ours, as the MAC says
        return nonce if made_at <= self._clock.now() < made_at + LIFETIME else None

    def _mac(self, application: Application, username_key: str, epoch: int, nonce: str, seconds: str) -> str:
        return _base64(self._keys.device_mac(application, username_key, str(epoch), nonce, seconds))


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
