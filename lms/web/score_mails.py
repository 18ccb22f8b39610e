"""The mails about scores: results that are contested, answers, regrades."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.hookspecs import Mail
from lms.models import Contest, Regrade, User
from lms.web.context import public_link


def contest_mail(made: Contest, to: User, *, is_nameless: bool) -> Mail:
    """Return the mail that tells a trainer of a contested result.

    :param is_nameless: whether whose result it is is hidden from the trainer.
    """
    submission = made.submission
    with force_locale(to.locale or "fr"):
        learner = _("Une personne") if is_nameless else submission.learner.name
        return Mail(
            to=to.email,
            subject=_(
                "%(name)s conteste un résultat de « %(title)s »",
                name=learner,
                title=submission.version.title,
            ),
            text=render_template(
                "mails/contest.txt",
                name=to.name,
                learner=learner,
                title=submission.version.title,
                message=made.text,
                link=public_link("contests.show", submission_id=submission.id),
            ),
        )


def contest_answer_mail(answered: Contest) -> Mail:
    """Return the mail that tells a learner what is answered to a contested result."""
    submission = answered.submission
    with force_locale(submission.learner.locale or "fr"):
        title = submission.version.title
        return Mail(
            to=submission.learner.email,
            subject=_("Réponse à votre contestation sur « %(title)s »", title=title),
            text=render_template(
                "mails/contest_answer.txt",
                name=submission.learner.name,
                title=title,
                message=answered.answer,
                link=public_link("contests.show", submission_id=submission.id),
            ),
        )


def regrade_mail(regrade: Regrade, to: User) -> Mail:
    """Return the mail that tells a learner that a regrade changed a score."""
    with force_locale(to.locale or "fr"):
        title = regrade.version.title
        return Mail(
            to=to.email,
            subject=_("Votre note pour « %(title)s » a changé", title=title),
            text=render_template(
                "mails/regrade.txt",
                name=to.name,
                title=title,
                link=public_link(
                    "own_scores.reason",
                    course_slug=regrade.course_slug,
                    assignment_id=regrade.assignment_id,
                ),
            ),
        )
