"""Numbers of variable length, as programs have them."""


def uvarint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def varint(number):
    return uvarint(number << 1 if number >= 0 else (-number << 1) - 1)
