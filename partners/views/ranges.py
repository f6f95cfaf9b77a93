"""Files given by parts: whoever lost the connection goes on where it broke off (RFC 9110, §14)."""

import os
import re

from django.http import FileResponse, HttpResponse
from django.utils.cache import get_conditional_response
from whitenoise.responders import SlicedFile

#: One part: from a byte on, up to a byte, or so many at the end.
RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE | re.ASCII)


class Unsatisfiable(ValueError):
    """The part that is asked for begins behind the end."""


def part_of(request, file, etag):
    """The answer (200, 206, 304, 412 or 416) to who asks for `file`, open in binary.

    `etag` is a strong one, with its quotation marks. A part is given only of the content that
    If-Range names; who asks for several parts, or for something else, gets all of it.
    """
    instead = get_conditional_response(request, etag)
    if instead:  # before a response is made: to close an unused one tells that the request ended
        file.close()
        instead["ETag"] = etag
        return instead
    size = file.seek(0, os.SEEK_END)
    try:
        part = _asked(request, etag, size)
    except Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, stop = part or (0, size)
    response = _answer(request, SlicedFile(file, start, stop - 1))
    response.status_code = 206 if part else 200
    response["Content-Length"] = str(stop - start)
    response["Accept-Ranges"], response["ETag"] = "bytes", etag
    if part:
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _answer(request, content):
    if request.method != "HEAD":
        return FileResponse(content)
    content.close()
    return HttpResponse()


def _asked(request, etag, size):
    """(start, stop) of the part that is asked for; None for all. Raises Unsatisfiable."""
    found = RANGE.fullmatch(request.META.get("HTTP_RANGE", ""))
    is_of_this = request.META.get("HTTP_IF_RANGE", etag).strip() == etag
    if request.method != "GET" or not found or not is_of_this or found.groups() == ("", ""):
        return None
    first, last = (int(digits[:20]) if digits else None for digits in found.groups())
    if first is None:
        first, last = max(size - last, 0) if last else size, None
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, size if last is None else min(last + 1, size)
