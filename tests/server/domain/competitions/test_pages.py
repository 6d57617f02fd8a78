"""Pages: texts by name, published or not, changed by mask."""

from typing import Any

import pytest

from brant.contract.codec import FieldMask
from brant.contract.hosting_messages import (
    ApiCompetitionPage,
    ApiCreateCompetitionPageRequest,
    ApiDeleteCompetitionPageRequest,
    ApiListCompetitionPagesRequest,
    ApiUpdateCompetitionPageRequest,
)
from brant.errors import BrantError, Conflict, InvalidInput, NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from tests.server.domain.competitions.conftest import Contest


def listed(contest: Contest, actor: Actor | None = None, name: str | None = None) -> list[str]:
    request = ApiListCompetitionPagesRequest(competition_name=contest.slug, page_name=name)
    return [page.name for page in contest.calls.pages.list_pages(contest.context(actor), request).pages]


def create(contest: Contest, **fields: Any) -> ApiCompetitionPage:
    request = ApiCreateCompetitionPageRequest(
        competition_name=contest.slug, page=ApiCompetitionPage(**{"name": "prizes", **fields})
    )
    return contest.calls.pages.create(contest.context(), request)


def update(contest: Contest, page: str = "description", /, **fields: Any) -> ApiCompetitionPage:
    request = ApiUpdateCompetitionPageRequest(
        competition_name=contest.slug,
        page_name=page,
        page=ApiCompetitionPage(**fields),
        update_mask=FieldMask.of(*fields),
    )
    return contest.calls.pages.update(contest.context(), request)


def delete(contest: Contest, name: str) -> None:
    request = ApiDeleteCompetitionPageRequest(competition_name=contest.slug, page_name=name)
    contest.calls.pages.delete(contest.context(), request)


def test_a_new_competition_has_the_pages_that_everybody_looks_for(contest: Contest, ada: Actor) -> None:
    assert listed(contest, ada) == ["description", "evaluation", "rules", "data-description"]
    request = ApiListCompetitionPagesRequest(competition_name=contest.slug, page_name="Description")
    (page,) = contest.calls.pages.list_pages(contest.world.context(None), request).pages
    assert (page.content, page.mime_type) == ("Tell penguins apart.", "text/markdown")


def test_one_page_is_listed_by_its_name_whatever_its_case(contest: Contest) -> None:
    assert listed(contest, name="RULES") == ["rules"]
    assert listed(contest, name="nothing") == []


def test_a_page_is_seen_by_hosts_alone_until_it_is_published(contest: Contest, ada: Actor) -> None:
    page = create(contest, content="<b>Fame</b>")
    assert (page.is_published, page.mime_type, page.post_title) == (False, "text/html", "prizes")
    assert listed(contest)[-1] == "prizes"
    assert "prizes" not in listed(contest, ada)
    update(contest, "prizes", is_published=True)
    assert listed(contest, ada)[-1] == "prizes"


def test_only_what_the_mask_names_changes(contest: Contest) -> None:
    before = create(contest, content="Fame", post_title="What you win")
    after = update(contest, "prizes", content="Fame and honour")
    assert after.content == "Fame and honour"
    assert after.post_title == before.post_title
    request = ApiUpdateCompetitionPageRequest(
        competition_name=contest.slug, page_name="prizes", page=ApiCompetitionPage(post_title="Prizes")
    )
    unmasked = contest.calls.pages.update(contest.context(), request)
    assert (unmasked.post_title, unmasked.content) == ("Prizes", "Fame and honour")


def test_a_text_in_the_mask_can_become_empty(contest: Contest) -> None:
    assert update(contest, "evaluation", content="By accuracy").content == "By accuracy"
    assert update(contest, "evaluation", content="").content == ""


def test_a_page_can_be_renamed_to_a_free_name_or_another_case(contest: Contest) -> None:
    create(contest)
    assert update(contest, "prizes", name="Prizes").name == "Prizes"
    assert update(contest, "prizes", name="Awards").name == "Awards"
    with pytest.raises(Conflict, match="has a page 'evaluation' already"):
        update(contest, "Awards", name="Evaluation")


def test_no_two_pages_have_one_name(contest: Contest) -> None:
    with pytest.raises(Conflict, match="has a page 'rules' already"):
        create(contest, name="Rules")


def test_a_deleted_page_is_gone_and_its_name_free(contest: Contest) -> None:
    delete(contest, "evaluation")
    assert listed(contest) == ["description", "rules", "data-description"]
    with pytest.raises(NotFound, match="has no page 'evaluation'"):
        delete(contest, "evaluation")
    create(contest, name="evaluation")


def test_rules_that_are_to_be_accepted_stay_readable(contest: Contest) -> None:
    for lose in (
        lambda: delete(contest, "rules"),
        lambda: update(contest, "rules", is_published=False),
        lambda: update(contest, "rules", name="terms"),
    ):
        with pytest.raises(Conflict, match="set rulesRequired to false first"):
            lose()
    assert update(contest, "rules", content="Share nothing.").content == "Share nothing."
    contest.settings(rules_required=False)
    delete(contest, "rules")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "page's name must be 1 to 50"),
        ({"name": "../rules"}, "page's name must be 1 to 50"),
        ({"name": "a" * 51}, "page's name must be 1 to 50"),
        ({"mime_type": "application/javascript"}, "choose one of text/html, text/markdown, text/plain"),
        ({"content": "x" * 200_001}, "the page has 200001 characters"),
    ],
)
def test_what_no_page_can_be_is_refused_in_words(
    contest: Contest, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        create(contest, **fields)
    with pytest.raises(InvalidInput, match=words):
        update(contest, **fields)


def test_an_unknown_field_is_named(contest: Contest) -> None:
    request = ApiUpdateCompetitionPageRequest(
        competition_name=contest.slug, page_name="rules", update_mask=FieldMask("colour")
    )
    with pytest.raises(InvalidInput, match="a page has no field 'colour'"):
        contest.calls.pages.update(contest.context(), request)


def test_pages_are_not_without_end(contest: Contest) -> None:
    for number in range(96):
        create(contest, name=f"page-{number}")
    with pytest.raises(InvalidInput, match="100 pages already"):
        create(contest, name="one-more")


def test_pages_are_for_hosts_to_write(contest: Contest, ada: Actor) -> None:
    stranger = Contest(contest.world, ada, contest.slug)
    for write in (
        lambda: create(stranger),
        lambda: update(stranger, content="mine"),
        lambda: delete(stranger, "description"),
    ):
        with pytest.raises(PermissionDenied, match="only its hosts may"):
            write()


def test_pages_of_a_competition_that_nobody_may_see_are_not_there(unlaunched: Contest, ada: Actor) -> None:
    with pytest.raises(BrantError, match="no competition 'penguin-species' that you may see"):
        listed(unlaunched, ada)
