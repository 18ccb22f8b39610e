"""Courses pulled from git repositories."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "course_remote",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_course_remote")),
    )
    op.create_table(
        "course_pull",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("commit", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["user.id"],
            name=op.f("fk_course_pull_asked_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_pull")),
    )
    with op.batch_alter_table("course_pull", schema=None) as batch_op:
        batch_op.create_index("ix_course_pull_claim", ["state", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_course_pull_course_slug"), ["course_slug"], unique=False
        )


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("course_pull", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_pull_course_slug"))
        batch_op.drop_index("ix_course_pull_claim")

    op.drop_table("course_pull")
    op.drop_table("course_remote")
