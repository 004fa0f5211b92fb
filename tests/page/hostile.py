"""Names and words that try to become scripts: in markup, attributes, addresses, templates, other alphabets."""

from __future__ import annotations

_CALLS = ("hit()", "window.hit()", "top['hit']()", "self.hit&&hit()", "(0,hit)()")
_SHAPES = (
    "<script>{0}</script>",
    "<img src=x onerror={0}>",
    '"><svg onload={0}>',
    "'><body onload='{0}'>",
    '<a href="javascript:{0}">x</a>',
    "javascript:{0}",
    "</textarea><script>{0}</script>",
    '<iframe srcdoc="<script>parent.{0}</script>">',
    "${{{0}}}{{{{constructor.constructor('{0}')()}}}}",
    "\u202e<details open ontoggle={0}>\u0000\u2028",
)
HOSTILE = tuple(shape.format(call).replace("\0", "") for shape in _SHAPES for call in _CALLS)
