"""What a request says of its body, read before Django reads it."""

import re

#: The characters that RFC 2046 §5.1.1 allows in a boundary, quoted or not.
BOUNDARY = re.compile(
    r""";\s*boundary=("?)([\w'()+,./:=?-]{1,70})\1\s*(?:;|$)""", re.ASCII | re.IGNORECASE
)


def plain(value):
    """The kind and the boundary of a Content-Type (text), and nothing else of it.

    What comes here is UTF-8. Django would decode the query string and forms with whatever character
    set the header names: one such as `base64` fails before any view or middleware could answer.
    """
    kind, semicolon, _ = value.partition(";")
    boundary = BOUNDARY.search(value) if semicolon else None
    return f"{kind}; boundary={boundary[2]}" if boundary else kind


class PlainContentType:
    """WSGI middleware: what is behind it sees a plain Content-Type."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        if "CONTENT_TYPE" in environ:
            environ["CONTENT_TYPE"] = plain(environ["CONTENT_TYPE"])
        return self.application(environ, start_response)


class PlainContentTypeASGI:
    """The same for ASGI, where headers are pairs of bytes."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        headers = [
            (name, plain(value.decode("latin-1")).encode("latin-1"))
            if name == b"content-type"
            else (name, value)
            for name, value in scope.get("headers", ())
        ]
        await self.application(scope | {"headers": headers}, receive, send)
