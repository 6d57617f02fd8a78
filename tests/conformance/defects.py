"""What official clients get wrong by themselves: strict expected failures, with the client's line at fault.

An entry holds for one scenario with one driver, and only for a failure at the step it names. When the client
gets it right one day, or our server makes up for it, the test fails until the entry goes.
"""

from typing import Final, NamedTuple


class Defect(NamedTuple):
    """`where` is a file of the client's wheel and a line in it; `why` says what goes wrong there."""

    scenario: str
    driver: str
    step: str
    where: str
    why: str


_KAGGLE_2 = "official_command_line"
_KAGGLE_1 = "legacy_command_line"
_KAGGLEHUB_1 = "official_library"
_KAGGLEHUB_0 = "legacy_library"

_API = "kaggle/api/kaggle_api_extended.py"

# What one line of a client spoils, once for all scenarios that it spoils.
_NAME_OF_URL = "saves a file under the last segment of its address, still percent-encoded"
_NO_FOLDERS = "saves a file without its folder, and then skips another of that name as being there already"
_NAMES_OF_URL = (
    ("one_file_with_spaces_in_its_name_arrives", "looks at the name of the file"),
    ("one_file_with_a_name_of_another_script_arrives", "looks at the name of the file"),
    ("one_file_with_signs_of_an_address_in_its_name_arrives", "looks at the name of the file"),
)
_NAMES_OF_URL_IN_COMPETITIONS = (
    "one_file_of_a_competition_with_spaces_in_its_name_arrives",
    "one_file_of_a_competition_with_a_name_of_another_script_arrives",
    "one_file_of_a_competition_with_signs_of_an_address_in_its_name_arrives",
)
_NOT_ENCODED = "does not percent-encode the name that it asks for, so that `&` and `#` end it"

DEFECTS: Final[tuple[Defect, ...]] = (
    Defect(
        "pages_are_written",
        _KAGGLE_2,
        "makes a page",
        "kaggle/cli.py:434",
        "hands what only the list of pages takes to every command below `pages`, which ends in a TypeError",
    ),
    Defect(
        "the_data_of_a_competition_arrive_in_the_folder_that_is_named",
        _KAGGLEHUB_1,
        "asks for them a second time",
        "kagglehub/http_resolver.py:60",
        "refuses the folder that it has filled itself, before it looks whether all is there",
    ),
    *(
        Defect(
            "a_file_that_has_changed_is_fetched_again",
            driver,
            "downloads the new file",
            where,
            "removes the old file, and with it the folder into which it then writes the new one",
        )
        for driver, where in (
            (_KAGGLEHUB_1, "kagglehub/clients.py:289"),
            (_KAGGLEHUB_0, "kagglehub/clients.py:319"),
        )
    ),
    *(
        Defect(scenario, driver, step, where, _NAME_OF_URL)
        for driver, where in (
            (_KAGGLE_2, "kaggle/api/kaggle_api_extended.py:5095"),
            (_KAGGLE_1, "kaggle/api/kaggle_api_extended.py:1462"),
        )
        for scenario, step in _NAMES_OF_URL
    ),
    Defect(
        "two_files_of_one_name_do_not_meet",
        _KAGGLE_2,
        "downloads the second file",
        "kaggle/api/kaggle_api_extended.py:5095",
        _NO_FOLDERS,
    ),
    Defect(
        "two_files_of_one_name_do_not_meet",
        _KAGGLE_1,
        "downloads the second file",
        "kaggle/api/kaggle_api_extended.py:1462",
        _NO_FOLDERS,
    ),
    Defect(
        "one_file_with_signs_of_an_address_in_its_name_arrives",
        _KAGGLEHUB_0,
        "downloads the file",
        "kagglehub/http_resolver.py:365",
        _NOT_ENCODED,
    ),
    *(
        Defect(scenario, driver, "looks at the name of the file", where, _NAME_OF_URL)
        for driver, where in ((_KAGGLE_2, f"{_API}:2249"), (_KAGGLE_1, f"{_API}:972"))
        for scenario in _NAMES_OF_URL_IN_COMPETITIONS
    ),
    *(
        Defect(
            "two_files_of_one_name_in_a_competition_do_not_meet",
            driver,
            "downloads the second file",
            where,
            _NO_FOLDERS,
        )
        for driver, where in ((_KAGGLE_2, f"{_API}:2249"), (_KAGGLE_1, f"{_API}:972"))
    ),
    Defect(
        "one_file_of_a_competition_with_signs_of_an_address_in_its_name_arrives",
        _KAGGLEHUB_0,
        "downloads the file",
        "kagglehub/http_resolver.py:387",
        _NOT_ENCODED,
    ),
)


def defect_of(scenario: str, driver: str) -> Defect | None:
    """The defect that stands in the way of this combination, if one does."""
    return next((known for known in DEFECTS if (known.scenario, known.driver) == (scenario, driver)), None)
