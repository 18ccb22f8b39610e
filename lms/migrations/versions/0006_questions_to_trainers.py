"""Questions to the trainers, and their messages."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("exercise_id", sa.String(), nullable=False),
        sa.Column("exercise_title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sharing", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("cell_source", sa.String(), nullable=False),
        sa.Column("cell_outputs", sa.JSON(), nullable=False),
        sa.Column("draft_version_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_version_id"],
            ["draft_version.id"],
            name=op.f("fk_question_draft_version_id_draft_version"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_question_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_question_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_question_submission_id_submission"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_question_asked_about",
            ["course_slug", "assignment_id", "promotion_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_question_draft_version_id"), ["draft_version_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_question_learner_id"), ["learner_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_question_submission_id"), ["submission_id"], unique=False
        )
        batch_op.create_index("ix_question_waiting", ["promotion_id", "state"], unique=False)

    op.create_table(
        "help_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("is_from_learner", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user.id"],
            name=op.f("fk_help_message_author_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_help_message_question_id_question"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_message")),
    )
    with op.batch_alter_table("help_message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_help_message_question_id"), ["question_id"], unique=False
        )


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("help_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_help_message_question_id"))

    op.drop_table("help_message")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index("ix_question_waiting")
        batch_op.drop_index(batch_op.f("ix_question_submission_id"))
        batch_op.drop_index(batch_op.f("ix_question_learner_id"))
        batch_op.drop_index(batch_op.f("ix_question_draft_version_id"))
        batch_op.drop_index("ix_question_asked_about")

    op.drop_table("question")
