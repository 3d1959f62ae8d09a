"""Links and codes: made here, and kept as hashes wherever nobody needs to show them again."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from uuid import UUID

from reflectie.keys import keyed_hashes

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


# Capitals and figures that nobody mixes up, read aloud or written by hand: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
SIGNS = "ACDEFGHJKMNPQRTWXY34679"
# A short code is open to guessing, so failed tries are counted (`web/throttle.py`): 23**6 is 148 million.
SHORT_CODE = 6
# A personal code has 54 bits, and its hash can't be tried out without SECRET_KEY.
PERSONAL_CODE = 12


def new_code(length: int) -> str:
    """A random code of so many signs, to read aloud or to write down."""
    return "".join(secrets.choice(SIGNS) for _ in range(length))


def bare_code(typed: str) -> str:
    """A code as somebody typed it, in its bare form: capitals and figures. Whatever is neither letter nor figure
    doesn't count, and figures of another width or script are figures."""
    signs = (sign for sign in unicodedata.normalize("NFKC", typed) if sign.isalnum())
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in signs).upper()


def read_code(typed: str) -> str:
    """The code of ours that somebody typed, in its bare form; "" when it can't be one."""
    bare = bare_code(typed)
    return bare if bare and set(bare) <= set(SIGNS) else ""


def hash_personal_code(session_id: UUID, code: str) -> str:
    """What is kept of a participant's code, and opens their sheet in this session alone."""
    return personal_code_hashes(session_id, code)[0]


def personal_code_hashes(session_id: UUID, code: str) -> list[str]:
    """What is kept of a participant's code, and what was kept of it under each secret key of before."""
    return hash_under_each_key("reflectie.participant", f"{session_id}:{code}")


def hash_under_each_key(salt: str, value: str) -> list[str]:
    """What is kept of a value that is to open nothing without a secret key: under the one in force, then under those of
    before. What was kept under one of these is the same value."""
    return [hash_token(hashed) for hashed in keyed_hashes(salt, value)]
