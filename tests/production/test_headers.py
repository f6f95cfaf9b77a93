"""The policies that every answer carries, and what they are worth at the Observatory."""

import re

import pytest

from tests.production.observatory import policy, score
from tests.production.site import Answer, Visitor

pytestmark = pytest.mark.any_database

PUBLIC = ["/", "/organisations/esr/", "/search/?q=esr", "/sitemap.xml", "/robots.txt", "/nowhere/"]
ADMIN = [
    "/admin/", "/admin/account/", "/admin/partners/organisation/",
    "/admin/partners/organisation/esr/change/", "/admin/partners/page/about/change/",
]  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/organisations/esr/", "/admin/login/"])
def test_score_of_public_pages(visitor, path):
    assert score(visitor.get(path)) >= 130


def test_score_of_an_admin_form(operator):
    answer = operator.get("/admin/partners/organisation/esr/change/")
    assert (answer.status, score(answer) >= 130) == (200, True)


def test_score_of_a_bare_answer_is_low():
    """The rules can fail: Django without settings would stand about here."""
    assert score(Answer(200, {"X-Frame-Options": "DENY"}, b"", [])) == 50


@pytest.mark.parametrize("path", [*PUBLIC, *ADMIN, "/admin/login/", "a stylesheet"])
def test_every_answer_carries_the_policies(visitor, operator, path):
    if path == "a stylesheet":
        path = re.search(r'"(/static/css/base\.\w+\.css)"', visitor.get("/").text)[1]
    answer = (operator if path in ADMIN else visitor).get(path)
    sources = [source for each in policy(answer).values() for source in each]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not [source for source in sources if re.match(r"'unsafe|\w+:|\*", source)]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "includeSubDomains; preload" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_need_no_nonce_and_set_no_cookie(visitor, path):
    answer = visitor.get(path)
    assert "nonce" not in answer.headers["Content-Security-Policy"]
    assert answer.cookies == []


def test_nonce_of_the_editor_is_new_each_time(operator):
    answers = [operator.get("/admin/partners/page/about/change/") for _ in range(2)]
    nonces = [re.findall(r'nonce="([^"]+)"', answer.text) for answer in answers]
    assert nonces[0]
    assert not set(nonces[0]) & set(nonces[1])
    for answer, (nonce, *_) in zip(answers, nonces, strict=True):
        assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]


def test_cookies_belong_to_this_host_alone(site):
    visitor = Visitor(site)
    visitor.log_in()
    assert set(visitor.cookies) == {"__Host-csrftoken", "__Host-sessionid"}
    for cookie in visitor.cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
        assert (cookie["domain"], cookie["samesite"]) == ("", "Lax")


def test_plain_http_is_sent_to_https(visitor):
    answer = visitor.get("/events/", **{"X-Forwarded-Proto": "http"})
    assert (answer.status, answer.headers["Location"]) == (
        301,
        "https://partners.example.org/events/",
    )


def test_answer_names_its_request(visitor):
    first, second = (visitor.get("/nowhere/").headers["X-Request-ID"] for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{16}", first)
    assert first != second
