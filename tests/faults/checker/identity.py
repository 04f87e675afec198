"""Ids follow from what made them: UUIDv7 whose last ten bytes are the digest of (source, id, ordinal) of the message that was handled. So each event, and
each thing that a handler makes, can be traced to its message, and a message to what came of it."""

import functools
import hashlib
import itertools

ORDINALS = 24  # ids that a message makes before its first event, or between two, at most, for what clients send


def tails_of(source, ident):
    """The last ten bytes of the ids that a message makes, in order, without end."""
    begun = hashlib.sha256()
    for part in (source.encode(), ident.encode()):
        begun.update(len(part).to_bytes(8, "big") + part)
    begun.update((4).to_bytes(8, "big"))
    for ordinal in itertools.count():
        sha = begun.copy()
        sha.update(ordinal.to_bytes(4, "big"))
        made = sha.digest()
        yield bytes((0x70 | made[0] & 0x0F, made[1], 0x80 | made[2] & 0x3F)) + made[3:10]


@functools.lru_cache(maxsize=1 << 15)
def first_tails(source, ident):
    """A small run is looked at many times."""
    return tuple(itertools.islice(tails_of(source, ident), ORDINALS))


def made_by(source, ident, tails, ordinals=ORDINALS):
    """Which of `tails` (last ten bytes -> anything) this message made."""
    first = first_tails(source, ident)
    if ordinals == ORDINALS and tails.keys().isdisjoint(first):
        return []
    found, until = [], ordinals
    for ordinal, made in enumerate(tails_of(source, ident)):
        if ordinal >= until:
            return found
        if made in tails:
            found.append(tails[made])
            until = ordinal + 1 + ordinals
