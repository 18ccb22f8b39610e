"""Who may ask for a promotion: its board, members, calendar, rules and journal."""

from __future__ import annotations

from datetime import timedelta

from tests.access.people import ACCOUNT, COMPARING, MEMBERS, NOW, RESULTS, STAFF, Route

ENROLLING = {
    "allowed": frozenset({"cohort manager"}),
    "known": MEMBERS - {"cohort manager"},
}

CALENDAR = "/promotions/{promotion}/calendrier"
RULES = "/promotions/{promotion}/reglages"
ADJUSTMENTS = "/promotions/{promotion}/amenagements"
GROUPS = "/promotions/{promotion}/groupes"
CONFIRMED = {"confirme": "1"}
ALERTS = "/promotions/{promotion}/alertes/"

ROUTES = {
    "GET teach.promotions": Route(
        address="/promotions/",
        allowed=STAFF | {"trainer elsewhere"},
        known=MEMBERS - STAFF | {"stranger"},
    ),
    "GET teach.promotion": Route(address="/promotions/{promotion}/", **RESULTS),
    "GET teach.follow": Route(address="/promotions/{promotion}/suivi", **RESULTS),
    "GET teach.person": Route(
        address="/promotions/{promotion}/personnes/{learner}/", **RESULTS
    ),
    "GET teach.assignment": Route(
        address="/promotions/{promotion}/exercices/premier-carnet/", **RESULTS
    ),
    "GET alerts.mine": Route(address="/suivi/", **ACCOUNT),
    "GET alerts.show": Route(address=ALERTS, **RESULTS),
    "GET alerts.rules": Route(address=f"{ALERTS}regles", **COMPARING),
    "POST alerts.change_rules": Route(
        address=f"{ALERTS}regles",
        fields={
            "rendus-a-reprendre.runs": "3",
            "sans-activite.days": "7",
            "loin-du-parcours-median.gap": "4",
        },
        **COMPARING,
    ),
    "POST alerts.set_aside": Route(
        address=f"{ALERTS}mises-de-cote",
        fields={
            "learner": "{learner}",
            "rule": "sans-activite",
            "note": "En stage",
            "until": f"{NOW.date() + timedelta(days=9)}",
        },
        **RESULTS,
    ),
    "POST alerts.resume": Route(address=f"{ALERTS}mises-de-cote/{{aside}}/reprise", **RESULTS),
    "POST alerts.write": Route(
        address=f"{ALERTS}messages",
        fields={"learner": "{learner}", "text": "Bonjour"},
        **RESULTS,
    ),
    "GET members.show": Route(address="/promotions/{promotion}/membres/", **RESULTS),
    "GET members.member": Route(
        address="/promotions/{promotion}/membres/{membership}/", **ENROLLING
    ),
    "POST members.invite": Route(
        address="/promotions/{promotion}/membres/invitations", **ENROLLING
    ),
    "POST members.resend": Route(
        address="/promotions/{promotion}/membres/invitations/{pending}/renvoi", **ENROLLING
    ),
    "POST members.revoke": Route(
        address="/promotions/{promotion}/membres/invitations/{pending}/retrait", **ENROLLING
    ),
    "POST members.leave": Route(
        address="/promotions/{promotion}/membres/{membership}/depart", **ENROLLING
    ),
    "POST members.come_back": Route(
        address="/promotions/{promotion}/membres/{left}/retour", **ENROLLING
    ),
    "POST members.change_role": Route(
        address="/promotions/{promotion}/membres/{membership}/role",
        fields={"role": "jury"},
        **ENROLLING,
    ),
    "GET enrolling.form": Route(
        address="/promotions/{promotion}/membres/inscriptions/", **ENROLLING
    ),
    "POST enrolling.preview": Route(
        address="/promotions/{promotion}/membres/inscriptions/",
        fields={"texte": "nom;courriel;promotion;role\nZoé;zoe@ecole.example;x;jury"},
        **ENROLLING,
    ),
    "POST enrolling.confirm": Route(
        address="/promotions/{promotion}/membres/inscriptions/confirmation",
        fields={"liste": "nom;courriel;promotion;role\nZoé;zoe@ecole.example;x;jury"},
        **ENROLLING,
    ),
    "GET calendar.show": Route(address=f"{CALENDAR}/", **RESULTS),
    "POST calendar.follow": Route(
        address=f"{CALENDAR}/application", fields=CONFIRMED, **RESULTS
    ),
    "GET calendar.date": Route(address=f"{CALENDAR}/dates/semaine-1/", **RESULTS),
    "POST calendar.set_date": Route(
        address=f"{CALENDAR}/dates/semaine-1/",
        fields={"jour": "2030-01-15", "heure": "12:00"} | CONFIRMED,
        **RESULTS,
    ),
    "POST calendar.free_date": Route(
        address=f"{CALENDAR}/dates/semaine-1/calcul", fields=CONFIRMED, **RESULTS
    ),
    "POST calendar.add_closure": Route(
        address=f"{CALENDAR}/fermetures",
        fields={"motif": "Pont", "du": "2030-05-10"},
        **RESULTS,
    ),
    "POST calendar.remove_closure": Route(
        address=f"{CALENDAR}/fermetures/{{closure}}/retrait", fields=CONFIRMED, **RESULTS
    ),
    "GET term_rules.show": Route(address=f"{RULES}/", **RESULTS),
    "GET term_rules.edit": Route(address=f"{RULES}/exercices/premier-carnet/", **RESULTS),
    "POST term_rules.set_rules": Route(
        address=f"{RULES}/exercices/premier-carnet/", fields={"tentatives": ""}, **RESULTS
    ),
    "POST term_rules.release": Route(
        address=f"{RULES}/exercices/{{closed}}/ouverture", **RESULTS
    ),
    "POST term_rules.withhold": Route(
        address=f"{RULES}/exercices/{{opened}}/fermeture", **RESULTS
    ),
    "GET adjustments.show": Route(address=f"{ADJUSTMENTS}/", **RESULTS),
    "POST adjustments.grant": Route(
        address=f"{ADJUSTMENTS}/",
        fields={"qui": "personne:{learner}", "jours": "2", "motif": "Panne"},
        **RESULTS,
    ),
    "POST adjustments.revoke": Route(
        address=f"{ADJUSTMENTS}/{{adjustment}}/retrait", **RESULTS
    ),
    "GET groups.show": Route(address=f"{GROUPS}/", **RESULTS),
    "POST groups.create": Route(address=f"{GROUPS}/", fields={"nom": "{new}"}, **RESULTS),
    "GET groups.group": Route(address=f"{GROUPS}/{{group}}/", **RESULTS),
    "POST groups.fill": Route(address=f"{GROUPS}/{{group}}/", **RESULTS),
    "POST groups.remove": Route(address=f"{GROUPS}/{{group}}/suppression", **RESULTS),
    "GET audit.show": Route(
        address="/promotions/{promotion}/journal/",
        allowed=STAFF | {"operator"},
        known=MEMBERS - STAFF,
    ),
    "GET audit.site_journal": Route(
        address="/exploitation/journal", allowed=frozenset({"operator"})
    ),
    "POST audit.undo_event": Route(
        address="/promotions/{promotion}/journal/{event}/annuler", **ENROLLING
    ),
}
