"""Uploads and made files in a folder or in a bucket: readers and staff see no difference."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from PIL import Image

from partners.exchange import backups
from partners.models import Organisation
from partners.reading import cards
from partners.values.renditions import name_of
from tests import bucket as buckets
from tests import factories as make
from tests.uploads import NAME, card_of, content_of, given, logo_of, picture, stored

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


# Uploads, renditions, cards


def test_upload_is_given_under_the_same_address(client, kept_in):
    assert default_storage.url(stored()) == f"/media/{NAME}"
    response = client.get(f"/media/{NAME}")
    assert response.getvalue() == picture()
    assert response["Content-Type"] == "image/png"
    assert response["Content-Length"] == str(len(picture()))
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(f"/media/{NAME}", headers={"if-modified-since": response["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == response["Cache-Control"]


@pytest.mark.parametrize("name", ["logos/none.png", "logos/..", "logos/."])
def test_what_is_not_there_is_not_given(client, kept_in, name):
    stored()
    assert client.get(f"/media/{name}").status_code == 404


def test_second_upload_of_a_name_does_not_replace_the_first(kept_in):
    assert stored() == NAME
    assert stored(content=picture((40, 20))) != NAME
    assert content_of(NAME) == picture()


def test_renditions_come_and_go_with_the_upload(client, kept_in):
    stored()
    names = [name_of(NAME, scale) for scale in (1, 2)]
    assert {f"logos/{name}" for name in default_storage.listdir("logos")[1]} == {NAME, *names}
    response = client.get(f"/media/{names[1]}")
    with Image.open(io.BytesIO(response.getvalue())) as shown:
        assert (shown.format, shown.size) == ("WEBP", (256, 128))
    default_storage.delete(NAME)
    assert default_storage.listdir("logos")[1] == []
    assert [client.get(f"/media/{name}").status_code for name in (NAME, *names)] == [404] * 3


def test_rendition_that_was_thrown_away_is_made_again(client, kept_in):
    name = name_of(stored(), 1)
    before = content_of(name)
    default_storage.delete(name)
    assert not default_storage.exists(name)
    assert client.get(f"/media/{name}").getvalue() == before
    assert content_of(name) == before


def test_card_is_offered_while_the_page_says_so(client, kept_in):
    make.OrganisationFactory(is_home=True, name="Home Society")
    root = make.OrganisationFactory(name="Rhubarb Society")
    assert card_of(client, root) is None
    assert cards.draw_missing() == 2
    first = card_of(client, root)
    assert given(client, first)["Content-Type"] == "image/png"
    Organisation.objects.filter(pk=root.pk).update(name="Rhubarb Union")
    assert card_of(client, root) is None
    assert cards.draw_missing() == 1
    assert client.get(first).status_code == 404
    assert given(client, card_of(client, root)).status_code == 200
    assert backups.uploads() == []


@pytest.mark.django_db(transaction=True)
def test_upload_goes_beside_the_fixtures_and_comes_back(kept_in, tmp_path):
    organisation = logo_of()
    name = organisation.logo.name
    call_command("export_fixtures", tmp_path / "out", verbosity=0)
    assert (tmp_path / "out/media" / name).read_bytes() == picture()
    default_storage.delete(name)
    Organisation.objects.all().delete()
    call_command("loaddata", tmp_path / "out/05_organisations.json", verbosity=0)
    assert content_of(Organisation.objects.get().logo.name) == picture()


@pytest.mark.django_db(transaction=True)
def test_fixture_with_a_logo_of_no_size_is_refused(tmp_path, kept_in):
    """Such a row would read the file at each load, and fail where it cannot."""
    logo_of()
    call_command("export_fixtures", tmp_path / "out", verbosity=0)
    path = tmp_path / "out/05_organisations.json"
    path.write_text(path.read_text().replace('"logo_width": 800', '"logo_width": null'))
    Organisation.objects.all().delete()
    with pytest.raises(CommandError, match="field logo_width: null is not how"):
        call_command("loaddata", path)


# Backups


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("restored_in", ["folder", "bucket"])
def test_backup_comes_back_in_either(settings, kept_in, restored_in, tmp_path, request):
    name = logo_of().logo.name
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    default_storage.delete(name)
    if restored_in == "bucket" != kept_in:
        request.getfixturevalue("bucket")
    elif restored_in != kept_in:
        settings.STORAGES = settings.STORAGES | {
            "default": {"BACKEND": "partners.values.renditions.Uploads"}
        }
    stored("logos/later.png")
    Organisation.objects.update(logo="")
    call_command("restore", str(tmp_path / "site.zip"), "--no-input", verbosity=0)
    assert content_of(Organisation.objects.get().logo.name) == picture()
    assert backups.uploads() == [name]


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
def test_nothing_is_restored_while_the_bucket_is_away(settings, bucket, tmp_path):
    logo_of()
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    Organisation.objects.update(summary="Later.")
    buckets.use(settings, buckets.AWAY)
    with pytest.raises(CommandError, match="it cannot be stored: The bucket does not answer"):
        call_command("restore", str(tmp_path / "site.zip"), "--no-input")
    assert Organisation.objects.get().summary == "Later."


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
def test_restore_says_that_it_restored_and_which_leftovers_stay(
    kept_in, tmp_path, capsys, monkeypatch
):
    logo_of()
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    Organisation.objects.update(summary="Later.")
    later = [stored(f"logos/later-{number}.png") for number in (1, 2)]
    delete = type(default_storage._wrapped).delete
    monkeypatch.setattr(
        type(default_storage._wrapped),
        "delete",
        lambda storage, name: fail(name) if name == later[0] else delete(storage, name),
    )
    call_command("restore", str(tmp_path / "site.zip"), "--no-input")
    assert Organisation.objects.get().summary != "Later."
    assert set(backups.uploads()) == {Organisation.objects.get().logo.name, later[0]}
    said = capsys.readouterr()
    assert "Restored" in said.out
    assert f"they cannot be deleted (see the log): {later[0]}. Delete" in said.err


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
def test_nothing_is_restored_where_uploads_cannot_be_listed(kept_in, tmp_path, monkeypatch):
    logo_of()
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    Organisation.objects.update(summary="Later.")
    monkeypatch.setattr(
        type(default_storage._wrapped), "listdir", lambda storage, folder: fail(folder)
    )
    with pytest.raises(CommandError, match="Cannot be reached"):
        call_command("restore", str(tmp_path / "site.zip"), "--no-input")
    assert Organisation.objects.get().summary == "Later."


def fail(name):
    raise ConnectionError(f"Cannot be reached: {name}")


def test_uploads_of_a_folder_are_brought_to_where_they_are_kept_now(
    client, kept_in, tmp_path, capsys
):
    folder = tmp_path / "before"
    (folder / "logos").mkdir(parents=True)
    (folder / "logos/abc.png").write_bytes(picture())
    (folder / "logos/there.png").write_bytes(picture((40, 20)))
    (folder / "logos/.half.png.x").write_bytes(b"half")
    default_storage.put("logos/there.png", picture())
    for said in ("Copied: 1 files.", "Copied: 0 files."):
        call_command("bring_uploads", folder)
        assert capsys.readouterr().out.strip() == said
    assert {name: content_of(name) for name in backups.uploads()} == {
        "logos/abc.png": picture(),
        "logos/there.png": picture(),
    }
    assert given(client, f"/media/{name_of(NAME, 1)}").status_code == 200
    with pytest.raises(CommandError, match="is no folder of uploads"):
        call_command("bring_uploads", tmp_path)
