"""The one filter that every text leaving the program passes: secrets become ***."""

import re
from typing import Final

# A quote as it stands, as JSON within JSON escapes it, or as an address encodes it.
_QUOTE: Final = r"(?:\\*[\"']|%22)"
_IS: Final = rf"{_QUOTE}?\s*(?:[:=]|%3[ad])\s*"
# To the quote that closes it, or to the line's end where the text was cut; a bare one to the next separator.
_VALUE: Final = (
    r"(?:b?(?P<quote>\\*[\"']|%22)(?:(?!(?P=quote))(?:\\.|[^\\\r\n]))*(?P<end>(?P=quote)|)"
    r"|[^\s,;&}\]\"'\\%]+)"
)
# What people do not write as a word: it is long, or has a digit in it.
_NO_WORD: Final = rf"(?=b?{_QUOTE}?(?:[^\s\"',;&]{{16}}|(?=[^\s\"',;&\d]*\d)[^\s\"',;&]{{8}}))"


def _hidden(found: re.Match[str]) -> str:
    return f"{found['name']}{found['quote'] or ''}***{found['end'] or ''}"


_RULES: Final = (
    # Tokens say what they are by their prefix, whatever stands before it.
    (r"(KGAT_|KGRT_)[A-Za-z0-9_\-]+", r"\1***"),
    # Authorization headers; prose that begins with "Basic" is none.
    (r"(?i)\b(authorization\W{1,8}(?:bearer|basic|token)\s+)[^\s\"',;]+", r"\1***"),
    (
        r"\b([Bb]earer|[Bb]asic|BEARER|BASIC)\s+(?=\S*(?:\d|=|[a-z][A-Z]))[A-Za-z0-9._~+/=\-]{6,}",
        r"\1 ***",
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
    (r"(/storage/uploads/)[A-Za-z0-9_\-]+", r"\1***"),
    # name=value, "name": "value" and their kin, in headers, JSON, shells and configuration files.
    (
        r"(?i)(?P<name>(?:\b|%22)(?:kaggle_api_token|kaggle_api_v1_token|kaggle_key|(?:api|secret)[_-]?key|password"
        r"|passwd|client_?secret|access_?token|refresh_?token|code_?verifier)" + _IS + ")" + _VALUE,
        _hidden,
    ),
    # "key" and "secret" are words of everyday, too.
    (r"(?i)(?P<name>(?:\b|%22)(?:key|secret)" + _IS + ")" + _NO_WORD + _VALUE, _hidden),
)


def redact(text: str) -> str:
    """`text` with every token, key, password and signature in it replaced by ***."""
    for pattern, replacement in _RULES:
        # Compiled, and kept by `re`, when the first text is filtered: most calls have nothing to filter.
        text = re.sub(pattern, replacement, text)
    return text
