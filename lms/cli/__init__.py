"""The `garrigue` command: each subject is read only when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module

import click

from lms.errors import Refusal

#: Command, "module:attribute", and what it does. `garrigue grade` must import neither Flask
#: nor a database, so no module is imported before its command is called.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("lms.cli.serve:serve", "Sert le site et corrige les rendus."),
    "gateway": ("lms.cli.gateway:gateway", "Tient les noyaux des carnets ouverts."),
    "worker": ("lms.cli.worker:worker", "Corrige les rendus, sans servir le site."),
    "jobs": ("lms.cli.jobs:jobs", "Montre et relance les corrections."),
    "demo": ("lms.cli.demo:demo", "Sert une école de démonstration."),
    "doctor": ("lms.cli.doctor:doctor", "Vérifie que la machine peut corriger en sécurité."),
    "database": ("lms.cli.database:database", "Crée et met à jour la base de données."),
    "people": ("lms.cli.people:people", "Crée, importe et invite des personnes."),
    "new": ("lms.cli.new:new", "Commence un cours, un module ou un exercice."),
    "course": ("lms.cli.course:course", "Vérifie et publie des cours."),
    "preview": ("lms.cli.preview:preview", "Montre un cours pendant qu’on l’écrit."),
    "check": ("lms.cli.check:check", "Vérifie un carnet ou un cours en l’exécutant."),
    "grade": ("lms.cli.grade:grade", "Corrige des carnets, sans site ni base de données."),
    "import": ("lms.cli.imports:imports", "Importe des carnets d’autres outils."),
}


class Subjects(click.Group):
    """A group of commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, in the order of the table."""
        return [*COMMANDS, *_of_plugins()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return _of_plugins().get(cmd_name)
        module, _colon, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands from the table, without importing them, and those of plugins."""
        with formatter.section("Commandes"):
            rows = [(name, words) for name, (_where, words) in COMMANDS.items()]
            added = _of_plugins().items()
            rows += [(name, command.get_short_help_str()) for name, command in added]
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal is a sentence on stderr and exit code 1."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except (RuntimeError, click.ClickException):
            raise
        except Exception as error:
            from lms.cli.faults import sentence  # imports the database

            said = sentence(error)
            if said is None:
                raise
            raise click.ClickException(said) from error


def _of_plugins() -> dict[str, click.Command]:
    """Return the commands that plugins add; none of ours can be replaced so."""
    from lms.logs import json_log
    from lms.plugins import load_plugins

    is_safe = os.environ.get("GARRIGUE_HAS_PLUGINS", "").lower() in {"0", "false"}
    loaded = load_plugins(json_log(), has_installed=not is_safe)
    found = [command for commands in loaded.gather("commands") for command in commands]
    return {command.name: command for command in found if command.name not in COMMANDS}


@click.group(cls=Subjects)
@click.version_option(package_name="garrigue", message="garrigue %(version)s")
def main() -> None:
    """Sert et corrige des cours faits de Markdown et de carnets Jupyter."""
