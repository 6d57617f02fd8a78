"""The tables of the server's database; migrations bring a database to this shape, a test compares the two."""

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class Moment(sa.TypeDecorator[datetime]):
    """A point in time, kept and given back in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """SQLite keeps no zone, so what goes in is UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What comes out is UTC and says so."""
        return None if value is None else value.replace(tzinfo=UTC)


def _one_of(column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


# SQLite counts rows only in a column declared INTEGER, and only AUTOINCREMENT never gives a number twice.
_Id: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# Ordered by code point on every database, as Python orders, so that keys and manifests agree.
_Path: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[int]:
    return sa.Column("id", _Id, primary_key=True)


def _of(name: str, target: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, _Id, sa.ForeignKey(target, ondelete="CASCADE"), nullable=False, **options)


def _required(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **options)


users: Final = sa.Table(
    "users",
    metadata,
    _id(),
    _required("name", sa.Text, unique=True),
    _required("is_admin", sa.Boolean),
    _required("created", Moment),
    # None: they cannot sign in to the pages.
    sa.Column("password_hash", sa.Text),
    sqlite_autoincrement=True,
)

# Their slugs and the names of users are one namespace.
organizations: Final = sa.Table(
    "organizations",
    metadata,
    _id(),
    _required("slug", sa.Text, unique=True),
    _required("name", sa.Text),
    _required("created", Moment),
    sqlite_autoincrement=True,
)

members: Final = sa.Table(
    "members",
    metadata,
    _of("organization_id", "organizations.id", primary_key=True),
    _of("user_id", "users.id", primary_key=True, index=True),
    _required("role", sa.Text),
    _one_of("role", "owner", "member"),
)

# A browser that is signed in; `hash` is of its cookie.
sessions: Final = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    _of("user_id", "users.id", index=True),
    _required("created", Moment),
    _required("last_seen", Moment),
    _required("expires", Moment, index=True),
)

# OAuth clients but the built-in one; `redirect_uris` is a JSON list.
# An organization has at most one, `org:<slug>`.
clients: Final = sa.Table(
    "clients",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _required("name", sa.Text),
    sa.Column(
        "organization_id",
        _Id,
        sa.ForeignKey("organizations.id", ondelete="CASCADE"),
        unique=True,
        nullable=True,
    ),
    _required("redirect_uris", sa.Text),
    _required("created", Moment),
)

# What a user granted to a client. Its tokens are one family: they end together.
grants: Final = sa.Table(
    "grants",
    metadata,
    _id(),
    _of("user_id", "users.id", index=True),
    _required("client_id", sa.Text, index=True),
    _required("scopes", sa.Text),
    _required("created", Moment),
    sa.Column("revoked", Moment),
    sqlite_autoincrement=True,
)

# Authorization codes. `grant_id` is set when the code is exchanged: a second exchange finds the family by it.
codes: Final = sa.Table(
    "codes",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    _of("user_id", "users.id", index=True),
    _required("client_id", sa.Text),
    _required("redirect_uri", sa.Text),
    sa.Column("challenge", sa.Text),
    _required("scopes", sa.Text),
    _required("created", Moment),
    _required("expires", Moment, index=True),
    sa.Column("grant_id", _Id, sa.ForeignKey("grants.id", ondelete="CASCADE"), index=True),
)

tokens: Final = sa.Table(
    "tokens",
    metadata,
    _id(),
    _of("user_id", "users.id", index=True),
    _required("kind", sa.Text),
    _required("hash", sa.String(64), unique=True),
    _required("created", Moment),
    sa.Column("expires", Moment),
    sa.Column("last_used", Moment),
    sa.Column("revoked", Moment),
    _required("label", sa.Text, server_default=""),
    _required("scopes", sa.Text, server_default="resources.admin:*"),
    sa.Column("grant_id", _Id, sa.ForeignKey("grants.id", ondelete="CASCADE"), index=True),
    # When a refresh token was exchanged for the next: whoever shows it again has stolen it, or was robbed.
    sa.Column("replaced", Moment),
    _one_of("kind", "access", "key", "refresh"),
    sqlite_autoincrement=True,
)

blobs: Final = sa.Table(
    "blobs",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    _required("size", sa.BigInteger),
    _required("md5", sa.String(32)),
    _required("crc32", sa.BigInteger),
    _required("created", Moment),
)

uploads: Final = sa.Table(
    "uploads",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    _of("user_id", "users.id", index=True),
    _required("purpose", sa.Text),
    _required("name", sa.Text),
    sa.Column("declared_size", sa.BigInteger),
    _required("state", sa.Text),
    _required("created", Moment),
    _required("deadline", Moment, index=True),
    sa.Column("sha256", sa.ForeignKey("blobs.sha256"), index=True),
    _one_of("state", "open", "complete", "used"),
    sa.CheckConstraint("(state = 'open') = (sha256 IS NULL)", name="whole_when_named"),
)

datasets: Final = sa.Table(
    "datasets",
    metadata,
    _id(),
    _of("owner_id", "users.id"),
    _required("slug", sa.Text),
    _required("title", sa.Text),
    _required("title_key", sa.Text),
    _required("subtitle", sa.Text),
    _required("description", sa.Text),
    _required("license", sa.Text),
    _required("license_group", sa.Text),
    _required("is_private", sa.Boolean),
    _required("update_frequency", sa.Text),
    _required("sources", sa.Text),
    sa.Column("cover_sha256", sa.ForeignKey("blobs.sha256"), index=True),
    _required("cover_name", sa.Text),
    _required("created", Moment),
    _required("updated", Moment),
    _required("current_number", sa.Integer),
    _required("total_bytes", sa.BigInteger),
    _required("usability", sa.Float),
    _required("download_count", sa.BigInteger),
    _required("view_count", sa.BigInteger),
    sa.UniqueConstraint("owner_id", "slug"),
    sa.UniqueConstraint("owner_id", "title_key"),
    sqlite_autoincrement=True,
)

# The files of a dataset or, where `competition_id` is set, a competition's data.
versions: Final = sa.Table(
    "versions",
    metadata,
    _id(),
    sa.Column("dataset_id", _Id, sa.ForeignKey("datasets.id", ondelete="CASCADE")),
    sa.Column("competition_id", _Id, sa.ForeignKey("competitions.id", ondelete="CASCADE")),
    _required("number", sa.Integer),
    sa.Column("creator_id", _Id, sa.ForeignKey("users.id", ondelete="SET NULL"), index=True),
    _required("notes", sa.Text),
    _required("created", Moment),
    _required("file_count", sa.BigInteger),
    _required("total_bytes", sa.BigInteger),
    _required("directory_start", sa.BigInteger),
    _required("directory_size", sa.BigInteger),
    _required("fingerprint", sa.String(64)),
    sa.UniqueConstraint("dataset_id", "number"),
    sa.UniqueConstraint("competition_id", "number"),
    sa.CheckConstraint("(dataset_id IS NULL) <> (competition_id IS NULL)", name="of_one"),
    sqlite_autoincrement=True,
)

# The manifest. `position` counts from 0 in path order. Where the file lies in the bundle of its version:
# `member_start` its member, `entry_start` its entry, counted from the start of the zip's directory.
files: Final = sa.Table(
    "files",
    metadata,
    _of("version_id", "versions.id", primary_key=True),
    sa.Column("position", _Id, primary_key=True, autoincrement=False),
    _required("path", _Path),
    _required("folder", _Path),
    _required("size", sa.BigInteger),
    _required("sha256", sa.ForeignKey("blobs.sha256"), index=True),
    _required("description", sa.Text),
    sa.Column("columns", sa.Text),
    _required("member_start", sa.BigInteger),
    _required("entry_start", sa.BigInteger),
    sa.UniqueConstraint("version_id", "path"),
    sa.Index(None, "version_id", "folder", "position"),
    sa.Index(None, "version_id", "member_start"),
    sqlite_with_rowid=False,
)

# Every folder of a version but its root, with what lies directly in it.
folders: Final = sa.Table(
    "folders",
    metadata,
    _of("version_id", "versions.id", primary_key=True),
    sa.Column("path", _Path, primary_key=True),
    _required("parent", _Path),
    _required("file_count", sa.BigInteger),
    _required("folder_count", sa.BigInteger),
    sa.Index(None, "version_id", "parent", "path"),
    sqlite_with_rowid=False,
)

# How many files of a version have one extension; the filter by file type and the summary read it.
extensions: Final = sa.Table(
    "extensions",
    metadata,
    _of("version_id", "versions.id", primary_key=True),
    sa.Column("extension", sa.Text, primary_key=True),
    _required("file_count", sa.BigInteger),
    _required("total_bytes", sa.BigInteger),
    sqlite_with_rowid=False,
)

collaborators: Final = sa.Table(
    "collaborators",
    metadata,
    _of("dataset_id", "datasets.id", primary_key=True),
    _of("user_id", "users.id", primary_key=True, index=True),
    _required("role", sa.Text),
    _one_of("role", "READER", "WRITER", "ADMIN"),
)

tags: Final = sa.Table(
    "tags",
    metadata,
    _of("dataset_id", "datasets.id", primary_key=True),
    sa.Column("tag", sa.Text, primary_key=True, index=True),
)

views: Final = sa.Table(
    "views",
    metadata,
    _of("dataset_id", "datasets.id", primary_key=True),
    _of("user_id", "users.id", primary_key=True, index=True),
    _required("last_viewed", Moment),
)

# `settings` is JSON: those that are only kept and shown (contract/hosting_messages.py, CompetitionSettings).
# `metric` is a name, "custom" for the code in `metric_sha256`, or empty; its parameters are a JSON object.
# `revision` grows whenever metric, solution or split change: scores of an older one are out of date.
competitions: Final = sa.Table(
    "competitions",
    metadata,
    _id(),
    _required("slug", sa.Text, unique=True),
    _of("creator_id", "users.id", index=True),
    _required("title", sa.Text),
    _required("title_key", sa.Text),
    _required("brief", sa.Text),
    _required("privacy", sa.Text),
    _required("segment", sa.Text),
    _required("reward", sa.Text, server_default=""),
    _required("created", Moment),
    # When it opens to participants, perhaps to come; None: not launched.
    sa.Column("launched", Moment),
    sa.Column("deadline", Moment),
    sa.Column("merger_deadline", Moment),
    sa.Column("entrant_deadline", Moment),
    _required("rules_required", sa.Boolean),
    _required("submissions_disabled", sa.Boolean),
    _required("has_leaderboard", sa.Boolean),
    _required("final_withheld", sa.Boolean),
    _required("final_verified", sa.Boolean),
    _required("cloneable", sa.Text, server_default=""),
    _required("settings", sa.Text, server_default="{}"),
    _required("max_daily_submissions", sa.Integer),
    sa.Column("max_total_submissions", sa.Integer),
    _required("max_team_size", sa.Integer),
    _required("max_selected", sa.Integer),
    _required("max_submission_bytes", sa.BigInteger),
    _required("scoring_seconds", sa.Integer),
    _required("metric", sa.Text, server_default=""),
    _required("metric_parameters", sa.Text, server_default="{}"),
    sa.Column("metric_sha256", sa.ForeignKey("blobs.sha256"), index=True),
    _required("higher_is_better", sa.Boolean),
    _required("row_id_column", sa.Text, server_default=""),
    _required("public_percent", sa.Integer),
    _required("split_seed", sa.BigInteger),
    sa.Column("solution_sha256", sa.ForeignKey("blobs.sha256"), index=True),
    _required("solution_name", sa.Text, server_default=""),
    sa.Column("solution_uploaded", Moment),
    # A JSON object, what was found when the solution was last checked; "" until it is.
    _required("solution_facts", sa.Text, server_default=""),
    _required("solution_error", sa.Text, server_default=""),
    sa.Column("sample_sha256", sa.ForeignKey("blobs.sha256"), index=True),
    _required("sample_name", sa.Text, server_default=""),
    _required("data_number", sa.Integer, server_default="0"),
    _required("revision", sa.Integer, server_default="1"),
    _required("team_count", sa.Integer, server_default="0"),
    sa.Index(None, "launched"),
    sa.Index(None, "deadline"),
    _one_of("privacy", "PUBLIC", "LIMITED", "PRIVATE"),
    sqlite_autoincrement=True,
)

competition_people: Final = sa.Table(
    "competition_people",
    metadata,
    _of("competition_id", "competitions.id", primary_key=True),
    _of("user_id", "users.id", primary_key=True, index=True),
    sa.Column("role", sa.Text, primary_key=True),
    _one_of("role", "host", "judge", "guest"),
)

competition_pages: Final = sa.Table(
    "competition_pages",
    metadata,
    _of("competition_id", "competitions.id", primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    _required("position", sa.Integer),
    _required("content", sa.Text),
    _required("mime_type", sa.Text),
    _required("post_title", sa.Text),
    _required("is_published", sa.Boolean),
)

teams: Final = sa.Table(
    "teams",
    metadata,
    _id(),
    _of("competition_id", "competitions.id"),
    _required("name", sa.Text),
    _required("name_key", sa.Text),
    _of("leader_id", "users.id", index=True),
    _required("created", Moment),
    sa.UniqueConstraint("competition_id", "name_key"),
    sqlite_autoincrement=True,
)

# Whoever has entered; they are in exactly one team. `accepted`: when they accepted the rules.
team_members: Final = sa.Table(
    "team_members",
    metadata,
    _of("competition_id", "competitions.id", primary_key=True),
    _of("user_id", "users.id", primary_key=True, index=True),
    _of("team_id", "teams.id", index=True),
    sa.Column("accepted", Moment),
    sqlite_with_rowid=False,
)

# `team_id` asks `invited_id` to become one team.
team_invitations: Final = sa.Table(
    "team_invitations",
    metadata,
    _of("team_id", "teams.id", primary_key=True),
    _of("invited_id", "teams.id", primary_key=True, index=True),
    _required("created", Moment),
)

# `held`: what the host must mend before it can be scored; it stays pending until then.
# `revision`: of the competition's, with which the scores were made; 0 before. A score may be None.
submissions: Final = sa.Table(
    "submissions",
    metadata,
    _id(),
    _of("competition_id", "competitions.id"),
    _of("team_id", "teams.id"),
    _of("user_id", "users.id", index=True),
    _required("created", Moment),
    _required("file_name", sa.Text),
    _required("description", sa.Text),
    _required("sha256", sa.ForeignKey("blobs.sha256"), index=True),
    _required("size", sa.BigInteger),
    _required("state", sa.Text),
    _required("error", sa.Text, server_default=""),
    _required("held", sa.Text, server_default=""),
    sa.Column("public_score", sa.Float),
    sa.Column("private_score", sa.Float),
    sa.Column("scored", Moment),
    _required("revision", sa.Integer, server_default="0"),
    _required("is_selected", sa.Boolean),
    _required("is_late", sa.Boolean),
    # A host's own trial: scored, and on no leaderboard.
    _required("is_trial", sa.Boolean),
    sa.Index(None, "team_id", "created"),
    sa.Index(None, "competition_id", "state", "id"),
    _one_of("state", "pending", "complete", "error"),
    sqlite_autoincrement=True,
)

# One place of a leaderboard: a team's best. `sort_key` is the score, negated where higher is better.
standings: Final = sa.Table(
    "standings",
    metadata,
    _of("competition_id", "competitions.id", primary_key=True),
    sa.Column("board", sa.Text, primary_key=True),
    _of("team_id", "teams.id", primary_key=True, index=True),
    _required("sort_key", sa.Float),
    _required("reached", Moment),
    _of("submission_id", "submissions.id", index=True),
    _required("entries", sa.Integer),
    _one_of("board", "public", "private"),
    sa.Index(None, "competition_id", "board", "sort_key", "reached", "submission_id"),
)

topics: Final = sa.Table(
    "topics",
    metadata,
    _id(),
    _of("competition_id", "competitions.id"),
    sa.Column("author_id", _Id, sa.ForeignKey("users.id", ondelete="SET NULL"), index=True),
    _required("title", sa.Text),
    _required("created", Moment),
    _required("last_comment", Moment),
    _required("comment_count", sa.Integer),
    _required("is_sticky", sa.Boolean),
    sa.Index(None, "competition_id", "is_sticky", "last_comment"),
    sqlite_autoincrement=True,
)

# `parent_id` is the message that this one replies to; None for the first of a topic and its comments.
topic_messages: Final = sa.Table(
    "topic_messages",
    metadata,
    _id(),
    _of("topic_id", "topics.id", index=True),
    sa.Column("parent_id", _Id, sa.ForeignKey("topic_messages.id", ondelete="CASCADE"), index=True),
    sa.Column("author_id", _Id, sa.ForeignKey("users.id", ondelete="SET NULL"), index=True),
    _required("created", Moment),
    _required("content", sa.Text),
    _required("is_deleted", sa.Boolean),
    sqlite_autoincrement=True,
)

# What workers do. A job is leased to one of them; when the lease ends first, another takes it, and
# `attempt` tells them apart. One that has ended is deleted in the transaction that records what came of it.
jobs: Final = sa.Table(
    "jobs",
    metadata,
    _id(),
    _required("kind", sa.Text),
    _required("subject_id", sa.BigInteger),
    _required("created", Moment),
    _required("due", Moment),
    _required("attempt", sa.Integer),
    sa.Column("leased_until", Moment, index=True),
    _required("worker", sa.Text),
    sa.UniqueConstraint("kind", "subject_id"),
    sa.Index(None, "due", "id"),
    sqlite_autoincrement=True,
)
