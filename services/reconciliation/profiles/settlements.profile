# What providers pay out, item by item.

[stripe_payout]
help = Stripe, itemised payout reconciliation
kind = settlement
provider = stripe
header = automatic_payout_id | balance_transaction_id | created | currency | gross | fee | net | reporting_category
booking = created
value = automatic_payout_effective_at
date = yyyy-mm-dd*
currency_column = currency
amount = net
gross = gross
fee = fee
id = balance_transaction_id
batch = automatic_payout_id
transaction = payment_intent_id
bank_ref = charge_id
original_ref = source_id
customer = customer_id
code = reporting_category
kinds = charge:payment | charge_failure:refund | refund:refund | partial_capture_reversal:refund | refund_failure:payment | dispute:dispute | dispute_reversal:dispute | fee:fee | network_cost:fee | tax:fee | payout:payout | payout_reversal:payout | payout_minimum_balance_hold:reserve | payout_minimum_balance_release:reserve | risk_reserved_funds:reserve | other_adjustment:adjustment | transfer:transfer | transfer_reversal:transfer | topup:transfer | conversion:conversion
texts = description

[stripe_balance]
help = Stripe, balance transactions of the dashboard
kind = settlement
provider = stripe
header = id | Type | Source | Amount | Fee | Net | Currency | Created (UTC) | Available On (UTC) | Description | Transfer
booking = Created (UTC)
value = Available On (UTC)
date = yyyy-mm-dd*
currency_column = Currency
amount = Net
gross = Amount
fee = Fee
id = id
batch = Transfer
transaction = Source
code = Type
kinds = charge:payment | payment:payment | refund:refund | payment_refund:refund | adjustment:adjustment | payout:payout | payout_cancel:payout | payout_failure:payout | transfer:transfer | stripe_fee:fee | application_fee:fee | reserve_transaction:reserve | reserved_funds:reserve
texts = Description

[adyen_settlement]
help = Adyen, settlement detail report
kind = settlement
provider = adyen
header = Company Account | Merchant Account | Psp Reference | Merchant Reference | Payment Method | Creation Date | TimeZone | Type | Modification Reference | Gross Currency | Gross Debit (GC) | Gross Credit (GC) | Exchange Rate | Net Currency | Net Debit (NC) | Net Credit (NC) | Commission (NC) | Markup (NC) | Scheme Fees (NC) | Interchange (NC) | Batch Number
account = Merchant Account
booking = Creation Date
date = yyyy-mm-dd*
currency_column = Net Currency
original_currency = Gross Currency
amount = Net Credit (NC) | -Net Debit (NC)
gross = Gross Credit (GC) | -Gross Debit (GC)
fee = Commission (NC) | Markup (NC) | Scheme Fees (NC) | Interchange (NC)
id = Modification Reference
transaction = Psp Reference
end_to_end = Merchant Reference
batch = Batch Number
rate = Exchange Rate
code = Type
kinds = Settled:payment | SettledReversed:payment | Refunded:refund | RefundedReversed:refund | Chargeback:dispute | SecondChargeback:dispute | ChargebackReversed:dispute | Fee:fee | InvoiceDeduction:fee | DepositCorrection:reserve | ReserveAdjustment:reserve | Balancetransfer:transfer | MerchantPayout:payout | MerchantPayin:payout | ManualCorrected:adjustment
texts = Payment Method | Modification Merchant Reference

[gocardless_items]
help = GoCardless, events of payouts
kind = settlement
provider = gocardless
header = id | created_at | resource_type | action | credit_amount | debit_amount
booking = created_at
date = yyyy-mm-dd*
currency = GBP
currency_column = currency
amount = credit_amount | -debit_amount
id = id
transaction = payments.id
original_ref = refunds.id
mandate = mandates.id
customer = customers.id
end_to_end = payments.reference
batch = payouts.id
code = action
kinds = paid_out:payment | late_failure_settled:refund | chargeback_settled:dispute | chargeback_cancelled:dispute | refund_settled:refund | paid:payout | fee:fee
texts = payments.description | details.description

[gocardless_payouts]
help = GoCardless, payouts with their fees
kind = settlement
provider = gocardless
header = id | amount | currency | created_at | reference | status | arrival_date | transaction_fee_debit | total_payment_amount
booking = created_at
value = arrival_date
date = yyyy-mm-dd*
currency_column = currency
amount = amount
fee = transaction_fee_debit | -transaction_fee_credit | app_fee_debit | -app_fee_credit | surcharge_fee_debit | -surcharge_fee_credit
id = id
batch = id
bank_ref = reference
code = status
kinds = paid:payout | pending:payout | bounced:payout
texts = reference

[paypal_activity]
help = PayPal, activity download with description
kind = settlement
provider = paypal
header = Date | Time | Time Zone | Description | Currency | Gross | Fee | Net | Balance | Transaction ID | Invoice ID | Reference Txn ID
booking = Date
date = mm/dd/yyyy
currency_column = Currency
amount = Net
gross = Gross
fee = -Fee
id = Transaction ID
transaction = Transaction ID
original_ref = Reference Txn ID
end_to_end = Invoice ID
name = Name
customer = From Email Address
code = Description
kinds = Express Checkout Payment:payment | Website Payment:payment | Mobile Payment:payment | General Payment:payment | Payment Refund:refund | Payment Reversal:dispute | General Currency Conversion:conversion | General Withdrawal - Bank Account:payout | User Initiated Withdrawal:payout | Payment Hold:reserve | Payment Review Hold:reserve

[paypal_activity_status]
help = PayPal, activity download with type and status
kind = settlement
provider = paypal
header = Date | Time | TimeZone | Name | Type | Status | Currency | Gross | Fee | Net | Transaction ID | Reference Txn ID | Invoice Number
booking = Date
date = mm/dd/yyyy
currency_column = Currency
amount = Net
gross = Gross
fee = -Fee
id = Transaction ID
transaction = Transaction ID
original_ref = Reference Txn ID
end_to_end = Invoice Number
name = Name
customer = From Email Address
state = Status
booked = Completed
pending = Pending
ignored = Denied | Canceled | Removed | Reversed
code = Type
kinds = Express Checkout Payment:payment | Website Payment:payment | Mobile Payment:payment | General Payment:payment | Payment Refund:refund | Payment Reversal:dispute | General Currency Conversion:conversion | General Withdrawal:payout | User Initiated Withdrawal:payout
texts = Subject | Note

[settlement]
help = of any provider: date, currency, gross, fee, net, payment, payout, kind
kind = settlement
header = date | currency | gross | fee | net | payment | payout | kind
account = account
booking = date
date = yyyy-mm-dd*
currency_column = currency
amount = net
gross = gross
fee = fee
id = id
transaction = payment
batch = payout
end_to_end = reference
original_ref = original
code = kind
kinds = payment:payment | refund:refund | dispute:dispute | fee:fee | payout:payout | adjustment:adjustment | reserve:reserve | conversion:conversion | transfer:transfer
texts = text
