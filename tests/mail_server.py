"""Which mail server the site uses, in the settings of Django 5.2 and of 6.1."""

import django
from django.test import override_settings

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def mails_to(port):
    """A context in which mails go to the server at this port of this machine."""
    if django.VERSION >= (6, 1):
        options = {"host": "127.0.0.1", "port": port}
        return override_settings(MAILERS={"default": {"BACKEND": SMTP, "OPTIONS": options}})
    return override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port)
