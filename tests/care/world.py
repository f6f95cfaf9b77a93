"""A server whose pages change, on loopback: what the tests of the watch read."""

from http.server import BaseHTTPRequestHandler

MENU = "<nav>" + "".join(f"<a href=/{n}>Menu {n}</a> " for n in range(80)) + "</nav>"
HTML, TEXT, PDF = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/pdf"
ROBOTS = "User-agent: *\nDisallow: /private"


def page(body, title="Who we are", language="en"):
    start = f"<!doctype html><html lang={language}><meta charset=utf-8><title>{title}</title>"
    return f"{start}<body>{MENU}<main>{body}</main><footer>Imprint</footer>"


class World(BaseHTTPRequestHandler):
    """Pages as they are just now, by path."""

    pages, asked, headers_sent = {}, [], {}
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.asked.append((self.path, dict(self.headers)))
        status, kind, body, *_ = self.pages.get(self.path[1:], (200, HTML, page("Welcome" * 9)))
        tag = self.headers_sent.get("ETag")
        if tag and self.headers.get("If-None-Match") == tag:
            status, body = 304, ""
        self.send_response(status)
        self.send_header(*("Location", kind) if 300 <= status < 304 else ("Content-Type", kind))
        body = body if isinstance(body, bytes) else body.encode()
        for header in {"Content-Length": str(len(body)), **self.headers_sent}.items():
            self.send_header(*header)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # it has read enough
            self.close_connection = True

    def log_message(self, *args):
        pass
