"""The one allow-list of HTML: whatever authors and learners write passes through it last."""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3

from lms.content.place import ID_PREFIX, BadLink, Place


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEXT_TAGS = _words(
    """
    a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt
    em figcaption figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp
    section small span strong sub summary sup table tbody td tfoot th thead tr u ul var
    """
)
MATH_TAGS = _words(
    """
    math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot
    mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover
    """
)
REMOVED_WHOLE = _words(
    """
    script style iframe object embed svg template noscript form textarea select button
    annotation annotation-xml audio video
    """
)
MATH_ATTRIBUTES = _words(
    """
    accent accentunder columnalign columnlines columnspacing columnspan depth display
    displaystyle fence form height largeop linethickness lspace mathcolor mathsize mathvariant
    maxsize minsize movablelimits notation rowalign rowlines rowspacing rowspan rspace
    scriptlevel separator stretchy symmetric voffset width
    """
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href"},
    "abbr": {"title"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "disabled"},
    "ol": {"reversed", "start", "type"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
} | {tag: set(MATH_ATTRIBUTES) for tag in MATH_TAGS}

#: Classes of ours that mean something in a text; Pygments' have one to three letters.
CLASSES = re.compile(
    r"[a-z][a-z0-9]{0,2}|highlight|language-[a-z0-9+-]+|admonition(?:-title)?|note|tip|hint|info|"
    r"important|warning|caution|attention|danger|error|seealso|example|question|success|quote|"
    r"tab|footnote(?:-ref|-backref)?|task-list(?:-item|-control)?|task-done|math-source|"
    r"arithmatex|dataframe|cell|code_cell|text_cell|input|input_area|inner_cell|output|"
    r"output_(?:area|wrapper|subarea|text|stream|stdout|stderr|error|html|png|jpeg|svg|latex|"
    r"markdown|execute_result)|prompt|input_prompt|output_prompt|rendered_html|hidden-output|term"
)
INLINE_IMAGE = re.compile(
    r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+\Z"
)

_OPENING_TABLE = re.compile(r"<table(?=[ >])")
_CHECKBOX = re.compile(r"<input[^>]*>")

Report = Callable[[str, str], None]


def clean(html: str, *, place: Place, report: Report) -> str:
    """Return inert HTML whose links and images lead to the site's addresses.

    :param report: called with a message and the text that it is about, for each link or
        image that leads nowhere.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "class":
            return " ".join(c for c in value.split() if CLASSES.fullmatch(c)) or None
        if (tag, name) == ("a", "href"):
            return _link(value, place, report)
        if (tag, name) == ("img", "src"):
            return _image(value, place, report)
        return value

    inert = nh3.clean(
        html,
        tags=set(TEXT_TAGS | MATH_TAGS),
        clean_content_tags=set(REMOVED_WHOLE),
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        tag_attribute_values={"input": {"type": {"checkbox"}}},
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel="noopener noreferrer",
        id_prefix=ID_PREFIX,
    )
    return _usable(inert)


def _link(target: str, place: Place, report: Report) -> str | None:
    try:
        return place.address(target)
    except BadLink as error:
        report(str(error), target)
        return None


def _image(target: str, place: Place, report: Report) -> str | None:
    if target.startswith("data:"):
        return target if INLINE_IMAGE.match(target) else None
    try:
        address = place.address(target)
    except BadLink as error:
        report(str(error), target)
        return None
    if not address.startswith("/"):
        # Showing it would tell another site who reads the lesson.
        report(f"l’image « {target[:80]} » n’est pas dans le cours : copiez-la.", target)
        return None
    return address


def _usable(html: str) -> str:
    """Let keyboards scroll what may be wide, and say in signs what a dead checkbox says."""
    html = _CHECKBOX.sub(lambda found: "☑" if " checked" in found[0] else "☐", html)
    html = html.replace("<pre>", '<pre tabindex="0">')
    html = _OPENING_TABLE.sub('<div class="table-scroll" tabindex="0"><table', html)
    return html.replace("</table>", "</table></div>")
