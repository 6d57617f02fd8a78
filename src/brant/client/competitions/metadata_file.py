"""competition-metadata.json: made from a template, read, and checked against every rule at once."""

import json
import re
from pathlib import Path
from typing import Any, Final, TypeVar

from brant.client.complaints import Complaints
from brant.client.json_file import load_object
from brant.client.whole_files import write_whole
from brant.contract.codec import WireEnum
from brant.contract.hosting_messages import (
    ApiCreateCompetitionRequest,
    CompetitionPrivacy,
    Reward,
    RewardTypeId,
)
from brant.errors import DestinationExists, NotFound

W = TypeVar("W", bound=WireEnum)

FILE_NAME: Final = "competition-metadata.json"
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,48}[a-z0-9])")
_BOOLEANS: Final = {
    "disableKernels": "disable_kernels",
    "hackathon": "hackathon",
    "restrictLinkToEmailList": "restrict_link_to_email_list",
    "cloneExcludeCompetitionData": "clone_exclude_competition_data",
}
_NUMBERS: Final = {
    "cloneCompetitionId": "clone_competition_id",
    "licenseId": "license_id",
    "organizationId": "organization_id",
    "numPrizes": "num_prizes",
}
# As the official command line writes it (metadata_files.json `template_keys`).
_TEMPLATE: Final[dict[str, Any]] = {
    "title": "INSERT_TITLE_HERE",
    "slug": "INSERT_SLUG_HERE",
    "briefDescription": "INSERT_BRIEF_DESCRIPTION_HERE",
    "privacy": "PUBLIC",
    "disableKernels": False,
    "hackathon": False,
    "cloneCompetitionId": None,
    "cloneExcludeCompetitionData": None,
    "clonePageNames": None,
    "licenseId": None,
    "organizationId": None,
    "numPrizes": None,
    "restrictLinkToEmailList": None,
    "reward": None,
}


def init(folder: Path) -> Path:
    """Write the template into `folder`. Raises DestinationExists rather than write over a file, NotFound."""
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}: make it first, or name another")
    path = folder / FILE_NAME
    if path.exists():
        raise DestinationExists(f"{path} is there already: edit it, or move it away to start anew")
    write_whole(path, json.dumps(_TEMPLATE, indent=2) + "\n")
    return path


def load(folder: Path) -> ApiCreateCompetitionRequest:
    """What the file in `folder` asks for. Raises NotFound, LocalFailure, InvalidInput with all mistakes."""
    path = folder / FILE_NAME
    values = load_object(path, f"make it with 'brant competitions init {folder}'")
    checks = Complaints(FILE_NAME)
    request = ApiCreateCompetitionRequest(
        title=_filled(values, "title", checks),
        slug=_filled(values, "slug", checks),
        brief_description=_filled(values, "briefDescription", checks),
        privacy=_word(values, "privacy", CompetitionPrivacy, checks),
        clone_page_names=checks.texts(values, "clonePageNames"),
        reward=_reward(values, checks),
    )
    if request.slug and not _SLUG.fullmatch(request.slug):
        checks.add(
            "slug", f"{request.slug[:60]!r} must be 3 to 50 of a-z, 0-9 and '-', such as penguins-2026"
        )
    for key, field in _BOOLEANS.items():
        value = values.get(key)
        if value is not None and not isinstance(value, bool):
            checks.add(key, "must be true or false, without quotes")
        setattr(request, field, value)
    for key, field in _NUMBERS.items():
        setattr(request, field, _number(values, key, checks))
    checks.raise_if_any()
    return request


def _filled(values: dict[str, Any], key: str, checks: Complaints) -> str:
    text = checks.text(values, key, required=True) or ""
    if text and text == _TEMPLATE[key]:
        checks.add(key, "this is still the template's: write your own")
        return ""
    return text


def _word(values: dict[str, Any], key: str, kind: type[W], checks: Complaints, within: str = "") -> W:
    text = checks.text(values, key, required=True, within=within)
    unspecified = next(iter(kind))
    member = kind(text) if text else unspecified
    if text and (not member.known or member is unspecified):
        words = ", ".join(name for name in kind.__members__ if not name.endswith("_UNSPECIFIED"))
        checks.add(f"{within}.{key}" if within else key, f"{text[:40]!r} is none of {words}")
    return member


def _number(values: dict[str, Any], key: str, checks: Complaints) -> int | None:
    value = values.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    checks.add(key, "must be a whole number, without quotes")
    return None


def _reward(values: dict[str, Any], checks: Complaints) -> Reward | None:
    value = values.get("reward")
    if value is None:
        return None
    if not isinstance(value, dict):
        checks.add("reward", 'must be an object such as {"id": "USD", "quantity": 100}')
        return None
    return Reward(
        id=_word(value, "id", RewardTypeId, checks, "reward"),
        quantity=_number(value, "quantity", checks) or 0,
        clarification=checks.text(value, "clarification", within="reward"),
    )
