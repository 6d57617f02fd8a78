"""Peers: who stands behind the address that a call comes from, for all that counts by addresses."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

# What stands in the place of an address may come from a proxy, and be anything.
_LONGEST: Final = 100


def network(address: str) -> str:
    """Who stands behind a peer address: an IPv4 address, or the /64 that one holder of IPv6 addresses has."""
    ip = _read(address)
    if isinstance(ip, IPv6Address):
        return ip.packed[:8].hex()
    return address[:_LONGEST] if ip is None else str(ip)


def is_shared(address: str) -> bool:
    """Whether many may share it: behind a proxy on this machine everybody comes from a loopback address."""
    ip = _read(address)
    return ip is None or ip.is_loopback


def _read(address: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address, such as that of a local socket."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    # An IPv4 address where IPv6 is listened on (RFC 4291 §2.5.5.2).
    return (isinstance(ip, IPv6Address) and ip.ipv4_mapped) or ip
