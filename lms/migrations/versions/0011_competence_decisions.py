"""Decisions about levels, by version of a referential."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "referential_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referential", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("correspondences", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referential_version")),
        sa.UniqueConstraint(
            "referential", "version", name=op.f("uq_referential_version_referential_version")
        ),
    )
    op.create_table(
        "programme_referential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("referential", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("bound_at", sa.DateTime(), nullable=False),
        sa.Column("bound_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bound_by_id"], ["user.id"], name=op.f("fk_programme_referential_bound_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_programme_referential_programme_id_programme"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["referential_version.id"],
            name=op.f("fk_programme_referential_version_id_referential_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_referential")),
        sa.UniqueConstraint(
            "programme_id",
            "referential",
            name=op.f("uq_programme_referential_programme_id_referential"),
        ),
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("referential", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("competence", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_observation_author_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_observation_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_observation_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_observation_learner_id"), ["learner_id"], unique=False
        )

    op.create_table(
        "level_withdrawal",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["level_decision.id"],
            name=op.f("fk_level_withdrawal_decision_id_level_decision"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"],
            ["user.id"],
            name=op.f("fk_level_withdrawal_withdrawn_by_id_user"),
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_level_withdrawal")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("referential", sa.String(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("version", sa.String(), server_default="", nullable=False)
        )

    with op.batch_alter_table("level_decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promotion_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("referential", sa.String(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("version", sa.String(), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("decided_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("batch", sa.String(), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_level_decision_batch"), ["batch"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_level_decision_promotion_id"), ["promotion_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_level_decision_promotion_id_promotion"),
            "promotion",
            ["promotion_id"],
            ["id"],
            ondelete="CASCADE",
        )

    # Existing rows name no version; new ones always say.
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.alter_column("referential", server_default=None)
        batch_op.alter_column("version", server_default=None)

    with op.batch_alter_table("level_decision", schema=None) as batch_op:
        batch_op.alter_column("referential", server_default=None)
        batch_op.alter_column("version", server_default=None)
        batch_op.alter_column("batch", server_default=None)


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("level_decision", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_level_decision_promotion_id_promotion"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_level_decision_promotion_id"))
        batch_op.drop_index(batch_op.f("ix_level_decision_batch"))
        batch_op.drop_column("batch")
        batch_op.drop_column("decided_on")
        batch_op.drop_column("version")
        batch_op.drop_column("referential")
        batch_op.drop_column("promotion_id")

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_column("version")
        batch_op.drop_column("referential")

    op.drop_table("level_withdrawal")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observation_learner_id"))

    op.drop_table("observation")
    op.drop_table("programme_referential")
    op.drop_table("referential_version")
