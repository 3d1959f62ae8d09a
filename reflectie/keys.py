"""Hashes that can't be tried out without SECRET_KEY, also those made while another key was in force."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def secret_keys() -> list[str]:
    """The key in force, and then those of before, under which something may still be kept."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def key_names() -> list[str]:
    """What the keys are called, in the same order: it tells which was in force, and nothing of what it is."""
    return [keyed_hash("reflectie.key", "", secret)[:8] for secret in secret_keys()]


def lasting_key() -> str:
    """For what can be made anew, but needn't be: ETags and kept PDFs. A new key changes nothing about them until the
    oldest is dropped from the settings."""
    return secret_keys()[-1]


def keyed_hash(salt: str, value: str, secret: str | None = None) -> str:
    """What stands for a value, for one use (`salt`): 64 hexadecimal signs. Under the key in force unless given one."""
    return salted_hmac(salt, value, secret, algorithm="sha256").hexdigest()


def keyed_hashes(salt: str, value: str) -> list[str]:
    """What stands for a value, and what stood for it under each key of before."""
    return [keyed_hash(salt, value, secret) for secret in secret_keys()]
