"""What the board of a promotion costs the server: CPU time, queries and bytes.

Run it with `.venv/bin/python -m benchmarks.board`. Everything is real: the whole request
through the site, with a session, a course read from files and a SQLite file. CPU time is that
of this process, the median of some requests: other programs change it little.
"""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from lms.app import create_app
from lms.config import Config
from lms.migrations import upgrade
from lms.services import sign_in
from lms.web.context import EXTENSION, Site
from tests.crowds import counted_queries, open_crowd, write_large_course

LEARNERS = 30
ASSIGNMENTS = 40
REQUESTS = 15


def measure(learners: int, assignments: int, folder: Path) -> str:
    """Return a line with what the board of that size costs."""
    config = Config(
        secret_key="secret of the benchmark, long enough",
        instance=folder / "instance",
        courses=folder / "courses",
        public_url="http://localhost",
    )
    config.instance.mkdir()
    write_large_course(config.courses, assignments)
    app = create_app(config, log_to=io.StringIO())
    site: Site = app.extensions[EXTENSION]
    upgrade(site.engine)
    with site.sessions() as session:
        promotion, trainer = open_crowd(session, site, learners)
        token = sign_in.begin(session, trainer, now=datetime.now(UTC))
        slug = promotion.slug
        session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    address = f"/promotions/{slug}/"
    assert client.get(address).status_code == 200
    with counted_queries(site.engine) as sent:
        body = client.get(address).data
    spent = []
    for _number in range(REQUESTS):
        start_s = time.process_time()
        client.get(address)
        spent.append((time.process_time() - start_s) * 1000)
    site.engine.dispose()
    return (
        f"{learners:3} learners x {assignments:3} assignments: "
        f"{statistics.median(spent):6.1f} ms of CPU, {len(sent):2} queries, "
        f"{len(body) / 1000:6.1f} kB"
    )


def main() -> None:
    """Print what the board costs, as it is meant to be and twice as large each way."""
    sizes = ((LEARNERS, ASSIGNMENTS), (2 * LEARNERS, ASSIGNMENTS), (LEARNERS, 2 * ASSIGNMENTS))
    for learners, assignments in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(learners, assignments, Path(folder)))


if __name__ == "__main__":
    main()
