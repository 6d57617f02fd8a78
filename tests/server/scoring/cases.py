"""Random cases: a test that holds for many draws, and names the seed of the one for which it does not."""

from collections.abc import Callable


def cases(count: int) -> Callable[[Callable[[int], None]], Callable[[], None]]:
    """Runs the test for the seeds from 0 to `count` - 1."""

    def of(test: Callable[[int], None]) -> Callable[[], None]:
        def run() -> None:
            for seed in range(count):
                try:
                    test(seed)
                except BaseException as error:
                    error.add_note(f"in the case of seed {seed}")
                    raise

        run.__name__ = test.__name__
        return run

    return of
