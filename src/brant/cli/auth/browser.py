"""The user's own browser, where there is one that this program can open."""

import sys
from collections.abc import Callable, Mapping


def opener(environ: Mapping[str, str], say: Callable[[str], None]) -> Callable[[str], bool] | None:
    """Opens an address, telling the user which; None where nobody would see it.

    Without a display the standard library would start a browser of the terminal, which no login page likes.
    """
    local = sys.platform in ("win32", "darwin") and "SSH_CONNECTION" not in environ
    if not (local or any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))):
        return None

    def open_(address: str) -> bool:
        import webbrowser

        say("Your browser opens. If it does not, open this address on this machine:")
        say(f"  {address}")
        try:
            opened = webbrowser.open(address)
        except webbrowser.Error:
            opened = False
        if not opened:
            say("No browser could be opened.")
        return opened

    return open_
