"""A root that a migration or plain SQL wrote has no Record beside it: every page bears that."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse

from partners import urls
from partners.models import Organisation, Page, Record, root_name
from partners.reading.search import Search
from partners.rows import bookkeeping
from tests import factories as make
from tests.admin.browser_form import BrowserForm, act, address
from tests.admin.records import RECORDS, ROOT_FACTORIES, parameters
from tests.admin.test_privileges import ask, names

pytestmark = pytest.mark.django_db
every_root = pytest.mark.parametrize("model", parameters(ROOT_FACTORIES))


@pytest.fixture
def lacking():
    """lacking(model) → a live record of it; no record of that model has a Record any more."""
    make.OrganisationFactory(home=True)
    make.PartnersPageFactory()
    for key in Page.FOOTER:
        make.PageFactory(key=key)
    made = {model: RECORDS[model]() for model in ROOT_FACTORIES}

    def lacking(model):
        column = Record._meta.get_field(root_name(model)).column
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM partners_record WHERE {column} IS NOT NULL")  # noqa: S608
        return model.objects.get(pk=made[model].pk)

    return lacking


def addresses_with(slug):
    """Each address of the public site, with that slug where it takes one."""
    given = {"section": "organisations", "slug": slug, "token": "forged"}
    for pattern in urls.urlpatterns:
        kwargs = {name: given[name] for name in pattern.pattern.converters}
        yield reverse(f"partners:{pattern.name}", kwargs=kwargs)


def status(response):
    """Its status, read to the end: a file that is streamed is open until then."""
    response.getvalue()
    return response.status_code


@pytest.mark.slow("sweep")
@every_root
def test_public_pages_answer(client, lacking, model):
    root = lacking(model)
    searched = ["/search/?q=organisation", "/organisations/?q=organisation"]
    found = {url: status(client.get(url)) for url in [*addresses_with(root.slug), *searched]}
    assert set(found.values()) <= {200, 301, 302, 404}, found
    assert {"/", "/sitemap.xml", root.get_absolute_url()} <= {
        url for url, answered in found.items() if answered == 200
    }
    assert root.get_absolute_url() in client.get("/sitemap.xml").content.decode()


#: What needs more than a record is refused: an earlier version; a file.
REFUSED = {"restore": (404,), "keep": (400,)}


@every_root
def test_pages_of_the_admin_answer(superuser, lacking, model):
    prefix = f"partners_{model._meta.model_name}_"
    asked = [name for name in names() if name.startswith(prefix)]
    assert len(asked) >= 8
    for name in asked:
        answer = ask(superuser, name, lacking(model))
        assert answer.status_code in REFUSED.get(name.removeprefix(prefix), (200, 302)), name


@every_root
@pytest.mark.parametrize("button", ["_publish", "_draft", "_hand_in"])
def test_form_is_taken(superuser, lacking, model, button):
    root = lacking(model)
    BrowserForm.open(superuser, root).save(button, slug="another")
    assert BrowserForm.open(superuser, root).fields["slug"] == "another"


@every_root
def test_actions_of_the_list_are_taken(superuser, lacking, model):
    page = act(superuser, "mark_verified", lacking(model))
    assert page.status_code == 200
    assert model.objects.filter(verification=None).count() == model.objects.count() - 1


@every_root
def test_keeper_is_remembered(superuser, lacking, model):
    root = lacking(model)
    bookkeeping.entrust(root, None)
    keeper = superuser.get(address(root)).wsgi_request.user
    bookkeeping.entrust(root, keeper)
    assert model.objects.get(pk=root.pk).record.keeper == keeper


@every_root
def test_repair_gives_each_root_its_record(lacking, model, capsys):
    root, count = lacking(model), model.objects.count()
    call_command("repair_records")
    assert capsys.readouterr().out == f"Repaired: {count}.\n"
    assert not model.objects.filter(record=None).exists()
    assert model.objects.get(pk=root.pk).record.version == 1
    call_command("repair_records")
    assert capsys.readouterr().out == "Repaired: 0.\n"


def test_repair_finds_by_the_new_name_what_was_renamed_in_sql(capsys):
    organisation, other = make.OrganisationFactory(name="Rhubarb"), make.OrganisationFactory()
    Organisation.objects.filter(pk=organisation.pk).update(name="Custard")
    call_command("repair_records")
    assert capsys.readouterr().out == "Repaired: 1.\n"
    assert list(Search("custard").matching(Organisation.objects.all())) == [organisation]
    versions = Organisation.objects.in_bulk()
    assert versions[organisation.pk].record.version == 2
    assert versions[other.pk].record.version == 1


@pytest.mark.parametrize("count", [1, 3])
def test_repair_asks_as_much_of_many_as_of_one(django_assert_num_queries, count):
    for factory in ROOT_FACTORIES.values():
        factory.create_batch(count)
    Record.objects.all().delete()
    with django_assert_num_queries(33):
        bookkeeping.repair()


def test_every_migration_ends_with_a_repair():
    organisation = make.OrganisationFactory()
    Record.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert Organisation.objects.get().record == Record.objects.get(organisation=organisation)


def test_migration_to_older_tables_repairs_nothing(django_assert_num_queries):
    """The models of today could not read them."""
    organisation = make.OrganisationFactory()
    Record.objects.all().delete()
    older = MigrationLoader(connection).project_state(
        ("partners", "0005_keep_pages_fresh_and_lists_flat")
    )
    app = apps.get_app_config("partners")
    with django_assert_num_queries(0):
        bookkeeping.repair_after_migration(app, using="default", apps=older.apps)
    bookkeeping.repair_after_migration(
        app, using="default", apps=MigrationLoader(connection).project_state().apps
    )
    assert Record.objects.get().organisation == organisation
