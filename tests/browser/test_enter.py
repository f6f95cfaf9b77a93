"""Enter in a text field does what its own form is for, and nothing that takes something away."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from partners.accounts.groups import PUBLISHERS
from partners.models import Organisation, PendingChange, Redirect, Revision, Topic, Verification
from partners.rows.standing import standings
from tests import acts
from tests import factories as make
from tests.acts import Proposal
from tests.admin.browser_form import address
from tests.browser.conftest import let_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

#: Of each text field: its form's place on the page, method, and the button that Enter presses.
FIELDS = """() => {
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  const forms = [...document.forms];
  return [...document.querySelectorAll("input")]
    .filter((field) => field.form && !["hidden", "submit", "checkbox", "radio", "file", "button"]
      .includes(field.type))
    .map((field) => {
      const pressed = [...field.form.elements].find((each) => each.type === "submit");
      return [forms.indexOf(field.form), field.form.method, pressed?.name ?? ""];
    });
}"""
ONE_LINE = "input:not([type=hidden], [type=submit], [type=checkbox], [type=radio], [type=file])"
#: What never happens by Enter.
TAKES_AWAY = {
    "_withdraw", "_discard", "_publish", "_schedule", "_unschedule", "_send_back", "_restore",
    "_merge", "_sent", "post",
}  # fmt: skip


@pytest.fixture
def publisher(page, live_server):
    user = User.objects.create_user("paula", is_staff=True)
    user.groups.add(Group.objects.get(name=PUBLISHERS))
    let_in(page.context, user, live_server.url)
    return user


@pytest.fixture
def organisation(live_server):
    """Public, with a part of each kind that has text fields, and a change that was handed in."""
    figure = make.FigureFactory(organisation=make.OrganisationFactory(name="Rhubarb Society"))
    root = figure.organisation
    make.OrganisationNameFactory(organisation=root)
    make.LinkFactory(organisation=root)
    there = standings(Organisation, [root.pk])[root.pk]
    rows = [there.rows[0] | {"fields": there.rows[0]["fields"] | {"summary": "Proposed."}}]
    author = User.objects.create_user("anna")
    proposal = Proposal(Organisation, root.pk, there.rows, [*rows, *there.rows[1:]], author)
    acts.hand_in(proposal, make.SINCE_THEN)
    return root


def what_must_stay():
    """Rows and times of the records, what is proposed, and what lies beside the history."""
    keys = list(Organisation.objects.values_list("pk", flat=True))
    there = standings(Organisation, sorted(keys))
    return (
        {key: (each.rows, each.times) for key, each in there.items()},
        list(PendingChange.objects.values_list("pk", "rows")),
        Revision.objects.filter(is_aside=True).count(),
        (Redirect.objects.count(), Topic.objects.count()),
    )


@pytest.fixture
def pages(organisation):
    other, topic = make.OrganisationFactory(), make.TopicFactory()
    change = PendingChange.objects.get()
    merge = reverse("admin:partners_organisation_merge", args=[organisation.pk])
    return [
        reverse("admin:index"),
        reverse("admin:attention"),
        address(Organisation, "changelist"),
        address(Organisation, "add"),
        address(Organisation, "import"),
        address(organisation),
        address(organisation, "history"),
        address(organisation, "previews"),
        address(organisation, "decide") + "?_withdraw=1&at_0=&at_1=",
        address(organisation, "delete"),
        merge,
        f"{merge}?other={other.pk}",
        address(change),
        address(change) + "?_discard=1",
        address(topic),
        address(Redirect, "add"),
        reverse("account"),
    ]


def test_enter_takes_nothing_away(page, publisher, pages):
    before = what_must_stay()
    fields = 0
    for url in pages:
        page.goto(url)
        found = page.evaluate(FIELDS)
        fields += len(found)
        pressed = {(method, button) for _, method, button in found if method == "post"}
        assert not pressed & {("post", name) for name in TAKES_AWAY}, url
        for number, form in enumerate(sorted({place for place, *_ in found})):
            if number:  # Enter may have led to another page
                page.goto(url)
                page.evaluate(FIELDS)  # opens what is folded
            one_line = page.locator("form").nth(form).locator(ONE_LINE)
            visible = [each for each in one_line.all() if each.is_visible()]
            if visible and url != reverse("account"):
                visible[0].press("Enter")
                page.wait_for_load_state()
        assert what_must_stay() == before, url
    assert fields > 60


def test_enter_in_how_verifies(page, publisher, organisation):
    page.goto(address(organisation))
    page.get_by_text("Verify …").click()
    page.get_by_label("How:").fill("their website")
    page.get_by_label("How:").press("Enter")
    page.get_by_text("Verified: Rhubarb Society").wait_for()
    assert Verification.objects.get(organisation=organisation).how == "their website"
    assert PendingChange.objects.get().is_handed_in
