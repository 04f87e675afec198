"""What people read: aligned tables with thousands separators, and one changing line while it works."""

import sys

PLACES = {"EUR": 2, "JPY": 0, "GBP": 2, "USD": 2}


def amount(minor, currency):
    """1234567 EUR is 12,345.67; 1234567 JPY is 1,234,567."""
    places = PLACES[currency]
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 10**places)
    return f"{sign}{whole:,}" + (f".{part:0{places}d}" if places else "")


def table(rows, align=None, indent="  "):
    """Rows of texts as lines; `align` has < or > for each column, else the first is on the left and the others on the right."""
    rows = [[str(cell) for cell in row] for row in rows]
    if not rows:
        return []
    align = align or "<" + ">" * (len(rows[0]) - 1)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [(indent + "   ".join(f"{cell:{a}{w}}" for cell, a, w in zip(row, align, widths))).rstrip() for row in rows]


class Progress:
    """One changing line on a terminal; elsewhere plain lines, not too many of them."""

    def __init__(self, out=sys.stderr, every=15):
        self.out = out
        self.live = out.isatty()
        self.every = every
        self.width = 0
        self.n = 0

    def step(self, text):
        """A stage begins: always a line of its own where lines are kept."""
        if self.live:
            self.show(text)
        else:
            print(text, file=self.out, flush=True)

    def tick(self, text):
        """The same stage, further on."""
        self.n += 1
        if self.live:
            self.show(text)
        elif self.n % self.every == 0:
            print(text, file=self.out, flush=True)

    def show(self, text):
        self.out.write("\r" + text.ljust(self.width))
        self.out.flush()
        self.width = len(text)

    def clear(self):
        if self.live and self.width:
            self.out.write("\r" + " " * self.width + "\r")
            self.out.flush()
            self.width = 0


def counts(title, tallies, currency):
    """`tallies`: name -> Tally; a name may be a tuple of columns."""
    rows = [[*((k,) if isinstance(k, str) else k), f"{t.count:,}", amount(t.minor, currency) if t.minor else ""] for k, t in tallies.items() if t.count]
    if not rows:
        return [title, "  nothing"]
    return [title, *table(rows, "<" * (len(rows[0]) - 2) + ">>")]
