#include "period.h"

#include "csv.h"
#include "ledger.h"

static const char *const words[PERIOD_STATES] = { "warned", "closed" };

const char *period_state_word(enum period_state state)
{
	return words[state];
}

enum err month_parse(struct span text, struct date *month)
{
	char day[11];
	if (text.size != 7)
		return ERR_INVALID;
	int n = snprintf(day, sizeof(day), "%.7s-01", text.at);
	return date_parse(span_bytes(day, (size_t)n), month);
}

const char *month_text(struct arena *arena, struct date month)
{
	return arena_printf(arena, "%.7s", date_text(arena, month));
}

struct date month_after(struct date month)
{
	return (struct date){ date_month_end(month).day + 1 };
}

struct span period_csv(struct arena *arena, const struct period_balance *balances, size_t n)
{
	struct text t;
	text_init(&t, arena);
	text_add(&t, "account,class,currency,opening,debit,credit,closing\r\n");
	for (size_t i = 0; i < n; i++) {
		const struct period_balance *b = &balances[i];
		int64_t closing = b->opening + b->debit - b->credit;
		csv_text(&t, true, b->account);
		csv_plain(&t, false, chart_class_word(chart_row(chart_of(b->account))->of_class));
		csv_plain(&t, false, b->currency.code);
		csv_plain(&t, false, money_digits(arena, (struct money){ b->opening, b->currency }));
		csv_plain(&t, false, money_digits(arena, (struct money){ b->debit, b->currency }));
		csv_plain(&t, false, money_digits(arena, (struct money){ b->credit, b->currency }));
		csv_plain(&t, false, money_digits(arena, (struct money){ closing, b->currency }));
		csv_end(&t);
	}
	return text_done(&t);
}

static struct span key_of(const struct ledger *l, struct date month)
{
	return book_key(l->book, l->merchant, span_of(month_text(l->arena, month)));
}

static enum err check_order(const struct ledger *l, struct date month, const struct period_facts *facts, struct why *why)
{
	if (date_month_end(month).day >= l->day.day)
		return why_set(why, ERR_REFUSED, "period_not_over", "%s is not over", month_text(l->arena, month));
	if (!facts->has_before || month.day == month_after(facts->before).day)
		return OK;
	if (month.day <= facts->before.day)
		return why_set(why, ERR_CONFLICT, "period_covered", "%s was closed with the first period", month_text(l->arena, month));
	return why_set(why, ERR_REFUSED, "period_order", "%s is to be closed before", month_text(l->arena, month_after(facts->before)));
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_same_person(struct span one, struct span other)
{
	one = span_trim(one);
	other = span_trim(other);
	if (one.size != other.size)
		return false;
	for (size_t i = 0; i < one.size; i++)
		if (lower(one.at[i]) != lower(other.at[i]))
			return false;
	return true;
}

static enum err check_second_person(const struct period *p, const struct close_period *c, struct why *why)
{
	if (!p)
		return why_field(why, ERR_REFUSED, "close_not_asked", "force", "nobody was warned yet: ask without force");
	if (is_same_person(p->asked_by, c->by.who))
		return why_field(why, ERR_REFUSED, "second_person_needed", "who", "who was warned may not close it by force");
	return OK;
}

/* The row of the month, for change. */
static struct period *open_period(struct ledger *l, struct date month)
{
	struct span key = key_of(l, month);
	if (book_find(l->book, BOOK_PERIODS, key))
		return book_edit(l->book, BOOK_PERIODS, key);
	struct period *p = book_add(l->book, BOOK_PERIODS, key);
	*p = (struct period){ .merchant = l->merchant, .month = month, .state = PERIOD_WARNED, .closed = l->now };
	return p;
}

static void audit(struct ledger *l, const struct close_period *c, const char *act)
{
	ledger_audit(l, c->by.client, c->by.who, act, span_of(month_text(l->arena, c->month)), c->by.why);
}

/* Who was warned first stays the first. */
static void warn(struct ledger *l, const struct close_period *c, const struct period_facts *facts)
{
	struct period *p = open_period(l, c->month);
	p->asked_by = p->asked_by.size ? p->asked_by : c->by.who;
	p->warnings = facts->warning_total;
	audit(l, c, "ask to close period");
}

static void seal(struct ledger *l, const struct close_period *c, const struct period_facts *facts)
{
	struct period *p = open_period(l, c->month);
	p->state = PERIOD_CLOSED;
	p->last_entry = facts->last_entry;
	p->closed_by = span_of(arena_printf(l->arena, "%.*s/%.*s", SPAN_ARG(c->by.client), SPAN_ARG(c->by.who)));
	p->reason = c->by.why;
	p->forced = facts->warning_total > 0;
	p->warnings = facts->warning_total;
	p->seal = digest_sha256(period_csv(l->arena, facts->balances, facts->balance_count));
	p->closed = l->now;
	for (size_t i = 0; i < facts->balance_count; i++) {
		const struct period_balance *b = &facts->balances[i];
		struct span account = book_key_pair(l->book, key_of(l, c->month), b->account, span_of(b->currency.code));
		*(struct period_balance *)book_add(l->book, BOOK_PERIOD_BALANCES, account) = *b;
	}
	audit(l, c, "close period");
}

enum err period_close(struct ledger *l, const struct close_period *c, bool *closed, struct why *why)
{
	const struct period *p = book_find(l->book, BOOK_PERIODS, key_of(l, c->month));
	const struct period_facts *facts = book_find(l->book, BOOK_PERIOD_FACTS, key_of(l, c->month));
	*closed = false;
	if (p && p->state == PERIOD_CLOSED)
		return OK;
	TRY(check_order(l, c->month, facts, why));
	if (facts->warning_total && !c->force) {
		warn(l, c, facts);
		return OK;
	}
	if (facts->warning_total)
		TRY(check_second_person(p, c, why));
	seal(l, c, facts);
	*closed = true;
	return OK;
}
