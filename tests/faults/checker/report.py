"""What the rules found: one violation a line, with the entity, what was expected, what was found, and where."""

import collections
import dataclasses


@dataclasses.dataclass(frozen=True)
class Violation:
    rule: str
    entity: str
    expected: str
    found: str
    where: str

    def __str__(self):
        return f"{self.rule:8} {self.entity}: expected {self.expected}; found {self.found}; where {self.where}"


class Report:
    def __init__(self):
        self.violations, self.counts = [], collections.Counter()

    def add(self, rule, entity, expected, found, where):
        self.violations.append(Violation(rule, str(entity), str(expected), str(found), str(where)))

    def count(self, what, n=1):
        self.counts[what] += n

    def equal(self, rule, entity, expected, found, where):
        if expected != found:
            self.add(rule, entity, expected, found, where)

    def same(self, rule, what, expected, found, columns, where):
        """Two tables by key, column by column: what is missing, what is too much, what differs."""
        self.count("rows", len(found))
        for key, row in expected.items():
            other = found.get(key)
            if other is None:
                self.add(rule, f"{what} {name(key)}", pairs(columns, row), "no row", where)
            elif row != other:
                wrong = [i for i, value in enumerate(row) if value != other[i]]
                self.add(rule, f"{what} {name(key)}", pairs([columns[i] for i in wrong], [row[i] for i in wrong]),
                         pairs([columns[i] for i in wrong], [other[i] for i in wrong]), where)
        for key in found.keys() - expected.keys():
            self.add(rule, f"{what} {name(key)}", "nothing: no fact says it", pairs(columns, found[key]), where)


def name(key):
    """A key for people: 16 bytes are a UUID."""
    if isinstance(key, (tuple, list)):
        return "/".join(name(k) for k in key)
    if isinstance(key, (bytes, memoryview)):
        text = bytes(key).hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}" if len(text) == 32 else text
    return str(key)


def pairs(columns, values):
    return " ".join(f"{c}={name(v)}" for c, v in zip(columns, values))
