"""Addresses and hashes, as Algorand makes and writes them."""
import base64
import hashlib

ZERO = bytes(32)


def sha512_256(data):
    return hashlib.new("sha512_256", data).digest()


def base32(raw):
    return base64.b32encode(raw).decode().rstrip("=")


def address_text(raw):
    """An address with its checksum."""
    return base32(raw + sha512_256(raw)[-4:])


def address_bytes(text):
    """The 32 bytes that an address names."""
    return base64.b32decode(text + "======")[:32]


def app_address(app):
    return sha512_256(b"appID" + app.to_bytes(8))


def program_address(program):
    return sha512_256(b"Program" + program)
