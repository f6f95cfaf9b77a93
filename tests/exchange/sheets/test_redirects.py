"""Redirects as a sheet."""

import pytest

from partners.exchange.sheets import export
from partners.exchange.sheets.tables import tables_of
from partners.models import Redirect
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_redirects_have_one_sheet():
    (table,) = tables_of(Redirect).values()
    assert (table.name, table.columns) == ("redirects", ["key", "version", "old_path", "new_path"])


def test_redirects_leave_as_a_sheet():
    redirect = make.RedirectFactory(old_path="/Old", new_path="/events/")
    ((_, lines),) = export.sheets(Redirect, [str(redirect.pk)]).values()
    ((key, version, *addresses),) = lines
    assert (key, addresses) == (str(redirect.pk), ["/old/", "/events/"])
    assert version.startswith("v")
