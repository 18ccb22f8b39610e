"""What the scripts of the workbench say: they have no words of their own."""

from __future__ import annotations

from flask_babel import gettext as _

from lms.web.told_words import told_words


def words() -> dict[str, str]:
    """Return the sentences by name; `{name}` is filled in by the script."""
    return {
        **_labels(),
        **_states(),
        **_running(),
        **_said(),
        **_work(),
        **told_words(),
    }


def _labels() -> dict[str, str]:
    return {
        "label.prose": _("Cellule {n} sur {total} : énoncé"),
        "label.locked": _("Cellule {n} sur {total} : code de l’énoncé, verrouillé"),
        "label.answer": _("Cellule {n} sur {total} : votre réponse, {title}"),
        "label.own": _("Cellule {n} sur {total} : à vous"),
        "label.own-short": _("Cellule à vous"),
        "action.run-all": _("Tout exécuter"),
        "action.close": _("Fermer"),
        "action.sign-in": _("Se reconnecter"),
        "help.label": _("Aide de Python :"),
        "input.label": _("Le programme attend une réponse :"),
    }


def _states() -> dict[str, str]:
    return {
        "kernel.connecting": _("Connexion…"),
        "kernel.starting": _("Python démarre…"),
        "kernel.waiting": _("En file d’attente, place {position}"),
        "kernel.idle": _("Python est prêt"),
        "kernel.busy": _("Exécution en cours"),
        "kernel.restarting": _("Python redémarre…"),
        "kernel.dead": _("Python s’est arrêté"),
        "kernel.culled": _("Python est en veille"),
        "kernel.offline": _("Sans connexion à Python, nouvel essai bientôt"),
        "kernel.signed-out": _("Session terminée"),
        "kernel.refused": _("Python n’est pas disponible ici"),
        "save.saved": _("Enregistré"),
        "save.saving": _("Enregistrement…"),
        "save.waiting": _("En attente d’envoi"),
        "save.offline": _("Hors ligne : votre travail est gardé ici"),
        "save.signed-out": _("Session terminée : votre travail est gardé ici"),
        "save.conflict": _("Deux versions : à vous de choisir"),
        "save.refused": _("Pas encore enregistré : votre travail est gardé ici"),
        "notice.gap": _(
            "Une partie des sorties s’est perdue pendant la coupure : exécutez à nouveau les "
            "cellules concernées."
        ),
        "notice.dead": _(
            "Python s’est arrêté. Votre travail est gardé, mais les variables sont perdues : "
            "exécutez à nouveau vos cellules."
        ),
        "notice.culled": _(
            "Sans activité, Python s’est mis en veille. Votre travail est gardé : exécutez à "
            "nouveau vos cellules pour continuer."
        ),
        "notice.replaced": _(
            "Ce carnet a été modifié dans un autre onglet ou sur un autre ordinateur : "
            "voici sa dernière version."
        ),
    }


def _running() -> dict[str, str]:
    return {
        "outputs.cut": _("La sortie est longue : seul son début est montré."),
        "outputs.more": _("Afficher plus"),
        "outputs.table": _("Tableau produit par la cellule"),
        "outputs.frame": _("Sortie interactive de la cellule"),
        "outputs.picture": _("Figure produite par la cellule"),
        "prose.picture": _("Image sans description"),
        "outputs.line": _("Aller à la ligne {n}"),
        "outputs.traceback": _("Trace complète de l’erreur"),
        "done.timed-out": _("La cellule a dépassé le temps permis : elle est arrêtée."),
        "done.died": _("Python s’est arrêté pendant cette cellule."),
        "done.out-of-memory": _("La cellule a demandé plus de mémoire que permis."),
        "done.aborted": _("Pas exécutée : une cellule d’avant s’est arrêtée."),
        "check.running": _("Vérification en cours…"),
        "check.no-kernel": _("Python n’est pas encore prêt : réessayez dans un instant."),
        "check.stopped": _("La vérification n’est pas allée au bout."),
        "check.passed.one": _("{n} test réussi"),
        "check.passed.other": _("{n} tests réussis"),
        "check.all-done": _("Vérification terminée. Exercices validés : {passed} sur {total}."),
        "outcome.passed": _("Validé"),
        "outcome.partial": _("En partie réussi"),
        "outcome.failed": _("À reprendre"),
        "outcome.not-run": _("Pas vérifié"),
    }


def _said() -> dict[str, str]:
    return {
        "said.error": _("{name} : {text}"),
        "said.failed": _("Erreur."),
        "said.done": _("Cellule exécutée, sans sortie."),
        "said.rich": _("Cellule exécutée : une sortie à regarder."),
        "said.lines.one": _("Cellule exécutée : {n} ligne."),
        "said.lines.other": _("Cellule exécutée : {n} lignes."),
        "said.all-done.one": _("Terminé : {n} cellule exécutée."),
        "said.all-done.other": _("Terminé : {n} cellules exécutées."),
        "said.when-back": _("La cellule s’exécutera dès que Python sera là."),
        "said.back": _("La connexion à Python est revenue."),
        "said.interrupting": _("Arrêt demandé."),
        "said.input": _("Le programme attend une réponse : {prompt}"),
        "said.locked": _("Cette cellule est verrouillée. Vous pouvez la copier."),
        "said.fixed": _("Seules vos propres cellules se déplacent et se transforment."),
        "said.kept": _("Seules vos propres cellules se suppriment."),
        "said.added": _("Cellule ajoutée."),
        "said.copied": _("Cellule copiée. La touche V la colle au-dessous."),
        "said.nothing-copied": _("Aucune cellule copiée."),
        "said.deleted": _("Cellule supprimée. La touche Z la remet."),
        "said.restored": _("Cellule remise."),
        "said.nothing-deleted": _("Aucune cellule à remettre."),
        "said.edge": _("La cellule est déjà au bout du carnet."),
        "said.moved": _("Cellule déplacée : {n} sur {total}."),
        "said.no-completion": _("Aucune suggestion."),
        "said.no-help": _("Aucune aide sur ce nom."),
        "said.went-back": _("La version choisie est reprise."),
        "said.handing-in": _("Dépôt en cours…"),
    }


def _work() -> dict[str, str]:
    return {
        "find.count": _("{n} sur {total}"),
        "find.none": _("Aucun résultat"),
        "compare.empty": _("(vide)"),
        "compare.none": _("Cette cellule n’y est pas."),
        "conflict.mine": _("Version de cette page"),
        "conflict.other": _("Version enregistrée ailleurs"),
        "versions.loading": _("Chargement des versions…"),
        "versions.none": _("Aucune version enregistrée pour l’instant."),
        "versions.away": _("Le site ne répond pas : réessayez dans un moment."),
        "versions.now": _("Maintenant"),
        "versions.then": _("Cette version"),
        "versions.same": _("Le texte est le même que maintenant."),
        "versions.take": _("Reprendre cette version"),
        "hand-in.blank.one": _("Cet exercice n’a pas de réponse :"),
        "hand-in.blank.other": _("Ces exercices n’ont pas de réponse :"),
        "hand-in.unchecked.one": _("Cet exercice n’a pas été vérifié depuis son écriture :"),
        "hand-in.unchecked.other": _(
            "Ces exercices n’ont pas été vérifiés depuis leur écriture :"
        ),
        "hand-in.not-saved": _(
            "Votre travail n’a pas encore pu être envoyé au site : il est gardé ici. Déposez "
            "dès que la page indique « Enregistré »."
        ),
        "hand-in.waiting": _(
            "Le site ne répond pas pour l’instant : votre travail est gardé ici, et le dépôt "
            "partira tout seul dès son retour. Laissez cette page ouverte."
        ),
        "hand-in.away": _(
            "Le site ne répond pas : rien n’est perdu, déposez à nouveau dans un moment."
        ),
    }
