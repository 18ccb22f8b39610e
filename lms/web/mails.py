"""The mails that the site sends: texts with links made from the settings."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.domain.access import Role
from lms.domain.people import ROLE_LABELS
from lms.hookspecs import Mail, Notice
from lms.models import Comment, HelpMessage, Promotion, Question, Submission, User
from lms.web.context import public_link, site


def reset_mail(user: User, token: str) -> Mail:
    """Return the mail with the link that lets a person choose a new password."""
    with force_locale(user.locale or "fr"):
        return Mail(
            to=user.email,
            subject=_("Choisir un nouveau mot de passe"),
            text=render_template(
                "mails/reset.txt",
                name=user.name,
                site_name=site().config.site_name,
                link=public_link("passwords.renew", token=token),
                minutes=site().config.reset_link_s // 60,
            ),
        )


def invitation_mail(
    *, email: str, name: str, promotion: Promotion, role: Role, token: str
) -> Mail:
    """Return the mail with the link by which a person joins a promotion."""
    with force_locale("fr"):
        return Mail(
            to=email,
            subject=_("Invitation à rejoindre %(promotion)s", promotion=promotion.name),
            text=render_template(
                "mails/invitation.txt",
                name=name,
                site_name=site().config.site_name,
                promotion=promotion.name,
                role=_(ROLE_LABELS[role]),
                link=public_link("invitations.show", token=token),
                days=site().config.invitation_s // 86400,
            ),
        )


def question_mail(question: Question, to: User, *, is_nameless: bool) -> Notice:
    """Return the notice that tells a trainer what a learner asks.

    :param is_nameless: whether whose question it is is hidden from the trainer.
    """
    link = public_link("help.show", question_id=question.id)
    with force_locale(to.locale or "fr"):
        learner = _("Une personne") if is_nameless else question.learner.name
        return _notice(
            "question",
            to,
            link,
            subject=_("Question sur « %(title)s »", title=question.title)
            if is_nameless
            else _(
                "Question de %(name)s sur « %(title)s »",
                name=learner,
                title=question.title,
            ),
            text=render_template(
                "mails/question.txt",
                name=to.name,
                learner=learner,
                promotion=question.promotion.name,
                title=question.exercise_title or question.title,
                message=question.messages[-1].text,
                link=link,
            ),
        )


def answer_mail(question: Question, answer: HelpMessage) -> Notice:
    """Return the notice that tells a learner what a trainer answers."""
    learner = question.learner
    link = public_link("help.show", question_id=question.id)
    with force_locale(learner.locale or "fr"):
        return _notice(
            "answer",
            learner,
            link,
            subject=_("Réponse à votre question sur « %(title)s »", title=question.title),
            text=render_template(
                "mails/answer.txt",
                name=learner.name,
                title=question.exercise_title or question.title,
                message=answer.text,
                link=link,
            ),
        )


def comment_mail(submission: Submission, comment: Comment) -> Notice:
    """Return the notice that tells a learner of a comment; what it says stays on the site."""
    link = public_link("submissions.show", submission_id=submission.id)
    with force_locale(submission.learner.locale or "fr"):
        return _notice(
            "comment",
            submission.learner,
            link,
            subject=_("Un commentaire sur votre rendu"),
            text=render_template(
                "mails/comment.txt",
                name=submission.learner.name,
                site_name=site().config.site_name,
                author=comment.author.name,
                title=submission.version.title,
                link=link,
            ),
        )


def follow_up_mail(promotion: Promotion, learner: User, author: User, message: str) -> Notice:
    """Return the mail by which somebody of the team writes to a learner."""
    link = public_link("alerts.mine")
    with force_locale(learner.locale or "fr"):
        return _notice(
            "follow-up",
            learner,
            link,
            subject=_("Un message de %(name)s", name=author.name),
            text=render_template(
                "mails/follow_up.txt",
                name=learner.name,
                author=author.name,
                email=author.email,
                promotion=promotion.name,
                message=message,
                link=link,
            ),
        )


def mark_mail(submission: Submission) -> Notice:
    """Return the notice that tells a learner that a person read the work."""
    link = public_link("submissions.show", submission_id=submission.id)
    with force_locale(submission.learner.locale or "fr"):
        return _notice(
            "mark",
            submission.learner,
            link,
            subject=_("Votre rendu a été lu"),
            text=render_template(
                "mails/mark.txt",
                name=submission.learner.name,
                site_name=site().config.site_name,
                title=submission.version.title,
                link=link,
            ),
        )


def _notice(kind: str, person: User, link: str, *, subject: str, text: str) -> Notice:
    mail = Mail(to=person.email, subject=subject, text=text)
    return Notice(kind=kind, person_id=person.id, link=link, mail=mail)
