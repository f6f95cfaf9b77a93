"""Asks the addresses that our pages lead to whether they still answer, politely and safely.

Every hop of every redirect is looked up before it is connected to, and the connection goes to the
address that was looked up: a link never reaches a private network.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from functools import cache, partial
from html import unescape
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpcore
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.encoding import iri_to_uri
from django.utils.html import strip_tags

from partners.models import LinkCheck
from partners.values import pages
from partners.values.folding import fold
from partners.values.validators import ascii_host

Result = LinkCheck.Result
HOPS = 8
TRIES = 3
SECONDS = 10  # for one answer, whole
READ_BYTES = 64 * 1024
HOSTS_AT_ONCE = 8
HEADERS = {
    "User-Agent": "partners-link-check/1.0",
    "Accept": "text/html,*/*;q=0.8",
    "Accept-Encoding": "identity",
}
PERMANENT, TEMPORARY = {301, 308}, {302, 303, 307}
GONE, BUSY = {404, 410}, {429, 503}
PATIENCE = 10  # seconds that a busy host is waited for; who needs longer is asked another day
LONGEST_URL = LinkCheck._meta.get_field("target").max_length
SPOKEN_TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1", re.IGNORECASE | re.DOTALL)
#: One part of a title, folded. “404 patients” and “not found in the registry” are no such parts.
NO_SUCH_PAGE = re.compile(
    r"^((http |error |fehler |erreur )*404( error| page)?$"
    r"|.*\b(not found|(can|could) ?not be found|nicht gefunden|introuvable|non trouvee?"
    r"|no encontrad[ao]|non trovat[ao]|nao encontrad[ao]|niet gevonden)$"
    r"|.*\bno such page\b|.*\bpage (does not|doesn t|no longer) exists?\b|.*\bpage unavailable\b)"
)
PARTS_OF_TITLE = re.compile(r"\s[|–—·-]\s|[|:!.]")
#: IPv6 as the internet uses it; and what a gateway translates into the IPv4 in its last 32 bits.
UNICAST, SIX_TO_FOUR = ipaddress.ip_network("2000::/3"), ipaddress.ip_network("2002::/16")
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
#: The path of a front page: “/”, “/en-gb/”, “/index.html”, “/de/home”.
FRONT = re.compile(
    r"/?(?:(?P<language>[a-z]{2,3})(?:[-_][a-z]{2,4})?(?:/|$))?"
    r"(?:(?:index|default|home|homepage|start|startpage|startseite|accueil|inicio|main|welcome)"
    r"(?:\.[a-z]{2,5})?/?)?"
)
LANGUAGES = {code.partition("-")[0] for code in LANG_INFO} | {"no", "mt"}


class Outcome(NamedTuple):
    """What asking came to."""

    result: str
    detail: str = ""
    target: str = ""


class Forbidden(Exception):
    """The address leads into a private network, or is none of the web."""


class Answer(NamedTuple):
    """The part of an HTTP answer that matters here."""

    status: int
    headers: dict  # those received, by their names in small letters
    body: bytes
    cookies: dict
    wait: float | None = None  # seconds that a busy host asks us to wait; None: it asks for nothing

    @property
    def location(self):
        return self.headers.get("location", "")


class Guard(httpcore.SyncBackend):
    """Connects to public addresses only."""

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [info[4][0] for info in found]
        if not settings.LINK_CHECK_PRIVATE and f"{host}:{port}" != settings.LINK_CHECK_OWN:
            for address in addresses:
                if not _is_public(ipaddress.ip_address(address.partition("%")[0])):
                    raise Forbidden(f"{host} is not on the public internet")
        stream = super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)
        return DeadlineStream(stream)


class DeadlineStream(httpcore.NetworkStream):
    """A connection that is read from until the thread's present question must be answered.

    A limit for each piece alone would wait for ever on a host that sends a byte now and then.
    """

    question = threading.local()  # .end: time.monotonic() when it must be answered

    def __init__(self, stream):
        self.stream = stream

    def read(self, max_bytes, timeout=None):
        left = self.question.end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return self.stream.read(max_bytes, left)

    def write(self, buffer, timeout=None):
        self.stream.write(buffer, timeout)

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        return DeadlineStream(self.stream.start_tls(ssl_context, server_hostname, timeout))

    def close(self):
        self.stream.close()

    def get_extra_info(self, info):
        return self.stream.get_extra_info(info)


def _is_public(address):
    """Whether `address` is one host on the internet; no detour by IPv6 to a private IPv4."""
    if address in TRANSLATED:
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    usual = address.version == 4 or (address in UNICAST and address not in SIX_TO_FOUR)
    return usual and address.is_global and not address.is_multicast


def check(urls, visit=None):
    """Ask each of `urls`; yield (url, what `visit` answers). Hosts side by side, each in turn."""
    by_host = groupby(sorted(urls, key=_host), key=_host)
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as threads:
        hosts = [list(those) for _, those in by_host]
        for outcomes in threads.map(partial(_ask_host, visit or ask), hosts):
            yield from outcomes


def record(url, outcome):
    """Keep the outcome in the history; a false alarm that sounds again is one again."""
    last = LinkCheck.objects.answered().filter(url=url).order_by("-pk").first()
    found = outcome._asdict()
    same = last and all(getattr(last, name) == value for name, value in found.items())
    return LinkCheck.objects.create(
        url=url, is_false_alarm=bool(same and last.is_false_alarm), **found
    )


def _host(url):
    return urlsplit(url).netloc.lower()


def _ask_host(ask, urls):
    outcomes = []
    with httpcore.ConnectionPool(network_backend=Guard(), ssl_context=_tls()) as pool:
        for place, url in enumerate(urls):
            if place:
                time.sleep(settings.LINK_CHECK_PAUSE)
            outcomes.append((url, ask(pool, url)))
    return outcomes


@cache  # it reads all the authorities that this machine trusts
def _tls():
    return ssl.create_default_context()


def ask(pool, url, answer=None, judge=None):
    """The Outcome of asking one address, through its redirects.

    `answer` (pool, address, cookies) gives the Answer of one hop; `judge` says what came of the
    last: see `judged`.
    """
    try:
        return (judge or judged)(url, *_follow(pool, url, answer or _answer))
    except Forbidden as error:
        return Outcome(Result.FORBIDDEN, str(error))
    except (httpcore.TimeoutException, TimeoutError):
        return Outcome(Result.TIMED_OUT, f"nothing within {SECONDS} seconds")
    except socket.gaierror:
        return Outcome(Result.BROKEN, "there is no such host")
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
        return Outcome(Result.BROKEN, _in_words(error))


def _follow(pool, url, ask):
    """(the last answer, its address, where a permanent redirect leads: "" if there is none)."""
    moved_to, is_permanent, cookies = "", True, defaultdict(dict)
    for _ in range(HOPS):
        given = cookies[_host(url)]
        answer = ask(pool, url, given)
        if not _leads_on(answer):
            return answer, url, moved_to
        given.update(answer.cookies)  # some send everybody away until their cookie comes back
        is_permanent = is_permanent and answer.status in PERMANENT
        url = urljoin(url, answer.location)
        if is_permanent and len(url) <= LONGEST_URL:
            moved_to = url
    raise ValueError("it redirects in a circle, or too often")


def _leads_on(answer):
    return answer.status in PERMANENT | TEMPORARY and answer.location


def answered(asked, answer, reached, moved_to):
    """The last Answer itself, for whoever asks for what stands there."""
    return answer


def judged(asked, answer, reached, moved_to):
    """The Outcome of an Answer, which `reached` (address) gave in the end."""
    status = answer.status
    if answer.wait is not None:
        return Outcome(Result.BUSY, f"answers {status}")
    if status in GONE:
        return Outcome(Result.BROKEN, f"answers {status}")
    if 400 <= status < 500 or status >= 600:
        return Outcome(Result.BLOCKED, f"answers {status}")
    if not 200 <= status < 300:
        return Outcome(Result.BROKEN, f"answers {status}")
    if title := _no_such_page(_text(answer.body)):
        return Outcome(Result.SOFT_404, f"“{title[:150]}”")
    if _is_front_page(reached) and not _is_front_page(asked):
        return Outcome(Result.SOFT_404, "it leads to the front page")
    if moved_to:
        return Outcome(Result.MOVED, target=moved_to)
    return Outcome(Result.GOOD)


def _is_front_page(url):
    """Whether the address is that of a whole site, by whatever name; one with a query is a page."""
    parts = urlsplit(url)
    if not parts.path.strip("/"):
        return True
    found = FRONT.fullmatch(parts.path.lower())
    return bool(found and not parts.query and (found["language"] or "en") in LANGUAGES)


def _no_such_page(text):
    """The title or heading that says so, or None."""
    for _, inner in SPOKEN_TITLE.findall(text):
        title = " ".join(unescape(strip_tags(inner)).split())
        title = "".join(filter(str.isprintable, title))
        if any(NO_SUCH_PAGE.match(fold(part)) for part in PARTS_OF_TITLE.split(title)):
            return title
    return None


def _answer(pool, url, cookies):
    """What HEAD says if it is a redirect; else what GET says, which some answer differently."""
    try:
        answer = _once(pool, "HEAD", url, cookies)
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ReadTimeout):
        return get(pool, url, cookies)
    return answer if _leads_on(answer) else get(pool, url, cookies)


def get(pool, url, cookies, headers=None, most=READ_BYTES):
    """Ask, and ask again if that may help: on a 5xx, if it is busy, or when a connection broke."""
    for left in reversed(range(TRIES)):
        wait = settings.LINK_CHECK_PAUSE
        try:
            answer = _once(pool, "GET", url, cookies, headers, most)
        except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
            if not left or _is_unsafe(error):
                raise
        else:
            may_change = answer.wait is not None or 500 <= answer.status < 600
            if not may_change or not left or (answer.wait or 0) > PATIENCE:
                return answer
            wait = max(wait, answer.wait or 0)
        time.sleep(wait)
    raise AssertionError("unreachable")


def _once(pool, method, url, cookies, more=None, most=READ_BYTES):
    if urlsplit(url).scheme not in ("http", "https"):
        raise Forbidden(f"{url} is not an address of the web")
    DeadlineStream.question.end = time.monotonic() + SECONDS
    limits = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
    sent, headers = _in_ascii(url), HEADERS | _given_back(cookies) | (more or {})
    with pool.stream(method, sent, headers=headers, extensions={"timeout": limits}) as response:
        body = b""
        for piece in response.iter_stream():
            body += piece
            if len(body) >= most:
                break
        received = [(name.lower(), value) for name, value in response.headers]
        named = {
            name.decode("latin-1"): value.decode("utf-8", "replace") for name, value in received
        }
        wait = _wait(named.get("retry-after", "")) if response.status in BUSY else None
        return Answer(response.status, named, body, _cookies(received), wait)


def _wait(retry_after):
    """The seconds that a header Retry-After (RFC 9110, §10.2.3; str) asks for; None if none."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        return max(0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _given_back(cookies):
    """The header (dict) that gives `cookies` (dict of str) back, in the bytes that they came in."""
    pairs = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {"Cookie": pairs.encode("latin-1")} if cookies else {}


def _cookies(headers):
    """{name: value} of the cookies that are set; what else is said of them does not matter here."""
    return {
        name.strip(): value.partition(";")[0].strip()
        for key, cookie in headers
        if key == b"set-cookie"
        for name, _, value in [cookie.decode("latin-1").partition("=")]
    }


def _in_ascii(url):
    """The address as it is sent: “ö” stands as %C3%B6 in a path, as xn-- in a host."""
    parts = urlsplit(url)
    netloc = ascii_host(parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    return iri_to_uri(urlunsplit(parts._replace(netloc=netloc)))


def _text(body):
    """Enough to read a title by."""
    return pages.decoded(body[:READ_BYTES])


def _in_words(error):
    """Why there was no answer: the system's words, without its numbers."""
    text = re.sub(r"^\[[^\]]*\]\s*", "", str(error)) or type(error).__name__
    return (f"no safe connection: {text}" if _is_unsafe(error) else text)[:200]


def _is_unsafe(error):
    return isinstance(error.__context__, ssl.SSLError)
