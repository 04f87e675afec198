# Banks of the Netherlands.

[ing_nl]
help = ING Netherlands, semicolons, with balances
delimiter = ;
header = Datum | Naam / Omschrijving | Rekening | Tegenrekening | Code | Af Bij | Bedrag (EUR) | Mutatiesoort | Mededelingen | Saldo na mutatie
account = Rekening
booking = Datum
date = yyyymmdd
decimal = ,
amount = Bedrag (EUR)
currency = EUR
indicator = Af Bij
debit = Af
credit = Bij
balance = Saldo na mutatie
name = Naam / Omschrijving
iban = Tegenrekening
code = Code
texts = Mededelingen | Naam / Omschrijving

[ing_nl_commas]
help = ING Netherlands, commas, without balances
header = Datum | Naam / Omschrijving | Rekening | Tegenrekening | Code | Af Bij | Bedrag (EUR) | Mutatiesoort | Mededelingen
account = Rekening
booking = Datum
date = yyyymmdd
decimal = ,
amount = Bedrag (EUR)
currency = EUR
indicator = Af Bij
debit = Af
credit = Bij
name = Naam / Omschrijving
iban = Tegenrekening
code = Code
texts = Mededelingen | Naam / Omschrijving

[rabobank]
help = Rabobank, CSV export
header = IBAN/BBAN | Munt | BIC | Volgnr | Datum | Rentedatum | Bedrag | Saldo na trn | Tegenrekening IBAN/BBAN | Naam tegenpartij | BIC tegenpartij | Code | Batch ID | Transactiereferentie | Machtigingskenmerk | Incassant ID | Betalingskenmerk | Omschrijving-1 | Omschrijving-2 | Omschrijving-3 | Reden retour
account = IBAN/BBAN
currency_column = Munt
id = Volgnr
booking = Datum
value = Rentedatum
date = yyyy-mm-dd
decimal = ,
amount = Bedrag
balance = Saldo na trn
iban = Tegenrekening IBAN/BBAN
name = Naam tegenpartij
bank = BIC tegenpartij
code = Code
batch = Batch ID
end_to_end = Transactiereferentie
mandate = Machtigingskenmerk
customer = Incassant ID
references = Betalingskenmerk
texts = Omschrijving-1 | Omschrijving-2 | Omschrijving-3
return_reason = Reden retour
original = Oorspr bedrag
original_currency = Oorspr munt
rate = Koers
