"""Addresses that people type in: none leads the server into a private network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.outbound import Policy, allowed, carried, check_url, may_call, resolve
from api.settings import Settings
from vision.errors import InvalidError

PUBLIC = "93.184.215.14"
SPECIAL = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "168.63.129.16", "100.64.0.1", "0.0.0.0", "0.1.2.3", "192.0.0.192",  # noqa: S104 - an example
    "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::ffff:0a00:1",
    "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:db8::1", "100::1",
]  # fmt: skip
REACHABLE = [
    "93.184.215.14",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]


def check(url: str, *addresses: str, policy: Policy | None = None) -> tuple[str, ...]:
    return check_url(url, policy or Policy(), lambda host, port: addresses or (PUBLIC,)).addresses


@pytest.mark.parametrize("address", SPECIAL)
def test_a_name_that_leads_to_a_special_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidError, match="private or special"):
        check("https://hooks.example.org/kitchen", address)


@pytest.mark.parametrize("address", REACHABLE)
def test_a_public_address_may_be_called(address: str) -> None:
    assert check("https://hooks.example.org/kitchen", address) == (address,)


def test_one_special_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(InvalidError):
        check("https://hooks.example.org/", PUBLIC, "10.0.0.1")


PRIVATE = [ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8",
                                   "169.254.0.0/16", "224.0.0.0/4", "100.64.0.0/10")]  # fmt: skip
private_addresses = st.sampled_from(PRIVATE).flatmap(
    lambda net: st.integers(int(net[0]), int(net[-1])).map(IPv4Address)
)
wrappings = st.sampled_from([0xFFFF << 32, 0, 0x64FF9B << 96])


@given(private_addresses, wrappings)
@example(IPv4Address("127.0.0.1"), 0xFFFF << 32)
def test_no_wrapping_of_a_private_address_in_ipv6_passes(inner: IPv4Address, prefix: int) -> None:
    assert not may_call(str(inner))
    assert not may_call(str(IPv6Address(prefix | int(inner))))
    assert not may_call(str(IPv6Address((0x2002 << 112) | (int(inner) << 80) | 1)))


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_what_passes_is_public_as_python_sees_it_too(address: IPv6Address) -> None:
    if may_call(str(address)):
        inner = carried(address)
        assert inner.is_global and not inner.is_multicast and not inner.is_private


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd", "gopher://x/",
        "https:///nowhere", "https://", "//hooks.example.org", "hooks.example.org",
        "https://user:secret@hooks.example.org/", "https://hooks.example.org@127.0.0.1/",
        "https://hooks.example.org:22/", "https://hooks.example.org:0/", "https://hooks.example.org:/",
        "https://hooks.example.org:99999/", "https://hooks.example.org/\r\nHost: other",
        "https://hooks.example.org\\@127.0.0.1/", "https://hooks.example.org/#part",
        "https://ho oks.example.org/", "https://[fe80::1%25eth0]/", "https://[::1/", "https://a..b/",
        "https://hooks.example.org/" + "a" * 2000, "https://例子.测试/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_an_address_of_another_shape_is_refused_by_its_field(url: str) -> None:
    with pytest.raises(InvalidError) as told:
        check(url)
    assert told.value.field == "url"
    assert "secret" not in str(told.value)


@given(st.text(max_size=60))
def test_any_text_is_checked_or_refused_and_never_a_fault(text: str) -> None:
    for url in (text, f"https://{text}", f"https://hooks.example.org/{text}"):
        try:
            check(url)
        except InvalidError:
            continue


@pytest.mark.parametrize(
    "host",
    ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]"],
)
def test_every_spelling_of_this_machine_is_refused_as_the_system_reads_it(host: str) -> None:
    with pytest.raises(InvalidError):
        check_url(f"https://{host}/", Policy(), resolve)


def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidError, match="not known"):
        check_url("https://nowhere.example.org/", Policy(), lambda host, port: [])


def test_the_operator_allows_a_network_or_a_name_and_nothing_beside_it() -> None:
    networks, hosts = allowed(["10.1.0.0/16", "hooks.internal"])
    policy = Policy(networks=networks, hosts=hosts)
    assert check("https://any.example.org/", "10.1.2.3", policy=policy) == ("10.1.2.3",)
    assert check("https://hooks.internal/", "192.168.0.9", policy=policy) == ("192.168.0.9",)
    assert check("https://HOOKS.internal./", "192.168.0.9", policy=policy) == ("192.168.0.9",)
    assert check("https://any.example.org/", "::ffff:10.1.2.3", policy=policy)
    for url, address in (
        ("https://any.example.org/", "10.2.0.1"),
        ("https://other.hooks.internal/", "192.168.0.9"),
    ):
        with pytest.raises(InvalidError):
            check(url, address, policy=policy)


def test_settings_make_the_policy_and_name_a_bad_entry() -> None:
    settings = Settings(
        outbound_http=True, outbound_ports=(443, 8443), outbound_allow=("10.0.0.0/8",)
    )
    policy = Policy.of(settings)
    assert check("http://a.example.org:8443/", policy=policy)
    cameras = Policy.of(settings, schemes=("rtsp",), userinfo=True)
    assert check("rtsp://name:pass@10.9.8.7:8554/live", "10.9.8.7", policy=cameras)
    with pytest.raises(ValueError, match="neither a network"):
        Settings(outbound_allow=("10.0.0.1/8/9",))


def test_the_target_keeps_what_the_request_needs() -> None:
    target = check_url("https://Hooks.Example.org/a?b=c", Policy(), lambda host, port: [PUBLIC])
    assert (target.host, target.port, target.path) == ("hooks.example.org", 443, "/a?b=c")
    assert target.authority == "hooks.example.org"
    assert "b=c" not in repr(target.parts) or "parts" not in repr(target)
