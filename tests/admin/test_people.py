"""Colleagues: invited by mail, choosing their own password, never made an operator by the way."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from django.urls import reverse

from partners.accounts.groups import EDITORS, PUBLISHERS
from tests.admin.browser_form import address, errors
from tests.admin.conftest import colleague
from tests.mail_server import mails_to
from tests.worker import work

pytestmark = pytest.mark.django_db
PASSWORD = "plum-pudding-and-custard"


def group_pk(name):
    return str(Group.objects.get(name=name).pk)


@pytest.fixture
def invitation(open_form):
    """invitation(client, **other values) → the form that invites Ada, filled in."""

    def invitation(client, **values):
        form = open_form(client, User)
        return form.fill(
            username="ada",
            first_name="Ada",
            last_name="Lovelace",
            email="ada@example.org",
            groups=[group_pk(EDITORS)],
            **values,
        )

    return invitation


@pytest.fixture
def invite(invitation):
    """invite(client) sends that form, and what is queued with the account."""

    def invite(client):
        invitation(client).save()
        work()

    return invite


def link_in(message):
    """The path of the link by which a password is chosen."""
    return re.search(rf"{settings.SITE_URL}(/\S+)", message.body)[1]


def choose_password(client, link, password=PASSWORD):
    """Follow the link and choose; returns the last response."""
    page = client.get(link, follow=True)
    if "form" not in page.context or page.context["form"] is None:
        return page
    url = page.redirect_chain[-1][0]
    posted = {"new_password1": password, "new_password2": password}
    return client.post(url, posted, follow=True)


def log_in(client, username, password=PASSWORD):
    posted = {"username": username, "password": password, "next": reverse("admin:index")}
    return client.post(reverse("admin:login"), posted)


@pytest.mark.parametrize("who", ["publisher", "superuser"])
def test_invited_colleague_chooses_a_password_and_has_the_group(client_of, invite, who):
    invite(client_of(who))
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert message.subject == "Your account for the partners site"
    assert "Your user name is: ada" in message.body
    assert reverse("admin_password_reset") in message.body
    newcomer = Client()
    done = choose_password(newcomer, link_in(message))
    assert done.status_code == 200
    assert reverse("admin:login") in done.content.decode()
    assert log_in(newcomer, "ada").status_code == 302
    front = newcomer.get(reverse("admin:index"))
    assert "Organisations" in front.content.decode()
    ada = User.objects.get(username="ada")
    assert [group.name for group in ada.groups.all()] == [EDITORS]
    assert (ada.is_staff, ada.is_superuser, ada.first_name) == (True, False, "Ada")


def test_link_of_an_invitation_works_once(publisher, invite):
    invite(publisher)
    link = link_in(mail.outbox[0])
    choose_password(Client(), link)
    again = choose_password(Client(), link, "another-password-altogether")
    assert "invalid" in again.content.decode()
    assert User.objects.get(username="ada").check_password(PASSWORD)


def test_nobody_can_log_in_before_the_password_is_chosen(publisher, invite):
    invite(publisher)
    for guess in ("", "ada", "password"):
        assert log_in(Client(), "ada", guess).status_code == 200


def test_password_that_is_too_simple_is_refused(publisher, invite):
    invite(publisher)
    response = choose_password(Client(), link_in(mail.outbox[0]), "12345678")
    assert response.context["form"].errors
    assert not User.objects.get(username="ada").check_password("12345678")


def said(client):
    """What the page that follows tells the one who invites."""
    context = client.get(address(User, "changelist")).context
    return [(message.level_tag, str(message)) for message in context["messages"]]


def test_invitation_is_queued_with_the_account_and_the_inviter_is_told(publisher, invitation):
    invitation(publisher).save()
    assert not mail.outbox
    sentence = (
        "The invitation is on its way to ada@example.org. If it does not arrive within an hour, "
        f"your colleague can ask for another one at {settings.SITE_URL}/admin/password-reset/"
    )
    assert ("success", sentence) in said(publisher)
    with mails_to(1):  # nobody listens there
        work()
    Client().post(reverse("admin_password_reset"), {"email": "ada@example.org"})
    work()
    choose_password(Client(), link_in(mail.outbox[0]))
    assert log_in(Client(), "ada").status_code == 302


def test_invitation_page_says_what_happens(publisher, open_form):
    page = open_form(publisher, User).page
    assert "Your colleague gets a mail with a link" in page
    assert "The invitation goes here." in page
    assert 'type="password"' not in page


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        (
            {"email": "EDITOR@example.org"},
            "email",
            "Somebody with this address has an account already. Open that account instead.",
        ),
        ({"email": ""}, "email", "This field is required."),
        ({"email": "ada"}, "email", "Enter a valid email address."),
        ({"groups": []}, "groups", "This field is required."),
        ({"username": "editor"}, "username", "A user with that username already exists."),
    ],
)
def test_invitation_that_cannot_be_sent_says_why(publisher, open_form, values, field, sentence):
    colleague("editor")
    form = open_form(publisher, User)
    filled = {"username": "ada", "email": "ada@example.org", "groups": [group_pk(EDITORS)]}
    response = form.send(**filled | values)
    assert errors(response) == {field: [sentence]}
    assert not mail.outbox
    assert not User.objects.filter(username="ada").exists()


FORGED = {
    "is_superuser": "on",
    "is_staff": "on",
    "user_permissions": ["1", "2"],
    "password": "md5$$x",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "usable_password": "true",
}


def test_publisher_cannot_invite_an_operator(publisher, invitation):
    form = invitation(publisher)
    form.fields |= FORGED
    form.save()
    ada = User.objects.get(username="ada")
    assert not ada.is_superuser
    assert not ada.user_permissions.exists()
    assert not ada.check_password(PASSWORD)


def test_publisher_cannot_make_a_colleague_an_operator(publisher, open_form):
    ada = colleague("ada", EDITORS, is_staff=True)
    form = open_form(publisher, ada)
    assert not form.fields.keys() & FORGED.keys()
    form.fields |= FORGED
    form.save(groups=[group_pk(PUBLISHERS)])
    password = ada.password
    ada.refresh_from_db()
    assert [group.name for group in ada.groups.all()] == [PUBLISHERS]
    assert not ada.is_superuser
    assert not ada.user_permissions.exists()
    assert ada.password == password


def test_publisher_gives_our_groups_alone(publisher, open_form, invitation):
    others = Group.objects.create(name="Operators")
    response = invitation(publisher).send(groups=[str(others.pk)])
    assert errors(response).keys() == {"groups"}
    ada = colleague("ada", EDITORS, is_staff=True)
    form = open_form(publisher, ada)
    response = form.send(groups=[*form.fields["groups"], str(others.pk)])
    assert errors(response).keys() == {"groups"}
    assert [group.name for group in ada.groups.all()] == [EDITORS]


def test_publisher_keeps_the_group_that_an_operator_gave(superuser, publisher, open_form):
    others = Group.objects.create(name="Operators")
    ada = colleague("ada", EDITORS, is_staff=True)
    form = open_form(superuser, ada)
    form.save(groups=[*form.fields["groups"], str(others.pk)])
    open_form(publisher, ada).save(first_name="Ada")
    assert {group.name for group in ada.groups.all()} == {EDITORS, "Operators"}


def test_publisher_sets_nobodys_password(publisher):
    for user in (colleague("ada", EDITORS, is_staff=True), User.objects.get(username="publisher")):
        posted = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
        assert publisher.get(password_page(user)).status_code == 403
        assert publisher.post(password_page(user), posted).status_code == 403
        user.refresh_from_db()
        assert not user.check_password(PASSWORD)


def test_publisher_cannot_make_themselves_an_operator(publisher, open_form):
    form = open_form(publisher, User.objects.get(username="publisher"))
    form.fields |= FORGED
    form.save()
    assert not User.objects.get(username="publisher").is_superuser


def test_publisher_closes_the_account_of_a_colleague(publisher, open_form):
    colleague("ada", EDITORS, is_staff=True)
    open_form(publisher, User.objects.get(username="ada")).save(is_active=None)
    assert log_in(Client(), "ada", "rhubarb-crumble-9").status_code == 200


def password_page(user):
    return reverse("admin:auth_user_password_change", args=[user.pk])


@pytest.mark.parametrize("who", ["editor", "publisher"])
def test_account_of_an_operator_is_not_touched(client_of, who):
    client = client_of(who)
    operator = colleague("operator", is_staff=True, is_superuser=True)
    before = User.objects.filter(pk=operator.pk).values().get()
    posted = {"username": "mine", "email": "mine@example.org", "groups": [], **FORGED}
    for url in (address(operator), address(operator, "delete"), password_page(operator)):
        assert client.post(url, posted | {"post": "yes"}).status_code == 403
    assert client.get(password_page(operator)).status_code == 403
    listing = {"action": "delete_selected", "_selected_action": [operator.pk], "post": "yes"}
    client.post(address(User, "changelist"), listing)
    assert User.objects.filter(pk=operator.pk).values().get() == before


def test_publisher_reads_the_account_of_an_operator(publisher, open_form):
    operator = colleague("operator", is_staff=True, is_superuser=True)
    form = open_form(publisher, operator)
    assert form.buttons == []
    assert form.fields.keys() <= {"csrfmiddlewaretoken"}
    assert "md5$" not in form.page


def test_editor_sees_no_accounts(editor):
    ada = colleague("ada")
    for url in (address(User, "changelist"), address(User), address(ada), password_page(ada)):
        assert editor.get(url).status_code == 403
    assert address(User, "changelist") not in editor.get(reverse("admin:index")).content.decode()


def test_operator_makes_an_operator(superuser, open_form):
    ada = colleague("ada", is_staff=True)
    open_form(superuser, ada).save(is_superuser=["on"])
    ada.refresh_from_db()
    assert ada.is_superuser
    assert ada.check_password("rhubarb-crumble-9")


def test_operator_gives_a_new_password(superuser):
    ada = colleague("ada", is_staff=True)
    posted = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    response = superuser.post(password_page(ada), posted)
    assert response.status_code == 302
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_log_in_page_leads_to_a_forgotten_password(client):
    page = client.get(reverse("admin:login")).content.decode()
    link = re.search(r'<div class="password-reset-link">\s*<a href="([^"]+)">([^<]+)', page)
    assert link[1] == reverse("admin_password_reset")
    assert link[2].startswith("Forgotten your ")


@pytest.mark.parametrize("typed", ["ada@example.org", "ADA@example.org"])
def test_forgotten_password_is_chosen_anew_by_mail(client, typed):
    colleague("ada", EDITORS, is_staff=True)
    asked = client.post(reverse("admin_password_reset"), {"email": typed}, follow=True)
    assert asked.redirect_chain == [(reverse("password_reset_done"), 302)]
    work()
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    done = choose_password(client, link_in(message))
    assert done.redirect_chain[-1] == (reverse("password_reset_complete"), 302)
    assert log_in(client, "ada").status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200
    assert "invalid" in choose_password(Client(), link_in(message)).content.decode()


@pytest.mark.parametrize("email", ["nobody@example.org", "closed@example.org"])
def test_forgotten_password_does_not_tell_who_has_an_account(client, email):
    colleague("closed", is_active=False)
    asked = client.post(reverse("admin_password_reset"), {"email": email}, follow=True)
    assert asked.redirect_chain == [(reverse("password_reset_done"), 302)]
    assert not mail.outbox


@pytest.mark.parametrize("email", ["", "ada", "a\0@example.org", "ada@example.org\nBcc: x@y.org"])
def test_forgotten_password_wants_an_address(client, email):
    asked = client.post(reverse("admin_password_reset"), {"email": email})
    assert asked.status_code == 200
    assert asked.context["form"].errors


@pytest.mark.parametrize("link", ["x/y", "MQ/set-password", "MQ/bad-token", "%F0/abc-def"])
def test_link_that_is_no_link_says_so(client, link):
    page = client.get(f"/admin/password-reset/{link}/", follow=True)
    assert "invalid" in page.content.decode()


def test_log_in_refuses_the_wrong_password_and_those_who_are_not_staff(client):
    colleague("ada", EDITORS, is_staff=True)
    colleague("visitor")
    for name, password in [("ada", "wrong"), ("visitor", "rhubarb-crumble-9"), ("a\0", "x")]:
        assert log_in(client, name, password).status_code == 200
        assert client.get(reverse("admin:index")).status_code == 302


def test_log_in_leads_nowhere_else(client):
    colleague("ada", EDITORS, is_staff=True)
    posted = {"username": "ada", "password": "rhubarb-crumble-9", "next": "https://evil.example/"}
    response = client.post(reverse("admin:login"), posted)
    assert "evil" not in response["Location"]
