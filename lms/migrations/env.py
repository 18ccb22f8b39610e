"""What Alembic runs: the migrations, in the connection that `upgrade` gives it."""

from typing import Any, Literal

from alembic import context

from lms.models import Base
from lms.models.base import Moment


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column type as the database's: a migration must not need today's code."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
    render_item=render_item,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
