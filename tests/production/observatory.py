"""The score of a page by the rules of Mozilla's HTTP Observatory (its version 5, of MDN).

100 to begin with, less what is missing; bonuses count from 90 on. Of the rules, those are here that
a page's own answer decides; redirection and preloading are asked elsewhere or not at all.
"""

import re

PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
HALF_A_YEAR = 15_768_000
SCRIPT = re.compile(r"<script\b[^>]*\bsrc=\"([^\"]*)\"", re.IGNORECASE)


def policy(answer):
    """directive → its sources."""
    parts = answer.headers.get("Content-Security-Policy", "").split(";")
    return {name: sources for name, *sources in (part.split() for part in parts if part.strip())}


def content_security(answer):
    directives = policy(answer)
    if not directives:
        return -25
    default = directives.get("default-src", ["*"])
    scripts, styles = (directives.get(name, default) for name in ("script-src", "style-src"))
    objects = directives.get("object-src", default)
    broad = {"'unsafe-inline'", "'unsafe-eval'", "data:", "https:", "http:", "*"}
    if broad & {*scripts, *objects}:
        return -20
    if any(source.startswith("http:") for sources in directives.values() for source in sources):
        return -20
    if broad & {*styles}:
        return 0
    closed = directives.get("form-action") in (["'none'"], ["'self'"])
    return 10 if default == ["'none'"] and closed else 5


def cookies(answer):
    if not answer.cookies:
        return 0
    said = [{part.strip().lower() for part in each.split(";")[1:]} for each in answer.cookies]
    if not all("secure" in flags for flags in said):
        return -40
    if not all("httponly" in flags for flags in said):
        return -30
    return 5 if all(flags & {"samesite=lax", "samesite=strict"} for flags in said) else 0


def sharing(answer):
    return -50 if "Access-Control-Allow-Origin" in answer.headers else 0


def resource_policy(answer):
    said = answer.headers.get("Cross-Origin-Resource-Policy")
    return {"same-origin": 10, "same-site": 10, "cross-origin": -5}.get(said, 0)


def referrer(answer):
    said = answer.headers.get("Referrer-Policy")
    return 0 if said is None else 5 if said in PRIVATE else -5


def transport(answer):
    said = re.search(r"max-age=(\d+)", answer.headers.get("Strict-Transport-Security", ""))
    if not said:
        return -20
    return 0 if int(said[1]) >= HALF_A_YEAR else -10


def integrity(answer):
    foreign = [src for src in SCRIPT.findall(answer.text) if re.match(r"(https?:)?//", src)]
    return -5 if foreign else 0


def sniffing(answer):
    return 0 if answer.headers.get("X-Content-Type-Options") == "nosniff" else -5


def framing(answer):
    if policy(answer).get("frame-ancestors"):
        return 5
    return 0 if answer.headers.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") else -20


RULES = [
    content_security, cookies, sharing, resource_policy, referrer, transport, integrity, sniffing,
    framing,
]  # fmt: skip


def score(answer):
    modifiers = [rule(answer) for rule in RULES]
    without_bonus = 100 + sum(modifier for modifier in modifiers if modifier < 0)
    bonus = sum(modifier for modifier in modifiers if modifier > 0)
    return without_bonus + (bonus if without_bonus >= 90 else 0)
