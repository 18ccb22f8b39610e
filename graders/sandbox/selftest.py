"""Shows, by trying, that this machine's rooms hold what we promise; grading waits for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from graders.kernel import CellOutcome, CellResult
from graders.protocol import MIB, Limits
from graders.sandbox import limits as control
from graders.sandbox.environment import Environment
from graders.sandbox.errors import SandboxError
from graders.sandbox.nursery import Nursery
from graders.sandbox.room import room_environment
from graders.sandbox.seccomp import compile_filter

#: The first bubblewrap with `--disable-userns`.
OLDEST_BUBBLEWRAP = (0, 8)

#: The probes are small; a machine under load gets time.
PROBE_WALL_S = 60
MEMORY_MIB = 256
PROCESSES = 48
PROBE_LIMITS = Limits(
    memory_bytes=MEMORY_MIB * MIB, processes=PROCESSES, disk_bytes=32 * MIB, wall_s=PROBE_WALL_S
)

EAT_MEMORY = f"eaten = [bytearray(b'x' * {MIB}) for _ in range({2 * MEMORY_MIB})]"
FILL_DISK = (
    "open('full', 'wb').write(bytes(8 << 20)); open('more', 'wb').write(bytes(64 << 20))"
)
BREED = f"""
import os, signal
born = []
try:
    while len(born) < {2 * PROCESSES}:
        pid = os.fork()
        if pid == 0:
            signal.pause()
        born.append(pid)
except OSError:
    print("HELD")
finally:
    for pid in born:
        os.kill(pid, 9)
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was tried.

    :param sentence: what holds or does not, for an operator.
    :param remedy: what to do when it does not hold; empty when it does.
    :param is_required: whether grading must wait until it holds.
    """

    name: str
    is_ok: bool
    sentence: str
    remedy: str = ""
    is_required: bool = True


class SelfTestFailed(SandboxError):
    """Something that grading relies on does not hold."""


#: What `probe.look` looks at: the sentence when it holds, and when it does not.
PROMISES = {
    "user": (
        "Le code des apprenants tourne sous un utilisateur sans droits.",
        "Le code des apprenants tourne sous un utilisateur privilégié.",
    ),
    "privileges": (
        "Aucun privilège ne peut être repris dans une salle.",
        "Des privilèges restent dans les salles.",
    ),
    "filter": (
        "Les appels système sont filtrés par une liste blanche.",
        "Le filtre des appels système n’est pas actif.",
    ),
    "files": (
        "Les fichiers de la machine sont invisibles.",
        "Une salle voit des fichiers de la machine.",
    ),
    "writing": (
        "Le système, les bibliothèques et le moteur sont en lecture seule.",
        "Une salle peut écrire hors de son espace.",
    ),
    "network": ("Le réseau est fermé.", "Une salle atteint le réseau."),
    "namespaces": (
        "Une salle ne peut pas en bâtir une autre.",
        "Une salle peut créer des espaces de noms.",
    ),
    "environment": (
        "Aucune variable du service n’est lisible, même dans /proc/1/environ.",
        "Des variables du service sont lisibles dans une salle.",
    ),
}
SERVICE_REMEDY = "Lancez Garrigue en root, ou par systemd avec « Delegate=yes »."
REPORT = (
    "Ne corrigez rien à la main\u00a0: signalez ce défaut avec la sortie de cette commande."
)


def run_selftest(
    environment: Environment, *, is_warm: bool = True, is_loaded: bool = True
) -> tuple[Finding, ...]:
    """Try everything that grading relies on; a trial that breaks counts as not held.

    :param is_loaded: try warm rooms with the environment's libraries, whose import takes
        longer than all trials. Rooms hold alike without: then the libraries must only be there.
    """
    findings = [*_look_at_machine(), _look_for_libraries(environment)]
    if all(finding.is_ok or not finding.is_required for finding in findings):
        tried = environment if is_loaded else replace(environment, preload=())
        findings += _try_rooms(tried, is_warm=is_warm)
    return tuple(findings)


def require(findings: Iterable[Finding]) -> None:
    """Refuse to grade when something required does not hold.

    :raises SelfTestFailed: with the sentences of what fails.
    """
    failed = [f.sentence for f in findings if f.is_required and not f.is_ok]
    if failed:
        raise SelfTestFailed(" ".join(failed))


def _look_at_machine() -> Iterator[Finding]:
    yield _finding(
        "bubblewrap",
        _has_bubblewrap(),
        "bubblewrap est installé.",
        "bubblewrap 0.8 ou plus récent manque.",
        "Installez le paquet « bubblewrap » de votre distribution.",
    )
    try:
        compile_filter()
        control.require_totals(control.find_holding(), os.environ)
    except SandboxError as error:
        yield Finding(name="limits", is_ok=False, sentence=str(error), remedy=SERVICE_REMEDY)
        return
    holding = control.find_holding()
    for number, sentence in enumerate(holding.sentences):
        yield Finding(
            name=f"limits-{number + 1}",
            is_ok=holding.is_total,
            sentence=sentence,
            remedy="" if holding.is_total or number else SERVICE_REMEDY,
            is_required=False,
        )


def _look_for_libraries(environment: Environment) -> Finding:
    names = {name.partition(".")[0] for name in environment.preload}
    lacking = sorted(
        name
        for name in names - sys.stdlib_module_names
        if not (environment.site_packages / name).is_dir()
    )
    return _finding(
        "libraries",
        not lacking,
        "Les bibliothèques de l’environnement des noyaux sont là.",
        f"L’environnement des noyaux n’a pas : {', '.join(lacking)}.",
        "Installez-y environments/kernels.lock.",
    )


def _has_bubblewrap() -> bool:
    program = shutil.which("bwrap")
    if program is None:
        return False
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    numbers = said.stdout.split()[-1].split(".")[:2] if said.stdout else ["0"]
    return tuple(int(n) for n in numbers if n.isdigit()) >= OLDEST_BUBBLEWRAP


def _try_rooms(environment: Environment, *, is_warm: bool) -> Iterator[Finding]:
    try:
        with Nursery(environment, is_warm=is_warm) as nursery:
            yield from _look_inside(nursery)
            yield from _try_limits(nursery)
    except (SandboxError, OSError) as error:
        yield Finding(
            name="rooms",
            is_ok=False,
            sentence=f"Une salle n’a pas pu être bâtie\u00a0: {error}",
            remedy="Vérifiez que les espaces de noms sont permis et /opt présent.",
        )


def _look_inside(nursery: Nursery) -> Iterator[Finding]:
    names = list(room_environment(os.environ, hash_seed=0, library_path="x"))
    said = _run(nursery, f"from graders.sandbox import probe; probe.tell({names!r})")
    seen = _read_probe(said)
    yield _finding(
        "rooms",
        bool(seen),
        "Une salle est bâtie et un noyau y répond.",
        "Le noyau d’une salle ne répond pas comme prévu.",
        "Vérifiez l’environnement des noyaux (GARRIGUE_KERNELS).",
    )
    for name, (good, bad) in PROMISES.items():
        yield _finding(name, seen.get(name) is True, good, bad, REPORT)


def _try_limits(nursery: Nursery) -> Iterator[Finding]:
    is_total = control.find_holding().is_total
    trials: Mapping[str, tuple[str, Callable[[CellResult], bool], str, str]] = {
        "memory": (
            EAT_MEMORY,
            lambda r: r.outcome is CellOutcome.OUT_OF_MEMORY,
            "Une salle qui dépasse sa mémoire est arrêtée, et dite telle.",
            "Une salle peut dépasser sa mémoire.",
        ),
        "processes": (
            BREED,
            lambda r: "HELD" in _printed(r),
            "Le nombre de processus d’une salle est tenu.",
            "Une salle peut multiplier ses processus.",
        ),
        "disk": (
            FILL_DISK,
            lambda r: r.error_name == "OSError",
            "L’espace disque d’une salle est tenu.",
            "Une salle peut remplir le disque.",
        ),
    }
    for name, (source, is_held, good, bad) in trials.items():
        needed = is_total or name == "disk"
        held = is_held(_run(nursery, source))
        remedy = REPORT if needed else SERVICE_REMEDY
        yield _finding(name, held, good, bad, remedy, is_required=needed)


def _run(nursery: Nursery, source: str) -> CellResult:
    with nursery.kernel(limits=PROBE_LIMITS) as kernel:
        return kernel.execute(source, wall_s=PROBE_WALL_S)


def _printed(result: CellResult) -> str:
    return "".join(o["text"] for o in result.outputs if o["output_type"] == "stream")


def _read_probe(result: CellResult) -> dict[str, bool]:
    for line in _printed(result).splitlines():
        if line.startswith("PROBE "):
            seen: dict[str, bool] = json.loads(line.removeprefix("PROBE "))
            return seen
    return {}


def _finding(
    name: str, is_ok: bool, good: str, bad: str, remedy: str, *, is_required: bool = True
) -> Finding:
    return Finding(
        name=name,
        is_ok=is_ok,
        sentence=good if is_ok else bad,
        remedy="" if is_ok else remedy,
        is_required=is_required,
    )
