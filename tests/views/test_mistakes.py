"""A reader reports a mistake: without an account, and without robots."""

import pytest
from django.urls import reverse

from partners.models import MistakeReport

pytestmark = pytest.mark.django_db
PAGE = reverse("partners:report-mistake")
REPORT = {"page": "/organisations/sor/", "statement": "Founded 2016", "text": "2015, it says."}


def test_form_knows_the_page_that_led_to_it(client, settings):
    ours, theirs = f"{settings.SITE_URL}/organisations/sor/", "https://elsewhere.example/page/"
    page = client.get(PAGE, headers={"referer": ours})
    assert 'value="/organisations/sor/"' in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert "/page/" not in client.get(PAGE, headers={"referer": theirs}).content.decode()


def test_report_is_kept(client):
    assert "Thank you" in client.post(PAGE, REPORT).content.decode()
    report = MistakeReport.objects.get()
    assert (report.page, report.statement, report.text) == tuple(REPORT.values())


def test_report_without_words_is_asked_for_them(client):
    response = client.post(PAGE, REPORT | {"text": " "})
    assert response.context["form"].errors["text"]
    assert not MistakeReport.objects.exists()


def test_robot_is_thanked_and_nothing_is_kept(client):
    assert (
        "Thank you" in client.post(PAGE, REPORT | {"website": "https://x.example"}).content.decode()
    )
    assert not MistakeReport.objects.exists()


def test_reports_are_limited(client, settings):
    settings.ANSWERS_AN_HOUR = 2
    for _ in range(4):
        page = client.post(PAGE, REPORT).content.decode()
    assert "Try again in an hour" in page
    assert MistakeReport.objects.count() == 2
