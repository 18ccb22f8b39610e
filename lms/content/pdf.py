"""HTML to a tagged PDF, in a process of its own: nothing is fetched, nothing is opened."""

from __future__ import annotations

import subprocess
import sys

from lms.domain.words import mark
from lms.errors import Unavailable

WALL_S = 60

#: The standard of accessible PDF: tags, language, title, alternative texts.
VARIANT = "pdf/ua-1"

_UNAVAILABLE = mark(
    "Le PDF ne peut pas être fabriqué pour le moment. La page de la fiche dit la même chose et "
    "peut s’imprimer ; si cela continue, prévenez la personne qui exploite le site."
)


def pdf_elsewhere(html: str) -> bytes:
    """Return the HTML as a PDF, made by a process that ends with it.

    WeasyPrint and its libraries weigh more than the whole site: the web never loads them.

    :raises Unavailable: if that takes too long, or fails.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "lms.content.pdf_process"],
            input=html.encode(),
            capture_output=True,
            timeout=WALL_S,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise Unavailable(_UNAVAILABLE) from error
    return done.stdout


def pdf_of(html: str) -> bytes:
    """Return the HTML as a PDF that screen readers can read.

    :raises OSError: if a library of the system that WeasyPrint needs is missing.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=frozenset())
    pdf: bytes = HTML(string=html, url_fetcher=nothing).write_pdf(
        pdf_variant=VARIANT, pdf_tags=True
    )
    return pdf
