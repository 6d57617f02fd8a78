"""Handlers of competitions: which function answers which method."""

from collections.abc import Mapping
from typing import Any

from brant.contract import competition_extensions as extensions
from brant.contract import competitions
from brant.contract.method import Method
from brant.server.domain.actor import Handler
from brant.server.domain.competitions.services import Competitions


def handlers(services: Competitions) -> Mapping[Method[Any, Any], Handler]:
    """Every method of theirs."""
    return {
        competitions.CREATE_COMPETITION: services.hosting.create,
        competitions.LAUNCH_COMPETITION: services.hosting.launch,
        competitions.ADD_COMPETITION_HOST: services.hosting.add_host,
        competitions.ADD_COMPETITION_JUDGE: services.hosting.add_judge,
        competitions.LIST_COMPETITION_HOSTS: services.hosting.list_hosts,
        competitions.LIST_COMPETITION_JUDGES: services.hosting.list_judges,
        competitions.GET_COMPETITION_SETTINGS: services.settings.get,
        competitions.UPDATE_COMPETITION_SETTINGS: services.settings.update,
        competitions.LIST_COMPETITION_PAGES: services.pages.list_pages,
        competitions.CREATE_COMPETITION_PAGE: services.pages.create,
        competitions.UPDATE_COMPETITION_PAGE: services.pages.update,
        competitions.DELETE_COMPETITION_PAGE: services.pages.delete,
        competitions.CREATE_COMPETITION_DATA: services.data.create,
        competitions.LIST_DATA_FILES: services.data.list_files,
        competitions.LIST_DATA_TREE_FILES: services.data.list_tree,
        competitions.GET_COMPETITION_DATA_FILES_SUMMARY: services.data.summary,
        competitions.DOWNLOAD_DATA_FILE: services.data.download_file,
        competitions.DOWNLOAD_DATA_FILES: services.data.download_all,
        competitions.CREATE_COMPETITION_SOLUTION: services.solution.create,
        competitions.CREATE_COMPETITION_SAMPLE_SUBMISSION: services.solution.create_sample,
        competitions.GET_COMPETITION_SOLUTION_STATUS: services.solution.status,
        competitions.LIST_COMPETITIONS: services.listing.list_competitions,
        competitions.GET_COMPETITION: services.listing.get,
        competitions.START_SUBMISSION_UPLOAD: services.submissions.start_upload,
        competitions.CREATE_SUBMISSION: services.submissions.create,
        competitions.CREATE_CODE_SUBMISSION: services.submissions.create_code,
        competitions.LIST_SUBMISSIONS: services.submissions.list_submissions,
        competitions.GET_SUBMISSION: services.submissions.get,
        competitions.DOWNLOAD_SUBMISSION: services.submissions.download,
        competitions.GET_SUBMISSION_LIMITS: services.submissions.limits,
        competitions.GET_LEADERBOARD: services.leaderboard.view,
        competitions.DOWNLOAD_LEADERBOARD: services.leaderboard.download,
        competitions.LIST_TEAM_PUBLIC_SUBMISSIONS: services.leaderboard.team_submissions,
        competitions.LIST_SUBMISSION_EPISODES: services.episodes.list_episodes,
        competitions.GET_EPISODE_REPLAY: services.episodes.replay,
        competitions.GET_EPISODE_AGENT_LOGS: services.episodes.logs,
        competitions.LIST_COMPETITION_TOPICS: services.discussion.list_topics,
        competitions.LIST_TOPIC_MESSAGES: services.discussion.list_messages,
        extensions.JOIN_COMPETITION: services.teams.join,
        extensions.GET_TEAM: services.teams.get,
        extensions.RENAME_TEAM: services.teams.rename,
        extensions.INVITE_TEAM: services.teams.invite,
        extensions.ANSWER_INVITATION: services.teams.answer,
        extensions.SELECT_SUBMISSIONS: services.submissions.select,
        extensions.LIST_HOST_SUBMISSIONS: services.submissions.list_for_host,
        extensions.LIST_METRICS: services.setup.list_metrics,
        extensions.GET_COMPETITION_SETUP: services.setup.get,
        extensions.UPDATE_COMPETITION_SETUP: services.setup.update,
        extensions.RESCORE_COMPETITION: services.setup.rescore,
        extensions.ADMIT_USER: services.hosting.admit,
        extensions.POST_MESSAGE: services.discussion.post,
    }
