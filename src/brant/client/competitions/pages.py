"""The pages of a competition: what everybody reads, and a host writes."""

from pathlib import Path

from brant.client.session import Session
from brant.contract import competitions as wire
from brant.contract.codec import FieldMask
from brant.contract.hosting_messages import (
    ApiCompetitionPage,
    ApiCreateCompetitionPageRequest,
    ApiDeleteCompetitionPageRequest,
    ApiListCompetitionPagesRequest,
    ApiUpdateCompetitionPageRequest,
)
from brant.errors import InvalidInput, LocalFailure, NotFound


def pages(session: Session, competition: str, name: str | None = None) -> list[ApiCompetitionPage]:
    """All pages in their order, or the one called `name`. Raises NotFound."""
    request = ApiListCompetitionPagesRequest(competition_name=competition, page_name=name or None)
    found = session.call(wire.LIST_COMPETITION_PAGES, request).pages
    if name and not found:
        raise NotFound(
            f"{competition} has no page {name[:80]!r}: see which there are with 'brant competitions pages "
            f"{competition}'"
        )
    return found


def create_page(session: Session, competition: str, page: ApiCompetitionPage) -> ApiCompetitionPage:
    """Add a page. Raises Conflict where one is called so already."""
    request = ApiCreateCompetitionPageRequest(competition_name=competition, page=page)
    return session.call(wire.CREATE_COMPETITION_PAGE, request)


def update_page(
    session: Session,
    competition: str,
    name: str,
    *,
    content: str | None = None,
    new_name: str | None = None,
    mime_type: str | None = None,
    post_title: str | None = None,
    is_published: bool | None = None,
) -> ApiCompetitionPage:
    """Change what is given of the page `name`; the rest stays. Raises InvalidInput when nothing is given."""
    given = {
        "content": content,
        "name": new_name,
        "mime_type": mime_type,
        "post_title": post_title,
        "is_published": is_published,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    if not changes:
        raise InvalidInput(
            "nothing is to be changed: give --file, --new-name, --mime-type, --post-title, --publish or "
            "--unpublish"
        )
    page = ApiCompetitionPage()
    for field, value in changes.items():
        setattr(page, field, value)
    request = ApiUpdateCompetitionPageRequest(
        competition_name=competition, page_name=name, page=page, update_mask=FieldMask.of(*changes)
    )
    return session.call(wire.UPDATE_COMPETITION_PAGE, request)


def delete_page(session: Session, competition: str, name: str) -> None:
    """Remove a page; it cannot be undone. Raises NotFound."""
    request = ApiDeleteCompetitionPageRequest(competition_name=competition, page_name=name)
    session.call(wire.DELETE_COMPETITION_PAGE, request)


def read_text(path: Path) -> str:
    """What a page is to say, from a file. Raises NotFound, LocalFailure, InvalidInput for what is no text."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}: name the file that holds the text") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise LocalFailure(f"{path} cannot be read ({error.strerror}): mend its permissions") from None
