"""What may be sent to: the table of addresses that are no public machine's, in every way they can be written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from leadledger.addresses import find_fault
from leadledger.outgoing import AddressRefused, Sender, SendFailed, check_url, look_up

NOT_PUBLIC = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1", "64:ff9b::a00:1", "100::1",
    "2001::1", "2001:db8::1", "2002:a00:1::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"]
REFUSED_URLS = [
    "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "//hooks.example.com/", "hooks",
    "https://", "https:///path", "https://user:pw@hooks.example.com/", "https://hooks.example.com/#part",
    "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:169.254.169.254]/", "https://169.254.169.254/latest",
    "https://localhost/", "https://LOCALHOST./", "https://db.internal/", "https://printer.local:8443/",
    "https://hooks.example.com/a\nb", f"https://hooks.example.com/{'a' * 2_048}", "https://hooks.example.com:99999/",
    "http://127.0.0.1:80/",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_of_no_public_machine_is_refused(address: str) -> None:
    assert find_fault(address, is_address=True)
    sender = Sender(resolve=lambda host, port: [address])
    with pytest.raises(AddressRefused, match=r"hooks\.example\.com is at"):
        sender.post("https://hooks.example.com/", b"", {})


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_passes(address: str) -> None:
    assert find_fault(address, is_address=True) is None


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_url_that_tells_by_itself_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["https://hooks.example.com", "https://bücher.example/leads?a=b", "https://8.8.8.8:8443/"]
)
def test_public_url_passes(url: str) -> None:
    assert check_url(url).scheme == "https"


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "017700000001", "127.1", "metadata.example.com"])
def test_disguised_address_is_seen_when_the_name_is_looked_up(host: str) -> None:
    asked: list[str] = []

    def resolve(name: str, port: int) -> Sequence[str]:
        asked.append(name)
        return ["127.0.0.1"]

    with pytest.raises(AddressRefused):
        Sender(resolve=resolve).post(f"https://{host}/", b"", {})
    assert asked in ([host], [])  # some spellings are seen before anybody is asked


def test_one_private_address_among_public_ones_spoils_the_name() -> None:
    sender = Sender(resolve=lambda host, port: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1"):
        sender.post("https://hooks.example.com/", b"", {})


def test_loopback_is_for_those_who_say_so_and_is_all_that_this_opens() -> None:
    assert check_url("http://127.0.0.1:8080/hook", allow_loopback=True).port == 8080
    for url in ("http://10.0.0.1/", "http://hooks.example.com/", "https://169.254.169.254/"):
        with pytest.raises(AddressRefused):
            check_url(url, allow_loopback=True)
    with pytest.raises(AddressRefused):
        Sender(allow_loopback=True, resolve=lambda host, port: ["10.0.0.1"]).post("https://one.example.com/", b"", {})


def test_name_that_cannot_be_looked_up_is_said() -> None:
    with pytest.raises(SendFailed, match="cannot be looked up"):
        look_up(f"{'a' * 64}.example", 443)  # too long a label: the resolver is not even asked
