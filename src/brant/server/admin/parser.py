"""The words and options of `brant admin`."""

import argparse
import re
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

_Parser = TypeVar("_Parser", bound=argparse.ArgumentParser)

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_admin(actions: "argparse._SubParsersAction[_Parser]", data: _Parser) -> None:
    """Adds them to a parser; `data` is the one that brings `--data`."""
    _add_user(_deeper(actions.add_parser("user", help="add and list users"), "verb"), data)
    _add_credentials(actions, data)
    _add_organization(
        _deeper(actions.add_parser("org", help="organizations and their OAuth clients"), "verb"), data
    )
    _add_competition(
        _deeper(actions.add_parser("competition", help="competitions out of folders"), "verb"), data
    )
    backup = actions.add_parser(
        "backup", parents=[data], help="copy everything to a new folder, also while serving"
    )
    backup.add_argument("to", type=folder, metavar="TO")
    gc = actions.add_parser("gc", parents=[data], help="remove what nothing holds any more")
    gc.add_argument("--dry-run", action="store_true", help="only say what would go")


def folder(text: str) -> Path:
    """A folder as typed, whole."""
    return Path(text).expanduser().absolute()


def _add_user(verbs: "argparse._SubParsersAction[_Parser]", data: _Parser) -> None:
    add = verbs.add_parser("add", parents=[data], help="add a user")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--admin", action="store_true", help="one who may do everything")
    add.add_argument(
        "--password-stdin", action="store_true", help="with a password, read as one line of standard input"
    )
    verbs.add_parser("list", parents=[data], help="list all users")


def _add_credentials(actions: "argparse._SubParsersAction[_Parser]", data: _Parser) -> None:
    password = actions.add_parser(
        "password",
        parents=[data],
        help="give a user a new password for the pages: typed twice, or one line of standard input",
    )
    password.add_argument("name", metavar="NAME")
    token = actions.add_parser("token", parents=[data], help="make an access token and print it, this once")
    token.add_argument("name", metavar="NAME")
    token.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="S",
        help="what it allows, such as datasets.get:* (may be repeated; default: everything)",
    )
    token.add_argument(
        "--expires", type=_lifetime, metavar="TIME", help="how long it is good, such as 30d, 12h or 90m"
    )
    key = actions.add_parser(
        "key", parents=[data], help="make a legacy key and print it as kaggle.json, this once"
    )
    key.add_argument("name", metavar="NAME")
    for made in (token, key):
        made.add_argument("--label", default="", metavar="L", help="what it is for, to tell it from others")


def _add_organization(verbs: "argparse._SubParsersAction[_Parser]", data: _Parser) -> None:
    create = verbs.add_parser("create", parents=[data], help="make an organization and its client org:SLUG")
    create.add_argument("slug", metavar="SLUG")
    create.add_argument("--owner", required=True, metavar="NAME", help="the user who owns it")
    create.add_argument("--name", default="", metavar="N", help="its name for people (default: the slug)")
    create.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="URI",
        help="an https address that its client may send browsers to; may be repeated",
    )
    verbs.add_parser("list", parents=[data], help="list all organizations, with owners and redirect URIs")
    member = _deeper(verbs.add_parser("member", help="who is in an organization"), "step")
    add = member.add_parser("add", parents=[data], help="take a user in, or give them another role")
    remove = member.add_parser("remove", parents=[data], help="take a user out")
    for step in (add, remove):
        step.add_argument("slug", metavar="SLUG")
        step.add_argument("name", metavar="NAME")
    add.add_argument("--role", choices=("owner", "member"), default="member", help="default: %(default)s")
    redirect = verbs.add_parser("redirect", parents=[data], help="set the redirect URIs of its client")
    redirect.add_argument("slug", metavar="SLUG")
    redirect.add_argument("uris", nargs="*", metavar="URI", help="all of them; none takes them away")


def _add_competition(verbs: "argparse._SubParsersAction[_Parser]", data: _Parser) -> None:
    take = verbs.add_parser(
        "import", parents=[data], help="make the competition of a folder, or bring it up to date"
    )
    take.add_argument("folder", type=folder, metavar="FOLDER", help="one with a competition.toml")
    take.add_argument("--host", metavar="NAME", help="the user whose competition a new one is")
    take.add_argument(
        "--launch", action="store_true", help="open it to participants, now or at its declared start"
    )


def _deeper(parser: _Parser, dest: str) -> "argparse._SubParsersAction[_Parser]":
    return parser.add_subparsers(dest=dest, required=True, metavar=dest.upper())


def _lifetime(text: str) -> timedelta:
    found = re.fullmatch(r"0*([1-9][0-9]{0,3})([mhdw])", text)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no length of time: expected one such as 30d, 12h or 90m"
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
