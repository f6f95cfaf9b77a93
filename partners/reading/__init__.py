"""What a reader asks, and what is found: search, facets, pages, timeline, linked data.

Formats that leave the site are `exchange`; the pages themselves are `views`.
"""
