"""One clock for pages, lists and mails: 24 hours, as staff write times."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
