"""Links and codes: made here, and kept as hashes wherever nobody needs to show them again."""

import base64
import hashlib
import hmac
import secrets

# 16 bytes are 128 bits: nobody guesses a link.
TOKEN_BYTES = 16


def new_token() -> str:
    """A fresh link to fill in: 128 random bits in 22 signs that fit in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def read_token(token: str) -> str:
    """The link to read that goes with a link to fill in. The way back doesn't exist."""
    digest = hmac.digest(token.encode(), b"rapport", "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode().rstrip("=")


def hash_token(token: str) -> str:
    """What is kept of a token. No salt or slow hash: 128 random bits can't be tried out."""
    return hashlib.sha256(token.encode()).hexdigest()
