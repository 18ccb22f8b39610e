"""`garrigue doctor`: shows whether this machine can run learners' code safely."""

from __future__ import annotations

import click

MARKS = {True: "✓", False: "✗"}


@click.command()
@click.option("--environment", default="data", show_default=True, help="Environnement essayé.")
@click.option("--cold", is_flag=True, help="Essaie sans processus chaud.")
def doctor(environment: str, cold: bool) -> None:
    """Vérifie que la machine peut corriger en sécurité.

    Bâtit des salles et y essaie ce qui doit être impossible. Code de sortie : 0 si tout ce qui
    est nécessaire tient, 1 sinon — rien n’est alors corrigé.
    """
    from graders.sandbox.environment import find_environment
    from graders.sandbox.errors import SandboxError
    from graders.sandbox.selftest import run_selftest

    try:
        found = find_environment(environment)
    except SandboxError as error:
        click.echo(f"{MARKS[False]} {error}")
        raise SystemExit(1) from error
    click.echo(f"Environnement « {environment} » : {found.python}")
    findings = run_selftest(found, is_warm=not cold)
    for finding in findings:
        mark = MARKS[finding.is_ok] if finding.is_ok or finding.is_required else "!"
        click.echo(f"{mark} {finding.sentence}")
        if finding.remedy:
            click.echo(f"  → {finding.remedy}")
    if any(finding.is_required and not finding.is_ok for finding in findings):
        click.echo("Cette machine ne peut pas corriger en sécurité : rien ne sera exécuté.")
        raise SystemExit(1)
    click.echo("Cette machine peut corriger en sécurité.")
