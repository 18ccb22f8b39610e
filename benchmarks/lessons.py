"""How long the server takes for a lesson: first, from the disk's cache, and from memory.

    .venv/bin/python benchmarks/lessons.py [PAGES]

A site on a real SQLite file with a course of one long lesson (about a thousand lines, with
formulas, code and tables). One learner is signed in. Each request goes through the whole
application in this process: session, rights, visit, template, headers. What gunicorn and
the network add is not counted.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from lms.app import create_app  # noqa: E402
from lms.config import Config  # noqa: E402
from lms.models import Base  # noqa: E402
from lms.web.context import EXTENSION  # noqa: E402
from tests.factories import (  # noqa: E402
    PASSWORD,
    make_membership,
    make_promotion,
    write_course,
)
from tests.lms.conftest import Browser  # noqa: E402

BUDGET_MS = 10.0
PART = """
## Partie {n}

Un paragraphe avec *de l’emphase*, du `code` et une formule $\\frac{{a_{n}}}{{b}}$.

```python
def calcule(x):
    return [x * {n} for _ in range(10)]
```

| mois | offres |
|------|-------:|
| mai  | {n}    |

!!! tip "À retenir"
    Une phrase qui compte.

$$
\\sum_{{i=1}}^{{{n}}} x_i
$$
"""


def lesson() -> str:
    return "# Longue leçon\n" + "".join(PART.format(n=n) for n in range(1, 56))


def site(folder: Path) -> tuple[Flask, FlaskClient]:
    courses = folder / "courses"
    course = write_course(courses)
    (course / "debut" / "lire.md").write_text(lesson(), encoding="utf-8")
    instance = folder / "instance"
    instance.mkdir()
    app = create_app(
        Config(
            secret_key="x" * 32,
            instance=instance,
            courses=courses,
            public_url="http://localhost",
        ),
        log_to=io.StringIO(),
    )
    app.test_client_class = Browser
    garrigue = app.extensions[EXTENSION]
    Base.metadata.create_all(garrigue.engine)
    with garrigue.sessions.begin() as session:
        member = make_membership(session, promotion=make_promotion(session))
        email = member.user.email
    client = app.test_client()
    client.submit("/connexion", email=email, password=PASSWORD)
    return app, client


def timed(client: FlaskClient, address: str) -> tuple[float, float]:
    """Return the wall time and the processor time of one request, in milliseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def shown(times: tuple[float, float]) -> str:
    return f"{times[0]:8.1f} ms, of which processor {times[1]:8.1f} ms"


def main() -> None:
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    address = "/cours/petit-cours/debut/lire/"
    with tempfile.TemporaryDirectory() as name:
        app, client = site(Path(name))
        client.get("/cours/")  # what only the first request of a process pays
        first = timed(client, address)
        app.extensions.pop("garrigue-lessons")
        disk = timed(client, address)
        walls, cpus = zip(*(timed(client, address) for _ in range(pages)), strict=True)
        size = len(client.get(address).data)
        app.extensions[EXTENSION].engine.dispose()
    median = statistics.median(walls)
    load = os.getloadavg()[0]
    print(__doc__)
    print(
        f"measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {sys.version.split()[0]}, "
        f"{os.cpu_count()} cores, load {load:.1f} (above the cores, wall time measures others)"
    )
    print(f"lesson: {lesson().count(chr(10))} lines of Markdown, {size / 1024:.0f} KiB of HTML")
    print(f"first time, rendered:          {shown(first)}")
    print(f"kept on disk, new process:     {shown(disk)}")
    print(f"kept in memory, {pages:4} times:    {shown((median, statistics.median(cpus)))}")
    print(f"                 at 95 %:      {sorted(walls)[int(pages * 0.95)]:8.1f} ms")
    print(f"budget at the median, wall:    {BUDGET_MS:8.1f} ms")


if __name__ == "__main__":
    main()
