"""The sheet of one learner: levels and what speaks for them, on screen and as a PDF."""

from __future__ import annotations

from io import BytesIO

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    redirect,
    render_template,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.content.pdf import pdf_elsewhere
from lms.domain.access import Action, Subject, may, require
from lms.domain.competences import LEVELS
from lms.domain.referentials import CompetenceKey, Edition
from lms.errors import Invalid
from lms.models import Promotion
from lms.services import competences, observations, sheets
from lms.services.promotions import promotion_by_slug
from lms.services.sheets import Sheet
from lms.web.asked import promotion_for
from lms.web.bound import bound_for, withheld_from_reader
from lms.web.context import now, site
from lms.web.forms import text
from lms.web.goals import zone
from lms.web.level_forms import ObservationForm, day
from lms.web.levels import just_decided
from lms.web.sentences import said

bp = Blueprint("sheets", __name__, url_prefix="/promotions/<slug>/competences/<int:learner_id>")


@bp.get("/")
def show(slug: str, learner_id: int) -> ResponseReturnValue:
    """Show a learner's levels, to the learner, the staff and the jury."""
    return _page(_promotion(slug, learner_id), learner_id)


@bp.get("/fiche.pdf")
def pdf(slug: str, learner_id: int) -> Response:
    """Give the sheet as a tagged PDF, and write down that it was given."""
    promotion = _promotion(slug, learner_id)
    sheet, moment = _sheet(promotion, learner_id), now()
    content = pdf_elsewhere(
        render_template(
            "levels/sheet_pdf.html",
            sheet=sheet,
            issued_at=moment,
            today=moment.astimezone(zone()).date(),
            levels=LEVELS,
            site_name=site().config.site_name,
        )
    )
    sheets.issue(g.session, sheet, promotion, actor_id=g.actor.user_id, now=moment)
    return send_file(
        BytesIO(content),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"competences-{promotion.slug}-{learner_id}.pdf",
    )


@bp.post("/observations")
def observe(slug: str, learner_id: int) -> ResponseReturnValue:
    """Keep what a trainer saw."""
    promotion, sent = promotion_for(slug, Action.OBSERVE), ObservationForm()
    key = _key(sent.competence.data or "")
    if not sent.validate_on_submit():
        return _page(promotion, learner_id, sent)
    bound_for(promotion)
    try:
        observations.note(
            g.session,
            promotion,
            learner_id,
            key,
            text(sent.texte),
            on=day(sent.le),
            actor_id=g.actor.user_id,
            now=now().astimezone(zone()),
        )
    except Invalid as refusal:
        sent.form_errors.append(said(refusal))
        return _page(promotion, learner_id, sent)
    flash(
        _("Observation notée. Elle compte comme une preuve ; le niveau reste à décider."),
        "success",
    )
    return redirect(_anchor(slug, learner_id, key), 303)


@bp.post("/observations/<int:observation_id>/retirer")
def withdraw(slug: str, learner_id: int, observation_id: int) -> ResponseReturnValue:
    """Take an observation of one's own back."""
    promotion = promotion_for(slug, Action.OBSERVE)
    observations.withdraw(
        g.session, promotion, observation_id, actor_id=g.actor.user_id, now=now()
    )
    flash(_("Votre observation est retirée."), "success")
    return redirect(url_for(".show", slug=slug, learner_id=learner_id), 303)


def _promotion(slug: str, learner_id: int) -> Promotion:
    """Return the promotion, once the person may see the learner's sheet in it."""
    found = promotion_by_slug(g.session, slug)
    subject = Subject(
        promotion_ids=frozenset({found.id} if found else ()),
        owner_id=learner_id if found else None,
    )
    require(g.actor, Action.SEE_SHEET, subject)
    assert found is not None  # nobody has a role in a promotion that does not exist
    return found


def _sheet(promotion: Promotion, learner_id: int) -> Sheet:
    learner = competences.learner_of(g.session, promotion, learner_id)
    bound_for(promotion)
    return sheets.sheet_of(
        g.session,
        learner,
        promotion,
        reader_id=g.actor.user_id,
        withheld=withheld_from_reader(promotion, learner_id),
    )


def _page(
    promotion: Promotion, learner_id: int, sent: ObservationForm | None = None
) -> ResponseReturnValue:
    subject = Subject(promotion_ids=frozenset({promotion.id}))
    today = now().astimezone(zone()).date()
    is_own = learner_id == g.actor.user_id
    return render_template(
        "levels/sheet.html",
        promotion=promotion,
        sheet=_sheet(promotion, learner_id),
        levels=LEVELS,
        today=today,
        form=sent or ObservationForm(formdata=None, le=today),
        batch=just_decided(promotion),
        is_own=is_own,
        may_decide=not is_own and may(g.actor, Action.DECIDE_LEVEL, subject),
        may_observe=not is_own and may(g.actor, Action.OBSERVE, subject),
        may_see_work=is_own or may(g.actor, Action.SEE_RESULTS, subject),
        may_see_matrix=may(g.actor, Action.SEE_COMPETENCES, subject),
        person_id=g.actor.user_id,
    )


def _key(named: str) -> CompetenceKey:
    referential, version, code = (*named.split("/"), "", "", "")[:3]
    return CompetenceKey(edition=Edition(referential=referential, version=version), code=code)


def _anchor(slug: str, learner_id: int, key: CompetenceKey) -> str:
    sheet = url_for(".show", slug=slug, learner_id=learner_id)
    return f"{sheet}#{key.edition.referential}-{key.code}"
