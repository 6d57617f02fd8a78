"""The settings of a competition that official clients know: read, and changed by a file of some of them."""

from pathlib import Path
from typing import Any

from msgspec.structs import fields

from brant.client.json_file import load_object
from brant.client.session import Session
from brant.contract import competitions as wire
from brant.contract.codec import FieldMask, from_builtins, refuse_unknown_words
from brant.contract.hosting_messages import (
    ApiGetCompetitionSettingsRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionSettings,
)
from brant.errors import InvalidInput


def settings(session: Session, competition: str) -> CompetitionSettings:
    """The settings, for a host. Raises NotFound, PermissionDenied."""
    request = ApiGetCompetitionSettingsRequest(competition_name=competition)
    return session.call(wire.GET_COMPETITION_SETTINGS, request)


def update_settings(session: Session, competition: str, changes: dict[str, Any]) -> CompetitionSettings:
    """Change the settings that `changes` names, as the wire or Python spells them; null takes one back.

    Raises InvalidInput, a line for each name that is none, or for the first value that cannot be.
    """
    if not changes:
        raise InvalidInput("there is nothing to change: name some settings and their new values")
    known = {
        spelling: field
        for field in fields(CompetitionSettings)
        for spelling in (field.name, field.encode_name)
    }
    strangers = [name for name in changes if name not in known]
    if strangers:
        names = ", ".join(sorted(field.name for field in fields(CompetitionSettings)))
        lines = [f"{name[:60]!r} is no setting" for name in strangers]
        raise InvalidInput("\n".join([*lines, f"the settings are {names}"]))
    new = from_builtins(
        {known[name].encode_name: value for name, value in changes.items()}, CompetitionSettings
    )
    refuse_unknown_words(new)
    request = ApiUpdateCompetitionSettingsRequest(
        competition_name=competition,
        settings=new,
        update_mask=FieldMask.of(*(known[name].name for name in changes)),
    )
    return session.call(wire.UPDATE_COMPETITION_SETTINGS, request)


def load_settings(path: Path) -> dict[str, Any]:
    """The changes that a JSON or YAML file names. Raises NotFound, LocalFailure, InvalidInput."""
    return load_object(path, "name the one that holds the settings")
