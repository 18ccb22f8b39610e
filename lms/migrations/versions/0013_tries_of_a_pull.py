"""How many times a pull was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("course_pull", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("attempts", sa.Integer(), server_default="0", nullable=False)
        )

    # Existing rows count from none; new ones always say.
    with op.batch_alter_table("course_pull", schema=None) as batch_op:
        batch_op.alter_column("attempts", server_default=None)


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("course_pull", schema=None) as batch_op:
        batch_op.drop_column("attempts")
