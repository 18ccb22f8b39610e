"""The events of the journal as sentences; what no sentence tells is told by its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lms.domain.access import Role
from lms.domain.people import ROLE_LABELS
from lms.services.journal import Entry
from lms.web.display import moment_in_words, short_date

#: What the kinds of `lms.services.journal.KINDS` are called.
KIND_WORDS = {
    "people": lazy_gettext("Membres et invitations"),
    "dates": lazy_gettext("Dates, groupes et aménagements"),
    "marks": lazy_gettext("Rendus et notes"),
    "levels": lazy_gettext("Niveaux de compétences"),
    "help": lazy_gettext("Questions et alertes"),
    "courses": lazy_gettext("Cours"),
    "accounts": lazy_gettext("Comptes"),
}

#: What each action was, by its name; the words in parentheses come from the event.
SENTENCES = {
    "score.changed": lazy_gettext(
        "La note de %(person)s pour « %(assignment)s » est passée de %(points_before)s à "
        "%(points)s."
    ),
    "score.set": lazy_gettext(
        "%(actor)s a fixé la note de %(person)s pour « %(assignment)s » : %(points)s sur "
        "%(max_points)s."
    ),
    "score.released": lazy_gettext(
        "%(actor)s a rendu au calcul la note de %(person)s pour « %(assignment)s »."
    ),
    "score.weights-changed": lazy_gettext("%(actor)s a changé les coefficients."),
    "regrade.started": lazy_gettext(
        "%(actor)s a lancé une recorrection de « %(assignment)s »."
    ),
    "regrade.applied": lazy_gettext(
        "%(actor)s a appliqué une recorrection de « %(assignment)s » ; notes changées : "
        "%(scores)s."
    ),
    "regrade.dropped": lazy_gettext(
        "%(actor)s a abandonné une recorrection de « %(assignment)s »."
    ),
    "regrade.undone": lazy_gettext(
        "%(actor)s a annulé une recorrection de « %(assignment)s » ; notes changées : "
        "%(scores)s."
    ),
    "contest.made": lazy_gettext("%(person)s a contesté un résultat de « %(assignment)s »."),
    "contest.accepted": lazy_gettext(
        "%(actor)s a accepté la contestation de %(person)s sur « %(assignment)s »."
    ),
    "contest.explained": lazy_gettext(
        "%(actor)s a expliqué à %(person)s son résultat de « %(assignment)s »."
    ),
    "outside-mark.imported": lazy_gettext(
        "%(actor)s a importé des notes venues d’ailleurs (%(marks)s)."
    ),
    "outside-mark.undone": lazy_gettext(
        "%(actor)s a annulé un import de notes venues d’ailleurs."
    ),
    "membership.started": lazy_gettext("%(actor)s a donné à %(person)s le rôle « %(role)s »."),
    "membership.ended": lazy_gettext("%(actor)s a retiré à %(person)s le rôle « %(role)s »."),
    "membership.changed": lazy_gettext(
        "%(actor)s a changé le rôle de %(person)s : « %(before)s », puis « %(after)s »."
    ),
    "invitation.sent": lazy_gettext("%(actor)s a envoyé une invitation (« %(role)s »)."),
    "invitation.accepted": lazy_gettext("%(actor)s a accepté une invitation."),
    "invitation.revoked": lazy_gettext("%(actor)s a retiré une invitation (« %(role)s »)."),
    "submission.handed-in": lazy_gettext(
        "%(person)s a déposé le rendu nº %(attempt)s de « %(title)s »."
    ),
    "submission.graded": lazy_gettext(
        "Le rendu de %(person)s pour « %(title)s » a été corrigé : %(points)s sur "
        "%(max_points)s."
    ),
    "date.set": lazy_gettext(
        "%(actor)s a fixé la date « %(symbol)s » : %(before)s, puis %(after)s."
    ),
    "adjustment.granted": lazy_gettext("%(actor)s a accordé un aménagement à %(person)s."),
    "adjustment.revoked": lazy_gettext("%(actor)s a retiré un aménagement de %(person)s."),
    "group.created": lazy_gettext("%(actor)s a créé le groupe « %(name)s »."),
    "group.changed": lazy_gettext("%(actor)s a changé qui est dans le groupe « %(name)s »."),
    "group.removed": lazy_gettext("%(actor)s a supprimé le groupe « %(name)s »."),
    "rules.set": lazy_gettext("%(actor)s a changé les réglages de « %(title)s »."),
    "feedback.released": lazy_gettext("%(actor)s a ouvert les retours de « %(title)s »."),
    "feedback.withheld": lazy_gettext("%(actor)s a fermé les retours de « %(title)s »."),
    "calendar.applied": lazy_gettext("%(actor)s a placé des dates selon le calendrier."),
    "closure.added": lazy_gettext(
        "%(actor)s a noté la fermeture « %(label)s », du %(first_on)s au %(last_on)s."
    ),
    "closure.removed": lazy_gettext(
        "%(actor)s a retiré la fermeture « %(label)s », du %(first_on)s au %(last_on)s."
    ),
    "alert.set-aside": lazy_gettext(
        "%(actor)s a mis de côté une alerte au sujet de %(person)s, jusqu’au %(until)s."
    ),
    "alert.resumed": lazy_gettext(
        "%(actor)s a rendu visible une alerte au sujet de %(person)s."
    ),
    "alert-rule.changed": lazy_gettext(
        "%(actor)s a changé la règle d’alerte « %(rule)s » : « %(before)s », puis "
        "« %(after)s »."
    ),
    "learner.written-to": lazy_gettext("%(actor)s a écrit à %(person)s."),
    "mark.finished": lazy_gettext(
        "%(actor)s a noté le rendu de %(person)s pour « %(title)s » : %(points_after)s."
    ),
    "mark.withdrawn": lazy_gettext(
        "%(actor)s a repris la note du rendu de %(person)s pour « %(title)s » : "
        "%(points_before)s."
    ),
    "mark.averaged": lazy_gettext(
        "Les pairs ont donné au rendu de %(person)s pour « %(title)s » : %(points_after)s."
    ),
    "marking.planned": lazy_gettext("%(actor)s a changé la façon de lire un exercice."),
    "marking.rubric-chosen": lazy_gettext(
        "%(actor)s a choisi une grille pour l’exercice « %(exercise)s »."
    ),
    "peer-reviews.assigned": lazy_gettext("%(actor)s a réparti les relectures entre pairs."),
    "peer-review.sent": lazy_gettext(
        "Une personne a relu le rendu de %(person)s pour « %(title)s »."
    ),
    "peer-review.hidden": lazy_gettext(
        "%(actor)s a masqué une relecture du rendu de %(person)s : %(reason)s"
    ),
    "peer-review.shown": lazy_gettext(
        "%(actor)s montre de nouveau une relecture du rendu de %(person)s."
    ),
    "level.decided": lazy_gettext(
        "%(actor)s a décidé pour %(person)s : %(competence)s, « %(before)s », puis "
        "« %(after)s »."
    ),
    "level.withdrawn": lazy_gettext(
        "%(actor)s a retiré pour %(person)s la décision « %(before)s » (%(competence)s)."
    ),
    "observation.written": lazy_gettext(
        "%(actor)s a noté une observation de %(person)s (%(competence)s)."
    ),
    "observation.withdrawn": lazy_gettext(
        "%(actor)s a retiré une observation de %(person)s (%(competence)s)."
    ),
    "sheet.issued": lazy_gettext(
        "%(actor)s a téléchargé la fiche de compétences de %(person)s."
    ),
    "referential.read": lazy_gettext("Une version de référentiel a été lue."),
    "referential.changed": lazy_gettext("Le texte d’une version de référentiel a changé."),
    "referential.bound": lazy_gettext(
        "%(actor)s a changé la version suivie de %(referential)s : « %(before)s », puis "
        "« %(after)s »."
    ),
    "mark.drafted": lazy_gettext("%(actor)s a préparé une note pour « %(title)s »."),
    "submission.commented": lazy_gettext(
        "%(actor)s a commenté le rendu de %(person)s pour « %(title)s »."
    ),
    "question.asked": lazy_gettext("%(actor)s a posé une question."),
    "question.answered": lazy_gettext("%(actor)s a répondu à une question de %(person)s."),
    "question.closed": lazy_gettext("%(actor)s a fermé une question."),
    "user.signed-in": lazy_gettext("%(actor)s a ouvert une session."),
    "user.created": lazy_gettext("%(actor)s a ouvert un compte."),
    "user.closed": lazy_gettext("%(actor)s a fermé un compte."),
    "user.password-changed": lazy_gettext("%(actor)s a changé un mot de passe."),
}


def sentence(entry: Entry) -> str:
    """Return what happened, in a sentence."""
    known = SENTENCES.get(entry.action)
    words: defaultdict[str, str] = defaultdict(lambda: "–")
    words |= {key: shown(value) for key, value in entry.details.items()}
    words["actor"] = entry.actor or (
        _("Quelqu’un") if entry.is_nameless else _("La plateforme")
    )
    group = entry.details.get("group")
    if entry.is_nameless:
        words["person"] = _("quelqu’un")
    else:
        words["person"] = entry.person or (
            _("le groupe « %(name)s »", name=group) if group else _("une personne")
        )
    assignment = entry.details.get("assignment")
    words["title"] = entry.title or assignment or _("toute la promotion")
    if known is None:
        return str(_("%(actor)s : %(action)s.", actor=words["actor"], action=entry.action))
    told = str(known) % words
    return told[:1].upper() + told[1:]


def details(entry: Entry) -> Mapping[str, str]:
    """Return what else the event says, for who wants to know all of it."""
    told = {key: shown(value) for key, value in entry.details.items() if value is not None}
    return {"action": entry.action, "subject": entry.subject} | told


def shown(value: Any) -> str:
    """Write one value of an event: a moment, a day and a role as people do."""
    if isinstance(value, bool):
        return str(_("oui") if value else _("non"))
    if isinstance(value, dict):
        return "\N{NO-BREAK SPACE}; ".join(
            f"{key} ({shown(own)})" for key, own in value.items()
        )
    if isinstance(value, list):
        return ", ".join(shown(each) for each in value)
    if not isinstance(value, str):
        return "–" if value is None else str(value)
    if value in set(Role):
        return str(_(ROLE_LABELS[Role(value)]))
    try:
        moment = datetime.fromisoformat(value)
        return moment_in_words(moment) if "T" in value else short_date(moment.date())
    except ValueError:
        return value


def day(text: str) -> date | None:
    """Return the day that a field of the form names; None when it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
