"""Calendars, groups, adjustments and settings of promotions."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: Kinds of audit subjects that are tables, with the columns that say where and about whom.
PLACES = (
    ("submission", "promotion_id", "learner_id"),
    ("membership", "promotion_id", "user_id"),
    ("invitation", "promotion_id", "NULL"),
    ("question", "promotion_id", "learner_id"),
)


def _place(kind: str, promotion: str, person: str) -> sa.TextClause:
    """Return what gives the events about one kind of thing their promotion and person."""
    number = f"CAST(substr(audit_event.subject, {len(kind) + 2}) AS INTEGER)"
    row = f"FROM {kind} WHERE {kind}.id = {number}"
    return sa.text(
        f"UPDATE audit_event SET promotion_id = (SELECT {promotion} {row}), "  # noqa: S608
        f"person_id = (SELECT {person} {row}) WHERE subject LIKE '{kind}:%'"
    )


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "assignment_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("late_grace_s", sa.Integer(), nullable=True),
        sa.Column("late_loss_per_day", sa.Double(), nullable=True),
        sa.Column("late_floor", sa.Double(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("feedback", sa.String(), nullable=True),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_assignment_rules_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rules")),
        sa.UniqueConstraint(
            "promotion_id",
            "assignment_id",
            name=op.f("uq_assignment_rules_promotion_id_assignment_id"),
        ),
    )
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_closure_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_closure_promotion_id"), ["promotion_id"], unique=False
        )

    op.create_table(
        "learner_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_learner_group_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_group")),
        sa.UniqueConstraint(
            "promotion_id", "name", name=op.f("uq_learner_group_promotion_id_name")
        ),
    )
    op.create_table(
        "adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("assignment_id", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("extra_days", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["granted_by_id"],
            ["user.id"],
            name=op.f("fk_adjustment_granted_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["learner_group.id"],
            name=op.f("fk_adjustment_group_id_learner_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_adjustment_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotion.id"],
            name=op.f("fk_adjustment_promotion_id_promotion"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"],
            ["user.id"],
            name=op.f("fk_adjustment_revoked_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
    )
    with op.batch_alter_table("adjustment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adjustment_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            "ix_adjustment_in_force", ["promotion_id", "revoked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_adjustment_learner_id"), ["learner_id"], unique=False
        )

    op.create_table(
        "group_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["learner_group.id"],
            name=op.f("fk_group_member_group_id_learner_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["user.id"],
            name=op.f("fk_group_member_learner_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
        sa.UniqueConstraint(
            "group_id", "learner_id", name=op.f("uq_group_member_group_id_learner_id")
        ),
    )
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_group_member_learner_id"), ["learner_id"], unique=False
        )

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promotion_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reverses_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_audit_event_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_audit_event_promotion_id"), ["promotion_id"], unique=False
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_audit_event_reverses_id"), ["reverses_id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_audit_event_reverses_id_audit_event"),
            "audit_event",
            ["reverses_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_audit_event_promotion_id_promotion"),
            "promotion",
            ["promotion_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_audit_event_person_id_user"),
            "user",
            ["person_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_at", sa.DateTime(), nullable=True))

    with op.batch_alter_table("promotion_date", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_by_hand", sa.Boolean(), nullable=True))
    # Nobody knows how the dates that are there were found: none of them moves by itself.
    op.execute(sa.text("UPDATE promotion_date SET is_by_hand = true"))
    with op.batch_alter_table("promotion_date", schema=None) as batch_op:
        batch_op.alter_column("is_by_hand", existing_type=sa.Boolean(), nullable=False)
    for kind, promotion, person in PLACES:
        op.execute(_place(kind, promotion, person))


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("promotion_date", schema=None) as batch_op:
        batch_op.drop_column("is_by_hand")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_column("revoked_at")

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_audit_event_person_id_user"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_audit_event_promotion_id_promotion"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_audit_event_reverses_id_audit_event"), type_="foreignkey"
        )
        batch_op.drop_constraint(batch_op.f("uq_audit_event_reverses_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_audit_event_promotion_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_person_id"))
        batch_op.drop_column("reverses_id")
        batch_op.drop_column("person_id")
        batch_op.drop_column("promotion_id")

    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_member_learner_id"))

    op.drop_table("group_member")
    with op.batch_alter_table("adjustment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adjustment_learner_id"))
        batch_op.drop_index("ix_adjustment_in_force")
        batch_op.drop_index(batch_op.f("ix_adjustment_group_id"))

    op.drop_table("adjustment")
    op.drop_table("learner_group")
    with op.batch_alter_table("closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closure_promotion_id"))

    op.drop_table("closure")
    op.drop_table("assignment_rules")
