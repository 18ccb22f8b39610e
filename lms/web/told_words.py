"""How scripts tell what a test expected and what came, in the words of the feedback pages."""

from __future__ import annotations

from flask_babel import gettext as _


def told_words() -> dict[str, str]:
    """Return the sentences by name; `{name}` is filled in by the script."""
    return {
        "told.both": _("Attendu et obtenu"),
        "told.expected": _("Attendu"),
        "told.type": _("Type attendu"),
        "told.near": _("Attendu, à la tolérance près"),
        "told.got": _("Obtenu"),
        "told.nothing": _("rien"),
        **_values(),
        **_differences(),
        **_remarks(),
    }


def _values() -> dict[str, str]:
    return {
        "told.table": _(
            "Tableau de %(rows)s lignes et %(columns)s colonnes",
            rows="{rows}",
            columns="{columns}",
        ),
        "told.array": _(
            "de forme (%(shape)s), éléments de type %(kind)s", shape="{shape}", kind="{kind}"
        ),
        "told.items.one": _("de {n} élément"),
        "told.items.other": _("de {n} éléments"),
        "told.signs.one": _("de {n} caractère"),
        "told.signs.other": _("de {n} caractères"),
    }


def _differences() -> dict[str, str]:
    return {
        "told.lines": _("Comparaison ligne par ligne"),
        "told.same": _("Identique"),
        "told.alike.one": _("{n} ligne identique"),
        "told.alike.other": _("{n} lignes identiques"),
        "told.where": _("Où les valeurs diffèrent"),
        "told.others.one": _("et {n} autre différence"),
        "told.others.other": _("et {n} autres différences"),
        "told.place": _("Endroit"),
        "told.at.cell": _(
            "Ligne %(row)s, colonne « %(column)s »", row="{at}", column="{column}"
        ),
        "told.at.column": _("Colonne « %(column)s »", column="{at}"),
        "told.at.type-of-column": _("Type de la colonne « %(column)s »", column="{at}"),
        "told.at.key": _("Clé %(key)s", key="{at}"),
        "told.at.item": _("Élément"),
        "told.at.position": _("Position %(position)s", position="{at}"),
    }


def _remarks() -> dict[str, str]:
    return {
        "told.remark.none": _("Rien n’est venu : la fonction se termine-t-elle par return ?"),
        "told.remark.type": _("La valeur se ressemble, mais son type est différent."),
        "told.remark.spaces": _("Seuls des espaces ou des retours à la ligne diffèrent."),
        "told.remark.case": _("Seules des majuscules diffèrent."),
        "told.remark.accents": _("Seuls des accents diffèrent."),
        "told.remark.order": _("Les mêmes éléments, dans un autre ordre."),
    }
