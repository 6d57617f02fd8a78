"""The one filter that every text leaving the program passes: secrets become ***."""

import re
from typing import Final

# A quote as it stands, as JSON within JSON escapes it, or as an address encodes it.
_QUOTE: Final = r"(?:\\*[\"']|%22)"
# To the quote that closes it, or to the line's end where the text was cut. shlex writes ' as '"'"'. Where
# quotes are escaped, those with more backslashes belong to the value.
_QUOTED: Final = (
    r"b?(?:(?P<quote>[\"']|%22)(?:'\"'\"'|(?!(?P=quote))(?:\\.|[^\\\r\n]))*(?P<end>(?P=quote)|)"
    r"|(?P<escaped>\\+[\"'])(?:(?!(?P=escaped))(?:\\++.|[^\\\r\n]))*(?P<closed>(?P=escaped)|))"
)
# Without quotes, to the next separator: in an address, and within one that stands encoded in another.
_IS_AND_VALUE: Final = (
    rf"(?:(?P<is>{_QUOTE}?\s*[:=]\s*){{like}}(?:{_QUOTED}|{{bare}}+)"
    rf"|(?P<encoded>{_QUOTE}?%3[ad]){{like}}(?:%22(?:(?!%22)[^\s&\"'])*(?:%22|)"
    r"|(?:[^\s,;&}}\]\"'\\%]|%(?!2[26c]|7d))+))"
)
# Where a name begins, also in an encoded address.
_BEGIN: Final = r"(?:(?<![A-Za-z0-9])|(?<=%22)|(?<=%26)|(?<=%3f))"
# What people do not write as a word: it is long, or has a digit in it.
_NO_WORD: Final = rf"(?=b?{_QUOTE}?(?:[^\s\"',;&]{{16}}|(?=[^\s\"',;&\d]*\d)[^\s\"',;&]{{8}}))"
_LONG: Final = rf"(?=b?{_QUOTE}?(?:[^\s\"',;&:/]{{32}}|(?=[^\s\"',;&\d]*\d)[^\s\"',;&:/]{{16}}))"


def _hidden(found: re.Match[str]) -> str:
    """The name as it was, and *** between the quotes that were there."""
    held = {name: text or "" for name, text in found.groupdict().items()}
    before = held["name"] + held["is"] + held["encoded"] + held["quote"] + held["escaped"]
    return before + "***" + held["end"] + held["closed"]


def _named(names: str, *, like: str = "", bare: str = r"[^\s,;&}\]\"'\\]") -> str:
    """A rule for `names` and what they are given; `like` looks ahead at the value, and may say no.

    `bare` are the letters of a value without quotes.
    """
    return rf"(?i)(?P<name>{names})" + _IS_AND_VALUE.format(like=like, bare=bare)


RULES: Final = (
    # Tokens say what they are by their prefix, whatever stands before it.
    (r"(KGAT_|KGRT_)[A-Za-z0-9_\-]+", r"\1***"),
    # A hashed password, though nobody should see one.
    (r"(\$argon2\w{1,2}\$)[^\s\"']+", r"\1***"),
    # A legacy key by its form alone; within a path it is a file's name.
    (r"(?<![\w/.\-])[0-9a-f]{32}(?![\w/\-]|\.\w)", "***"),
    # The code that sets a server up.
    (r"(?<![\w\-])[A-Z2-7]{4}(?:-[A-Z2-7]{4}){4}(?![\w\-])", "***"),
    # Authorization headers; prose that begins with "Basic" is none.
    (r"(?i)\b(authorization\W{1,8}(?:bearer|basic|token)\s+)[^\s\"',;]+", r"\1***"),
    (
        r"\b([Bb]earer|[Bb]asic|BEARER|BASIC)\s+(?!realm=)(?=\S*(?:\d|=|[a-z][A-Z]))[A-Za-z0-9._~+/=\-:%]{6,}",
        r"\1 ***",
    ),
    # An organization's client and its key, as they stand in a Basic header that was not encoded.
    (r"(?i)\b(org(?::|%3a)[a-z0-9\-]{1,64}(?::|%3a))[^\s\"'&,;@]+", r"\1***"),
    # All of a Cookie header, and of a Set-Cookie header.
    (
        r"(?i)(?P<name>\b(?:set-)?cookie\b)(?P<is>" + _QUOTE + r"?\s*[:,=]\s*)(?P<encoded>)"
        r"(?=b?" + _QUOTE + r"?[^\s=;,\"']{1,80}=)(?:" + _QUOTED + r"|[^\r\n]+)",
        _hidden,
    ),
    # Credentials inside an address. A password may hold "@", and by mistake "/"; a port is digits alone.
    (r"(://[^\s/:@]*:)(?:[^\s/]{1,256}|(?!\d+/)[^\s@]{1,256})@+", r"\1***@"),
    # The signature of a signed address, and the token of an upload address.
    (
        (
            r"(?i)((?:[?&;]|\\u0026|%3f|%26)(?:(?:x-(?:goog|amz)-)?signature|x-amz-security-token|sig)(?:=|%3d))"
            r"[^&\s\"'\\]+"
        ),
        r"\1***",
    ),
    # An authorization code in the address that brings it back (RFC 6749 §4.1.2), or in a form.
    (r"(?i)((?:[?&;]|\\u0026|%3f|%26)code(?:=|%3d))[^&\s\"'\\%]+", r"\1***"),
    (r"(/storage/uploads/)[A-Za-z0-9_\-]+", r"\1***"),
    # name=value, "name": "value" and their kin, in headers, JSON, shells and configuration files.
    # A password may hold anything.
    (_named(r"passw(?:or)?d\d?|passphrase", bare=r"[^\s&]"), _hidden),
    (
        _named(
            r"kaggle_api_token|kaggle_api_v1_token|kaggle_key|(?:api|secret)[_-]?key"
            r"|client_?secret|(?:access|refresh|csrf|upload|id)_?token|code_?verifier|csrf"
            r"|setup[_.]?code|brant-(?:session|visitor)(?:-\d{1,5})?|brant_session"
        ),
        _hidden,
    ),
    # "key", "secret" and "token" are words of everyday, too, and "code" is mostly a number.
    (
        _named(
            _BEGIN + r"(?:key|secret|(?<!page[ _-])token)",
            like=_NO_WORD,
        ),
        _hidden,
    ),
    (_named(_BEGIN + r"(?<!_)code", like=_LONG), _hidden),
)


def redact(text: str) -> str:
    """`text` with every token, key, password, code, cookie and signature in it replaced by ***."""
    for pattern, replacement in RULES:
        # Compiled, and kept by `re`, when the first text is filtered: most calls have nothing to filter.
        text = re.sub(pattern, replacement, text)
    return text
