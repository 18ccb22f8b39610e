"""Who may ask for scores: the gradebook, regrades, contests, marks from elsewhere."""

from __future__ import annotations

from tests.access.people import ACCOUNT, COMPARING, LEVELS, MATRIX, OWN, RESULTS, WORK, Route

NOTES = "/promotions/{promotion}/notes/"
REGRADES = "/promotions/{promotion}/recorrections/"

ROUTES = {
    "GET gradebook.show": Route(address=NOTES, **RESULTS),
    "GET gradebook.weights": Route(address=f"{NOTES}coefficients", **COMPARING),
    "POST gradebook.save_weights": Route(address=f"{NOTES}coefficients", **COMPARING),
    "GET gradebook.reason": Route(address=f"{NOTES}{{owner}}/premier-carnet/", **RESULTS),
    "POST gradebook.set_score": Route(
        address=f"{NOTES}{{owner}}/premier-carnet/fixer",
        fields={"points": "2,5", "raison": "Oral"},
        **COMPARING,
    ),
    "POST gradebook.take_back": Route(
        address=f"{NOTES}{{overridden}}/premier-carnet/rendre", **COMPARING
    ),
    "GET exports.download": Route(address=f"{NOTES}export/csv", **RESULTS),
    "GET exports.download_matrix": Route(address=f"{LEVELS}/export/xlsx", **MATRIX),
    "GET outside.form": Route(address=f"{NOTES}import/", **COMPARING),
    "POST outside.try_file": Route(address=f"{NOTES}import/", **COMPARING),
    "POST outside.bring_in": Route(address=f"{NOTES}import/confirmer", **COMPARING),
    "POST outside.take_out": Route(address=f"{NOTES}import/{{import}}/annuler", **COMPARING),
    "GET regrades.index": Route(address=REGRADES, **COMPARING),
    "POST regrades.start": Route(
        address=REGRADES, fields={"exercice": "premier-carnet"}, **COMPARING
    ),
    "GET regrades.show": Route(address=f"{REGRADES}{{open regrade}}/", **COMPARING),
    "GET regrades.follow": Route(address=f"{REGRADES}{{open regrade}}/suivi", **COMPARING),
    "POST regrades.apply": Route(address=f"{REGRADES}{{open regrade}}/appliquer", **COMPARING),
    "POST regrades.drop": Route(address=f"{REGRADES}{{open regrade}}/abandonner", **COMPARING),
    "POST regrades.undo": Route(address=f"{REGRADES}{{applied regrade}}/annuler", **COMPARING),
    "GET contests.show": Route(address="/rendus/{submission}/contestations/", **WORK),
    "POST contests.make": Route(
        address="/rendus/{submission}/contestations/", fields={"texte": "Non"}, **OWN
    ),
    "POST contests.answer": Route(
        address="/rendus/{submission}/contestations/{contest}/reponse",
        allowed=frozenset({"trainer"}),
        fields={"texte": "Voici pourquoi."},
    ),
    "GET contests.waiting": Route(address="/promotions/{promotion}/contestations/", **RESULTS),
    "GET own_scores.mine": Route(address="/resultats/", **ACCOUNT),
    "GET own_scores.reason": Route(address="/resultats/petit-cours/premier-carnet/", **OWN),
}
