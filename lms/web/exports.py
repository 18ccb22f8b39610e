"""The gradebook and the matrix of competences as files, in the forms that plugins offer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _

from lms.domain import matrix
from lms.domain.access import Action
from lms.errors import NotFound
from lms.hookspecs import Exporter
from lms.services import competence_exports, exports
from lms.services.exports import Words
from lms.services.promotions import find_promotion
from lms.web.asked import promotion_for
from lms.web.bound import bound_for
from lms.web.context import now, site
from lms.web.sentences import language
from lms.web.watched import course_of

bp = Blueprint("exports", __name__, url_prefix="/promotions/<slug>")


@bp.get("/notes/export/<key>")
def download(slug: str, key: str) -> Response:
    """Send the whole gradebook, as it is read."""
    promotion = promotion_for(slug, Action.SEE_RESULTS)
    chosen = _chosen(key)
    words, course, moment, sessions = _words(), course_of(promotion), now(), site().sessions
    reader_id = g.actor.user_id

    def body() -> Iterator[bytes]:
        # The request's own session ends before the last row is sent.
        with sessions() as session:
            again = find_promotion(session, slug)
            yield from chosen.write(
                exports.sheet_of(session, again, course, words, reader_id=reader_id, now=moment)
            )

    return _sent(body(), chosen, f"notes-{promotion.slug}")


@bp.get("/competences/export/<key>")
def download_matrix(slug: str, key: str) -> Response:
    """Send every learner's levels, in one block or in all, as they are read."""
    promotion = promotion_for(slug, Action.SEE_COMPETENCES)
    chosen, bound = _chosen(key), bound_for(promotion)
    part = matrix.chosen(matrix.parts_of(bound.referentials), request.args.get("bloc", ""))
    columns = matrix.columns_of(bound.referentials, part)
    words, moment, sessions = _level_words(), now(), site().sessions
    reader_id = g.actor.user_id

    def body() -> Iterator[bytes]:
        # The request's own session ends before the last row is sent.
        with sessions() as session:
            again = find_promotion(session, slug)
            yield from chosen.write(
                competence_exports.sheet_of(
                    session, again, bound, columns, words, reader_id=reader_id, now=moment
                )
            )

    return _sent(body(), chosen, f"competences-{promotion.slug}")


@bp.app_template_global()
def exporters() -> Sequence[Exporter]:
    """Return all that plugins offer, our own first; the first of a key is taken."""
    offered: list[Sequence[Exporter]] = site().plugins.gather("gradebook_exporters")
    by_key: dict[str, Exporter] = {}
    for found in (each for group in offered for each in group):
        by_key.setdefault(found.key, found)
    return tuple(by_key.values())


@bp.app_template_filter("exporter_label")
def exporter_label(found: Exporter) -> str:
    """Return what a format is called in the reader's language."""
    return found.labels.get(language()) or found.labels.get("fr") or found.key


def _chosen(key: str) -> Exporter:
    chosen = next((found for found in exporters() if found.key == key), None)
    if chosen is None:
        raise NotFound(_("Ce format d’export n’existe pas, ou plus."))
    return chosen


def _sent(body: Iterator[bytes], chosen: Exporter, name: str) -> Response:
    response = Response(body, content_type=chosen.content_type)
    filename = f"{name}{chosen.suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _words() -> Words:
    return Words(
        language=language(),
        name=_("Nom"),
        email=_("Adresse électronique"),
        total=_("Total (%%)"),
    )


def _level_words() -> competence_exports.Words:
    return competence_exports.Words(
        language=language(),
        name=_("Nom"),
        decided=_("niveau décidé"),
        proposed=_("niveau proposé"),
        evidence=_("preuves"),
    )
