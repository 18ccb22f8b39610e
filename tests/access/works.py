"""Who may ask for works handed in: feedback, reading, rubrics, reviews, likenesses."""

from __future__ import annotations

from tests.access.people import ACCOUNT, COMPARING, OWN, RESULTS, WORK, Route

KEEPING = {"allowed": frozenset({"trainer", "trainer elsewhere"})}
WORK_TO_READ = "/promotions/{promotion}/a-lire/premier-carnet/{number}"
READING_OF = "/promotions/{promotion}/lecture/premier-carnet/"
RUBRICS = "/promotions/{promotion}/grilles/"
LIKENESSES = "/promotions/{promotion}/ressemblances/"

ROUTES = {
    "POST submissions.comment": Route(
        address="/rendus/{submission}/commentaires",
        allowed=frozenset({"trainer"}),
        fields={"texte": "Bien vu"},
    ),
    "POST submissions.withdraw": Route(
        address="/rendus/{submission}/commentaires/{comment}/retirer",
        allowed=frozenset({"trainer"}),
    ),
    "GET submissions.show": Route(address="/rendus/{submission}/", **WORK),
    "GET submissions.download": Route(address="/rendus/{submission}/carnet.ipynb", **WORK),
    "GET submissions.annotated": Route(address="/rendus/{submission}/carnet/", **WORK),
    "GET submissions.follow": Route(address="/rendus/{submission}/suivi", **WORK),
    "GET marking.queue": Route(address="/promotions/{promotion}/a-lire/", **RESULTS),
    "GET marking.read": Route(address=f"{WORK_TO_READ}/", **RESULTS),
    "POST marking.save": Route(
        address=f"{WORK_TO_READ}/",
        fields={"action": "inserer-tout"},
        **COMPARING,
    ),
    "POST marking.withdraw": Route(
        address=f"{WORK_TO_READ}/reprise", fields={"note": "1"}, **COMPARING
    ),
    "GET marking.download": Route(address=f"{WORK_TO_READ}/carnet.ipynb", **RESULTS),
    "GET marking_plans.show": Route(address=READING_OF, **RESULTS),
    "POST marking_plans.keep": Route(
        address=READING_OF, fields={"pairs": "named", "grille-0": "1"}, **COMPARING
    ),
    "POST peers.assign": Route(address=f"{READING_OF}pairs", **COMPARING),
    "POST peers.hide": Route(
        address=f"{READING_OF}pairs/{{submission}}/masquer",
        fields={"etat": "masquee", "raison": "Hors sujet"},
        **COMPARING,
    ),
    "GET peers.mine": Route(address="/relectures/", **ACCOUNT),
    "GET peers.show": Route(address="/relectures/{submission}/", **OWN),
    "POST peers.write": Route(
        address="/relectures/{submission}/", fields={"action": "garder"}, **OWN
    ),
    "GET rubrics.listed": Route(address=RUBRICS, **RESULTS),
    "GET rubrics.new": Route(address=f"{RUBRICS}nouvelle", **COMPARING),
    "POST rubrics.make": Route(
        address=f"{RUBRICS}nouvelle", fields={"action": "add"}, **COMPARING
    ),
    "GET rubrics.edit": Route(address=f"{RUBRICS}1/", **COMPARING),
    "POST rubrics.keep": Route(address=f"{RUBRICS}1/", fields={"action": "add"}, **COMPARING),
    "POST rubrics.duplicate": Route(address=f"{RUBRICS}1/copie", **COMPARING),
    "POST rubrics.archive": Route(address=f"{RUBRICS}1/archive", **COMPARING),
    "GET snippets.mine": Route(address="/phrases/", **KEEPING),
    "POST snippets.add": Route(address="/phrases/", fields={"texte": "Bien vu"}, **KEEPING),
    "POST snippets.change": Route(
        address="/phrases/{snippet}", fields={"texte": "Bien vu"}, **KEEPING
    ),
    "POST snippets.remove": Route(address="/phrases/{snippet}/retrait", **KEEPING),
    "GET similarity.assignments": Route(address=LIKENESSES, **COMPARING),
    "GET similarity.pairs": Route(address=f"{LIKENESSES}premier-carnet/", **COMPARING),
    "GET similarity.pair": Route(
        address=f"{LIKENESSES}premier-carnet/{{submission}}/{{other}}/", **COMPARING
    ),
}
