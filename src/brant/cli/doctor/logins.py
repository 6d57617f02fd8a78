"""Looks at where credentials come from: which are used, which stand behind them, which are broken."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from brant.cli.doctor.finding import Finding, complaint
from brant.client.credentials import Anonymous, Credentials, OAuthLogin, sources
from brant.client.endpoints import Endpoint
from brant.errors import BrantError

_CHECK: Final = "credentials"
# Of these the check of file modes tells, once for each file.
_TOLD_ELSEWHERE: Final = "can be read by other users"


def check_logins(
    environ: Mapping[str, str], home: Path, profile: str | None, endpoint: Endpoint | None, now: datetime
) -> tuple[Credentials, list[Finding]]:
    """The credentials that are used, and what is to be said of them and of all others."""
    used: Credentials | None = None
    first, is_broken = "", False
    found: list[Finding] = []
    for source in sources(environ, home, profile=profile, endpoint=endpoint):
        warnings: list[str] = []
        try:
            credentials = source.look(warnings)
        except BrantError as error:
            found.append(complaint(_CHECK, error.message))
            # Calls fail by it: what stands behind it is not tried in its place.
            first, is_broken = first or source.name, is_broken or used is None
            continue
        found += [
            complaint(_CHECK, warning, level="note") for warning in warnings if _TOLD_ELSEWHERE not in warning
        ]
        if credentials is None:
            continue
        if first:
            found.append(_shadowed(credentials, first, is_broken=is_broken))
            continue
        used, first = credentials, credentials.source
        found.append(_used(credentials))
        if isinstance(credentials, OAuthLogin):
            found.append(_login(credentials, now))
    if not first:
        found.append(_none(profile))
    return used or Anonymous(), found


def _used(credentials: Credentials) -> Finding:
    whose = f" of {credentials.username}" if credentials.username else ""
    return Finding("ok", _CHECK, f"{_article(credentials.kind)}{whose} from {credentials.source} is used")


def _shadowed(credentials: Credentials, first: str, *, is_broken: bool) -> Finding:
    what = f"{_article(credentials.kind)} from {credentials.source} is not used"
    if is_broken:
        return Finding("note", _CHECK, f"{what}, since {first} comes first", f"mend or remove {first}")
    return Finding(
        "note", _CHECK, f"{what}, since {first} comes first", f"remove one, if {first} is not what you mean"
    )


def _login(credentials: OAuthLogin, now: datetime) -> Finding:
    login = credentials.login
    scopes = f"; scopes: {' '.join(login.scopes)}" if login.scopes else ""
    if login.expires is None:
        return Finding("ok", "login", f"the login does not say when it ends{scopes}")
    moment = f"{login.expires:%Y-%m-%d %H:%M} UTC"
    if not login.has_ended(now):
        left = timedelta(seconds=round((login.expires - now).total_seconds()))
        return Finding("ok", "login", f"its access token is good until {moment} ({left}){scopes}")
    if login.refresh_token:
        return Finding("ok", "login", f"its access token ended at {moment}; the next call renews it{scopes}")
    return Finding("problem", "login", f"the login ended at {moment}", "log in again with 'brant auth login'")


def _none(profile: str | None) -> Finding:
    where = f"the profile {profile!r} has no credentials" if profile else "there are no credentials"
    return Finding(
        "note",
        _CHECK,
        f"{where}: only what is public can be read",
        "log in with 'brant auth login', or set KAGGLE_API_TOKEN to a token from your settings page",
    )


def _article(kind: str) -> str:
    return f"{'an' if kind[0].lower() in 'aeio' else 'a'} {kind}"
