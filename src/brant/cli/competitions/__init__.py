"""`brant competitions`: its verbs, a file each; those of a noun within it in a folder of its own."""

from brant.cli.commands import Command, Noun, Verb

_HERE = "brant.cli.competitions"

COMMANDS: tuple[Command, ...] = (
    # Finding, entering, submitting.
    Verb("list", "list competitions, searched, filtered and sorted", f"{_HERE}.list"),
    Verb("view", "tell what is known of a competition", f"{_HERE}.view"),
    Verb("join", "accept the rules of a competition and enter it", f"{_HERE}.join"),
    Verb("files", "list the files of a competition", f"{_HERE}.files"),
    Verb("tree", "list what lies in one folder of a competition's data", f"{_HERE}.tree"),
    Verb("summary", "tell of a competition's data in numbers", f"{_HERE}.summary"),
    Verb("download", "download the data of a competition, or some of them", f"{_HERE}.download"),
    Verb("submit", "submit a file, or what a notebook writes", f"{_HERE}.submit"),
    Verb("submissions", "list the submissions of your team", f"{_HERE}.submissions"),
    Noun("submission", "look at one submission, or fetch its file", f"{_HERE}.submission"),
    Verb("submission-limits", "tell how many submissions your team has left", f"{_HERE}.submission_limits"),
    Verb("select", "choose the submissions that count in the end", f"{_HERE}.select"),
    Verb("leaderboard", "show or download the leaderboard", f"{_HERE}.leaderboard"),
    Verb(
        "team-submissions", "list what everybody may see of a team's submissions", f"{_HERE}.team_submissions"
    ),
    Noun("team", "see and change your team", f"{_HERE}.team", default="show"),
    Noun("topics", "read and write in the discussion", f"{_HERE}.topics", default="list"),
    Verb("topic-messages", "list the messages of a topic", f"{_HERE}.topic_messages"),
    Verb("episodes", "list the episodes of a submission to a simulation", f"{_HERE}.episodes"),
    Verb("replay", "download the replay of an episode", f"{_HERE}.replay"),
    Verb("logs", "download what an agent wrote in an episode", f"{_HERE}.logs"),
    # Hosting.
    Verb("init", "write a template of competition-metadata.json", f"{_HERE}.init"),
    Verb("create", "make a competition", f"{_HERE}.create"),
    Noun("data", "the data of a competition that you host", f"{_HERE}.data"),
    Noun("solution", "the solution file, and whether it will do", f"{_HERE}.solution"),
    Noun("sample", "the sample submission", f"{_HERE}.sample"),
    Noun("setup", "metric, split and limits", f"{_HERE}.setup", default="get"),
    Verb("metrics", "list the metrics that are built in", f"{_HERE}.metrics"),
    Noun("settings", "title, dates and switches", f"{_HERE}.settings"),
    Noun("pages", "read and write the pages", f"{_HERE}.pages", default="list"),
    Noun("hosts", "see who hosts, and add to them", f"{_HERE}.hosts", default="list"),
    Noun("judges", "see who judges, and add to them", f"{_HERE}.judges", default="list"),
    Verb("admit", "let a user see and enter a private competition", f"{_HERE}.admit"),
    Verb("launch", "open a competition to its participants", f"{_HERE}.launch"),
    Verb(
        "host-submissions",
        "list everybody's submissions, with what holds them up",
        f"{_HERE}.host_submissions",
    ),
    Verb("rescore", "have all submissions scored again", f"{_HERE}.rescore"),
)
