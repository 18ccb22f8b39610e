"""Refusals and faults as pages: which status each has, what is said, what to do next."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from flask import (
    Flask,
    Response,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from lms.database import is_busy, is_full
from lms.domain.access import ANONYMOUS
from lms.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refusal,
    TooLarge,
    TooMany,
    Unavailable,
)
from lms.web.context import site
from lms.web.sentences import said
from lms.web.targets import sign_in_url

STATUS: Mapping[type[Exception], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    TooMany: 429,
    Invalid: 400,
    TooLarge: 413,
    Unavailable: 503,
}

#: What a script is told; it decides by the code and shows the message.
CODES = {
    400: "invalid",
    401: "signed-out",
    403: "not-allowed",
    404: "not-found",
    409: "conflict",
    413: "too-large",
    429: "too-many",
    503: "unavailable",
}

#: When to try again after a fault that passes by itself.
RETRY_S = 60
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}

#: Title and advice of the page of each status.
WORDS = {
    400: (
        lazy_gettext("Demande incomprise"),
        lazy_gettext("Revenez à la page précédente et recommencez."),
    ),
    403: (
        lazy_gettext("Accès refusé"),
        lazy_gettext("Revenez à l’accueil : il montre ce qui vous est ouvert."),
    ),
    404: (
        lazy_gettext("Page introuvable"),
        lazy_gettext("Vérifiez l’adresse, ou repartez de l’accueil."),
    ),
    405: (
        lazy_gettext("Cette adresse ne s’ouvre pas ainsi"),
        lazy_gettext("Repartez de l’accueil, puis suivez les liens et les boutons."),
    ),
    409: (
        lazy_gettext("Ce n’est pas possible maintenant"),
        lazy_gettext("Revenez à la page précédente : elle montre où vous en êtes."),
    ),
    413: (
        lazy_gettext("Envoi trop lourd"),
        lazy_gettext(
            "Un carnet s’allège en effaçant ses sorties, dans le menu Noyau de Jupyter."
        ),
    ),
    429: (
        lazy_gettext("Trop d’essais"),
        lazy_gettext("Attendez un peu, puis recommencez : rien n’a été perdu."),
    ),
    500: (
        lazy_gettext("Incident de notre côté"),
        lazy_gettext(
            "Rien n’a été enregistré à moitié. Recommencez ; si cela se répète, "
            "donnez ce numéro à l’équipe pédagogique."
        ),
    ),
    503: (
        lazy_gettext("Momentanément indisponible"),
        lazy_gettext("Gardez votre travail et recommencez dans une minute."),
    ),
}


def init_app(app: Flask) -> None:
    """Answer each refusal and each fault with a page that says what to do next."""
    app.register_error_handler(NotSignedIn, ask_to_sign_in)
    app.register_error_handler(Refusal, refuse)
    app.register_error_handler(OverflowError, refuse_number)
    app.register_error_handler(CSRFError, refuse_form)
    app.register_error_handler(HTTPException, refuse_request)
    app.register_error_handler(InternalServerError, fail)


def ask_to_sign_in(_error: NotSignedIn) -> ResponseReturnValue:
    """Send a person who is not signed in to the form, and back afterwards."""
    if wants_json():
        message = _("Votre session a pris fin : connectez-vous, puis recommencez.")
        return jsonify(code=CODES[401], message=message, url=sign_in_url(request)), 401
    if request.method != "GET":
        flash(_("Votre session a pris fin : connectez-vous, puis recommencez."), "warning")
    return redirect(sign_in_url(request), 303)


def refuse(error: Refusal) -> ResponseReturnValue:
    """Answer a refusal with its own sentence."""
    status = next(STATUS[kind] for kind in type(error).mro() if kind in STATUS)
    response = page(status, said(error))
    if isinstance(error, TooMany) and error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def refuse_number(error: OverflowError) -> ResponseReturnValue:
    """Answer a number or a date that is too large for the database or for the calendar."""
    site().log.warning("number out of range", request_id=g.request_id, reason=str(error))
    return page(400)


def refuse_form(_error: CSRFError) -> ResponseReturnValue:
    """Explain a form that could not be recognised, and how to keep what was typed in it."""
    if wants_json():
        return jsonify(code="csrf", message=_("Cette page a expiré : rechargez-la.")), 400
    return render_template("errors/form.html"), 400


def refuse_request(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask itself refuses: an unknown address, a method, a size."""
    response = page(error.code or 500)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def fail(error: InternalServerError) -> ResponseReturnValue:
    """Answer a fault of ours: a busy database or a full disk is not the same as a bug."""
    cause = error.original_exception
    g.user, g.actor = None, ANONYMOUS  # the page must not ask the database anything
    if is_busy(cause):
        site().log.error("database busy", exc_info=cause)
        return page(503, _("Le site enregistre beaucoup de travail en ce moment."))
    if is_full(cause) or (isinstance(cause, OSError) and cause.errno in DISK_FULL):
        site().log.error("disk full", exc_info=cause)
        return page(503, _("Le disque du site est plein : prévenez l’équipe pédagogique."))
    site().log.error("request failed", request_id=g.request_id, exc_info=cause)
    return page(500, _("Numéro de l’incident : %(number)s", number=g.request_id))


def page(status: int, message: str = "") -> Response:
    """Return the page of a status, in the site's frame; for a script, the same as JSON."""
    title, advice = WORDS.get(status, WORDS[400 if status < 500 else 500])
    if wants_json():
        code = CODES.get(status, "failed" if status >= 500 else CODES[400])
        answer: str | Response = jsonify(code=code, message=message or f"{title}. {advice}")
    else:
        answer = render_template(
            "errors/page.html", status=status, title=title, message=message, advice=advice
        )
    response = make_response(answer, status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_S)
    return response


def wants_json() -> bool:
    """Whether a script asks, rather than a person: by the `Accept` that it sends."""
    kinds = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(kinds) == "application/json"
