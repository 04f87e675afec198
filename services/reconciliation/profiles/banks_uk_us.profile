# Banks of the United Kingdom and the United States.

[starling]
help = Starling Bank
header = Date | Counter Party | Reference | Type | Amount (GBP) | Balance (GBP) | Spending Category
booking = Date
date = dd/mm/yyyy
amount = Amount (GBP)
balance = Balance (GBP)
currency = GBP
name = Counter Party
texts = Reference | Notes
code = Type

[monzo]
help = Monzo
header = Transaction ID | Date | Time | Type | Name | Category | Amount | Currency | Local amount | Local currency | Notes and #tags | Description
id = Transaction ID
booking = Date
date = dd/mm/yyyy
amount = Amount
currency_column = Currency
name = Name
texts = Description | Notes and #tags
code = Type
original = Local amount
original_currency = Local currency

[lloyds]
help = Lloyds, Halifax and Bank of Scotland
header = Transaction Date | Transaction Type | Sort Code | Account Number | Transaction Description | Debit Amount | Credit Amount | Balance
account = Account Number
booking = Transaction Date
date = dd/mm/yyyy
amount = Credit Amount | -Debit Amount
balance = Balance
currency = GBP
code = Transaction Type
texts = Transaction Description

[debits_credits_balance]
help = date, transactions, debits, credits, balance, below rows that name the account
header = Date | Transactions | Debits | Credits | Balance
account_label = Account name | Account number
booking = Date
date = dd mon yyyy
amount = Credits | -Debits
balance = Balance
texts = Transactions

[chase]
help = Chase, checking account
header = Details | Posting Date | Description | Amount | Type | Balance | Check or Slip #
booking = Posting Date
date = mm/dd/yyyy
amount = Amount
balance = Balance
currency = USD
code = Type
texts = Description
transaction = Check or Slip #

[bank_of_america]
help = Bank of America, below its summary
header = Date | Description | Amount | Running Bal.
booking = Date
date = mm/dd/yyyy
amount = Amount
balance = Running Bal.
currency = USD
texts = Description
