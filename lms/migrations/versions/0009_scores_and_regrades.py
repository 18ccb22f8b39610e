"""Scores with their inputs, regrades, contests and outside marks."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "gradebook",
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("missing", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_gradebook_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("promotion_id", name=op.f("pk_gradebook")),
    )
    op.create_table(
        "outside_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["imported_by_id"],
            ["user.id"],
            name=op.f("fk_outside_import_imported_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_outside_import_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"],
            ["user.id"],
            name=op.f("fk_outside_import_undone_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_import")),
    )
    with op.batch_alter_table("outside_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outside_import_promotion_id"), ["promotion_id"], unique=False
        )

    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=True),
        sa.Column("never_lower", sa.Boolean(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user.id"],
            name=op.f("fk_regrade_decided_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_regrade_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_regrade_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"],
            ["user.id"],
            name=op.f("fk_regrade_started_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["assignment_version.id"],
            name=op.f("fk_regrade_version_id_assignment_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    with op.batch_alter_table("regrade", schema=None) as batch_op:
        batch_op.create_index(
            "ix_regrade_of", ["promotion_id", "course_slug", "assignment_id"], unique=False
        )

    op.create_table(
        "score_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ended_by_id"],
            ["user.id"],
            name=op.f("fk_score_override_ended_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_score_override_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_score_override_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["set_by_id"],
            ["user.id"],
            name=op.f("fk_score_override_set_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_override")),
    )
    with op.batch_alter_table("score_override", schema=None) as batch_op:
        batch_op.create_index(
            "ix_score_override_of", ["course_slug", "assignment_id", "learner_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_score_override_promotion_id"), ["promotion_id"], unique=False
        )

    op.create_table(
        "contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["user.id"],
            name=op.f("fk_contest_answered_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_contest_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_contest_submission_id_submission"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest")),
    )
    with op.batch_alter_table("contest", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contest_promotion_id"), ["promotion_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_contest_submission_id"), ["submission_id"], unique=False
        )

    op.create_table(
        "outside_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["outside_import.id"],
            name=op.f("fk_outside_mark_import_id_outside_import"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_outside_mark_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_mark")),
        sa.UniqueConstraint(
            "import_id",
            "learner_id",
            "assignment_id",
            name=op.f("uq_outside_mark_import_id_learner_id_assignment_id"),
        ),
    )
    with op.batch_alter_table("outside_mark", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outside_mark_learner_id"), ["learner_id"], unique=False
        )

    with op.batch_alter_table("grading_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("regrade_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("is_counting", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(sa.Column("replaced_run_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("executed_hash", sa.String(), nullable=True))
        batch_op.drop_constraint(
            batch_op.f("uq_grading_run_submission_id_version_id"), type_="unique"
        )
        batch_op.create_index(
            batch_op.f("ix_grading_run_regrade_id"), ["regrade_id"], unique=False
        )
        batch_op.create_index(
            "uq_grading_run_counting",
            ["submission_id"],
            unique=True,
            sqlite_where=sa.text("is_counting"),
            postgresql_where=sa.text("is_counting"),
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_grading_run_submission_id_regrade_id"),
            ["submission_id", "regrade_id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_grading_run_replaced_run_id_grading_run"),
            "grading_run",
            ["replaced_run_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_grading_run_regrade_id_regrade"),
            "regrade",
            ["regrade_id"],
            ["id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("regrade_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_job_regrade_id"), ["regrade_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_job_regrade_id_regrade"),
            "regrade",
            ["regrade_id"],
            ["id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.add_column(sa.Column("steps", sa.JSON(), server_default="[]", nullable=False))
        batch_op.alter_column("run_id", existing_type=sa.INTEGER(), nullable=True)

    _keep_reasons()
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_column("reason")


def _keep_reasons() -> None:
    """Write the reasons that were sentences as steps."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT score.id, score.reason, submission.attempt, submission.id AS submission, "
            "grading_run.id AS run, grading_run.points, grading_run.max_points, "
            "(SELECT count(*) FROM submission AS other"
            " WHERE other.learner_id = score.learner_id"
            " AND other.course_slug = score.course_slug"
            " AND other.assignment_id = score.assignment_id) AS number "
            "FROM score JOIN grading_run ON grading_run.id = score.run_id "
            "JOIN submission ON submission.id = grading_run.submission_id"
        )
    ).all()
    for row in rows:
        names = ("attempt", "submission", "run", "points", "max_points")
        step = {"key": "only", **{name: getattr(row, name) for name in names}}
        if row.reason != "votre seul rendu":
            rule = "last" if row.reason.startswith("votre dernier") else "best"
            step |= {"key": "rule", "rule": rule, "of": row.number}
        connection.execute(
            sa.text("UPDATE score SET steps = :steps WHERE id = :id"),
            {"steps": json.dumps([step]), "id": row.id},
        )


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(), nullable=False, server_default=""))
        batch_op.alter_column("run_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("steps")

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_job_regrade_id_regrade"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_job_regrade_id"))
        batch_op.drop_column("regrade_id")

    with op.batch_alter_table("grading_run", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_grading_run_regrade_id_regrade"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_grading_run_replaced_run_id_grading_run"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("uq_grading_run_submission_id_regrade_id"), type_="unique"
        )
        batch_op.drop_index(
            "uq_grading_run_counting",
            sqlite_where=sa.text("is_counting"),
            postgresql_where=sa.text("is_counting"),
        )
        batch_op.drop_index(batch_op.f("ix_grading_run_regrade_id"))
        batch_op.create_unique_constraint(
            batch_op.f("uq_grading_run_submission_id_version_id"),
            ["submission_id", "version_id"],
        )
        batch_op.drop_column("executed_hash")
        batch_op.drop_column("replaced_run_id")
        batch_op.drop_column("is_counting")
        batch_op.drop_column("regrade_id")

    with op.batch_alter_table("outside_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_mark_learner_id"))

    op.drop_table("outside_mark")
    with op.batch_alter_table("contest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contest_submission_id"))
        batch_op.drop_index(batch_op.f("ix_contest_promotion_id"))

    op.drop_table("contest")
    with op.batch_alter_table("score_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_override_promotion_id"))
        batch_op.drop_index("ix_score_override_of")

    op.drop_table("score_override")
    with op.batch_alter_table("regrade", schema=None) as batch_op:
        batch_op.drop_index("ix_regrade_of")

    op.drop_table("regrade")
    with op.batch_alter_table("outside_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_import_promotion_id"))

    op.drop_table("outside_import")
    op.drop_table("gradebook")
