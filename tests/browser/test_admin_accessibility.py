"""Every page of the admin, for everybody: rules of WCAG 2.2, names, targets, edges, the keyboard.

A page is opened once for each width; all that is asked of it is asked there, in both themes.
"""

import gzip
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from partners.models import (
    Agreement,
    Contact,
    Job,
    MissedAddress,
    MistakeReport,
    Organisation,
    PendingChange,
    Revision,
    Section,
    SourceCheck,
)
from tests import factories as make
from tests.admin.browser_form import BrowserForm, address
from tests.admin.records import RECORDS
from tests.browser import rules
from tests.browser.conftest import let_in
from tests.browser.test_accessibility import WIDTHS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

#: Asked of each page once; what depends on colours, in both themes.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_WIDTH = ["target-size", "scrollable-region-focusable", "color-contrast"]
MOST_PIXELS, MOST_BYTES = 2200, 8 * 1024

#: What can be pressed and is smaller than 24 × 24 CSS pixels, the words of a sentence apart, and
#: what is not within 24 pixels of another (WCAG 2.2, success criterion 2.5.8).
SMALL = """() => {
  const shown = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]')]
    .filter((each) => each.checkVisibility({ visibilityProperty: true })
      && each.getBoundingClientRect().width > 1);
  const boxOf = (each) => (each.matches('input[type=checkbox], input[type=radio]')
    && each.closest('label') || each).getBoundingClientRect();
  const isWord = (each) => getComputedStyle(each).display === 'inline'
    && [...each.parentElement.childNodes].some((node) => node.nodeType === 3
      && /\\w/.test(node.textContent));
  const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
  return shown.filter((each) => {
    const box = boxOf(each);
    if ((box.width >= 23.9 && box.height >= 23.9) || isWord(each)) return false;
    const [x, y] = middle(box);
    return shown.some((other) => {
      if (other === each || other.contains(each) || each.contains(other)) return false;
      const near = boxOf(other);
      if (near.width >= 24 && near.height >= 24) {
        const [dx, dy] = [Math.max(near.x - x, x - near.right, 0),
                          Math.max(near.y - y, y - near.bottom, 0)];
        return Math.hypot(dx, dy) < 12;
      }
      const [ox, oy] = middle(near);
      return Math.hypot(ox - x, oy - y) < 24;
    });
  }).map((each) => `${each.outerHTML.slice(0, 120)} ${boxOf(each).width}×${boxOf(each).height}`);
}"""

#: Ids that something on the page points at, and that are not there.
DANGLING = """() => ['aria-describedby', 'aria-labelledby', 'for'].flatMap((name) =>
  [...document.querySelectorAll(`[${name}]`)]
    .filter((each) => !each.closest('.empty-form, .select2-container'))
    .flatMap((each) => each.getAttribute(name).split(' ').filter(Boolean)
      .filter((id) => !document.getElementById(id)).map((id) => `${name}=${id}`)))"""

#: What lies under the bar of buttons is scrolled into sight; axe would call it obscured.
OPEN_ALL = """() => {
  document.querySelectorAll('details').forEach((each) => { each.open = true; });
  document.querySelectorAll('.bar').forEach((each) => { each.style.position = 'static'; });
}"""

#: In colours of the person's own: what is pressed has an edge, and links are told by a line.
EDGELESS = """() => [...document.querySelectorAll(
    'button, input[type=submit], input[type=button], a.button, .object-tools a, p a, li a, td a')]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 1)
  .filter((each) => {
    const style = getComputedStyle(each);
    const isWord = each.matches('a:not(.button, .object-tools a, .addlink, .deletelink)');
    return parseFloat(style.borderTopWidth) < 1
      && !(isWord && (style.textDecorationLine !== 'none' || !each.textContent.trim()));
  }).map((each) => each.outerHTML.slice(0, 120))"""

CONTROLS = {"textbox", "combobox", "checkbox", "radio", "button", "link", "spinbutton", "searchbox",
            "listbox"}  # fmt: skip


@pytest.fixture
def publisher():
    return User.objects.create_superuser("paula", "paula@example.org", "a colleague's word")


@pytest.fixture
def visit(browser, live_server, publisher):
    """visit(**options) → a tab in which the publisher is logged in."""
    contexts = []

    def visit(**options):
        options |= {"base_url": live_server.url, "reduced_motion": "reduce"}
        context = browser.new_context(**options)
        let_in(context, publisher, live_server.url)
        contexts.append(context)
        return context.new_page()

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def records(publisher):
    """One record of each model, and an organisation with a change that was handed in."""
    made = {model: factory() for model, factory in RECORDS.items()}
    client = Client()
    client.force_login(publisher)
    form = BrowserForm.open(client, made[Organisation])
    form.send("_hand_in", summary="Proposed.")
    return made


@pytest.fixture
def pages(records):
    """The address of each kind of page: of all that a person may come to."""
    organisation = records[Organisation]
    other, change = make.OrganisationFactory(), PendingChange.objects.get()
    merge = reverse("admin:partners_organisation_merge", args=[organisation.pk])
    paths = [
        reverse(f"admin:{name}")
        for name in ("index", "attention", "password_change", "find", "auth_user_add")
    ]
    paths += [reverse("account"), merge, f"{merge}?other={other.pk}"]
    paths += [
        address(PendingChange, "changelist"),
        address(change),
        f"{address(change)}?_discard=1",
    ]
    paths += [
        reverse(f"admin:{name}_changelist")
        for name in (
            "partners_revision",
            "partners_linkcheck",
            "partners_missedaddress",
            "partners_contact",
            "partners_inquiry",
            "partners_answer",
            "admin_logentry",
        )
    ]
    paths += [f"{reverse('admin:find')}?q={each}" for each in ("organisation", "zzzz")]
    paths += [address(model, "add") for model in (Agreement, Contact)] + of_many_and_of_work(other)
    answer = make.AnswerFactory(logo=b"picture", logo_permission="Their board")
    paths += [address(each) for each in (answer, answer.inquiry, make.MistakeReportFactory())]
    paths += [address(organisation, "decide") + "?_withdraw=1&at_0=&at_1="]
    paths += [address(organisation, page) for page in ("history", "previews", "delete", "register")]
    paths += [reverse("admin:partners_organisation_from_register")]
    paths += [address(Organisation, page) for page in ("add", "import", "changelist")]
    return [
        *paths,
        *(address(record) for record in records.values()),
        address(Section, "changelist"),
    ]


def of_many_and_of_work(organisation):
    """The addresses of an act that can be undone, a job, a source that changed; what has a list."""
    act, by, client = uuid4(), User.objects.get(username="paula"), Client()
    client.force_login(by)
    BrowserForm.open(client, organisation).save("_publish", summary="Published.")
    Revision.objects.update(act=act)
    job = {"task": uuid4(), "by": by, "title": "Look at a file", "leads_to": "/admin/"}
    cited = make.CitationFactory(organisation=organisation, quotation="some words", path="name")
    check = {"url": cited.source.url, "quotation": "some words", "outcome": "gone"}
    made = [Job.objects.create(**job), SourceCheck.objects.create(**check, passage="others")]
    MissedAddress.objects.create(path="/old/", last_on="2026-11-28")
    models = (Agreement, Job, SourceCheck, MistakeReport, User)
    return [
        reverse("admin:partners_revision_undo", args=[act]),
        *map(address, made),
        *(address(model, "changelist") for model in models),
    ]


def complaints(page, name):
    """What is wrong with the page as it stands, with all that is folded opened: (its name, what).

    What depends on the width alone is asked again in a narrow window, without loading it anew.
    """
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.evaluate(OPEN_ALL)
    found = [("dangling", each) for each in page.evaluate(DANGLING)]
    found += [("nameless", *each) for each in nameless(page)]
    page.emulate_media(forced_colors="active")
    found += [("edgeless", each) for each in page.evaluate(EDGELESS)]
    page.emulate_media(forced_colors="none", color_scheme="light")
    found += asked(page, RULES, also=["color-contrast-enhanced"])
    page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    found += asked(page, OF_WIDTH)
    return [(name, *each) for each in found]


def asked(page, those, also=()):
    """(width, theme, what) of what is broken in the light; in the dark, of the colours."""
    width = page.viewport_size["width"]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield width, "any", "scrolls sideways"
    yield from ((width, "any", each) for each in page.evaluate(SMALL))
    page.emulate_media(color_scheme="light")
    yield from ((width, "light", *each) for each in rules.broken(page, those, also))
    page.emulate_media(color_scheme="dark")
    yield from ((width, "dark", *each) for each in rules.broken(page, rules.COLOURS))


def nameless(page):
    """The controls that a screen reader would speak without a name."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if not node["ignored"] and role in CONTROLS and not node["name"]["value"].strip():
            yield role, node.get("backendDOMNodeId")
    session.detach()


def test_no_page_has_a_complaint(visit, pages):
    page, found = visit(), []
    rules.put_into(page)
    for path in pages:
        page.goto(path)
        found += complaints(page, path)
    page.context.clear_cookies()
    page.goto(f"{reverse('admin:login')}?next=/admin/")
    assert found + complaints(page, "log-in") == []


def test_no_form_that_is_refused_has_a_complaint(visit, publisher):
    """With mistakes in the record and in a part; with what somebody else saved meanwhile."""
    page, url = visit(), address(organisation := make.OrganisationFactory())
    rules.put_into(page)
    page.goto(url)
    page.locator("[name=founded]").fill("nonsense")
    page.get_by_role("button", name="Add figure").click()
    assert page.evaluate("document.activeElement.name") == "figures-0-bound"
    page.get_by_role("button", name="Publish now").click()
    page.locator(".mistakes:focus").wait_for()
    found = complaints(page, "mistakes")
    page.goto(url)
    client = Client()
    client.force_login(publisher)
    BrowserForm.open(client, organisation).save("_publish", summary="Theirs.")
    page.get_by_label("Summary").fill("Mine.")
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("heading", name="Both of you changed this").wait_for()
    assert found + complaints(page, "conflict") == []


def test_parts_are_ordered_by_keys(visit):
    organisation = make.OrganisationFactory()
    for position, measure in enumerate(["one", "two", "three"]):
        make.FigureFactory(organisation=organisation, measure=measure, position=position)
    page = visit()
    page.goto(address(organisation))
    page.get_by_role("button", name="Move down: Figure 1").press("Enter")
    page.keyboard.press("Enter")  # it has the focus still
    page.get_by_role("button", name="Publish now").press("Enter")
    page.get_by_text("Published:").wait_for()
    ordered = organisation.figures.order_by("position").values_list("measure", flat=True)
    assert list(ordered) == ["two", "three", "one"]


HIDDEN = """() => {
  const { x, y, width, height } = document.activeElement.getBoundingClientRect();
  const [dx, dy] = [Math.min(width, 20) / 2, Math.min(height, 20) / 2];
  const there = document.elementFromPoint(x + dx, y + dy);
  return there && (document.activeElement.contains(there) || there.contains(document.activeElement)
    || there.closest('label')) ? '' : document.activeElement.outerHTML.slice(0, 150);
}"""


def test_whole_form_is_walked_by_keyboard_with_each_stop_in_sight(visit):
    organisation = make.OrganisationFactory()
    make.FigureFactory(organisation=organisation)
    page, stops = visit(viewport={"width": 1280, "height": 900}), []
    page.goto(address(organisation))
    page.locator("[name=name]").focus()
    while not stops or stops[-1] != "_publish":
        assert page.evaluate(HIDDEN) == ""
        stops.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
        page.keyboard.press("Tab")
        assert len(stops) < 120
    assert [each for each in stops if each in ("summary", "figures-0-value", "why", "_draft")] == [
        "summary", "figures-0-value", "why", "_draft",
    ]  # fmt: skip


def test_form_is_short(visit):
    organisation = make.OrganisationFactory(description="<p>What they do.</p>" * 3)
    make.FigureFactory(organisation=organisation, source=make.SourceFactory())
    make.CitationFactory.create_batch(10, organisation=organisation)
    make.TopicFactory.create_batch(8)
    page = visit(viewport={"width": 1280, "height": 900})
    page.goto(address(organisation))
    assert page.evaluate("document.documentElement.scrollHeight") <= MOST_PIXELS


def test_own_scripts_are_light():
    scripts = [script.read_bytes() for script in (settings.BASE_DIR / "static/js").glob("*.js")]
    assert sum(len(gzip.compress(script)) for script in scripts) <= MOST_BYTES
