# What people make by hand, or what bookkeeping asks for: date, label, amount.

[sheet]
help = month first dates, label, currency, amount, without balances
header = Date | Label | Currency | Amount | Amount Currency | Partner Name | Bank Account
booking = Date
date = mm/dd/yyyy
amount = Amount
currency_column = Currency
texts = Label
name = Partner Name
iban = Bank Account

[sheet_balance]
help = month first dates, label, amount, balance
header = Date | Label | Amount | Balance | Partner Name | Bank Account
booking = Date
date = mm/dd/yyyy
amount = Amount
balance = Balance
texts = Label
name = Partner Name
iban = Bank Account

[sheet_indicator]
help = month first dates, label, amount with D or C, balance
header = Date | Label | Amount | D/C | Balance | Partner Name | Bank Account
booking = Date
date = mm/dd/yyyy
amount = Amount
indicator = D/C
debit = D
credit = C
balance = Balance
texts = Label
name = Partner Name
iban = Bank Account
