"""Runs the application under uvicorn, in this process or in several.

httptools is chosen by name: it refuses ambiguous message framings that uvicorn's other parser takes. WebSockets are
off, the peer's address is the connection's own whatever a header says, and no answer names its server.
"""

import math
import os
import signal
import sys
from types import FrameType
from typing import Final, NoReturn

import uvicorn
from pydantic import SecretBytes
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app.logs import configure_logging
from app.settings import Settings, load_settings, secret_fields
from app.settings_sources import PREFIX

FACTORY: Final = "app.asgi:from_environment"
GRACE_SECONDS: Final = 5
HUNG_SECONDS: Final = 30
"""A worker that says nothing for so long is replaced. uvicorn's own 5 seconds end workers that are still starting where
the processor is busy, and their successors after them."""


def serve(settings: Settings, host: str, port: int, workers: int = 1) -> None:
    """Serves until it is told to stop; what is being answered then is answered first.

    Raises:
        SystemExit: It could not start.
    """
    configure_logging(settings)
    os.environ.update(as_environment(settings))
    config = configuration(settings, host, port, workers)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    if workers > 1:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
        return
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def configuration(settings: Settings, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    """How uvicorn is to run. Its own access log is off: it would hold URLs, and so what is in them."""
    return uvicorn.Config(
        FACTORY,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=math.ceil(settings.request_seconds) + GRACE_SECONDS,
        timeout_worker_healthcheck=HUNG_SECONDS,
    )


def as_environment(settings: Settings) -> dict[str, str]:
    """What must be in the environment for a worker process to come to the same settings.

    Only what the environment doesn't say already, so that a key that came from a file isn't spread further.
    """
    present = load_settings()
    exported: dict[str, str] = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value is not None and value != getattr(present, name):
            variable = f"{PREFIX}{name}".upper()
            exported[variable] = _text(value)
            if name in secret_fields():
                exported[f"{variable}_FILE"] = ""
    return exported


def _text(value: object) -> str:
    match value:
        case SecretBytes():
            return value.get_secret_value().hex()
        case tuple():
            return ",".join(_text(part) for part in value)
        case _:
            return str(value)


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Ends the process in order. uvicorn raises the signal again when it has stopped, and that is no failure."""
    raise SystemExit(0)
