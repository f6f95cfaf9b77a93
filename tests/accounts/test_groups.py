"""Groups: editors write, publishers decide."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from partners.accounts.groups import EDITORS, PUBLISHERS
from partners.models import ROOT_MODELS

ROOTS = [model._meta.model_name for model in ROOT_MODELS.values()]
PARTS = ("organisationname", "figure", "party", "jointwork", "organiser", "link", "citation")
VOCABULARIES = ("topic", "term", "section")

pytestmark = pytest.mark.django_db


def migrate_again():
    call_command("migrate", verbosity=0)


def member_of(name):
    user = User.objects.create(username=name)
    user.groups.add(Group.objects.get(name=name))
    return user


def may(user, action, model):
    return user.has_perm(f"partners.{action}_{model}")


@pytest.mark.parametrize("model", ROOTS)
def test_editors_write_roots_but_neither_publish_nor_delete_them(model):
    editor = member_of(EDITORS)
    assert [may(editor, action, model) for action in ("view", "add", "change")] == [True] * 3
    assert [may(editor, action, model) for action in ("publish", "delete")] == [False] * 2


@pytest.mark.parametrize("model", PARTS)
def test_editors_write_parts_and_take_them_out(model):
    editor = member_of(EDITORS)
    actions = ("view", "add", "change", "delete")
    assert [may(editor, action, model) for action in actions] == [True] * 4


@pytest.mark.parametrize("model", VOCABULARIES)
def test_editors_read_vocabularies(model):
    editor = member_of(EDITORS)
    assert may(editor, "view", model)
    assert [may(editor, action, model) for action in ("add", "change", "delete")] == [False] * 3


def test_editors_add_sources_and_change_none():
    editor = member_of(EDITORS)
    rights = [may(editor, action, "source") for action in ("view", "add", "change", "delete")]
    assert rights == [True, True, False, False]


@pytest.mark.parametrize("model", ROOTS)
def test_publishers_publish_and_delete_roots(model):
    publisher = member_of(PUBLISHERS)
    actions = ("view", "add", "change", "delete", "publish")
    assert [may(publisher, action, model) for action in actions] == [True] * 5


@pytest.mark.parametrize("model", [*PARTS, *VOCABULARIES, "source"])
def test_publishers_write_parts_and_vocabularies(model):
    publisher = member_of(PUBLISHERS)
    actions = ("view", "add", "change", "delete")
    assert [may(publisher, action, model) for action in actions] == [True] * 4


def test_publishers_keep_accounts_but_delete_none():
    publisher = member_of(PUBLISHERS)
    assert publisher.has_perms(["auth.view_user", "auth.add_user", "auth.change_user"])
    assert not publisher.has_perm("auth.delete_user")
    assert not publisher.has_perm("auth.change_group")


def test_editors_have_nothing_to_do_with_accounts():
    granted = member_of(EDITORS).get_group_permissions()
    assert granted
    assert {permission.split(".")[0] for permission in granted} == {"partners"}


def test_every_model_of_the_app_can_be_seen_by_both():
    names = {model._meta.model_name for model in apps.get_app_config("partners").get_models()}
    for group in (EDITORS, PUBLISHERS):
        user = member_of(group)
        assert {name for name in names if may(user, "view", name)} == names


def test_migrating_again_changes_nothing():
    def granted():
        return {
            group.name: sorted(group.permissions.values_list("pk", flat=True))
            for group in Group.objects.all()
        }

    before = granted()
    assert set(before) == {EDITORS, PUBLISHERS}
    migrate_again()
    assert granted() == before


def test_migrating_again_leaves_what_staff_added_and_brings_back_what_is_missing():
    group = Group.objects.get(name=EDITORS)
    extra = Permission.objects.get(codename="delete_page")
    missing = Permission.objects.get(codename="add_page")
    group.permissions.add(extra)
    group.permissions.remove(missing)
    migrate_again()
    assert {extra, missing} <= set(group.permissions.all())


def test_migrating_again_brings_back_a_group_that_was_deleted():
    Group.objects.all().delete()
    migrate_again()
    assert may(member_of(EDITORS), "change", "event")
    assert may(member_of(PUBLISHERS), "publish", "event")
