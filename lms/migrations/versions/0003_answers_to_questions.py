"""Answers to the questions of lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "activity_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("module_id", sa.String(), nullable=False),
        sa.Column("page_slug", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_activity_attempt_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_attempt")),
    )
    with op.batch_alter_table("activity_attempt", schema=None) as batch_op:
        batch_op.create_index(
            "ix_activity_attempt_person_page",
            ["user_id", "course_slug", "module_id", "page_slug"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_activity_attempt_course_slug"), ["course_slug"], unique=False
        )

    op.create_table(
        "activity_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.String(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["activity_attempt.id"],
            name=op.f("fk_activity_answer_attempt_id_activity_attempt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_answer")),
        sa.UniqueConstraint(
            "attempt_id", "item_key", name=op.f("uq_activity_answer_attempt_id_item_key")
        ),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("activity_answer")
    with op.batch_alter_table("activity_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_attempt_course_slug"))
        batch_op.drop_index("ix_activity_attempt_person_page")

    op.drop_table("activity_attempt")
