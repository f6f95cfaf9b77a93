"""The logo of an organisation: proposed, shown, replaced, not stored, and gone."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from partners.models import Organisation, PendingChange, Revision
from partners.values.uploads import CANNOT_BE_KEPT
from partners.values.validators import AWAY
from tests import bucket as buckets
from tests import factories as make
from tests.admin.browser_form import address, errors, read_all
from tests.admin.test_organisation import get

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def picture(kind="PNG", name="logo.png", size=(400, 200)):
    content = io.BytesIO()
    Image.new("RGB", size, "navy").save(content, kind)
    return SimpleUploadedFile(name, content.getvalue())


def fetch(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response["Content-Type"], b"".join(response.streaming_content)


@pytest.mark.slow("sweep")
@pytest.mark.parametrize(
    ("kind", "name", "served_as"),
    [
        ("PNG", "Logo of EIT.png", "image/png"),
        ("PNG", "logo.html", "image/png"),
        ("PNG", "logo", "image/png"),
        ("JPEG", "logo.JPG", "image/jpeg"),
        ("WEBP", "logo.webp", "image/webp"),
    ],
)
def test_logo_is_kept_under_a_name_that_says_nothing(
    publisher, client, open_form, kind, name, served_as
):
    organisation = make.OrganisationFactory()
    upload = picture(kind, name)
    open_form(publisher, organisation).save(logo=upload, logo_alt="EIT logo")
    organisation.refresh_from_db()
    folder, _, stored = organisation.logo.name.rpartition("/")
    stem, _, suffix = stored.partition(".")
    ending = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}[kind]  # says what the content is
    assert (folder, len(stem), suffix) == ("logos", 32, ending)
    assert (organisation.logo_width, organisation.logo_height) == (400, 200)
    kind_of, stored = fetch(client, organisation.logo.url)
    assert kind_of == served_as
    with Image.open(io.BytesIO(stored)) as drawn, Image.open(upload) as sent:
        assert (drawn.format, drawn.size) == (sent.format, sent.size)
    image = f'<img class="logo-preview" src="{organisation.logo.url}" alt="EIT logo">'
    assert image in get(publisher, address(organisation))
    page = get(client, organisation.get_absolute_url())
    assert organisation.logo.url in page
    assert 'content="EIT logo"' in page


def test_logo_of_a_new_organisation(publisher, client, open_form):
    form = open_form(publisher, Organisation)
    assert "No logo yet" not in form.page  # of a record that is there alone
    form.save("_publish", name="New", slug="new", logo=picture(), logo_alt="New logo")
    organisation = Organisation.objects.get(slug="new")
    assert organisation.logo.url in get(client, organisation.get_absolute_url())


def test_logo_is_replaced_and_cleared(publisher, client, open_form):
    organisation = make.OrganisationFactory()
    open_form(publisher, organisation).save(logo=picture(), logo_alt="First")
    first = Organisation.objects.get(pk=organisation.pk).logo
    open_form(publisher, organisation).save(logo=picture(size=(500, 100)))
    second = Organisation.objects.get(pk=organisation.pk)
    assert second.logo.url != first.url
    assert second.logo_width == 500
    assert second.logo.url in get(client, organisation.get_absolute_url())
    form = open_form(publisher, organisation)
    form.fields["logo-clear"] = "on"
    form.save(logo_alt="")
    cleared = Organisation.objects.get(pk=organisation.pk)
    assert (cleared.logo.name, cleared.logo_width) == ("", None)
    assert "<img" not in get(client, organisation.get_absolute_url())


def test_preview_shows_the_logo_that_nothing_keeps(editor, open_form):
    organisation = make.OrganisationFactory()
    form = open_form(editor, organisation)
    response = form.send("_preview", logo=picture(), logo_alt="EIT logo")
    assert "srcset=&quot;data:image/webp;base64," in response.content.decode()
    assert "img-src 'self' data:" in response["Content-Security-Policy"]
    assert not PendingChange.objects.exists()


def proposed():
    """The logo of the pending change."""
    fields = PendingChange.objects.get().rows[0]["fields"]
    return Organisation(logo=fields["logo"], logo_width=fields["logo_width"], logo_height=1).logo


def test_logo_that_an_editor_proposes_waits_for_the_publisher(editor, publisher, client, open_form):
    organisation = make.OrganisationFactory()
    open_form(editor, organisation).save(logo=picture(), logo_alt="EIT logo")
    assert proposed().url in get(editor, address(organisation))
    assert "<img" not in get(client, organisation.get_absolute_url())
    open_form(editor, organisation).save(summary="The same logo, another summary.")
    url = proposed().url
    open_form(publisher, organisation).save()
    assert url in get(client, organisation.get_absolute_url())
    assert fetch(client, url)[0] == "image/png"


def test_logo_that_was_only_proposed_stays_with_what_replaced_it_and_so_does_the_live_one(
    editor, publisher, open_form, django_capture_on_commit_callbacks
):
    organisation = make.OrganisationFactory()
    open_form(publisher, organisation).save(logo=picture(), logo_alt="EIT logo")
    first = Organisation.objects.get(pk=organisation.pk).logo
    open_form(editor, organisation).save(logo=picture(size=(500, 100)))
    second = proposed()
    form = open_form(editor, organisation)
    form.fields["logo-clear"] = "on"
    with django_capture_on_commit_callbacks(execute=True):
        form.save(logo_alt="")
    assert not proposed()
    assert first.storage.exists(first.name)
    replaced = Revision.objects.get(is_aside=True)
    assert replaced.rows[0]["fields"]["logo"] == second.name
    assert second.storage.exists(second.name)


def test_file_of_a_logo_stays_with_the_discarded_change_that_can_be_restored(
    editor, open_form, django_capture_on_commit_callbacks
):
    organisation = make.OrganisationFactory()
    open_form(editor, organisation).save(logo=picture(), logo_alt="EIT logo")
    logo = proposed()
    url = address(PendingChange.objects.get())
    posted = {"seen": read_all(editor.get(url, {"_discard": "1"}), "seen"), "_discard": "1"}
    assert logo.storage.exists(logo.name)
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(url, posted)
    assert not PendingChange.objects.exists()
    assert Revision.objects.first().rows[0]["fields"]["logo"] == logo.name
    assert logo.storage.exists(logo.name)


GONE = "The file of this logo is gone. Upload the logo again, or clear it."


@pytest.fixture
def logo_is_gone(publisher, open_form):
    """A live organisation whose logo is on record but not on the disk."""
    organisation = make.OrganisationFactory()
    open_form(publisher, organisation).save(logo=picture(), logo_alt="EIT logo")
    organisation.refresh_from_db()
    organisation.logo.storage.delete(organisation.logo.name)
    return organisation


def test_form_says_so_when_a_logo_cannot_be_stored(publisher, open_form, settings, tmp_path):
    organisation = make.OrganisationFactory()
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.write_text("A file where a folder should be.")
    form = open_form(publisher, organisation)
    refused = form.send(logo=picture(), logo_alt="EIT logo", summary="Typed with care.")
    assert errors(refused) == {"logo": [CANNOT_BE_KEPT]}
    assert "Typed with care." in refused.content.decode()
    open_form(publisher, organisation).save(summary="Typed with care.")
    assert Organisation.objects.get().summary == "Typed with care."


def test_logo_is_kept_in_a_bucket_and_shown_from_it(publisher, client, open_form, bucket):
    organisation = make.OrganisationFactory()
    open_form(publisher, organisation).save(logo=picture(), logo_alt="EIT logo")
    organisation.refresh_from_db()
    assert (organisation.logo_width, organisation.logo_height) == (400, 200)
    assert fetch(client, organisation.logo.url)[0] == "image/png"
    assert len(buckets.keys(bucket)) == 3  # with its renditions
    open_form(publisher, organisation).save(summary="The logo stays.")
    assert Organisation.objects.get().logo == organisation.logo


def test_form_says_so_when_the_bucket_is_missing_or_away(publisher, open_form, settings, bucket):
    organisation = make.OrganisationFactory()
    open_form(publisher, organisation).save(logo=picture(), logo_alt="EIT logo")
    form = open_form(publisher, organisation)
    buckets.use(settings, buckets.AWAY)
    assert errors(form.send(summary="Typed with care.")) == {"logo": [AWAY]}
    assert errors(form.send(logo=picture())) == {"logo": [CANNOT_BE_KEPT]}


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("who", ["editor", "publisher"])
@pytest.mark.parametrize("button", [None, "_preview", "_hand_in"])
def test_form_says_so_when_the_file_of_the_logo_is_gone(
    client_of, open_form, logo_is_gone, who, button
):
    response = open_form(client_of(who), logo_is_gone).send(button, summary="New")
    assert errors(response) == {"logo": [GONE]}
    assert not Organisation.objects.filter(summary="New").exists()
    assert not PendingChange.objects.exists()


def test_logo_that_is_gone_is_uploaded_again_or_cleared(publisher, client, open_form, logo_is_gone):
    open_form(publisher, logo_is_gone).save(logo=picture())
    logo = Organisation.objects.get().logo
    assert fetch(client, logo.url)[0] == "image/png"
    logo.storage.delete(logo.name)
    form = open_form(publisher, logo_is_gone)
    form.fields["logo-clear"] = "on"
    form.save(logo_alt="")
    assert not Organisation.objects.get().logo


def test_page_of_a_change_says_so_when_the_file_of_its_logo_is_gone(editor, publisher, open_form):
    organisation = make.OrganisationFactory()
    open_form(editor, organisation).save(logo=picture(), logo_alt="EIT logo")
    logo = proposed()
    logo.storage.delete(logo.name)
    for client in (editor, publisher):
        response = client.get(address(organisation), follow=True)
        assert GONE in response.content.decode()
        assert "_discard" in response.content.decode()
