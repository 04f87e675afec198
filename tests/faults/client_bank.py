"""The bank of a merchant: it knows every line that it ever wrote, and writes statements of them, camt.053.001.08.

A line has a number of its own (`n`) that no statement prints: twins differ in nothing else."""

import datetime
from xml.sax.saxutils import escape

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def digits(minor):
    return f"{abs(minor) // 100}.{abs(minor) % 100:02}"


def sign(minor):
    return "DBIT" if minor < 0 else "CRDT"


def line_text(line, currency):
    amount = f'<Amt Ccy="{currency}">{digits(line["minor"])}</Amt><CdtDbtInd>{sign(line["minor"])}</CdtDbtInd>'
    who = "Cdtr" if line["minor"] < 0 else "Dbtr"
    party = f"<{who}><Pty><Nm>{escape(line['name'])}</Nm></Pty></{who}>" if line.get("name") else ""
    party += f"<{who}Acct><Id><IBAN>{line['iban']}</IBAN></Id></{who}Acct>" if line.get("iban") else ""
    info = f"<Ustrd>{escape(line['text'])}</Ustrd>" if line.get("text") else ""
    if line.get("rf"):
        info += f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{line['rf']}</Ref></CdtrRefInf></Strd>"
    family = "ICDT</Cd><SubFmlyCd>RRTN" if line.get("returned") else "RCDT</Cd><SubFmlyCd>ESCT"
    reason = f"<RtrInf><Rsn><Cd>{line['returned']}</Cd></Rsn></RtrInf>" if line.get("returned") else ""
    return (f'<Ntry>{amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{line["day"]}</Dt></BookgDt><ValDt><Dt>{line["day"]}</Dt></ValDt>'
            f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{line.get('end_to_end') or 'NOTPROVIDED'}</EndToEndId></Refs>{amount}"
            f"<RltdPties>{party}</RltdPties><RmtInf>{info}</RmtInf>{reason}</TxDtls></NtryDtls></Ntry>\n")


def balance_text(code, minor, day, currency):
    return (f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{digits(minor)}</Amt>'
            f"<CdtDbtInd>{sign(minor)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n")


def statement_text(ident, iban, currency, first, last, opening, lines, closing):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>\n'
            f"<GrpHdr><MsgId>{ident}</MsgId><CreDtTm>{last}T22:00:00Z</CreDtTm></GrpHdr>\n<Stmt><Id>{ident}</Id><CreDtTm>{last}T22:00:00Z</CreDtTm>"
            f"<FrToDt><FrDtTm>{first}T00:00:00Z</FrDtTm><ToDtTm>{last}T23:59:59Z</ToDtTm></FrToDt>"
            f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>\n"
            + balance_text("OPBD", opening, first, currency) + balance_text("CLBD", closing, last, currency)
            + "".join(line_text(line, currency) for line in lines) + "</Stmt></BkToCstmrStmt></Document>\n").encode()


DAMAGES = {
    # kind: (what it does to the bytes, whether the file is refused as a whole)
    "cut off": (lambda text: text[: len(text) * 2 // 3], True),
    "not closed": (lambda text: text.replace(b"<Ntry>", b"<Ntry><NtryRef>", 1), True),
    "doctype": (lambda text: b'<!DOCTYPE Document [<!ENTITY a "b">]>' + text[text.index(b"<Document"):], True),
    "balance": (lambda text: text.replace(b"<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=", b"<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt  Ccy=").replace(
        b'<Amt  Ccy="EUR">', b'<Amt Ccy="EUR">9').replace(b'<Amt  Ccy="USD">', b'<Amt Ccy="USD">9'), False),
}


class Bank:
    """One account, a statement a day. What is written stays written; only a statement that is asked for closes a day."""

    def __init__(self, iban, currency, opening, first_day):
        self.iban, self.currency, self.opening = iban, currency, opening
        self.day, self.balance = first_day, opening
        self.today, self.days, self.count = [], [], 0  # days: (number, first, last, opening, lines, closing)

    def write(self, minor, **more):
        """A line of today."""
        self.count += 1
        line = {"n": self.count, "minor": minor, "day": str(self.day), **{k: v for k, v in more.items() if v}}
        self.today.append(line)
        return line

    def close_day(self, last=None):
        """Ends the statement's days, up to `last`, and begins the next."""
        last = last or self.day
        opening, lines = self.balance, self.today
        self.balance += sum(line["minor"] for line in lines)
        self.days.append((len(self.days) + 1, str(self.day), str(last), opening, lines, self.balance))
        self.today, self.day = [], last + datetime.timedelta(days=1)
        return self.days[-1]

    def statement(self, days, label=""):
        """The document of some days that follow each other, and what it holds: (bytes, said)."""
        first, last = days[0], days[-1]
        lines = [line for day in days for line in day[4]]
        ident = f"{self.iban[-6:]}-{first[0]}" + (f"-{last[0]}" if len(days) > 1 else "") + label
        said = {"ident": ident, "account": self.iban, "first": first[1], "last": last[2], "opening": first[3], "closing": last[5], "lines": lines}
        return statement_text(ident, self.iban, self.currency, first[1], last[2], first[3], lines, last[5]), said
