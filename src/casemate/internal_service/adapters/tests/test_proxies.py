"""Which proxy leads to a server, and what is read of how it was set."""

import pytest

from casemate.internal_service.adapters.proxies import Login, Proxies, Proxy, UnusableProxy, read_login, read_proxy

FAR = "chat.example.org:12349"


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://p.example:3128", Proxy("http", "p.example", 3128)),
        ("p.example:3128", Proxy("http", "p.example", 3128)),
        ("HTTP://P.example", Proxy("http", "p.example", 80)),
        ("socks5://p.example", Proxy("socks", "p.example", 1080)),
        ("socks5h://[2001:db8::1]:9/", Proxy("socks", "2001:db8::1", 9)),
        ("http://me:a%40b:c@p.example:1", Proxy("http", "p.example", 1, Login("me", "a@b:c"))),
    ],
)
def test_a_proxy_is_read(url: str, proxy: Proxy) -> None:
    assert read_proxy(url) == proxy


@pytest.mark.parametrize(
    "url",
    [
        *("https://p.example:1", "socks4://p.example:1", "ftp://p", "http://", "http://p:99999", "http://p/x", "://"),
        *("http://p:x", "http://[::1", f"socks5h://u:{256 * 'x'}@p", "socks5h://u@p", "http://a%3Ab:c@p", "http://ü"),
    ],
)
def test_what_is_no_proxy_that_we_speak_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UnusableProxy) as refused:
        read_proxy(url)
    assert "xxx" not in str(refused.value)
    with pytest.raises(UnusableProxy):
        Proxies({"all_proxy": url}).to(FAR)


def test_a_login_is_read_and_does_not_print() -> None:
    assert read_login("me:a:b") == Login("me", "a:b")
    for line in ("", "me", ":b"):
        with pytest.raises(UnusableProxy):
            read_login(line)
    proxies = Proxies({"https_proxy": "http://me:hidden@p:1"}, read_proxy("http://p:1", Login("me", "hidden")))
    assert "hidden" not in f"{proxies} {proxies!r} {proxies.to(FAR)!r} {Login('me', 'hidden')!r}"


@pytest.mark.parametrize(
    ("environment", "host"),
    [
        ({}, None),
        ({"HTTP_PROXY": "http://a"}, None),
        ({"HTTPS_PROXY": "http://a", "ALL_PROXY": "http://b"}, "a"),
        ({"https_proxy": "http://c", "HTTPS_PROXY": "http://a"}, "c"),
        ({"all_proxy": "socks5h://b"}, "b"),
        ({"https_proxy": "", "ALL_PROXY": " http://b "}, "b"),
        ({"ALL_PROXY": "http://b", "no_proxy": "*"}, None),
        ({"ALL_PROXY": "http://b", "NO_PROXY": "other.example, example.org"}, None),
        ({"ALL_PROXY": "http://b", "NO_PROXY": ".example.org"}, None),
        ({"ALL_PROXY": "http://b", "NO_PROXY": "*.Example.org:12349"}, None),
        ({"ALL_PROXY": "http://b", "NO_PROXY": "example.org:1,ample.org,,10.0.0.0/8"}, "b"),
    ],
)
def test_the_environment_says_which(environment: dict[str, str], host: str | None) -> None:
    proxy = Proxies(environment).to(FAR)
    assert (proxy and proxy.host) == host


@pytest.mark.parametrize(
    ("no_proxy", "address", "direct"),
    [
        ("10.0.0.0/8", "10.1.2.3:9", True),
        ("10.1.2.3", "10.1.2.3:9", True),
        ("10.1.2.3:9", "10.1.2.3:9", True),
        ("10.1.2.3:8", "10.1.2.3:9", False),
        ("2001:db8::/32", "[2001:db8::5]:9", True),
        ("[2001:db8::5]", "[2001:db8::5]:9", True),
        ("[2001:db8::5]:9", "[2001:db8::5]:9", True),
        ("[2001:db8::6]", "[2001:db8::5]:9", False),
        ("example.org", "wss://example.org", True),
        ("example.org:443", "wss://example.org", True),
        ("example.org:80", "wss://example.org", False),
    ],
)
def test_exceptions_of_the_environment(no_proxy: str, address: str, direct: bool) -> None:
    assert (Proxies({"ALL_PROXY": "http://b", "NO_PROXY": no_proxy}).to(address) is None) == direct


@pytest.mark.parametrize("address", ["127.0.0.1:1", "localhost:1", "[::1]:1", "wss://127.1.2.3", "0.0.0.0:1"])
def test_this_computer_is_never_reached_through_a_proxy(address: str) -> None:
    assert Proxies({"ALL_PROXY": "http://b"}, read_proxy("http://c")).to(address) is None


def test_what_was_set_goes_before_the_environment() -> None:
    environment = {"ALL_PROXY": "http://b", "NO_PROXY": "*"}
    assert Proxies(environment, read_proxy("http://c")).to(FAR) == Proxy("http", "c", 80)
    assert Proxies({"ALL_PROXY": "http://b"}, "off").to(FAR) is None
