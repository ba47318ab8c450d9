"""Addresses that must not be asked, by name, by number, after a redirect and after a second look at the DNS."""

from __future__ import annotations

import contextlib
import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.servers.web import WebServer, redirect
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.collect.safety import check_url, join, refused_ip
from watchbot.errors import FetchError
from watchbot.model import Kind, Request, Source


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.8.9.1:8080/x",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://feeds.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://box.home.arpa/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.31.255.255/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://[64:ff9b:1::1]/",
        "http://[2002:7f00:1::]/",
        "http://[2002:c0a8:101::1]/",
        "http://[2001:0:4136:e378::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[fd00:ec2::254]/",
        "http://[ff02::1]/",
        "http://[2001:db8::1]/",
        "http://[2a01:e0a::5efe:192.168.0.1]/",
    ],
)
def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError) as refused:
        check_url(url)
    assert refused.value.reason == "private-address"
    assert "allow_private" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "//example.org/x",
        "example.org",
        "",
        "http://",
        "http:///path",
        "http://user:pass@example.org/",
        "http://user@example.org/",
        "http://example.org@10.0.0.1/",
        "http://example.org\\@10.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1.5/",
        "http://exa mple.org/",
        "http://exa%6dple.org/",
        "http://example.org:99999/",
        "http://example.org:x/",
        "http://example.org:0/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://[v1.x]/",
        "http://-example-.org-/",
        "http://a..b/",
        "http://" + "a" * 300 + ".org/",
        "http://example.org/" + "a" * 9000,
        "http://xn--\u00fc.org/",
    ],
)
def test_unsafe_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError) as refused:
        check_url(url)
    assert refused.value.reason == "unsafe-address"
    assert "pass@" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a#part", "https://example.org/a"),
        ("http://example.org:8080/a?b=c d", "http://example.org:8080/a?b=c%20d"),
        ("https://écoprod.fr/aides/éco?q=é", "https://xn--coprod-9ua.fr/aides/%C3%A9co?q=%C3%A9"),
        ("https://example.org/a%20b/%C3%A9", "https://example.org/a%20b/%C3%A9"),
        ("https://example.org./x", "https://example.org/x"),
        (" https://example.org/x\n", "https://example.org/x"),
        ("https://my_site.example.org/", "https://my_site.example.org/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2a01:E0A::1]:8080/x", "http://[2a01:e0a::1]:8080/x"),
        ("http://[64:ff9b::8.8.8.8]/", "http://[64:ff9b::808:808]/"),
        ("http://host.c1/", "http://host.c1/"),
        ("http://example.org?x=1", "http://example.org/?x=1"),
        ("http://example.org/\udcff", "http://example.org/?"),
    ],
)
def test_public_addresses_are_put_in_order(url: str, expected: str) -> None:
    assert check_url(url).url == expected


def test_a_private_host_is_allowed_by_name_or_by_name_and_port() -> None:
    assert check_url("http://127.0.0.1:8080/x", frozenset({"127.0.0.1"})).port == 8080
    assert check_url("http://localhost:8080/x", frozenset({"localhost:8080"})).host == "localhost"
    assert check_url("http://[::1]:8080/x", frozenset({"[::1]:8080"})).host == "::1"
    assert check_url("http://localhost/x", frozenset({"localhost:80"})).netloc == "localhost"
    with pytest.raises(FetchError):
        check_url("http://127.0.0.1:8081/x", frozenset({"127.0.0.1:8080"}))
    with pytest.raises(FetchError):
        check_url("http://127.0.0.2/x", frozenset({"127.0.0.1"}))


@given(st.ip_addresses(v=4))
@settings(max_examples=300)
def test_no_special_ipv4_address_passes(address: ipaddress.IPv4Address) -> None:
    if refused_ip(str(address)) is None:
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@given(st.ip_addresses(v=6))
@settings(max_examples=300)
def test_no_special_ipv6_address_passes(address: ipaddress.IPv6Address) -> None:
    if refused_ip(str(address)) is None:
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_link_local


@given(st.ip_addresses(v=4))
@settings(max_examples=200)
def test_an_ipv4_address_in_ipv6_is_judged_as_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    plain = refused_ip(str(address)) is None
    for wrapped in ((0xFFFF << 32) | number, (0x0064FF9B << 96) | number, (0x2002 << 112) | (number << 80)):
        assert (refused_ip(str(ipaddress.IPv6Address(wrapped))) is None) == plain


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, "http://" + text, "https://example.org/" + text):
        with contextlib.suppress(FetchError):
            address = check_url(url)
            assert address.url.isascii()
            assert not any(c in address.target for c in " \r\n\t")
            assert check_url(address.url) == address


def test_what_is_no_ip_address_is_refused() -> None:
    assert refused_ip("example.org") is not None
    assert refused_ip("fe80::1%eth0") is not None


def test_locations_are_joined_as_browsers_do() -> None:
    base = check_url("https://example.org/a/b?c=d")
    assert join(base, "../x") == "https://example.org/x"
    assert join(base, "//other.org/y") == "https://other.org/y"
    assert join(base, " /with space\r\n") == "https://example.org/withspace"


# ---------------------------------------------------------------------- what is really connected to


class Names:
    """A resolver that says what it is told, another answer each time when there are several."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        several = self.answers[host.replace(".", "_")]
        return several.pop(0) if len(several) > 1 else several[0]


def settings_for(*allowed: str, **more: object) -> FetchSettings:
    return FetchSettings(allow_private=frozenset(allowed), min_delay=0, backoff=0.01, attempts=1, **more)  # type: ignore[arg-type]


async def test_a_public_name_that_leads_home_is_refused(web: WebServer) -> None:
    web.page("/x", "secret")
    names = Names(evil_example_org=[["127.0.0.1"]])
    async with Fetcher(settings_for(), resolve=names) as fetcher:
        with pytest.raises(FetchError) as refused:
            await fetcher.fetch(Request(url=f"http://evil.example.org:{web.port}/x"))
    assert refused.value.reason == "private-address"
    assert web.seen == []


async def test_one_private_address_among_public_ones_condemns_the_name(web: WebServer) -> None:
    names = Names(evil_example_org=[["93.184.216.34", "::ffff:127.0.0.1"]])
    async with Fetcher(settings_for(), resolve=names) as fetcher:
        with pytest.raises(FetchError) as refused:
            await fetcher.fetch(Request(url=f"http://evil.example.org:{web.port}/x"))
    assert refused.value.reason == "private-address"
    assert web.seen == []


async def test_rebinding_gains_nothing_since_the_judged_address_is_the_connected_one(web: WebServer) -> None:
    # Resolved once for the connection: what the name would say the second time is never asked.
    names = Names(allowed_test=[["127.0.0.1"], ["10.0.0.1"]])
    web.page("/x", "fine")
    async with Fetcher(settings_for("allowed.test"), resolve=names) as fetcher:
        response = await fetcher.fetch(Request(url=f"http://allowed.test:{web.port}/x"))
    assert response.content == b"fine"
    assert names.asked == ["allowed.test"]
    assert web.seen[-1].host == f"allowed.test:{web.port}"


async def test_a_redirect_to_a_private_address_is_refused(web: WebServer) -> None:
    for number, target in enumerate(
        ("http://169.254.169.254/latest/", "http://localhost:1/", "file:///etc/passwd", "http://127.0.0.2:{port}/")
    ):
        web.route(f"/{number}", redirect(target.format(port=web.port)))
    async with Fetcher(settings_for(web.netloc)) as fetcher:
        for number in range(4):
            with pytest.raises(FetchError) as refused:
                await fetcher.fetch(Request(url=web.url(f"/{number}")))
            assert refused.value.reason in ("private-address", "unsafe-address")


async def test_a_source_may_have_its_own_private_host(web: WebServer) -> None:
    web.page("/x", "ours")
    source = Source(id="a", name="A", publisher="A", kind=Kind.PAGE, url=web.url("/x"), allow_private=True)
    async with Fetcher(settings_for()) as fetcher:
        with pytest.raises(FetchError):
            await fetcher.fetch(Request(url=web.url("/x")))
        assert (await fetcher.fetch(Request(url=web.url("/x")), source)).content == b"ours"
        with pytest.raises(FetchError):
            await fetcher.fetch(Request(url="http://127.0.0.3:1/"), source)


async def test_the_environment_s_proxies_are_ignored(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.page("/x", "direct")
    async with Fetcher(settings_for(web.netloc)) as fetcher:
        assert (await fetcher.fetch(Request(url=web.url("/x")))).content == b"direct"
