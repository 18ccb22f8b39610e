"""The files by which a forge checks courses at each push."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lms.errors import Conflict

FILES: Mapping[str, str] = {
    "github": ".github/workflows/garrigue.yml",
    "gitlab": ".gitlab-ci.yml",
}

#: What both forges run: each folder with a course.yml is checked, structure first.
_CHECK = (
    "for course in $(find . -name course.yml -not -path '*/.*' -exec dirname {} +); do",
    '  garrigue course check --strict "$course"',
    '  garrigue check "$course"%s',
    "done",
)

_GITHUB = """\
# Vérifie les cours du dépôt à chaque envoi.
name: Cours
on: [push, pull_request]
permissions:
  contents: read
jobs:
  verifier:
    runs-on: ubuntu-24.04
    env:
      # Une machine jetable, et du code que vous relisez : les totaux peuvent n’y être tenus
      # que processus par processus.
      GARRIGUE_ALLOW_UNGUARANTEED_LIMITS: "1"
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: Installer
        run: |
          sudo apt-get update -q && sudo apt-get install -qy bubblewrap
          # Ubuntu interdit d’habitude les espaces de noms dont les salles sont faites.
          sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
          pip install garrigue
      - name: Garder les résultats d’une fois à l’autre
        uses: actions/cache@v4
        with:
          path: .garrigue-check
          key: garrigue-check-${{ github.sha }}
          restore-keys: garrigue-check-
      - name: Vérifier
        run: |
          set -e
"""

_GITLAB = """\
# Vérifie les cours du dépôt à chaque envoi.
cours:
  image: python:3.12
  variables:
    # Une machine jetable, et du code que vous relisez : les totaux peuvent n’y être tenus que
    # processus par processus. L’exécuteur doit permettre les espaces de noms d’utilisateur.
    GARRIGUE_ALLOW_UNGUARANTEED_LIMITS: "1"
  cache:
    key: garrigue-check
    paths: [.garrigue-check]
  script:
    - apt-get update -q && apt-get install -qy bubblewrap
    - pip install garrigue
    - |
      set -e
"""


def text(forge: str) -> str:
    """Return the file's text: `forge` is one of `FILES`."""
    start, margin, options = {
        "github": (_GITHUB, 10, " --github --cache .garrigue-check"),
        "gitlab": (_GITLAB, 6, " --cache .garrigue-check"),
    }[forge]
    lines = (line % options if "%s" in line else line for line in _CHECK)
    return start + "".join(f"{' ' * margin}{line}\n" for line in lines)


def write(folder: Path, forge: str, *, is_forced: bool = False) -> Path:
    """Write the file at the root of a repository; return where it stands.

    :raises Conflict: if there is one already, unless it is to be replaced.
    """
    path = folder / FILES[forge]
    if path.exists() and not is_forced:
        raise Conflict("%(path)s existe déjà : --force le remplace.", path=path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(forge), encoding="utf-8")
    return path
