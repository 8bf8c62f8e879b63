"""Which addresses are a public machine's: what a customer may have us send to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Source: IANA special-purpose address registries. `is_global` knows most of it; these it calls global, or did.
RELAYS_4 = IPv4Network("192.88.99.0/24")
GLOBAL_6 = IPv6Network("2000::/3")
SPECIAL_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
PRIVATE_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa", "lan", "intranet")


def find_fault(host: str, *, is_address: bool = False) -> str | None:
    """Why nothing is sent there; None: as far as this text tells it is public. `is_address`: nothing else is good."""
    address = _read(host)
    if address is not None:
        return _fault_of(address)
    if is_address:
        return "no address"
    name = host.rstrip(".").lower()
    is_private = any(name == one or name.endswith(f".{one}") for one in PRIVATE_NAMES)
    return "a name of a private network" if is_private else None


def is_loopback(host: str) -> bool:
    """Whether this is the machine itself, written plainly."""
    address = _read(host)
    return address.is_loopback if address is not None else host == "localhost"


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None


def _fault_of(address: IPv4Address | IPv6Address) -> str | None:
    if address.is_loopback:
        return "this machine itself"
    if address.is_link_local:
        return "link-local (as the metadata address of clouds is)"
    if address.is_multicast:
        return "a multicast address"
    if isinstance(address, IPv4Address):
        return None if address.is_global and address not in RELAYS_4 else "not a public address"
    if address.ipv4_mapped is not None:
        return "an IPv4 address in IPv6 clothes"
    is_public = address.is_global and address in GLOBAL_6 and not any(address in one for one in SPECIAL_6)
    return None if is_public else "not a public address"
