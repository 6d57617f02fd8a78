"""Visit: one request of a browser: who sent it, what it carried, and the answers that it can be given."""

import math
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, quote_from_bytes

from starlette.responses import Response

from brant.errors import BrantError, RateLimited, Unauthenticated
from brant.server.domain.accounts.user import User
from brant.server.web import cookies, forgery
from brant.server.web.forms import Fields
from brant.server.web.headers import page_headers
from brant.server.web.rendering import Renderer

_FOR_ANYBODY: Final = (("/competitions", "Competitions"),)
_PLACES: Final = (
    *_FOR_ANYBODY,
    ("/settings/api", "Tokens"),
    ("/organizations", "Organizations"),
    ("/settings/password", "Password"),
)
_FOR_ADMINISTRATORS: Final = (("/users", "Users"),)


@dataclass
class Visit:
    """`session` and `visitor` are the values of the cookies; `user` is whose session it is, if it holds.

    `origin` is the address that the browser used for this server, `address` the peer's, `target` the path
    with its query as they were sent, `params` what stands in the path where its pattern has a name, `upload`
    the token of the file that came with the form, and `file_name` its name.
    """

    renderer: Renderer
    method: str
    target: bytes
    origin: str
    address: str
    now: datetime
    query: Fields
    form: Fields
    params: Mapping[str, str]
    session: str
    visitor: str
    user: User | None = None
    upload: str = ""
    file_name: str = ""
    _set_cookies: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The path and query, percent-encoded so that it can be an address to come back to."""
        return quote_from_bytes(self.target, safe="!#$%&'()*+,/:;=?@[]~")

    @property
    def who(self) -> User:
        """The user, on pages that ask for one."""
        assert self.user is not None
        return self.user

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Where the links of every page lead this visitor."""
        if self.user is None:
            return _FOR_ANYBODY
        return (*_PLACES, *(_FOR_ADMINISTRATORS if self.user.is_admin else ()))

    def is_at(self, place: str) -> bool:
        """Whether this page is `place` or a part of it."""
        here = self.path.partition("?")[0]
        return here == place or here.startswith(place + "/")

    @property
    def secret(self) -> str:
        """The cookie that this browser's forms are bound to; "" where it has none."""
        return self.session if self.user is not None else self.visitor

    def csrf(self) -> str:
        """The token for the forms of the page that is drawn; a visitor without a cookie gets one."""
        if not self.secret:
            self.visitor = secrets.token_urlsafe(32)
            self._set_cookies.append(cookies.set_cookie("visitor", self.origin, self.visitor))
        return forgery.token_for(self.secret)

    def once(self) -> str:
        """A number for one form of the page that is drawn, by which it is known when it comes again."""
        return secrets.token_urlsafe(12)

    def sign_in(self, user: User, session: str) -> None:
        """From now on the browser is `user`'s; what it held before counts no more."""
        self.user, self.session = user, session
        self._set_cookies.append(cookies.set_cookie("session", self.origin, session))
        self._set_cookies.append(cookies.drop_cookie("visitor", self.origin))

    def sign_out(self) -> None:
        """The browser is nobody's."""
        self.user, self.session = None, ""
        self._set_cookies.append(cookies.drop_cookie("session", self.origin))

    def page(
        self,
        template: str,
        status: int = 200,
        *,
        form_targets: Iterable[str] = (),
        secret_address: bool = False,
        **values: Any,
    ) -> Response:
        """A page. The template sees `values`, `visit`, and `typed` and `problems` for its forms."""
        shown = {"visit": self, "status": status, "typed": self.form, "problems": {}} | values
        body = self.renderer.draw(template, shown)
        headers = page_headers(form_targets=form_targets, secret_address=secret_address)
        return self._finished(Response(body, status, headers, media_type="text/html"))

    def again(self, template: str, error: BrantError, field: str, **values: Any) -> Response:
        """The same page with what was typed, and what is wrong with it at `field`."""
        # 401 is for callers that can answer a challenge (RFC 9110 §15.5.2, §15.5.4).
        status = 403 if isinstance(error, Unauthenticated) else error.code
        answer = self.page(template, status, problems={field: sentence(error.message)}, **values)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            answer.headers["Retry-After"] = str(math.ceil(error.retry_after))
        return answer

    def go(self, path: str) -> Response:
        """Sends the browser on by GET (RFC 9110 §15.4.4); `path` is ours, or a checked redirect URI."""
        location = quote(path, safe="!#$%&'()*+,/:;=?@[]~")
        return self._finished(Response(status_code=303, headers={**page_headers(), "Location": location}))

    def file(self, name: str, kind: str, content: bytes) -> Response:
        """A file to be saved under `name` (RFC 6266)."""
        there = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return self._finished(Response(content, headers={**page_headers(), **there}, media_type=kind))

    def go_to_sign_in(self) -> Response:
        """To sign in first, and then back here."""
        return self.go("/signin?next=" + quote(self.path, safe="/"))

    def _finished(self, answer: Response) -> Response:
        for line in self._set_cookies:
            answer.headers.append("Set-Cookie", line)
        return answer


def sentence(message: str) -> str:
    """An error's message as it stands on a page; a name at its beginning is left as it is written."""
    first = message[:1].upper() if message.partition(" ")[0].rstrip(",:").isalpha() else message[:1]
    return first + message[1:] + ("" if message.endswith((".", "?", "!")) else ".")
