"""`garrigue worker`: grades what learners hand in, until it is told to stop."""

from __future__ import annotations

import os
import threading

import click

from lms.cli.settings import settings
from lms.failures import FailureLog
from lms.happenings import teller
from lms.logs import json_log

# JOIN#
from lms.plugins import FAILURES, load_plugins
from lms.pulling import Puller
from lms.supervisor import die_with_parent, stopped_by_signals
from lms.worker import Worker
from lms.workshop import Capacity, capacity, habits, open_store, open_tools

SLOTS = click.IntRange(1, 64)

#: What the engine may take to end its rooms once everything is recorded or given back.
LEAVE_S = 5.0


@click.command()
@click.option("--slots", type=SLOTS, help="Carnets corrigés en même temps.")
@click.option("--with-parent", is_flag=True, hidden=True)
@click.option("--memory", type=click.IntRange(256), help="Mémoire de tous les carnets, en Mio.")
def worker(slots: int | None, memory: int | None, with_parent: bool) -> None:
    """Corrige les rendus ; SIGTERM termine ce qui est commencé, ou le rend à la file."""
    if with_parent:
        die_with_parent()
    config, usual, stop = settings(), capacity(), threading.Event()
    given = Capacity(slots=slots or usual.slots, budget_mib=memory or usual.budget_mib)
    with open_store(config) as store, open_tools(config, given.slots) as tools:
        log = json_log()
        failures = FailureLog(config.instance / FAILURES)
        plugins = load_plugins(log, has_installed=config.has_plugins, failures=failures)
        made = Worker(
            store=store,
            tools=tools,
            habits=habits(config, given),
            log=log,
            then=teller(plugins, config),
        )
        made.test()  # nothing is under way yet: a signal may end the process at once
        with stopped_by_signals(stop):
            puller = threading.Thread(
                target=Puller(store.sessions, json_log()).serve, args=(stop,), daemon=True
            )
            puller.start()
            made.serve(stop)
            puller.join(LEAVE_S)
        _leave_within(LEAVE_S)


def _leave_within(seconds: float) -> None:
    """End the process after that long, whatever still runs: its rooms die with it."""
    leaving = threading.Timer(seconds, os._exit, (0,))
    leaving.daemon = True
    leaving.start()
