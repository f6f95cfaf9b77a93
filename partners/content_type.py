"""What a request says of its body, read before Django reads it."""

import re

#: The characters that RFC 2046 §5.1.1 allows in a boundary, quoted or not.
BOUNDARY = re.compile(
    r""";\s*boundary=("?)([\w'()+,./:=?-]{1,70})\1\s*(?:;|$)""", re.ASCII | re.IGNORECASE
)


class PlainContentType:
    """WSGI middleware that keeps the kind and the boundary of Content-Type, and nothing else of it.

    What comes here is UTF-8. Django would decode the query string with whatever character set the
    header names, and while it makes the request: one such as `base64` fails before any view or
    middleware could answer.
    """

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        kind, semicolon, _ = (said := environ.get("CONTENT_TYPE", "")).partition(";")
        if semicolon:
            boundary = BOUNDARY.search(said)
            environ["CONTENT_TYPE"] = f"{kind}; boundary={boundary[2]}" if boundary else kind
        return self.application(environ, start_response)
