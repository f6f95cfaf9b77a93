"""Reads the sources again that statements are cited to, and keeps what they say now.

Addresses are asked by the fetcher of `care.links`, as politely and behind the same guard; where a
robots.txt (RFC 9309) asks machines to stay away, they do.
"""

import threading
import time
from collections import defaultdict
from functools import partial
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from protego import Protego

from partners.care import links
from partners.models import Citation, LinkCheck, Organisation, SourceCheck
from partners.models.sources import sought
from partners.values import pages, pdf, quotations
from partners.values.pages import Unreadable

Outcome = SourceCheck.Outcome
MOST_BYTES = 8 * 1024 * 1024  # of a page or document
AGENT = links.HEADERS["User-Agent"].partition("/")[0]
#: What a host says of a page to know it again by, and how it is asked whether it still is that one.
CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
NOTHING_FOUND = {
    "outcome": Outcome.UNREADABLE, "passage": "", "number": "", "detail": "", "target": "",
    "validators": {},
}  # fmt: skip
#: PDFium does one thing at a time, and two large pages at once would need twice the memory.
reading = threading.Lock()


def watched():
    """{address: {quotation}} of what is to be read; "" stands for the society being named."""
    found = defaultdict(set)
    rows = Citation.objects.exclude(source__url="").order_by()
    for url, quotation, names_us in rows.values_list("source__url", "quotation", "names_us"):
        found[url].update(sought(quotation, names_us))
    return {url: wanted for url, wanted in found.items() if wanted}


def run():
    """Read every source once; yield each SourceCheck that says something new."""
    wanted = watched()
    for url, found in links.check(wanted, Reader(wanted).read):
        with transaction.atomic():
            kept = [_kept(url, quotation, finding) for quotation, finding in found.items()]
        yield from filter(None, kept)


def _kept(url, quotation, finding):
    """The SourceCheck, if this is another than was found before; else that one is read again.

    What cannot be read says nothing of the source: it neither raises an alarm nor ends one.
    """
    finding, now = NOTHING_FOUND | finding, timezone.now()
    moments = {"validators": finding.pop("validators"), "last_at": now}
    checks = SourceCheck.objects.filter(url=url, quotation=quotation)
    is_unreadable = finding["outcome"] == Outcome.UNREADABLE
    last = (checks.exclude if not is_unreadable else checks.filter)(outcome=Outcome.UNREADABLE)
    last = last.first()
    if last and all(getattr(last, name) == value for name, value in finding.items()):
        moments["last_at"] = max(now, last.first_at)  # the clock may have been put back
        checks.filter(pk=last.pk).update(**moments)
        return None
    return checks.create(url=url, quotation=quotation, first_at=now, **finding, **moments)


class Reader:
    """Reads pages for the quotations in `wanted` ({address: {quotation}}); keeps nothing."""

    def __init__(self, wanted):
        self.wanted, self.robots, self.names = wanted, {}, Names()
        self.known = defaultdict(dict)
        checks = SourceCheck.objects.current().exclude(validators={}).order_by()
        for check in checks.values("url", "quotation", *NOTHING_FOUND).iterator():
            self.known[check.pop("url")][check.pop("quotation")] = check

    def read(self, pool, url):
        """{quotation: what was found, as fields of a SourceCheck} at that address."""
        validators = self._validators(url)
        try:
            found = links.ask(pool, url, partial(self._answer, validators), self._judged)
        except Unreadable as obstacle:
            found = {"detail": str(obstacle)[:200]}
        if isinstance(found, links.Outcome):
            found = {"detail": found.detail or LinkCheck.Result(found.result).label}
        if found is None:
            return {quotation: self.known[url][quotation] for quotation in self.wanted[url]}
        if "detail" in found:
            return {quotation: dict(found) for quotation in self.wanted[url]}
        return found

    def _validators(self, url):
        """What the page is known by, where all that is looked for was looked for in it; or {}."""
        known = self.known[url]
        found = [known.get(each, NOTHING_FOUND)["validators"] for each in self.wanted[url]]
        return found[0] if all(each == found[0] for each in found) else {}

    def _answer(self, validators, pool, url, cookies):
        """The Answer of one hop. Raises Unreadable where machines are asked to stay away."""
        rules = self._rules(pool, url)
        if not rules.can_fetch(url, AGENT):
            raise Unreadable("its robots.txt asks machines to stay away")
        time.sleep(min(rules.crawl_delay(AGENT) or 0, links.PATIENCE))
        is_known = validators.get("at") == url
        asked = {CONDITIONS[name]: validators[name] for name in CONDITIONS if name in validators}
        return links.get(pool, url, cookies, asked if is_known else {}, MOST_BYTES)

    def _rules(self, pool, url):
        """What the robots.txt of that host asks for. Raises Unreadable where the host is ill."""
        address = urljoin(url, "/robots.txt")
        if address not in self.robots:
            answer = links.ask(pool, address, links.get, links.answered)
            self.robots[address] = answer
            time.sleep(settings.LINK_CHECK_PAUSE)
        answer = self.robots[address]
        if isinstance(answer, links.Outcome) or answer.status >= 500 or answer.wait is not None:
            raise Unreadable("its robots.txt cannot be asked")
        is_there = 200 <= answer.status < 300
        return Protego.parse(answer.body.decode("utf-8-sig", "replace") if is_there else "")

    def _judged(self, asked, answer, reached, moved_to):
        """{quotation: …}, None where the page is as it was, or {"detail"} of what it lacks."""
        if answer.status == 304:
            return None
        outcome = links.judged(asked, answer, reached, moved_to)
        if answer.status in links.GONE:
            return {"outcome": Outcome.GONE, "detail": outcome.detail}
        if not 200 <= answer.status < 300:
            return outcome
        with reading:
            wanted = self.wanted[asked]
            found = self._found(wanted, answer, reached, outcome.result == links.Result.SOFT_404)
        validators = {name: answer.headers[name] for name in CONDITIONS if name in answer.headers}
        validators = {"at": reached, **validators} if validators else {}
        for each in found.values():
            each["validators"] = validators
            if moved_to and each.get("outcome") == Outcome.SAYS_SO:
                each |= {"outcome": Outcome.MOVED, "target": moved_to}
        return found

    def _found(self, wanted, answer, reached, is_gone):
        """{quotation: …}: the best of all readings; one that says so is enough."""
        best, obstacle = dict.fromkeys(wanted, quotations.Verdict(Outcome.GONE)), ""
        missing = {*wanted, *(self.names.names if "" in wanted else ())}
        for each in _readings(answer, reached, missing):
            obstacle = obstacle or each.obstacle
            for quotation in missing & wanted:
                best[quotation] = max(
                    best[quotation], self._verdict(quotation, each), key=_strength
                )
                if best[quotation].outcome == Outcome.SAYS_SO:
                    missing.remove(quotation)
            if not missing & wanted:
                break
        obstacle = "" if is_gone else obstacle
        return {quotation: _as_fields(verdict, obstacle) for quotation, verdict in best.items()}

    def _verdict(self, quotation, reading):
        judged = partial(quotations.judged, quotation) if quotation else self.names.judged
        return judged(reading)


def _strength(verdict):
    return verdict.outcome == Outcome.SAYS_SO, verdict.likeness


def _as_fields(verdict, obstacle):
    if verdict.outcome == Outcome.GONE and obstacle:
        return {"detail": obstacle}
    if verdict.outcome == Outcome.SAYS_ELSE:
        return {
            "outcome": verdict.outcome,
            "passage": verdict.passage,
            "number": verdict.number[:40],
        }
    return {"outcome": verdict.outcome}


class Names:
    """What the society is called, and where it is on the web."""

    def __init__(self):
        home = Organisation.objects.home()
        names = [home.name, home.acronym, *(each.name for each in home.names.all())] if home else []
        self.names = list(filter(None, names))
        self.words = [quotations.Words(quotations.normal(name)) for name in self.names]
        sites = [settings.SITE_URL, home.website if home else ""]
        self.hosts = {urlsplit(site).hostname for site in sites if site}

    def judged(self, reading):
        """The Verdict on whether a page names or links to the society."""
        there = quotations.Words(quotations.normal(f"{reading.title}\n{reading.text}"))
        is_named = any(place for name in self.words for place in there.places(name))
        is_linked = any(urlsplit(link).hostname in self.hosts for link in reading.links)
        return quotations.Verdict(Outcome.SAYS_SO if is_named or is_linked else Outcome.GONE)


def _readings(answer, address, missing):
    """Yield each Reading of what a host answered, for what is still `missing` (set of str).

    Raises Unreadable.
    """
    if len(answer.body) >= MOST_BYTES:
        raise Unreadable(f"it is larger than {MOST_BYTES // 1024**2} MB")
    kind, _, parameters = answer.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip()
    if answer.body[:1024].lstrip().startswith(b"%PDF-"):
        yield from pdf.readings(answer.body, missing)
    elif "html" in kind or (not kind and b"<" in answer.body[:1024]):
        yield pages.of_html(pages.decoded(answer.body, charset), address)
    elif kind.startswith("text/"):
        yield pages.of_plain_text(pages.decoded(answer.body, charset))
    else:
        raise Unreadable(f"it is {kind or 'nothing that says what it is'}"[:200])
