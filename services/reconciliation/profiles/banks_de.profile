# Banks of Germany.

[sparkasse]
help = Sparkasse, CSV-CAMT export
delimiter = ;
header = Auftragskonto | Buchungstag | Valutadatum | Buchungstext | Verwendungszweck | Glaeubiger ID | Mandatsreferenz | Kundenreferenz (End-to-End) | Sammlerreferenz | Beguenstigter/Zahlungspflichtiger | Kontonummer/IBAN | BIC (SWIFT-Code) | Betrag | Waehrung | Info
account = Auftragskonto
booking = Buchungstag
value = Valutadatum
date = dd.mm.yy
decimal = ,
amount = Betrag
currency_column = Waehrung
code = Buchungstext
texts = Verwendungszweck
customer = Glaeubiger ID
mandate = Mandatsreferenz
end_to_end = Kundenreferenz (End-to-End)
batch = Sammlerreferenz
name = Beguenstigter/Zahlungspflichtiger
iban = Kontonummer/IBAN
bank = BIC (SWIFT-Code)
state = Info
booked = Umsatz gebucht
pending = Umsatz vorgemerkt

[dkb]
help = DKB, current account
delimiter = ;
header = Buchungsdatum | Wertstellung | Status | Zahlungspflichtige*r | Zahlungsempfänger*in | Verwendungszweck | Umsatztyp | IBAN | Betrag (€)
account_label = Girokonto | IBAN
booking = Buchungsdatum
value = Wertstellung
date = dd.mm.yy
decimal = ,
amount = Betrag (€)
currency = EUR
code = Umsatztyp
texts = Verwendungszweck
payer = Zahlungspflichtige*r
payee = Zahlungsempfänger*in
iban = IBAN
customer = Gläubiger-ID
mandate = Mandatsreferenz
end_to_end = Kundenreferenz
state = Status
booked = Gebucht
pending = Vorgemerkt

[n26]
help = N26, account statement
header = Booking Date | Value Date | Partner Name | Partner Iban | Type | Payment Reference | Account Name | Amount (EUR)
booking = Booking Date
value = Value Date
date = yyyy-mm-dd
amount = Amount (EUR)
currency = EUR
name = Partner Name
iban = Partner Iban
code = Type
texts = Payment Reference
original = Original Amount
original_currency = Original Currency
rate = Exchange Rate

[commerzbank]
help = Commerzbank, current account
delimiter = ;
header = Buchungstag | Wertstellung | Umsatzart | Buchungstext | Betrag | Währung | IBAN Kontoinhaber
account = IBAN Kontoinhaber
booking = Buchungstag
value = Wertstellung
date = dd.mm.yyyy
decimal = ,
amount = Betrag
currency_column = Währung
code = Umsatzart
texts = Buchungstext
