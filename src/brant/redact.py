"""The one filter that every text leaving the program passes: secrets become ***."""

import re
from typing import Final

_RULES: Final = (
    # Tokens say what they are by their prefix.
    (re.compile(r"\b(KGAT_|KGRT_)[A-Za-z0-9_\-]+"), r"\1***"),
    # Authorization headers, and credentials inside an address.
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=\-]{6,}"), r"\1 ***"),
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.\-]*://[^\s/:@]*:)[^\s/@]+@"), r"\1***@"),
    # The signature of a signed address, and the token of an upload address.
    (re.compile(r"(?i)([?&](?:signature|x-goog-signature|x-amz-signature|sig)=)[^&\s\"']+"), r"\1***"),
    (re.compile(r"(/storage/uploads/)[A-Za-z0-9_\-]+"), r"\1***"),
    # name=value, "name": "value" and their kin, in headers, JSON, shells and configuration files.
    (
        re.compile(
            r"(?i)([\"']?\b(?:kaggle_api_token|kaggle_api_v1_token|kaggle_key|api_?key|key|password|secret"
            r"|client_?secret|access_?token|refresh_?token|code_?verifier)[\"']?\s*[:=]\s*)"
            r"(\"[^\"]*\"|'[^']*'|[^\s,;&}\]\"']+)"
        ),
        lambda m: m[1] + (m[2][0] + "***" + m[2][0] if m[2][0] in "\"'" else "***"),
    ),
)


def redact(text: str) -> str:
    """`text` with every token, key, password and signature in it replaced by ***."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
