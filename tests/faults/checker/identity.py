"""Ids follow from what made them: UUIDv7 whose last ten bytes are the digest of (source, id, ordinal) of the message that was handled. So each event, and
each thing that a handler makes, can be traced to its message, and a message to what came of it."""

import hashlib

ORDINALS = 24  # ids that a message makes before its first event, or between two, at most, for what clients send


def made_by(source, ident, tails, ordinals=ORDINALS):
    """Which of `tails` (last ten bytes -> anything) this message made."""
    begun = hashlib.sha256()
    for part in (source.encode(), ident.encode()):
        begun.update(len(part).to_bytes(8, "big") + part)
    begun.update((4).to_bytes(8, "big"))
    found, ordinal, until = [], 0, ordinals
    while ordinal < until:
        sha = begun.copy()
        sha.update(ordinal.to_bytes(4, "big"))
        made = sha.digest()
        made = bytes((0x70 | made[0] & 0x0F, made[1], 0x80 | made[2] & 0x3F)) + made[3:10]
        ordinal += 1
        if made in tails:
            found.append(tails[made])
            until = ordinal + ordinals
    return found
