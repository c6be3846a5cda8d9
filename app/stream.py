"""Files that nobody reads or changes without the key: sealed in pieces, so that they may be of any size. Knows nothing of what is in them.

The construction is STREAM over AES-256-GCM: a key of its own for each file, a counter in each nonce, and a mark on the last piece.
A piece that was changed, left out, put elsewhere or cut off at the end does not open.
"""

import json
import secrets
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import DeskhandError

MAGIC = b"DESKHAND BACKUP 1\n"
PIECE = 1 << 20
LONGEST_HEAD = 1000
_LENGTH = struct.Struct(">I")


class Damaged(DeskhandError):
    """The file was changed, cut off, or is none of ours."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "take another copy of it")


class OtherKey(DeskhandError):
    """The file was sealed with a key that this installation does not have."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"the file was sealed with key {key_id}", "add that key to DESKHAND_SECRET_KEY")


def seal(file: IO[bytes], key: bytes, pieces: Iterable[bytes]) -> None:
    """Write all of it. The file is whole only when this returns."""
    salt = secrets.token_bytes(32)
    head = json.dumps({"key": key_id(key), "salt": b64encode(salt).decode()}).encode()
    file.write(MAGIC + _LENGTH.pack(len(head)) + head)
    cipher, number, held = AESGCM(_derived(key, salt)), 0, b""
    for piece in _even(pieces):
        if number or held:
            _put(file, cipher, number - 1, held, head, last=False)
        held, number = piece, number + 1
    _put(file, cipher, max(number - 1, 0), held, head, last=True)


def opened(file: IO[bytes], keys: Sequence[bytes]) -> Iterator[bytes]:
    """The pieces again, each verified before it is given. Raises Damaged and OtherKey."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Damaged("this is no backup of Deskhand's")
    head = _exactly(file, _size(file, LONGEST_HEAD))
    cipher = AESGCM(_named(head, keys))
    number, last = 0, False
    while not last:
        sealed = _exactly(file, _size(file, PIECE + 16))
        for last in (False, True):
            try:
                text = cipher.decrypt(_nonce(number, last=last), sealed, head)
            except InvalidTag:
                continue
            yield text
            break
        else:
            raise Damaged(f"piece {number + 1} of the file was changed")
        number += 1
    if file.read(1):
        raise Damaged("something was put behind the end of the file")


def key_id(key: bytes) -> str:
    """How a key is named without being told."""
    return sha256(b"deskhand key id" + key).hexdigest()[:8]


def _named(head: bytes, keys: Sequence[bytes]) -> bytes:
    try:
        told = json.loads(head)
        name, salt = str(told["key"]), b64decode(told["salt"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("the head of the file was changed") from error
    for key in keys:
        if key_id(key) == name:
            return _derived(key, salt)
    raise OtherKey(name[:8])


def _derived(key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, b"deskhand backup").derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _put(file: IO[bytes], cipher: AESGCM, number: int, piece: bytes, head: bytes, *, last: bool) -> None:
    sealed = cipher.encrypt(_nonce(number, last=last), piece, head)
    file.write(_LENGTH.pack(len(sealed)) + sealed)


def _even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)


def _size(file: IO[bytes], most: int) -> int:
    (size,) = _LENGTH.unpack(_exactly(file, _LENGTH.size))
    if size > most:
        raise Damaged("a length in the file was changed")
    return int(size)


def _exactly(file: IO[bytes], size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise Damaged("the file was cut off")
    return found
