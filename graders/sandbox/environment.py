"""Finds the Python environment that learners' code runs in."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from graders.sandbox.errors import EnvironmentMissing

#: Modules that a warm process imports once, by environment.
PRELOADED = {
    "base": (),
    "data": (
        "sqlite3",
        "numpy",
        "numpy.testing",
        "pandas",
        "pandas.testing",
        "matplotlib",
        "matplotlib.pyplot",
        "matplotlib.backends.backend_agg",
        "sklearn",
        "sklearn.cluster",
        "sklearn.compose",
        "sklearn.datasets",
        "sklearn.ensemble",
        "sklearn.linear_model",
        "sklearn.metrics",
        "sklearn.model_selection",
        "sklearn.neighbors",
        "sklearn.pipeline",
        "sklearn.preprocessing",
        "sklearn.tree",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Environment:
    """An interpreter with the libraries that a notebook may import.

    :param python: the interpreter as the host sees it, in a virtual environment or not.
    :param preload: modules that a warm kernel has already imported.
    :param digest: changes when the interpreter or one of its distributions does.
    """

    name: str
    python: Path
    preload: tuple[str, ...]
    digest: str

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {**asdict(self), "python": str(self.python)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Environment:
        """Return the environment that `to_json` described."""
        python, preload = Path(fields["python"]), tuple(fields["preload"])
        return cls(**{**fields, "python": python, "preload": preload})

    @property
    def folder(self) -> Path:
        """The virtual environment, or the prefix of the interpreter."""
        return self.python.parent.parent

    @property
    def home(self) -> Path:
        """The prefix of the interpreter itself, where its standard library lies."""
        return self.python.resolve().parent.parent

    @property
    def site_packages(self) -> Path:
        """Where the libraries lie."""
        return _site_packages(self.folder)


def find_environment(name: str, settings: Mapping[str, str] = os.environ) -> Environment:
    """Return the environment of that name.

    The folder is `GARRIGUE_KERNELS`, else `.venv-kernels` beside the source tree, else the
    environment that we run in ourselves.

    :raises EnvironmentMissing: if the name is unknown or no interpreter is there.
    """
    if name not in PRELOADED:
        known = ", ".join(sorted(PRELOADED))
        raise EnvironmentMissing(
            f"L’environnement « {name} » n’existe pas. Environnements connus : {known}."
        )
    folder = _find_folder(settings)
    python = folder / "bin" / "python"
    if not python.is_file():
        python = folder / "bin" / "python3"
    if not os.access(python, os.X_OK):
        raise EnvironmentMissing(
            f"Pas d’interpréteur Python dans « {folder} ». Indiquez dans GARRIGUE_KERNELS le "
            "dossier d’un environnement virtuel où ipykernel est installé."
        )
    packages = _site_packages(folder)
    if not (packages / "ipykernel").is_dir():
        raise EnvironmentMissing(
            f"ipykernel manque dans « {folder} ». Installez-y environments/kernels.lock, ou "
            "indiquez un autre environnement dans GARRIGUE_KERNELS."
        )
    return Environment(
        name=name, python=python, preload=PRELOADED[name], digest=_digest(python, packages)
    )


def _find_folder(settings: Mapping[str, str]) -> Path:
    named = settings.get("GARRIGUE_KERNELS")
    if named:
        return Path(named).absolute()
    beside = Path(__file__).parents[2] / ".venv-kernels"
    return beside if beside.is_dir() else Path(sys.prefix)


def _site_packages(folder: Path) -> Path:
    found = sorted(folder.glob("lib/python3*/site-packages"))
    if not found:
        raise EnvironmentMissing(f"Pas de bibliothèques Python dans « {folder} ».")
    return found[-1]


def _digest(python: Path, packages: Path) -> str:
    """Hash what is installed, by the names and versions of its distributions."""
    distributions = sorted(folder.name for folder in packages.glob("*.dist-info"))
    lines = [str(python.resolve().name), packages.parent.name, *distributions]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
