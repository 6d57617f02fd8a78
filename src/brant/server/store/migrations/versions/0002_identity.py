"""Identity: passwords, organizations, signed-in browsers, OAuth clients, grants, codes, and scopes of tokens.

Revision 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    """Makes the tables, and the columns that tokens and users gain."""
    op.create_table(
        "organizations",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("slug", name=op.f("uq_organizations_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "members",
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'member')", name=op.f("ck_members_role_known")),
        _of("members", "organization_id", "organizations.id"),
        _of("members", "user_id", "users.id"),
        sa.PrimaryKeyConstraint("organization_id", "user_id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_user_id"), "members", ["user_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        _of("sessions", "user_id", "users.id"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_index(op.f("ix_sessions_expires"), "sessions", ["expires"], unique=False)
    op.create_table(
        "clients",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organization_id", ID, nullable=True),
        sa.Column("redirect_uris", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        _of("clients", "organization_id", "organizations.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_clients_organization_id")),
    )
    op.create_table(
        "grants",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("revoked", MOMENT, nullable=True),
        _of("grants", "user_id", "users.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_grants_user_id"), "grants", ["user_id"], unique=False)
    op.create_index(op.f("ix_grants_client_id"), "grants", ["client_id"], unique=False)
    op.create_table(
        "codes",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.Column("grant_id", ID, nullable=True),
        _of("codes", "user_id", "users.id"),
        _of("codes", "grant_id", "grants.id"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_codes")),
    )
    op.create_index(op.f("ix_codes_user_id"), "codes", ["user_id"], unique=False)
    op.create_index(op.f("ix_codes_expires"), "codes", ["expires"], unique=False)
    op.create_index(op.f("ix_codes_grant_id"), "codes", ["grant_id"], unique=False)
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))
    with op.batch_alter_table("tokens", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("label", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("scopes", sa.Text(), nullable=False, server_default="resources.admin:*"))
        table.add_column(sa.Column("grant_id", ID, nullable=True))
        table.add_column(sa.Column("replaced", MOMENT, nullable=True))
        table.create_foreign_key(
            op.f("fk_tokens_grant_id"), "grants", ["grant_id"], ["id"], ondelete="CASCADE"
        )
        table.create_index(op.f("ix_tokens_grant_id"), ["grant_id"], unique=False)
        table.drop_constraint(op.f("ck_tokens_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_tokens_kind_known"), "kind IN ('access', 'key', 'refresh')")


def downgrade() -> None:
    """Undoes it; refresh tokens and what belongs to grants are lost."""
    op.execute("DELETE FROM tokens WHERE kind = 'refresh' OR grant_id IS NOT NULL")
    with op.batch_alter_table("tokens", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint(op.f("ck_tokens_kind_known"), type_="check")
        table.create_check_constraint(op.f("ck_tokens_kind_known"), "kind IN ('access', 'key')")
        table.drop_constraint(op.f("fk_tokens_grant_id"), type_="foreignkey")
        table.drop_index(op.f("ix_tokens_grant_id"))
        for column in ("replaced", "grant_id", "scopes", "label"):
            table.drop_column(column)
    # Not as a batch, which drops the table on SQLite: all that belongs to users would go with it.
    op.drop_column("users", "password_hash")
    for name in ("codes", "grants", "clients", "sessions", "members", "organizations"):
        op.drop_table(name)
