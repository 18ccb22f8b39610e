"""Alerts of promotions, and traces of work."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "alert_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_alert_setting_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_setting")),
        sa.UniqueConstraint(
            "promotion_id", "rule", name=op.f("uq_alert_setting_promotion_id_rule")
        ),
    )
    op.create_table(
        "alert_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_alert_aside_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_alert_aside_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["set_by_id"],
            ["user.id"],
            name=op.f("fk_alert_aside_set_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_aside")),
        sa.UniqueConstraint(
            "promotion_id",
            "learner_id",
            "rule",
            "subject",
            name=op.f("uq_alert_aside_promotion_id_learner_id_rule_subject"),
        ),
    )
    with op.batch_alter_table("alert_aside", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alert_aside_learner_id"), ["learner_id"], unique=False
        )

    op.create_table(
        "work_trace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_work_trace_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_trace")),
    )
    with op.batch_alter_table("work_trace", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_work_trace_learner_id"), ["learner_id"], unique=False
        )
        batch_op.create_index(
            "ix_work_trace_work",
            ["course_slug", "learner_id", "assignment_id", "at"],
            unique=False,
        )


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("work_trace", schema=None) as batch_op:
        batch_op.drop_index("ix_work_trace_work")
        batch_op.drop_index(batch_op.f("ix_work_trace_learner_id"))

    op.drop_table("work_trace")
    with op.batch_alter_table("alert_aside", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_aside_learner_id"))

    op.drop_table("alert_aside")
    op.drop_table("alert_setting")
