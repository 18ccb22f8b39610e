"""Rubrics, marks by people and peer reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "rubric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["user.id"],
            name=op.f("fk_rubric_made_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_rubric_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric")),
    )
    with op.batch_alter_table("rubric", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rubric_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "snippet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_snippet_owner_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snippet")),
    )
    with op.batch_alter_table("snippet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_snippet_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "rubric_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["user.id"],
            name=op.f("fk_rubric_version_made_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["rubric_id"],
            ["rubric.id"],
            name=op.f("fk_rubric_version_rubric_id_rubric"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_version")),
        sa.UniqueConstraint(
            "rubric_id", "number", name=op.f("uq_rubric_version_rubric_id_number")
        ),
    )
    op.create_table(
        "marking_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("is_double", sa.Boolean(), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("peers", sa.String(), nullable=False),
        sa.Column("has_peer_rubric", sa.Boolean(), nullable=False),
        sa.Column("peers_give_points", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_marking_plan_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_plan")),
        sa.UniqueConstraint(
            "promotion_id",
            "course_slug",
            "assignment_id",
            name=op.f("uq_marking_plan_promotion_id_course_slug_assignment_id"),
        ),
    )
    op.create_table(
        "rubric_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("exercise_id", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_rubric_use_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["rubric_version.id"],
            name=op.f("fk_rubric_use_version_id_rubric_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_use")),
        sa.UniqueConstraint(
            "promotion_id",
            "course_slug",
            "assignment_id",
            "exercise_id",
            name=op.f("uq_rubric_use_promotion_id_course_slug_assignment_id_exercise_id"),
        ),
    )
    with op.batch_alter_table("rubric_use", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rubric_use_version_id"), ["version_id"], unique=False
        )

    op.create_table(
        "manual_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("final_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["marker_id"],
            ["user.id"],
            name=op.f("fk_manual_mark_marker_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_manual_mark_submission_id_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_mark")),
        sa.UniqueConstraint(
            "submission_id", "slot", name=op.f("uq_manual_mark_submission_id_slot")
        ),
    )
    with op.batch_alter_table("manual_mark", schema=None) as batch_op:
        batch_op.create_index(
            "ix_manual_mark_counting", ["submission_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_manual_mark_marker_id"), ["marker_id"], unique=False
        )

    op.create_table(
        "peer_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(), nullable=True),
        sa.Column("hidden_by_id", sa.Integer(), nullable=True),
        sa.Column("hidden_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hidden_by_id"],
            ["user.id"],
            name=op.f("fk_peer_review_hidden_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"],
            ["user.id"],
            name=op.f("fk_peer_review_reviewer_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_peer_review_submission_id_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_review")),
        sa.UniqueConstraint(
            "submission_id",
            "reviewer_id",
            name=op.f("uq_peer_review_submission_id_reviewer_id"),
        ),
    )
    with op.batch_alter_table("peer_review", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_peer_review_reviewer_id"), ["reviewer_id"], unique=False
        )

    op.create_table(
        "manual_mark_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.String(), nullable=False),
        sa.Column("rubric_version_id", sa.Integer(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mark_id"],
            ["manual_mark.id"],
            name=op.f("fk_manual_mark_part_mark_id_manual_mark"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rubric_version_id"],
            ["rubric_version.id"],
            name=op.f("fk_manual_mark_part_rubric_version_id_rubric_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_mark_part")),
        sa.UniqueConstraint(
            "mark_id", "exercise_id", name=op.f("uq_manual_mark_part_mark_id_exercise_id")
        ),
    )
    with op.batch_alter_table("manual_mark_part", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_manual_mark_part_rubric_version_id"),
            ["rubric_version_id"],
            unique=False,
        )


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("manual_mark_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_manual_mark_part_rubric_version_id"))

    op.drop_table("manual_mark_part")
    with op.batch_alter_table("peer_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_peer_review_reviewer_id"))

    op.drop_table("peer_review")
    with op.batch_alter_table("manual_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_manual_mark_marker_id"))
        batch_op.drop_index("ix_manual_mark_counting")

    op.drop_table("manual_mark")
    with op.batch_alter_table("rubric_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rubric_use_version_id"))

    op.drop_table("rubric_use")
    op.drop_table("marking_plan")
    op.drop_table("rubric_version")
    with op.batch_alter_table("snippet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_snippet_owner_id"))

    op.drop_table("snippet")
    with op.batch_alter_table("rubric", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rubric_organisation_id"))

    op.drop_table("rubric")
