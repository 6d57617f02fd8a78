"""Competitions: hosting, teams, submissions, leaderboards, discussions, and the jobs that score.

Revision 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables, and lets a version be of a competition's data."""
    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_jobs_kind_subject_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_jobs_due_id"), "jobs", ["due", "id"], unique=False)
    op.create_index(op.f("ix_jobs_leased_until"), "jobs", ["leased_until"], unique=False)

    op.create_table(
        "competitions",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("creator_id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("privacy", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("reward", sa.Text(), server_default="", nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("launched", MOMENT, nullable=True),
        sa.Column("deadline", MOMENT, nullable=True),
        sa.Column("merger_deadline", MOMENT, nullable=True),
        sa.Column("entrant_deadline", MOMENT, nullable=True),
        sa.Column("rules_required", sa.Boolean(), nullable=False),
        sa.Column("submissions_disabled", sa.Boolean(), nullable=False),
        sa.Column("has_leaderboard", sa.Boolean(), nullable=False),
        sa.Column("final_withheld", sa.Boolean(), nullable=False),
        sa.Column("final_verified", sa.Boolean(), nullable=False),
        sa.Column("cloneable", sa.Text(), server_default="", nullable=False),
        sa.Column("settings", sa.Text(), server_default="{}", nullable=False),
        sa.Column("max_daily_submissions", sa.Integer(), nullable=False),
        sa.Column("max_total_submissions", sa.Integer(), nullable=True),
        sa.Column("max_team_size", sa.Integer(), nullable=False),
        sa.Column("max_selected", sa.Integer(), nullable=False),
        sa.Column("max_submission_bytes", sa.BigInteger(), nullable=False),
        sa.Column("scoring_seconds", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), server_default="", nullable=False),
        sa.Column("metric_parameters", sa.Text(), server_default="{}", nullable=False),
        sa.Column("metric_sha256", sa.String(length=64), nullable=True),
        sa.Column("higher_is_better", sa.Boolean(), nullable=False),
        sa.Column("row_id_column", sa.Text(), server_default="", nullable=False),
        sa.Column("public_percent", sa.Integer(), nullable=False),
        sa.Column("split_seed", sa.BigInteger(), nullable=False),
        sa.Column("solution_sha256", sa.String(length=64), nullable=True),
        sa.Column("solution_name", sa.Text(), server_default="", nullable=False),
        sa.Column("solution_uploaded", MOMENT, nullable=True),
        sa.Column("solution_facts", sa.Text(), server_default="", nullable=False),
        sa.Column("solution_error", sa.Text(), server_default="", nullable=False),
        sa.Column("sample_sha256", sa.String(length=64), nullable=True),
        sa.Column("sample_name", sa.Text(), server_default="", nullable=False),
        sa.Column("data_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("team_count", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "privacy IN ('PUBLIC', 'LIMITED', 'PRIVATE')", name=op.f("ck_competitions_privacy_known")
        ),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["users.id"], name=op.f("fk_competitions_creator_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["metric_sha256"], ["blobs.sha256"], name=op.f("fk_competitions_metric_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["sample_sha256"], ["blobs.sha256"], name=op.f("fk_competitions_sample_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["solution_sha256"], ["blobs.sha256"], name=op.f("fk_competitions_solution_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competitions")),
        sa.UniqueConstraint("slug", name=op.f("uq_competitions_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_competitions_creator_id"), "competitions", ["creator_id"], unique=False)
    op.create_index(op.f("ix_competitions_deadline"), "competitions", ["deadline"], unique=False)
    op.create_index(op.f("ix_competitions_launched"), "competitions", ["launched"], unique=False)
    op.create_index(op.f("ix_competitions_metric_sha256"), "competitions", ["metric_sha256"], unique=False)
    op.create_index(op.f("ix_competitions_sample_sha256"), "competitions", ["sample_sha256"], unique=False)
    op.create_index(
        op.f("ix_competitions_solution_sha256"), "competitions", ["solution_sha256"], unique=False
    )

    op.create_table(
        "competition_pages",
        sa.Column("competition_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("post_title", sa.Text(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["competition_id"],
            ["competitions.id"],
            name=op.f("fk_competition_pages_competition_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("competition_id", "name", name=op.f("pk_competition_pages")),
    )
    op.create_table(
        "competition_people",
        sa.Column("competition_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('host', 'judge', 'guest')", name=op.f("ck_competition_people_role_known")
        ),
        sa.ForeignKeyConstraint(
            ["competition_id"],
            ["competitions.id"],
            name=op.f("fk_competition_people_competition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_competition_people_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("competition_id", "user_id", "role", name=op.f("pk_competition_people")),
    )
    op.create_index(op.f("ix_competition_people_user_id"), "competition_people", ["user_id"], unique=False)

    op.create_table(
        "teams",
        sa.Column("id", ID, nullable=False),
        sa.Column("competition_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("leader_id", ID, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["competition_id"], ["competitions.id"], name=op.f("fk_teams_competition_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["users.id"], name=op.f("fk_teams_leader_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("competition_id", "name_key", name=op.f("uq_teams_competition_id_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_teams_leader_id"), "teams", ["leader_id"], unique=False)

    op.create_table(
        "topics",
        sa.Column("id", ID, nullable=False),
        sa.Column("competition_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("last_comment", MOMENT, nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=False),
        sa.Column("is_sticky", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_topics_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["competition_id"], ["competitions.id"], name=op.f("fk_topics_competition_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_topics_author_id"), "topics", ["author_id"], unique=False)
    op.create_index(
        op.f("ix_topics_competition_id_is_sticky_last_comment"),
        "topics",
        ["competition_id", "is_sticky", "last_comment"],
        unique=False,
    )

    op.create_table(
        "submissions",
        sa.Column("id", ID, nullable=False),
        sa.Column("competition_id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("held", sa.Text(), server_default="", nullable=False),
        sa.Column("public_score", sa.Float(), nullable=True),
        sa.Column("private_score", sa.Float(), nullable=True),
        sa.Column("scored", MOMENT, nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_selected", sa.Boolean(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'complete', 'error')", name=op.f("ck_submissions_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["competition_id"],
            ["competitions.id"],
            name=op.f("fk_submissions_competition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_submissions_sha256")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_submissions_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_submissions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_submissions_competition_id_state_id"),
        "submissions",
        ["competition_id", "state", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_submissions_sha256"), "submissions", ["sha256"], unique=False)
    op.create_index(
        op.f("ix_submissions_team_id_created"), "submissions", ["team_id", "created"], unique=False
    )
    op.create_index(op.f("ix_submissions_user_id"), "submissions", ["user_id"], unique=False)

    op.create_table(
        "team_invitations",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("invited_id", ID, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["invited_id"], ["teams.id"], name=op.f("fk_team_invitations_invited_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_invitations_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "invited_id", name=op.f("pk_team_invitations")),
    )
    op.create_index(op.f("ix_team_invitations_invited_id"), "team_invitations", ["invited_id"], unique=False)

    op.create_table(
        "team_members",
        sa.Column("competition_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("accepted", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["competition_id"],
            ["competitions.id"],
            name=op.f("fk_team_members_competition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_team_members_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("competition_id", "user_id", name=op.f("pk_team_members")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_team_members_team_id"), "team_members", ["team_id"], unique=False)
    op.create_index(op.f("ix_team_members_user_id"), "team_members", ["user_id"], unique=False)

    op.create_table(
        "topic_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_topic_messages_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["topic_messages.id"], name=op.f("fk_topic_messages_parent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_topic_messages_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_messages")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_topic_messages_author_id"), "topic_messages", ["author_id"], unique=False)
    op.create_index(op.f("ix_topic_messages_parent_id"), "topic_messages", ["parent_id"], unique=False)
    op.create_index(op.f("ix_topic_messages_topic_id"), "topic_messages", ["topic_id"], unique=False)

    op.create_table(
        "standings",
        sa.Column("competition_id", ID, nullable=False),
        sa.Column("board", sa.Text(), nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("sort_key", sa.Float(), nullable=False),
        sa.Column("reached", MOMENT, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.CheckConstraint("board IN ('public', 'private')", name=op.f("ck_standings_board_known")),
        sa.ForeignKeyConstraint(
            ["competition_id"],
            ["competitions.id"],
            name=op.f("fk_standings_competition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_standings_submission_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_standings_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("competition_id", "board", "team_id", name=op.f("pk_standings")),
    )
    op.create_index(
        op.f("ix_standings_competition_id_board_sort_key_reached_submission_id"),
        "standings",
        ["competition_id", "board", "sort_key", "reached", "submission_id"],
        unique=False,
    )
    op.create_index(op.f("ix_standings_submission_id"), "standings", ["submission_id"], unique=False)
    op.create_index(op.f("ix_standings_team_id"), "standings", ["team_id"], unique=False)

    with op.batch_alter_table(
        "versions", recreate="always", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.alter_column("dataset_id", existing_type=ID, nullable=True)
        table.add_column(sa.Column("competition_id", ID, nullable=True))
        table.create_foreign_key(
            op.f("fk_versions_competition_id"), "competitions", ["competition_id"], ["id"], ondelete="CASCADE"
        )
        table.create_unique_constraint(
            op.f("uq_versions_competition_id_number"), ["competition_id", "number"]
        )
        table.create_check_constraint(
            op.f("ck_versions_of_one"), "(dataset_id IS NULL) <> (competition_id IS NULL)"
        )


def downgrade() -> None:
    """Drops them, and the data of competitions."""
    op.execute("DELETE FROM files WHERE version_id IN (SELECT id FROM versions WHERE dataset_id IS NULL)")
    op.execute("DELETE FROM folders WHERE version_id IN (SELECT id FROM versions WHERE dataset_id IS NULL)")
    op.execute(
        "DELETE FROM extensions WHERE version_id IN (SELECT id FROM versions WHERE dataset_id IS NULL)"
    )
    op.execute("DELETE FROM versions WHERE dataset_id IS NULL")
    with op.batch_alter_table(
        "versions", recreate="always", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.drop_constraint(op.f("ck_versions_of_one"), type_="check")
        table.drop_constraint(op.f("uq_versions_competition_id_number"), type_="unique")
        table.drop_constraint(op.f("fk_versions_competition_id"), type_="foreignkey")
        table.drop_column("competition_id")
        table.alter_column("dataset_id", existing_type=ID, nullable=False)
    for name in (
        "jobs",
        "topic_messages",
        "topics",
        "standings",
        "submissions",
        "team_invitations",
        "team_members",
        "teams",
        "competition_pages",
        "competition_people",
        "competitions",
    ):
        op.drop_table(name)
