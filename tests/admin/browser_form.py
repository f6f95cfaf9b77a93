"""An admin form as a browser sees it: what stands in its fields, and what sending it posts."""

import html
import re
from collections import defaultdict
from html.parser import HTMLParser

from django.contrib.admin.utils import quote
from django.urls import reverse


def address(target, page=""):
    """The admin address of a model (add, changelist) or of a record (change, delete, history)."""
    is_model = isinstance(target, type)
    name = f"admin:{target._meta.app_label}_{target._meta.model_name}"
    page = page or ("add" if is_model else "change")
    return reverse(f"{name}_{page}", args=[] if is_model else [quote(target.pk)])


def act(client, action, *records, **extra):
    """Tick the records in their list and run the action; returns the page that follows."""
    url = address(type(records[0]), "changelist")
    posted = {"action": action, "index": "0", "_selected_action": [each.pk for each in records]}
    posted["_seen"] = read_all(client.get(url), "_seen")
    return client.post(url, posted | extra, follow=True)


def read_all(response, name):
    """The values of all fields of that name on a page."""
    page = response.content.decode()
    return [html.unescape(value) for value in re.findall(f'name="{name}" value="([^"]*)"', page)]


class BrowserForm:
    """The fields of one page's main form, as they would be posted."""

    def __init__(self, client, url):
        self.client, self.url = client, url
        response = client.get(url)
        assert response.status_code == 200, response.status_code
        self.page = response.content.decode()
        model = response.context["opts"].model_name
        self.fields, self.buttons = read(self.page, f"{model}_form")

    @classmethod
    def open(cls, client, target):
        return cls(client, address(target))

    def fill(self, **values):
        """Type into fields, by name; a list ticks boxes or selects many, None empties."""
        for name, value in values.items():
            assert name in self.fields, f"no field {name} to type into"
            self.fields[name] = "" if value is None else value
        return self

    def row(self, prefix, **values):
        """Click "add another" of the inline `prefix` and fill in the row; returns its prefix."""
        number = int(self.fields[f"{prefix}-TOTAL_FORMS"])
        self.fields[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
        empty = f"{prefix}-__prefix__-"
        for name in [name for name in self.fields if name.startswith(empty)]:
            self.fields[f"{prefix}-{number}-{name.removeprefix(empty)}"] = self.fields[name]
        self.fill(**{f"{prefix}-{number}-{name}": value for name, value in values.items()})
        return f"{prefix}-{number}"

    def row_of(self, part, prefix):
        """The prefix of the row that shows `part`."""
        ids = {
            name.removesuffix("-id"): value
            for name, value in self.fields.items()
            if name.startswith(f"{prefix}-") and name.endswith("-id")
        }
        return next(row for row, value in ids.items() if value == str(part.pk))

    def send(self, button=None, **values):
        """Press `button`; unless one is named, the one by which this person stores the record."""
        self.fill(**values)
        posted = {name: value for name, value in self.fields.items() if value is not None}
        stores = (name for name in ("_publish", "_draft", "_save") if name in self.buttons)
        return self.client.post(self.url, posted | {button or next(stores): "1"})

    def save(self, button=None, **values):
        """Send it, and expect that it is taken."""
        response = self.send(button, **values)
        assert response.status_code == 302, errors(response)
        return response


def errors(response):
    """field → the sentences said beside it; "" for those at the top of the form or of an inline."""
    assert response.status_code == 200
    said = defaultdict(list)
    form = response.context["adminform"].form
    for name, sentences in form.errors.items():
        said["" if name == "__all__" else name] += sentences
    for inline in response.context["inline_admin_formsets"]:
        said[""] += inline.formset.non_form_errors()
        for row in inline.formset.forms:
            for name, sentences in row.errors.items():
                said["" if name == "__all__" else f"{row.prefix}-{name}"] += sentences
    page = html.unescape(response.content.decode())
    for sentences in said.values():
        assert all(str(sentence) in page for sentence in sentences)
    return {name: sentences for name, sentences in said.items() if sentences}


def read(page, form_id):
    """The fields (name → value, or list of values) and the buttons of the form `form_id`."""
    reader = _Reader(form_id)
    reader.feed(page)
    assert reader.found, f"no form {form_id}"
    return reader.fields, reader.buttons


class _Reader(HTMLParser):
    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.found, self.inside = form_id, False, False
        self.fields, self.buttons = {}, []
        self.select = self.textarea = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.inside = attributes.get("id") == self.form_id
            self.found |= self.inside
        if not self.inside or "disabled" in attributes:
            return
        if start := getattr(self, f"start_{tag}", None):
            start(attributes)

    def start_input(self, attributes):
        name, kind = attributes.get("name"), attributes.get("type", "text")
        if kind == "submit":
            self.buttons.append(name)
        elif kind in ("checkbox", "radio"):
            self._tick(name, attributes)
        elif name:
            self.fields[name] = None if kind == "file" else attributes.get("value") or ""

    def _tick(self, name, attributes):
        self.fields.setdefault(name, None)
        if "checked" in attributes:
            self.fields[name] = [*(self.fields[name] or []), attributes.get("value", "on")]

    def start_textarea(self, attributes):
        self.textarea = attributes["name"]
        self.fields[self.textarea] = ""

    def start_select(self, attributes):
        self.select, self.many = attributes["name"], "multiple" in attributes
        self.fields[self.select] = [] if self.many else None

    def start_option(self, attributes):
        value, chosen = attributes.get("value", ""), "selected" in attributes
        if self.many:
            self.fields[self.select] += [value] * chosen
        elif chosen or self.fields[self.select] is None:
            self.fields[self.select] = value

    def handle_data(self, data):
        if self.textarea:
            typed = self.fields[self.textarea] + data
            self.fields[self.textarea] = typed.removeprefix("\n")  # as browsers do

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.textarea = None
        elif tag == "select":
            self.select = None
