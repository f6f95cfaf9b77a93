"""What every page is told of the moment of its request."""

import datetime as dt

from django.utils import timezone

from partners.serving.context_processors import site


def test_page_is_of_the_moment_of_its_request(rf):
    request = rf.get("/")
    before = timezone.now()
    assert before <= site(request)["now_of_request"] <= timezone.now()
    assert site(request)["is_preview"] is False
    request.now = dt.datetime(2026, 5, 3, 22, 30, tzinfo=dt.UTC)  # after midnight in Vienna
    said = site(request)
    assert (said["now_of_request"], said["today"]) == (request.now, dt.date(2026, 5, 4))
