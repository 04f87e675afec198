#include "bank.h"

struct bank {
	struct list accounts;
};

struct bank *bank_open(struct arena *arena)
{
	return ARENA_NEW(arena, struct bank);
}

struct bank_account *bank_account_find(const struct world *world, struct span iban)
{
	for (size_t i = 0; i < world->bank->accounts.n; i++) {
		struct bank_account *account = world->bank->accounts.at[i];

		if (span_equal(account->iban, iban))
			return account;
	}
	return NULL;
}

static bool is_of(const struct bank_account *account, struct span merchant, struct currency currency)
{
	return span_equal(account->merchant, merchant) && currency_equal(account->currency, currency);
}

struct bank_account *bank_account_of(const struct world *world, struct span merchant, struct currency currency, struct span payer)
{
	const struct list *accounts = &world->bank->accounts;
	size_t n = 0, chosen;

	for (size_t i = 0; i < accounts->n; i++)
		n += is_of(accounts->at[i], merchant, currency);
	chosen = n > 0 ? (size_t)world_choice(world, payer, n) : 0;
	for (size_t i = 0; i < accounts->n; i++)
		if (is_of(accounts->at[i], merchant, currency) && chosen-- == 0)
			return accounts->at[i];
	return NULL;
}

/* The day itself or the next one that is not final, on which banks work. */
static struct date open_day(const struct bank_account *account, struct date day)
{
	if (date_compare(day, account->delivered) <= 0 && date_add_days(account->delivered, 1, &day) != OK)
		bug("sandbox: the calendar ends");
	return world_bank_day(day);
}

static void keep_texts(struct world *world, struct bank_line *line)
{
	line->party_name = world_keep(world, line->party_name);
	line->party_iban = world_keep(world, line->party_iban);
	line->end_to_end = world_keep(world, line->end_to_end);
	line->remittance = world_keep(world, line->remittance);
	line->reference = world_keep(world, line->reference);
	line->return_code = world_keep(world, line->return_code);
}

struct bank_line *bank_book(struct world *world, struct bank_account *account, const struct bank_line *wanted)
{
	struct bank_line *line = arena_copy(world->life, wanted, sizeof(*wanted));
	struct list *lines = &account->lines;
	size_t i = lines->n;

	keep_texts(world, line);
	line->booked = open_day(account, wanted->booked);
	if (date_compare(line->value, line->booked) > 0 || line->value.day == 0)
		line->value = line->booked;
	line->ref = world_id(world, "B", 15);
	list_add(lines, line);
	for (; i > 0 && date_compare(((struct bank_line *)lines->at[i - 1])->booked, line->booked) > 0; i--)
		lines->at[i] = lines->at[i - 1];
	lines->at[i] = line;
	return line;
}

int64_t bank_balance(const struct bank_account *account, struct date day)
{
	int64_t balance = account->opening;

	for (size_t i = 0; i < account->lines.n; i++) {
		const struct bank_line *line = account->lines.at[i];

		if (date_compare(line->booked, day) < 0)
			balance += line->amount;
	}
	return balance;
}

bool bank_credit_payout(struct world *world, const char *iban, struct money money, const char *descriptor, const char *payout)
{
	struct bank_account *account = bank_account_find(world, span_of(iban));

	if (account == NULL || !currency_equal(account->currency, money.currency))
		return false;
	bank_book(world, account,
		&(struct bank_line){
			.kind = LINE_PAYOUT,
			.booked = world_today(world),
			.amount = money.minor,
			.party_name = SPAN("STRIPE TECHNOLOGY EUROPE LTD"),
			.party_iban = SPAN("IE29AIBK93115212345678"),
			.end_to_end = span_of(payout),
			.remittance = span_of(descriptor),
		});
	return true;
}

void bank_add(struct world *world, struct bank_account *account)
{
	list_add(&world->bank->accounts, account);
}

const struct list *bank_accounts(const struct world *world)
{
	return &world->bank->accounts;
}

struct span bank_mistype(struct arena *arena, struct span text)
{
	char *copy = span_cstr(arena, text);

	for (size_t i = text.size; i >= 2; i--)
		if (copy[i - 1] != copy[i - 2] && copy[i - 1] != ' ' && copy[i - 2] != ' ') {
			char c = copy[i - 1];

			copy[i - 1] = copy[i - 2];
			copy[i - 2] = c;
			break;
		}
	return span_bytes(copy, text.size);
}

struct span bank_iban(struct world *world, struct span text)
{
	static const uint64_t bank = UINT64_C(50010517), accounts = UINT64_C(10000000000);
	uint64_t account = world_choice(world, text, accounts);
	/* Bank and account, "DE" as 1314, "00": what is missing to 98 are the digits. */
	unsigned rest = (unsigned)((((unsigned __int128)bank * accounts + account) * 1000000 + 131400) % 97);

	return span_of(arena_printf(world->life, "DE%02u%llu%010llu", 98 - rest, (unsigned long long)bank, (unsigned long long)account));
}
