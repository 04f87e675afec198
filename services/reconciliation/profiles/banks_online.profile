# Banks without branches, of many countries.

[revolut]
help = Revolut, account statement; the fee leaves the account with the amount
header = Type | Product | Started Date | Completed Date | Description | Amount | Fee | Currency | State | Balance
booking = Completed Date
value = Started Date
date = yyyy-mm-dd*
amount = Amount | -Fee
fee = Fee
balance = Balance
currency_column = Currency
state = State
booked = COMPLETED
pending = PENDING
ignored = REVERTED | DECLINED | FAILED
code = Type
texts = Description

[wise]
help = Wise, statement of one currency
header = TransferWise ID | Date | Amount | Currency | Description | Payment Reference | Running Balance | Exchange From | Exchange To | Exchange Rate | Payer Name | Payee Name | Payee Account Number
id = TransferWise ID
booking = Date
date = dd-mm-yyyy
amount = Amount
balance = Running Balance
currency_column = Currency
payer = Payer Name
payee = Payee Name
iban = Payee Account Number
texts = Payment Reference | Description
rate = Exchange Rate
code = Transaction Type
