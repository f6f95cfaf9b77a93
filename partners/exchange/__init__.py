"""Content in and out: open data, sheets, calendars, news and feeds, fixtures, backups."""
