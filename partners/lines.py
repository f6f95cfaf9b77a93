"""Texts for formats in which a line break or a control character means something."""

import re

BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def one_line(text):
    """`text` (str) without line breaks and control characters; each run of them is a space."""
    return BREAKS.sub(" ", text).strip()
