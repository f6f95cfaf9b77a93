"""Requests that hold whatever a request can hold, made from a seed: the same ones in each run."""

import random

SEED = 117
BATCHES, A_BATCH = 24, 100
HUGE = 100_000  # characters

ADDRESSES = [
    "/",
    "/organisations/",
    "/organisations/esr/",
    "/collaborations/",
    "/collaborations/exam/",
    "/events/",
    "/events/congress/",
    "/events/series/congresses/",
    "/events/calendar.ics",
    "/events/congress/calendar.ics",
    "/events/series/congresses/calendar.ics",
    "/organisations/esr/calendar.ics",
    "/organisations/esr/changes.atom",
    "/feeds/changes.atom",
    "/feeds/changes.json",
    "/search/",
    "/glossary/",
    "/pages/about/",
    "/sitemap.xml",
    "/robots.txt",
    "/health/",
    "/admin/login/",
    "/admin/",
    "/media/logos/logo.png",
    "/nowhere/",
    "/moved/",
    "/data/",
    "/data/partners.json",
    "/api/",
    "/api/v1/",
    "/api/v1/openapi.json",
    "/api/v1/organisations/",
    "/api/v1/organisations/esr/",
    "/api/v1/events/",
    "/embed/",
    "/embed/organisations/",
    "/embed/events/",
]
PARAMETERS = (
    "q page kind region topic collaboration p next key slug order when state theme fields page_size"
).split()

#: As they stand in an address, escaped or not.
VALUES = [
    "",
    "0",
    "-1",
    "-0",
    "1e9",
    "0x10",
    "1_0",
    "NaN",
    "inf",
    "last",
    "first",
    "None",
    "%D9%A1",
    "99999999999999999999",
    "9" * 5_000,
    "-" + "9" * 5_000,
    "2018-02-30",
    "2018-13",
    "0000",
    "10000-01-01",
    "%00",
    "a%00b",
    "%2500",
    "\0",
    "%C0%80",
    "%FF%FE",
    "%ED%A0%80",
    "%ED%BF%BF",
    "%F4%90%80%80",
    "%",
    "%zz",
    "%u0041",
    "\xff\xfe",
    "\xed\xa0\x80",
    "%E2%80%AE%E2%80%8F",
    "%EF%BB%BF",
    "%CC%81" * 500,
    "%EF%B7%BA" * 200,
    "%F0%9F%87%A6%F0%9F%87%B9",
    "%C4%B0%C3%9F%EF%AC%83",
    "%0D%0ASet-Cookie:%20a=b",
    "%1B%5B2J",
    "%7F%C2%9F",
    "'",
    "%27%20OR%201=1--",
    "%22%3B%20DROP%20TABLE%20partners_word%3B--",
    "%25s%25n%25d",
    "%7B0.__class__%7D",
    "%7B%7Bsettings.SECRET_KEY%7D%7D",
    "%7B%25%20debug%20%25%7D",
    "$%7Bjndi:ldap://a%7D",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "../../etc/passwd",
    "..%2F..%2Fetc%2Fpasswd",
    "..%5C..%5Cetc",
    "file:///etc/passwd",
    "//evil.example/",
    "%25",
    "_%25_",
    "*",
    "%28%28%28%28",
    "%5C",
    "a" * HUGE,
    "%C3%A9" * (HUGE // 6),
    "a%20" * (HUGE // 4),
]
QUERIES = [
    "",
    "&&&&",
    "====",
    "q",
    "=q",
    "q[]=a&q[]=b",
    "q[a][b]=c",
    "q=a&q=b&q=c",
    "page=1&page=2",
    "kind=society&kind=division",
    "q=a;page=2",
    "?q=a?page=2",
    "%00=%00",
    "page=1#%00",
    "&".join(f"p{number}=1" for number in range(1_100)),
    "&".join("q=apscvir" for _ in range(1_100)),
    "kind=" + "&kind=".join(["society"] * 1_100),
    "%ff=%ff",
    "\xff\xfe=\0",
    "a" * HUGE,
]
PATHS = [
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "//evil.example/",
    "//",
    "///organisations/",
    "/organisations//",
    "/organisations/esr",
    "/organisations/ESR/",
    "/organisations/esr/../",
    "/organisations/esr/extra/",
    "/api/v1/organisations/\0/",
    "/api/v1/nothing/\xff/",
    "/data/../partners.json",
    "/organisations/\0/",
    "/organisations/esr\0/",
    "/organisations/\xff\xfe/",
    "/organisations/\xed\xa0\x80/",
    "/organisations/\xe2\x80\xae/",
    "/organisations/" + "a" * HUGE + "/",
    "/" + "a" * HUGE,
    "/" + "a/" * 10_000,
    "/pages/partners/",
    "/pages/%s%n/",
    "/pages/{0}/",
    "/events/series/",
    "/events/series/\0/",
    "/events/2018-02-30/",
    "/collaborations/'/",
    '/collaborations/"--/',
    "/search",
    "/sitemap.xml/",
    "/robots.txt/",
    "/moved",
    "/moved/again/",
    "/media/logos/..",
    "/media/logos/../../../etc/passwd",
    "/media/logos/..%2f..%2fetc",
    "/media/logos/\0.png",
    "/media/logos/" + "a" * 300 + ".png",
    "/media/logos/" + "a" * HUGE,
    "/media/logos/\xc3\xa9\xed\xa0\x80.png",
    "/media/logos/.",
    "/media/",
    "/static/../partners/models/base.py",
    "/static/css/",
    "/static/css/base.css/",
    "/static/" + "a" * HUGE,
    "/admin/nothing/",
    "/admin/partners/organisation/\xff/change/",
    "/admin/login",
    "/admin/jsi18n/",
    "/admin/password-reset/a/b/",
    "/admin/password-reset/MQ/set-password/",
    "/admin/password-reset/" + "%" * 300 + "/x/",
    "/admin/r/1/1/",
    "/admin/r/999999999999999999999/a/",
    "",
    "*",
    "organisations/",
    "http://evil.example/organisations/",
]
HEADERS = {
    "HTTP_HOST": [
        "evil.example",
        "localhost:99999",
        "localhost:abc",
        "[::1",
        "a b",
        "",
        "\xff",
        "localhost\0",
        "localhost, evil.example",
        "a" * HUGE,
    ],
    "HTTP_COOKIE": [
        r'sessionid="\000"',
        r'sessionid="a\000b"; csrftoken="\000"',
        r'sessionid="\355\240\200"',
        r'messages="\000\377"',
        "sessionid=" + "a" * HUGE,
        "sessionid=\0",
        "sessionid=\xff\xfe",
        "csrftoken=" + "'" * 64,
        "messages=W10:1abc:def",
        "messages=" + "e" * 5_000,
        ";;;===;;;",
        "a" * HUGE,
        "; ".join(f"c{number}=1" for number in range(1_100)),
    ],
    "HTTP_ACCEPT_LANGUAGE": ["\xff", "de;q=nan", "*" * 5_000, "a" * HUGE, "zz-" * 200, "\0"],
    "HTTP_ACCEPT_ENCODING": ["gzip;q=-1", "\0", "br" * 5_000],
    "HTTP_X_FORWARDED_FOR": ["\0", "' OR 1=1", "1.2.3.4, " * 2_000],
    "HTTP_X_FORWARDED_HOST": ["evil.example", "\0", "a" * HUGE],
    "HTTP_X_FORWARDED_PROTO": ["https", "gopher", "\0"],
    "HTTP_X_FORWARDED_PORT": ["-1", "abc"],
    "HTTP_RANGE": ["bytes=-1", "bytes=9-1", "bytes=" + "0-," * 2_000, "\0"],
    "HTTP_IF_NONE_MATCH": ["*", '"', 'W/"\xff"', "a," * 5_000],
    "HTTP_IF_MODIFIED_SINCE": ["yesterday", "Mon, 31 Feb 0000 99:99:99 GMT", "9" * 5_000],
    "HTTP_REFERER": ["http://[", "javascript:1", "\0", "http://" + "a" * HUGE],
    "HTTP_ORIGIN": ["null", "http://[", "\0", "https://evil.example"],
    "HTTP_USER_AGENT": ["\0", "${jndi:ldap://a}", "\xff" * 1_000, "a" * HUGE],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_X_CSRFTOKEN": ["\0", "a" * HUGE],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE"],
    "HTTP_TRANSFER_ENCODING": ["chunked", "chunked, chunked"],
    "HTTP_EXPECT": ["100-continue", "\xff"],
    "HTTP_AUTHORIZATION": ["Basic \xff", "Bearer " + "a" * HUGE],
    "CONTENT_LENGTH": ["-1", "abc", "9" * 5_000, "1e3", " 7 ", "\xb2"],
    "CONTENT_TYPE": [
        "text/plain; charset=base64",
        "text/plain; charset=undefined",
        "text/plain; charset=idna",
        "text/plain; charset=utf-7",
        "text/plain; charset=unicode_escape",
        "text/plain; charset=a\0b",
        "text/plain; x*=nothing''%41",
        "text/plain; charset*=utf-8''%ff",
        "text/plain; charset*0=ut; charset*1=f-16",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded; charset=latin-1",
        "application/x-www-form-urlencoded; charset=zlib",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\xff",
        "multipart/form-data; boundary=" + "a" * HUGE,
        "multipart/form-data; boundary=x; charset=hex",
        "application/json",
        ";;;",
        "\xff",
        "\0",
        "a/b; " * 5_000,
    ],
    "SERVER_PORT": ["0"],
    "REMOTE_ADDR": ["", "::ffff:1.2.3.4", "unix:"],
}
#: What shows Django that a form is its own, so that it reads on.
PROOF = {"HTTP_COOKIE": "csrftoken=" + "a" * 32, "HTTP_X_CSRFTOKEN": "a" * 32}
METHODS = "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND get FOO".split()
BODIES = [
    ("application/x-www-form-urlencoded", b"username=%00&password=%00"),
    ("application/x-www-form-urlencoded", b"username=%ED%A0%80&password=" + b"a" * HUGE),
    ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 1_100)),
    ("application/x-www-form-urlencoded; charset=base64", b"username=a"),
    ("application/x-www-form-urlencoded", b"next=//evil.example/&username=\xff"),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
    ("multipart/form-data; boundary=x", b"--y--"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\na\0b\r\n--x--\r\n',
    ),
    (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name*=nothing''%41\r\n\r\na\r\n--x--\r\n",
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="../\0"\r\n\r\na\r\n--x--\r\n',
    ),
    (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n",
    ),
    ("multipart/form-data; boundary=x; charset=undefined", b"--x--\r\n"),
    ("application/json", b'{"a": ' * 500),
    ("text/plain", b"\0" * 1_000),
]


def requests():
    """(method, path, query, headers, body) of every request: each item above, then mixtures."""
    pick = random.Random(SEED)  # noqa: S311 — the same ones in every run

    def pair():
        return f"{pick.choice(PARAMETERS)}={pick.choice(VALUES)}"

    def headers(number):
        return {name: pick.choice(HEADERS[name]) for name in pick.sample(sorted(HEADERS), number)}

    made = [("GET", path, "", {}, b"") for path in PATHS]
    made += [("GET", path, pair(), headers(1), b"") for path in PATHS]
    made += [
        ("GET", address, f"{pick.choice(PARAMETERS)}={value}", {}, b"")
        for value in VALUES
        for address in pick.sample(ADDRESSES, 8)
    ]
    made += [
        ("GET", address, query, {}, b"")
        for query in QUERIES
        for address in pick.sample(ADDRESSES, 8)
    ]
    made += [
        ("GET", address, "", {name: value}, b"")
        for name, values in HEADERS.items()
        for value in values
        for address in ("/", "/admin/login/", *pick.sample(ADDRESSES, 2))
    ]
    made += [(method, address, "", {}, b"") for method in METHODS for address in ADDRESSES]
    made += [
        (
            "POST",
            address,
            "",
            proof | {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))},
            body,
        )
        for kind, body in BODIES
        for address in ("/admin/login/", "/admin/password-reset/", "/search/", "/nowhere/")
        for proof in ({}, PROOF)
    ]
    while len(made) < BATCHES * A_BATCH:
        query = "&".join(pair() for _ in range(pick.randint(1, 3)))
        made.append((pick.choice(METHODS[:2]), pick.choice(ADDRESSES), query, headers(2), b""))
    pick.shuffle(made)
    return made


ALL = requests()
