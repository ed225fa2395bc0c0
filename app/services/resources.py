"""What every service is given: nothing is looked up from a global."""

from dataclasses import dataclass

from app.clock import Clock
from app.database import Database
from app.security.keys import Keys
from app.security.passwords import PasswordHasher
from app.security.sealing import Sealing
from app.services.audit import Audit
from app.services.devices import Devices
from app.services.throttle import Throttle
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Resources:
    """The settings and the things with a life of their own that services share within one process."""

    settings: Settings
    database: Database
    clock: Clock
    hasher: PasswordHasher
    audit: Audit
    keys: Keys
    throttle: Throttle
    devices: Devices
    sealing: Sealing
