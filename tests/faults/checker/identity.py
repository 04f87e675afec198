"""Ids follow from what made them: UUIDv7 whose last ten bytes are the digest of (source, id, ordinal) of the message that was handled. So each event, and
each thing that a handler makes, can be traced to its message, and a message to what came of it."""

import hashlib

ORDINALS = 48  # ids that a message makes before its next event, at most, for what clients send


def tail(source, ident, ordinal):
    sha = hashlib.sha256()
    for part in (source.encode(), ident.encode(), ordinal.to_bytes(4, "big")):
        sha.update(len(part).to_bytes(8, "big") + part)
    made = bytearray(sha.digest()[:10])
    made[0] = 0x70 | (made[0] & 0x0F)
    made[2] = 0x80 | (made[2] & 0x3F)
    return bytes(made)


def made_by(source, ident, tails, ordinals=ORDINALS):
    """Which of `tails` (last ten bytes -> anything) this message made."""
    found = []
    for ordinal in range(ordinals):
        made = tail(source, ident, ordinal)
        if made in tails:
            found.append(tails[made])
    return found
