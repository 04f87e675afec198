#include "mt940_state.h"

/* Texts like /TRTP/SEPA OVERBOEKING/IBAN/…/NAME/…/REMI/…/EREF/…, and those of a :61:'s second line: /OCMT/EUR10,00//CHGS/EUR0,50/. */

enum word {
	WORD_ADDR,
	WORD_BENM,
	WORD_BIC,
	WORD_CHGS,
	WORD_CNTP,
	WORD_CSID,
	WORD_EREF,
	WORD_EXCH,
	WORD_IBAN,
	WORD_ISDT,
	WORD_KREF,
	WORD_MARF,
	WORD_NAME,
	WORD_OCMT,
	WORD_ORDP,
	WORD_PREF,
	WORD_PURP,
	WORD_REMI,
	WORD_RTRN,
	WORD_SVCL,
	WORD_TRCD,
	WORD_TRTP,
	WORD_ULTB,
	WORD_ULTC,
	WORD_ULTD,
	WORDS
};
static const struct span words[WORDS] = { SPAN_INIT("/ADDR/"), SPAN_INIT("/BENM/"), SPAN_INIT("/BIC/"), SPAN_INIT("/CHGS/"),
	SPAN_INIT("/CNTP/"), SPAN_INIT("/CSID/"), SPAN_INIT("/EREF/"), SPAN_INIT("/EXCH/"), SPAN_INIT("/IBAN/"), SPAN_INIT("/ISDT/"),
	SPAN_INIT("/KREF/"), SPAN_INIT("/MARF/"), SPAN_INIT("/NAME/"), SPAN_INIT("/OCMT/"), SPAN_INIT("/ORDP/"), SPAN_INIT("/PREF/"),
	SPAN_INIT("/PURP/"), SPAN_INIT("/REMI/"), SPAN_INIT("/RTRN/"), SPAN_INIT("/SVCL/"), SPAN_INIT("/TRCD/"), SPAN_INIT("/TRTP/"),
	SPAN_INIT("/ULTB/"), SPAN_INIT("/ULTC/"), SPAN_INIT("/ULTD/") };

static enum word word_at(struct span text)
{
	int i = text.size && text.at[0] == '/' ? 0 : WORDS;
	while (i < WORDS && !span_begins(text, words[i]))
		i++;
	return (enum word)i;
}

static struct span without_slashes(struct span value)
{
	value = span_trim(value);
	while (value.size && value.at[value.size - 1] == '/')
		value.size--;
	while (value.size && value.at[0] == '/')
		value = span_from(value, 1);
	return span_trim(value);
}

/* account/bank/name/town */
static void take_counterparty(struct reading_line *l, struct span value)
{
	struct span *const to[] = { &l->party_iban, &l->party_bank, &l->party_name };
	for (size_t i = 0; i < 3 && value.size; i++) {
		struct span part, rest = SPAN("");
		span_cut(value, '/', &part, &rest);
		mt940_set(to[i], part);
		value = rest;
	}
}

/* USTD//text, STRD/issuer/reference, or the text itself. */
static void take_remittance(struct reading_line *l, struct span value)
{
	if (span_starts(value, "USTD/"))
		mt940_add_text(l, without_slashes(span_from(value, 5)));
	else if (span_starts(value, "STRD/")) {
		struct span issuer, reference = SPAN("");
		if (span_cut(span_from(value, 5), '/', &issuer, &reference))
			mt940_add_reference(l, without_slashes(reference));
		else
			mt940_add_reference(l, issuer);
	} else
		mt940_add_text(l, value);
}

static struct span unless_none(struct span value)
{
	return reading_is_no_reference(value) ? SPAN("") : value;
}

/* "EUR10,00" */
static bool read_money(struct mt940 *r, struct span value, struct money *out)
{
	struct currency currency;
	return value.size > 3 && currency_parse(span_bytes(value.at, 3), &currency) == OK &&
	       mt940_amount(r, span_from(value, 3), currency, out) == RULE_NONE;
}

static void take_amount(struct mt940 *r, enum word word, struct span value)
{
	struct reading_line *l = &r->line;
	struct money money;
	if (!read_money(r, value, &money) || !money.minor)
		return;
	if (word == WORD_CHGS && l->charge_count < READING_CHARGES)
		l->charges[l->charge_count++] = (struct reading_charge){ .amount = money, .included = true };
	else if (word == WORD_OCMT && !l->has_original) {
		l->original = l->amount.minor < 0 ? money_negate(money) : money;
		l->has_original = !money_equal(l->original, l->amount);
	}
}

/* `of`: whose name it is, for the names that follow an ultimate party. */
static void take_word(struct mt940 *r, enum word word, enum word of, struct span value)
{
	struct reading_line *l = &r->line;
	switch (word) {
	case WORD_BIC: mt940_set(&l->party_bank, value); break;
	case WORD_CNTP: take_counterparty(l, value); break;
	case WORD_CSID: mt940_set(&l->party_customer, value); break;
	case WORD_EREF: mt940_set(&l->end_to_end, unless_none(value)); break;
	case WORD_EXCH: mt940_set(&l->rate, value); break;
	case WORD_IBAN: mt940_set(&l->party_iban, value); break;
	case WORD_KREF: mt940_set(&l->transaction_ref, unless_none(value)); break;
	case WORD_MARF: mt940_set(&l->mandate, value); break;
	case WORD_NAME: mt940_set(of == WORD_ULTD || of == WORD_ULTC ? &l->party_ultimate : &l->party_name, value); break;
	case WORD_ULTB:
	case WORD_ULTC:
	case WORD_ULTD: mt940_set(&l->party_ultimate, value); break;
	case WORD_PREF: mt940_set(&l->batch_ref, value); break;
	case WORD_REMI: take_remittance(l, value); break;
	case WORD_RTRN: mt940_set(&l->return_reason, value); break;
	case WORD_CHGS:
	case WORD_OCMT: take_amount(r, word, value); break;
	case WORD_ORDP:
	case WORD_BENM: mt940_set(&l->party_name, value); break;
	case WORD_TRTP: mt940_add_text(l, value); break;
	case WORD_ADDR:
	case WORD_ISDT:
	case WORD_PURP:
	case WORD_SVCL:
	case WORD_TRCD:
	case WORDS: break;
	}
}

static bool names_a_party(enum word word)
{
	return word == WORD_ORDP || word == WORD_BENM || word == WORD_ULTC || word == WORD_ULTD;
}

bool mt940_slashed(struct mt940 *r, struct span text)
{
	enum word word = word_at(text), of = WORDS;
	if (word == WORDS)
		return false;
	size_t from = words[word].size;
	for (size_t i = from; i <= text.size; i++) {
		/* A word may begin with the slash that ends the value before it. */
		enum word next = i < text.size ? word_at(span_from(text, i)) : WORDS;
		if (next == WORDS && i < text.size)
			continue;
		take_word(r, word, of, without_slashes(span_bytes(text.at + from, i - from)));
		of = names_a_party(word) ? word : of;
		word = next;
		from = i + (next < WORDS ? words[next].size : 0);
		i = from > i ? from - 1 : i;
	}
	return true;
}
