"""Keys that tests sign with, each made once in a process."""

from functools import cache

import pysequoia


@cache
def openpgp_key(who: str) -> bytes:
    """An OpenPGP key as gpg exports it."""
    return str(pysequoia.Tsk.generate(who)).encode()
