"""Writes one kind of line that holds secrets to every logger: `python -m tests.server.log_lines KIND`."""

import asyncio
import logging
import sys
import warnings

from brant.server.logs import start_logging

# Put together here, so that no line of source in a traceback holds one.
KEY, TOKEN = "10950c0ffee1" + "0950c0ffee10950c0ffe", "KGAT_" + "l0gl1ne" * 5
CODE, COOKIE = "Lo9_" + "x-7Qz" * 8, "C00k1e" + "-Yz4w" * 7


def a_request(logger: logging.Logger) -> None:
    logger.error("%s %s", "GET", f"/?state=1&code={CODE}&signature={KEY}")


def headers_in_arguments(logger: logging.Logger) -> None:
    cookie = f"brant-session-8765={COOKIE}".encode()
    logger.error("headers %r", [(b"cookie", cookie), (b"authorization", TOKEN)])


def an_error_with_its_cause(logger: logging.Logger) -> None:
    try:
        _raise_from_another(KeyError(f"password=geese-{KEY}"))
    except ValueError:
        logger.exception("failed")


def _raise_from_another(cause: Exception) -> None:
    error = ValueError({"Authorization": f"Bearer {TOKEN}"}, {"key": KEY})
    error.add_note(f"while exchanging code_verifier={CODE}")
    raise error from cause


def an_error_group(logger: logging.Logger) -> None:
    group = ExceptionGroup("many", [ValueError(f"key={KEY}"), ValueError(TOKEN)])
    logger.error("all failed", exc_info=group)


def a_line_that_cannot_be_formatted(logger: logging.Logger) -> None:
    logger.error("%d and %s", TOKEN, KEY)


def a_line_that_cannot_be_made_text(logger: logging.Logger) -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError(f"client_secret={CODE}")

    logger.error("%s", Broken())


def a_warning(_: logging.Logger) -> None:
    warnings.warn(f"do not pass {TOKEN} here", stacklevel=2)


def a_task_that_nobody_waits_for(_: logging.Logger) -> None:
    async def forget() -> None:
        async def fail() -> None:
            raise ValueError(f"refresh_token={CODE}")

        task = asyncio.ensure_future(fail())
        await asyncio.wait([task])

    asyncio.run(forget())


KINDS = {
    kind.__name__: kind
    for kind in (
        a_request,
        headers_in_arguments,
        an_error_with_its_cause,
        an_error_group,
        a_line_that_cannot_be_formatted,
        a_line_that_cannot_be_made_text,
        a_warning,
        a_task_that_nobody_waits_for,
    )
}

if __name__ == "__main__":
    start_logging(verbose=True)
    for name in ("brant.server.edge", "uvicorn.error", "uvicorn", "sqlalchemy.engine", ""):
        KINDS[sys.argv[1]](logging.getLogger(name))
