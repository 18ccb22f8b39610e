"""What people are told by the site: each notice goes out by whatever notifier takes it."""

from __future__ import annotations

from collections.abc import Collection

from flask import g, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.hookspecs import Mail, Notice
from lms.models import User
from lms.services.people import people_of
from lms.services.planning import Planning
from lms.services.term_rules import waiting_for_feedback
from lms.web.context import mail_later, public_link, site


def tell_adjusted(planning: Planning, learner_ids: Collection[int]) -> None:
    """Tell learners that their due dates or attempts have changed; why stays on the site."""
    for learner in people_of(g.session, learner_ids):
        with force_locale(learner.locale or "fr"):
            _tell(
                learner,
                kind="adjustment",
                subject=_("Vos échéances ont été aménagées"),
                link=public_link("learn.course", course_slug=planning.course.slug),
                template="mails/adjusted.txt",
                course=planning.course.title,
            )


def tell_released(planning: Planning, assignment_id: str, title: str) -> None:
    """Tell those who handed something in that they can read their feedback."""
    for learner, submission_id in waiting_for_feedback(g.session, planning, assignment_id):
        with force_locale(learner.locale or "fr"):
            _tell(
                learner,
                kind="feedback",
                subject=_("Votre retour sur « %(title)s »", title=title),
                link=public_link("submissions.show", submission_id=submission_id),
                template="mails/released.txt",
                title=title,
            )


def _tell(
    person: User, *, kind: str, subject: str, link: str, template: str, **words: str
) -> None:
    told = {"name": person.name, "site_name": site().config.site_name, "link": link}
    text = render_template(template, **told, **words)
    mail = Mail(to=person.email, subject=subject, text=text)
    mail_later(Notice(kind=kind, person_id=person.id, link=link, mail=mail))
