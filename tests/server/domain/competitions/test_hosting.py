"""Hosting: made, cloned, launched, shared."""

from datetime import timedelta
from typing import Any

import pytest

from brant.contract.competition_extensions import AdmitUserRequest
from brant.contract.competition_messages import ApiGetCompetitionRequest
from brant.contract.hosting_messages import (
    ApiAddCompetitionHostRequest,
    ApiAddCompetitionJudgeRequest,
    ApiCompetitionPage,
    ApiCreateCompetitionPageRequest,
    ApiCreateCompetitionRequest,
    ApiListCompetitionHostsRequest,
    ApiListCompetitionJudgesRequest,
    ApiListCompetitionPagesRequest,
    CompetitionPrivacy,
    PubliclyCloneable,
    Reward,
    RewardTypeId,
)
from brant.contract.scopes import parse
from brant.errors import (
    BrantError,
    Conflict,
    InsufficientScope,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Unauthenticated,
)
from brant.server.domain.actor import Actor
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import Players
from tests.server.domain.conftest import World


def sees(contest: Contest, actor: Actor | None) -> bool:
    """Whether an actor, or nobody in particular, finds the competition."""
    request = ApiGetCompetitionRequest(competition_name=contest.slug)
    try:
        contest.calls.listing.get(contest.world.context(actor), request)
    except NotFound:
        return False
    return True


def test_a_new_competition_is_seen_by_its_host_alone(unlaunched: Contest, ada: Actor) -> None:
    assert sees(unlaunched, unlaunched.host)
    assert not sees(unlaunched, ada)
    assert not sees(unlaunched, None)


def test_an_admin_sees_and_hosts_everything(unlaunched: Contest) -> None:
    root = unlaunched.world.user("root", is_admin=True)
    unlaunched.host = root
    unlaunched.ready().launch()
    assert unlaunched.row().launched == unlaunched.world.now


def test_a_slug_is_taken_by_whichever_competition_whoever_hosts_it(contest: Contest, ada: Actor) -> None:
    with pytest.raises(Conflict, match="'penguin-species' is taken"):
        Contest(contest.world, ada, "Penguin-Species").create()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"slug": "a"}, "slug must be 3 to 50"),
        ({"slug": "under_score"}, "slug must be 3 to 50"),
        ({"slug": "-edge"}, "slug must be 3 to 50"),
        ({"slug": "a/b/c"}, "slug must be 3 to 50"),
        ({"slug": "submissions"}, "which addresses need"),
        ({"title": " x "}, "title must be 3 to 100"),
        ({"title": ""}, "it is missing"),
        ({"brief_description": ""}, "brief description must be 1 to 500"),
        ({"privacy": CompetitionPrivacy.COMPETITION_PRIVACY_UNSPECIFIED}, "PUBLIC, LIMITED or PRIVATE"),
        ({"hackathon": True}, "hackathons"),
        ({"restrict_link_to_email_list": True}, "PRIVATE"),
        ({"reward": Reward(id=RewardTypeId.USD, quantity=-1)}, "reward.quantity"),
        ({"organization_id": 77}, "no organization of that number"),
    ],
)
def test_what_no_competition_can_be_is_refused_in_words(
    world: World, host: Actor, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        Contest(world, host, "penguin-species").create(**fields)


def test_nobody_creates_one_without_credentials(unlaunched: Contest) -> None:
    with pytest.raises(Unauthenticated):
        unlaunched.calls.hosting.create(
            unlaunched.world.context(None), ApiCreateCompetitionRequest(slug="seals")
        )


def test_a_title_is_one_printable_line(world: World, host: Actor) -> None:
    contest = Contest(world, host, "penguin-species").create(title=" Which\tpenguin\n\x1b[31m is it? ")
    assert contest.row().title == "Which penguin [31m is it?"


def test_a_reward_is_told_as_a_text(world: World, host: Actor) -> None:
    reward = Reward(id=RewardTypeId.USD, quantity=25_000, clarification="in three parts")
    assert Contest(world, host, "rich").create(reward=reward).row().reward == "25,000 Usd in three parts"
    knowledge = Reward(id=RewardTypeId.KNOWLEDGE)
    assert Contest(world, host, "poor").create(reward=knowledge).row().reward == "Knowledge"


def test_an_organization_lends_its_name_to_its_members_alone(world: World, host: Actor, ada: Actor) -> None:
    world.services.organizations.create("zoo", "The Zoo", host.user_id, world.now)
    Contest(world, host, "penguins").create(organization_id=1).ready().launch()
    shown = world.services.competitions.listing.get(
        world.context(None), ApiGetCompetitionRequest(competition_name="penguins")
    )
    assert (shown.organization_name, shown.organization_ref, shown.host_name) == ("The Zoo", "zoo", "The Zoo")
    with pytest.raises(PermissionDenied, match="ada is no member of zoo"):
        Contest(world, ada, "seals").create(organization_id=1)


class TestLaunch:
    def test_opens_it_to_everybody(self, contest: Contest, ada: Actor) -> None:
        assert contest.row().launched == contest.world.now
        assert sees(contest, ada)
        assert sees(contest, None)

    def test_at_a_time_opens_it_then(self, unlaunched: Contest, ada: Actor) -> None:
        unlaunched.ready().launch(unlaunched.world.now + timedelta(hours=1))
        assert not sees(unlaunched, ada)
        unlaunched.world.later(hours=1)
        assert sees(unlaunched, ada)

    def test_can_be_put_off_until_it_comes(self, unlaunched: Contest) -> None:
        now = unlaunched.world.now
        unlaunched.ready().launch(now + timedelta(hours=1))
        unlaunched.launch(now + timedelta(hours=2))
        assert unlaunched.row().launched == now + timedelta(hours=2)

    def test_happens_once(self, contest: Contest) -> None:
        with pytest.raises(Conflict, match="launched already"):
            contest.launch()

    def test_in_the_past_is_refused(self, unlaunched: Contest) -> None:
        unlaunched.ready()
        with pytest.raises(InvalidInput, match="lies in the past"):
            unlaunched.launch(unlaunched.world.now - timedelta(seconds=1))

    def test_behind_the_deadline_is_refused(self, unlaunched: Contest) -> None:
        unlaunched.ready().deadline(unlaunched.world.now)
        with pytest.raises(Conflict, match="after its deadline"):
            unlaunched.launch()

    def test_waits_for_a_metric_then_for_a_solution(self, unlaunched: Contest) -> None:
        with pytest.raises(Conflict, match="no metric yet: run brant competitions setup"):
            unlaunched.launch()
        unlaunched.setup(metric="accuracy")
        with pytest.raises(Conflict, match="no solution yet: run brant competitions solution create"):
            unlaunched.launch()
        unlaunched.solution()
        unlaunched.launch()

    def test_waits_until_a_wrong_solution_is_mended(self, unlaunched: Contest) -> None:
        unlaunched.ready()
        unlaunched.check_solution(error="it has no column species")
        with pytest.raises(Conflict, match="cannot be scored with: it has no column species"):
            unlaunched.launch()
        unlaunched.solution(b"id,species\n1,adelie\n2,gentoo\n")
        unlaunched.launch()

    def test_is_for_hosts(self, contest: Contest, ada: Actor) -> None:
        with pytest.raises(PermissionDenied, match="ada may not launch penguin-species"):
            Contest(contest.world, ada, contest.slug).launch()


class TestSharing:
    def test_a_host_may_do_what_its_creator_may(self, unlaunched: Contest, ada: Actor) -> None:
        request = ApiAddCompetitionHostRequest(competition_name=unlaunched.slug, user_name="Ada")
        for _ in range(2):  # twice is no error
            unlaunched.calls.hosting.add_host(unlaunched.context(), request)
        Contest(unlaunched.world, ada, unlaunched.slug).ready().launch()
        shown = unlaunched.calls.hosting.list_hosts(
            unlaunched.context(), ApiListCompetitionHostsRequest(competition_name=unlaunched.slug)
        )
        assert [host.user_name for host in shown.hosts] == ["hope", "ada"]
        assert shown.hosts[0].profile_url == "http://test/hope"

    def test_a_judge_sees_it_before_the_launch_and_sets_nothing(
        self, unlaunched: Contest, ada: Actor
    ) -> None:
        request = ApiAddCompetitionJudgeRequest(competition_name=unlaunched.slug, user_name="ada")
        unlaunched.calls.hosting.add_judge(unlaunched.context(), request)
        assert sees(unlaunched, ada)
        shown = unlaunched.calls.hosting.list_judges(
            unlaunched.context(ada), ApiListCompetitionJudgesRequest(competition_name=unlaunched.slug)
        )
        assert [judge.user_name for judge in shown.judges] == ["ada"]
        with pytest.raises(PermissionDenied, match="ada may not set up"):
            Contest(unlaunched.world, ada, unlaunched.slug).setup(metric="accuracy")

    def test_a_private_one_is_seen_by_who_is_admitted(self, world: World, host: Actor, ada: Actor) -> None:
        contest = Contest(world, host, "secret").create(CompetitionPrivacy.PRIVATE).ready()
        contest.launch()
        assert not sees(contest, ada)
        contest.admit(ada)
        assert sees(contest, ada)
        assert not sees(contest, None)

    def test_a_stranger_is_no_user(self, unlaunched: Contest) -> None:
        request = AdmitUserRequest(competition_name=unlaunched.slug, user_name="nobody")
        with pytest.raises(NotFound, match="no user 'nobody'"):
            unlaunched.calls.hosting.admit(unlaunched.context(), request)

    def test_whoever_competes_cannot_see_the_scores_of_all(self, contest: Contest, ada: Actor) -> None:
        Players(contest).join(ada)
        request = ApiAddCompetitionJudgeRequest(competition_name=contest.slug, user_name="ada")
        with pytest.raises(Conflict, match="ada has entered penguin-species"):
            contest.calls.hosting.add_judge(contest.context(), request)

    def test_is_for_hosts(self, contest: Contest, ada: Actor) -> None:
        with pytest.raises(PermissionDenied, match="may not add a guest to penguin-species"):
            Contest(contest.world, ada, contest.slug).admit(ada)


class TestCloning:
    def clone(self, template: Contest, actor: Actor, **fields: Any) -> Contest:
        contest = Contest(template.world, actor, "second-round")
        return contest.create(clone_competition_id=template.id, **fields)

    def pages(self, contest: Contest) -> list[str]:
        shown = contest.calls.pages.list_pages(
            contest.context(), ApiListCompetitionPagesRequest(competition_name=contest.slug)
        )
        return [page.name for page in shown.pages]

    def test_a_host_gets_all_of_the_template_and_can_launch_it(self, contest: Contest) -> None:
        contest.setup(max_daily_submissions=7, public_percent=44, row_id_column="id")
        contest.settings(final_leaderboard_disclaimer_message="Subject to review")
        copy = self.clone(contest, contest.host)
        was, now = contest.row(), copy.row()
        for name in (
            "metric",
            "metric_parameters",
            "higher_is_better",
            "solution_sha256",
            "solution_name",
            "split_seed",
            "sample_sha256",
            "max_daily_submissions",
            "public_percent",
            "row_id_column",
            "settings",
        ):
            assert getattr(now, name) == getattr(was, name), name
        assert copy.paths() == contest.paths()
        assert self.pages(copy) == ["description", "evaluation", "rules", "data-description"]
        assert now.launched is None
        assert ("solution", copy.id) in copy.jobs()
        copy.launch()

    def test_others_clone_what_its_hosts_share_without_the_solution(
        self, contest: Contest, ada: Actor
    ) -> None:
        with pytest.raises(PermissionDenied, match="cannot be cloned by ada: ask its hosts"):
            self.clone(contest, ada)
        contest.share(PubliclyCloneable.PUBLICLY_CLONEABLE_WITH_PRIVATE_SOLUTION_FILE)
        copy = self.clone(contest, ada)
        assert copy.row().metric == "accuracy"
        assert copy.row().solution_sha256 is None
        assert copy.row().split_seed != contest.row().split_seed
        with pytest.raises(Conflict, match="no solution yet"):
            copy.launch()

    def test_others_get_a_solution_that_is_public(self, contest: Contest, ada: Actor) -> None:
        contest.share(PubliclyCloneable.PUBLICLY_CLONEABLE_WITH_PUBLIC_SOLUTION_FILE)
        copy = self.clone(contest, ada)
        assert copy.row().solution_sha256 == contest.row().solution_sha256
        copy.launch()

    def test_one_that_nobody_may_see_cannot_be_cloned_either(self, unlaunched: Contest, ada: Actor) -> None:
        unlaunched.share(PubliclyCloneable.PUBLICLY_CLONEABLE_WITH_PUBLIC_SOLUTION_FILE)
        with pytest.raises(NotFound, match="no competition number"):
            self.clone(unlaunched, ada)

    def test_only_the_pages_that_are_named_come_along_and_the_rules(self, contest: Contest) -> None:
        copy = self.clone(contest, contest.host, clone_page_names=["Evaluation"])
        assert self.pages(copy) == ["evaluation", "rules"]

    def test_pages_that_are_not_published_are_for_hosts_to_clone(self, contest: Contest, ada: Actor) -> None:
        contest.share(PubliclyCloneable.PUBLICLY_CLONEABLE_WITH_PRIVATE_SOLUTION_FILE)
        contest.calls.pages.create(
            contest.context(),
            ApiCreateCompetitionPageRequest(
                competition_name=contest.slug,
                page=ApiCompetitionPage(name="How rows were labelled", content="by island"),
            ),
        )
        with pytest.raises(InvalidInput, match="has no page 'how rows were labelled'"):
            self.clone(contest, ada, clone_page_names=["How rows were labelled"])
        assert "How rows were labelled" not in self.pages(self.clone(contest, ada))
        hosted = Contest(contest.world, contest.host, "third-round").create(clone_competition_id=contest.id)
        assert "How rows were labelled" in self.pages(hosted)

    def test_a_bound_token_clones_what_it_may_read_and_hosts_secrets_where_it_may_host(
        self, contest: Contest
    ) -> None:
        def bound(words: str) -> Actor:
            return contest.host._replace(scopes=parse(words))

        with pytest.raises(InsufficientScope, match="lacks competitions"):
            self.clone(contest, bound("resources.editor:second-round"))
        with pytest.raises(PermissionDenied, match="cannot be cloned"):
            self.clone(contest, bound(f"competitions.get:{contest.slug} competitions.update:second-round"))
        both = f"resources.editor:{contest.slug} resources.editor:second-round"
        assert self.clone(contest, bound(both)).row().solution_sha256 == contest.row().solution_sha256

    def test_a_page_that_the_template_lacks_is_named(self, contest: Contest) -> None:
        with pytest.raises(InvalidInput, match="has no page 'prizes'"):
            self.clone(contest, contest.host, clone_page_names=["rules", "Prizes"])

    def test_the_data_can_be_left_out(self, contest: Contest) -> None:
        assert self.clone(contest, contest.host, clone_exclude_competition_data=True).paths() == []

    def test_the_code_of_a_custom_metric_comes_along(self, contest: Contest) -> None:
        contest.custom_metric()
        assert self.clone(contest, contest.host).row().metric_sha256 == contest.row().metric_sha256

    def test_deadlines_of_the_template_do_not(self, contest: Contest) -> None:
        contest.deadline(contest.world.now + timedelta(days=1))
        contest.world.later(days=2)
        copy = self.clone(contest, contest.host)
        copy.launch()
        assert copy.row().deadline is None


def test_a_failed_creation_leaves_nothing(contest: Contest) -> None:
    with pytest.raises(BrantError):
        Contest(contest.world, contest.host, "second-round").create(
            clone_competition_id=contest.id, clone_page_names=["nothing"]
        )
    assert not sees(Contest(contest.world, contest.host, "second-round"), contest.host)
