"""What machines are told when an answer is none: problem details (RFC 9457)."""

from http import HTTPStatus

from django.http import JsonResponse

from partners.exchange.opendata.openapi import PROBLEM


def problem(status, detail="", errors=()):
    """The problem (JsonResponse) for an HTTP status; `errors` are sentences, one a mistake."""
    status = HTTPStatus(status)
    said = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail or f"{status.description or status.phrase}.",
    }
    said |= {"errors": list(errors)} if errors else {}
    return JsonResponse(
        said,
        status=status,
        content_type=PROBLEM,
        json_dumps_params={"ensure_ascii": False},
    )


def as_problem(response):
    """`response` with a problem for its text; what its other headers say stays."""
    said = problem(response.status_code)
    response.content, response["Content-Type"] = said.content, said["Content-Type"]
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(said.content))
    return response
