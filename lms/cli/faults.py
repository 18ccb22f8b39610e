"""What went wrong around a command that is no fault of the project, as a sentence."""

from __future__ import annotations

import errno

from sqlalchemy.exc import OperationalError

from lms.database import is_busy, is_full

DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def sentence(error: Exception) -> str | None:
    """Return what to tell the operator, or None when it is a bug and its trace is wanted."""
    if is_full(error) or (isinstance(error, OSError) and error.errno in DISK_FULL):
        return "Le disque est plein : faites de la place, puis recommencez."
    if isinstance(error, PermissionError):
        return (
            f"Ce compte n’a pas le droit d’ouvrir {error.filename} : lancez la commande "
            "avec le compte qui sert le site."
        )
    if isinstance(error, OperationalError):
        return _of_database(error)
    return None


def _of_database(error: OperationalError) -> str | None:
    said = str(error.orig)
    if is_busy(error):
        return "La base de données est occupée : recommencez dans une minute."
    if "no such table" in said or "no such column" in said:
        return (
            "Les tables manquent ou ne sont pas à jour : lancez « garrigue database upgrade », "
            "puis recommencez."
        )
    if "unable to open" in said or "readonly" in said:
        return (
            "La base de données ne peut pas être ouverte : vérifiez GARRIGUE_INSTANCE et le "
            "compte qui lance la commande."
        )
    return None
