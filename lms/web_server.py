"""How gunicorn serves the site: `gunicorn --config python:lms.web_server 'lms.wsgi:site()'`."""

from __future__ import annotations

import os

from lms.supervisor import die_with_parent

worker_class = "gthread"
workers = min(2, len(os.sched_getaffinity(0)))

#: A page that follows a correction holds a thread: `lms.web.events.MAX_STREAMS` of them.
threads = 32

#: Such pages come back by themselves, so a restart need not wait for them.
graceful_timeout = 3
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file must not wait for a disk
loglevel = "warning"
control_socket_disable = True


def on_starting(_server: object) -> None:
    """Stop with the supervisor, however it ends."""
    die_with_parent()
