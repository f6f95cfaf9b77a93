"""Every address in the content is checked, wherever it stands, and the queue leads to its place."""

import datetime as dt

import pytest
from django.apps import apps

from partners.care.attention import queue
from partners.models import LinkCheck, outside_addresses
from partners.models.addresses import address_fields
from partners.models.base import ContentModel
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
URL = "https://example.org/statutes?a=1&b=2"
TEXT = (
    '<p>Read <a href="https://example.org/statutes?a=1&amp;b=2">their <em>statutes</em></a>, or '
    '<a title="a &gt; b, href=x" href="https://example.org/other">their annals</a>.</p>'
)

#: A record with an address in it → what the queue calls the link, and where its form has it.
PLACES = {
    "organisation.website": (
        lambda: make.OrganisationFactory(website=URL), "Website", "#id_website"),
    "organisation.description": (
        lambda: make.OrganisationFactory(description=TEXT), "their statutes", "#id_description"),
    "collaboration.description": (
        lambda: make.CollaborationFactory(description=TEXT), "their statutes", "#id_description"),
    "jointwork.url": (
        lambda: make.JointWorkFactory(title="Joint statutes", url=URL),
        "Joint statutes", "#joint_works-group"),
    "eventseries.description": (
        lambda: make.EventSeriesFactory(description=TEXT), "their statutes", "#id_description"),
    "event.description": (
        lambda: make.EventFactory(description=TEXT), "their statutes", "#id_description"),
    "event.write_up": (
        lambda: make.EventFactory(write_up=TEXT), "their statutes", "#id_write_up"),
    "page.body": (lambda: make.PageFactory(body=TEXT), "their statutes", "#id_body"),
    "page.licence_url": (
        lambda: make.PageFactory(licence="CC0", licence_url=URL),
        "Address of the licence", "#id_licence_url"),
    "section.intro": (
        lambda: make.SectionFactory(intro=TEXT), "their statutes", "#id_intro"),
    "source.url": (lambda: make.SourceFactory(url=URL), "Web address", "#id_url"),
    "link.url": (
        lambda: make.LinkFactory(
            organisation=make.OrganisationFactory(), label="Their statutes", url=URL),
        "Their statutes", "#links-group"),
}  # fmt: skip


def troubles():
    groups = {group.rule.name: group.findings for group in queue(NOW)}
    return groups.get("link-in-trouble", [])


def test_every_field_that_can_hold_an_address_is_among_the_places():
    models = apps.get_app_config("partners").get_models()
    fields = {
        f"{model._meta.model_name}.{field.name}"
        for model in models
        if issubclass(model, ContentModel)
        for field in address_fields(model)
    }
    assert fields == {*PLACES}


@pytest.mark.parametrize("place", PLACES)
def test_address_is_checked_and_its_place_named(place):
    make_record, label, anchor = PLACES[place]
    make_record()
    assert URL in outside_addresses()
    LinkCheck.objects.create(url=URL, result="broken")
    (finding,) = troubles()
    assert finding.text == f"{label}: {URL} is broken"
    assert finding.url.endswith(anchor)


def test_two_links_of_one_text_are_two_findings():
    make.OrganisationFactory(description=TEXT)
    for url in outside_addresses():
        LinkCheck.objects.create(url=url, result="broken")
    first, second = troubles()
    assert first.key != second.key


def test_link_of_a_draft_is_checked_but_nobody_is_told_yet():
    make.OrganisationFactory(description=TEXT, draft=True)
    assert URL in outside_addresses()
    LinkCheck.objects.create(url=URL, result="broken")
    assert troubles() == []


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/events/", "https://partners.example.org/events/"),
        ("https://example.org/ü", "https://example.org/ü"),
        ("mailto:office@example.org", None),
        ("#top", None),
        ("", None),
    ],
)
def test_target_is_asked_where_the_web_has_it(settings, target, url):
    settings.SITE_URL = "https://partners.example.org"
    make.OrganisationFactory(description=f'<p><a href="{target}">Somewhere</a></p>')
    assert outside_addresses() == ([url] if url else [])


def test_address_that_stands_twice_is_asked_once():
    make.OrganisationFactory(website=URL, description=TEXT)
    assert outside_addresses() == ["https://example.org/other", URL]
