"""What must be so of settings that name hosts, proxies and origins, and how they are written from then on.

A pattern or a mistake in one of these would open a door that stays shut by default, so only what is meant one by one is
taken, and anything else stops the start. As with every setting the reason names no value.
"""

import ipaddress
import re
from typing import Final

_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*")
_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#@:\[\]]+|\[[^\]]+\])(:(?P<port>\d{1,5}))?")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


def host_names(given: tuple[str, ...]) -> tuple[str, ...]:
    """Names and addresses of hosts in small letters; an IPv6 address loses the brackets it may have.

    Raises:
        ValueError: One is a pattern, or has a scheme, a port or a path.
    """
    return tuple(_host(text.lower()) for text in given)


def networks(given: tuple[str, ...]) -> tuple[str, ...]:
    """Networks in their usual form; an address is a network of its own.

    Raises:
        ValueError: One is none, or holds every address there is: whoever trusts everybody believes forged addresses.
    """
    found = []
    for text in given:
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise ValueError("must be addresses and networks, such as 127.0.0.1 or 10.0.0.0/8, and not all there are")
        found.append(str(network))
    return tuple(found)


def origins(given: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers send them: in small letters, without the port that the scheme has anyway.

    Raises:
        ValueError: One is `*`, `null`, a pattern, has a path, or can be forged on the way because it has no TLS.
    """
    return tuple(_origin(text.lower()) for text in given)


def _host(text: str) -> str:
    address = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        if _NAME.fullmatch(text):
            return text
        raise ValueError("must be exact names such as portal.firma.example, without *, scheme, port or path") from None


def _origin(text: str) -> str:
    reason = "must be exact origins such as https://portal.firma.example, without *, null, path or slash at the end"
    found = _ORIGIN.fullmatch(text)
    if found is None:
        raise ValueError(reason)
    scheme, port = found["scheme"], found["port"]
    try:
        host = _host(found["host"])
    except ValueError:
        raise ValueError(reason) from None
    if scheme == "http" and not _is_this_machine(host):
        raise ValueError("must be https:// origins; only this machine's own may be http://")
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (f":{port}" if port and port != _DEFAULT_PORTS[scheme] else "")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
