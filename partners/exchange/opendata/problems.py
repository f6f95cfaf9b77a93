"""What machines are told when an answer is none: problem details (RFC 9457)."""

from http import HTTPStatus

from django.http import JsonResponse

from partners.exchange.opendata.openapi import PROBLEM


def problem(status, detail="", errors=()):
    """The problem (JsonResponse) for an HTTP status; `errors` are sentences, one a mistake."""
    status = HTTPStatus(status)
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail or f"{status.description or status.phrase}.",
    }
    document |= {"errors": list(errors)} if errors else {}
    return JsonResponse(
        document,
        status=status,
        content_type=PROBLEM,
        json_dumps_params={"ensure_ascii": False},
    )


def as_problem(response):
    """`response` with a problem for its text; what its other headers say stays."""
    answer = problem(response.status_code)
    response.content, response["Content-Type"] = answer.content, answer["Content-Type"]
    if response.has_header("Content-Length"):
        response["Content-Length"] = str(len(answer.content))
    return response
