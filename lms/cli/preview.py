"""`garrigue preview`: shows a course while it is written."""

from __future__ import annotations

import tempfile
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lms.embedded import address_of
from lms.listening import listen
from lms.supervisor import stopped_by_signals

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lms.models import Promotion
    from lms.preview.site import PreviewSite

PORT = click.IntRange(1, 65535)
COURSE = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("course", metavar="COURS", type=COURSE)
@click.option("--promotion", metavar="NOM", help="Vu depuis cette promotion du site.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Vu ce jour-là.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option("--port", type=PORT, help="Port ; sans lui, le premier libre à partir de 8000.")
def preview(
    course: Path, promotion: str | None, day: datetime | None, host: str, port: int | None
) -> None:
    """Montre le dossier COURS tel qu’une apprenante ou un apprenant le verrait.

    La page se recharge à chaque enregistrement, et dit ce qui est à corriger. Sans --promotion,
    le cours est vu depuis une promotion qui a commencé cette semaine ; avec elle, les dates
    sont celles du site (GARRIGUE_INSTANCE). Rien du site n’est modifié.
    """
    from lms.preview.site import Wanted, open_preview

    def copied(session: Session, slug: str) -> Promotion:
        return _promotion_of_site(session, str(promotion), slug)

    wanted = Wanted(
        folder=course,
        day=day.date() if day else None,
        promotion=copied if promotion else None,
    )
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="garrigue-") as home, listen(host, port) as socket:
        site = open_preview(wanted, Path(home), public_url=address_of(socket))
        click.echo(f"Aperçu de « {site.preview.slug} » :")
        click.echo(f"  {address_of(socket)}{site.entrance}")
        click.echo("Ctrl-C arrête tout.")
        with stopped_by_signals(stop):
            _serve(site, course.resolve(), socket.fileno(), stop)


def _promotion_of_site(session: Session, promotion: str, course_slug: str) -> Promotion:
    from lms.cli.settings import settings, transaction
    from lms.preview.school import copy_promotion

    with transaction(settings()) as source:
        return copy_promotion(source, session, promotion, course_slug)


def _serve(site: PreviewSite, folder: Path, descriptor: int, stop: threading.Event) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    from lms.preview.state import follow

    class Silent(WSGIRequestHandler):
        """Says nothing of each request: the terminal is for the author."""

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    server = make_server(
        "127.0.0.1", 0, site.app, threaded=True, request_handler=Silent, fd=descriptor
    )
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    follow(folder, lambda: site.preview.refresh(now=site.clock()), stop)
    server.shutdown()
