#include "account.h"
#include "mt940_state.h"

void mt940_set(struct span *to, struct span value)
{
	value = mt940_trim(value);
	if (!to->size && value.size)
		*to = value;
}

void mt940_add_text(struct reading_line *l, struct span text)
{
	text = mt940_trim(text);
	if (text.size && l->text_count < READING_TEXTS)
		l->texts[l->text_count++] = text;
}

void mt940_add_reference(struct reading_line *l, struct span reference)
{
	reference = mt940_trim(reference);
	if (reference.size && l->reference_count < READING_REFERENCES)
		l->references[l->reference_count++] = reference;
}

static void set_reference(struct span *to, struct span value)
{
	if (!reading_is_no_reference(value))
		mt940_set(to, value);
}

static bool is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_iban(struct span text)
{
	return text.size > 4 && is_letter(text.at[0]) && is_letter(text.at[1]) && iban_is_valid(text);
}

/* "EUR11,85", or "11,85" in the line's currency. */
static bool read_money(struct mt940 *r, struct span text, struct money *out)
{
	struct currency currency = r->line.amount.currency;
	text = mt940_trim(text);
	if (text.size > 3 && is_letter(text.at[0])) {
		if (currency_parse(span_bytes(text.at, 3), &currency) != OK)
			return false;
		text = span_from(text, 3);
	}
	return mt940_amount(r, text, currency, out) == RULE_NONE;
}

static void set_original(struct mt940 *r, struct span text)
{
	struct reading_line *l = &r->line;
	struct money money;
	if (l->has_original || !read_money(r, text, &money))
		return;
	if (l->amount.minor < 0)
		money.minor = -money.minor;
	l->original = money;
	l->has_original = !money_equal(money, l->amount);
}

static void add_charge(struct mt940 *r, struct span text)
{
	struct reading_line *l = &r->line;
	struct money money;
	if (l->charge_count < READING_CHARGES && read_money(r, text, &money) && money.minor)
		l->charges[l->charge_count++] = (struct reading_charge){ .amount = money, .included = true };
}

/* ---- SEPA's tags ---- */

enum sepa {
	SEPA_EREF,
	SEPA_KREF,
	SEPA_MREF,
	SEPA_CRED,
	SEPA_DEBT,
	SEPA_SVWZ,
	SEPA_ABWA,
	SEPA_ABWE,
	SEPA_IBAN,
	SEPA_OAMT,
	SEPA_COAM,
	SEPA_BIC, /* the short one */
	SEPA_TAGS
};
enum { SEPA_LONG = 4, SEPA_SHORT = 3 };
static const char sepa_words[SEPA_BIC][SEPA_LONG + 1] = { "EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "IBAN", "OAMT",
	"COAM" };

/* The tag that ends before the plus at that place; *at: where it begins, not before `from`. The short one is a word of other texts too, unless it is the
 * first of the text or a blank stands before it. */
static enum sepa sepa_before(struct span text, size_t plus, size_t from, size_t *at)
{
	*at = plus - SEPA_LONG;
	for (int i = 0; plus >= from + SEPA_LONG && i < SEPA_BIC; i++)
		if (!memcmp(text.at + *at, sepa_words[i], SEPA_LONG))
			return (enum sepa)i;
	*at = plus - SEPA_SHORT;
	bool is_bic = plus >= from + SEPA_SHORT && !memcmp(text.at + *at, "BIC", SEPA_SHORT) && (!*at || text.at[*at - 1] == ' ');
	return is_bic ? SEPA_BIC : SEPA_TAGS;
}

static void take_sepa(struct mt940 *r, enum sepa tag, struct span value)
{
	struct reading_line *l = &r->line;
	switch (tag) {
	case SEPA_EREF: set_reference(&l->end_to_end, value); break;
	case SEPA_KREF: set_reference(&l->transaction_ref, value); break;
	case SEPA_MREF: set_reference(&l->mandate, value); break;
	case SEPA_CRED:
	case SEPA_DEBT: mt940_set(&l->party_customer, value); break;
	case SEPA_ABWA:
	case SEPA_ABWE: mt940_set(&l->party_ultimate, value); break;
	case SEPA_IBAN: mt940_set(&l->party_iban, value); break;
	case SEPA_BIC: mt940_set(&l->party_bank, value); break;
	case SEPA_OAMT: set_original(r, value); break;
	case SEPA_COAM: add_charge(r, value); break;
	case SEPA_SVWZ:
	case SEPA_TAGS: mt940_add_text(l, value); break;
	}
}

void mt940_tagged(struct mt940 *r, struct span text)
{
	enum sepa tag = SEPA_TAGS;
	size_t from = 0, at = 0;
	const char *plus = text.size ? memchr(text.at, '+', text.size) : NULL;
	for (; plus; plus = memchr(plus + 1, '+', (size_t)(text.at + text.size - plus - 1))) {
		enum sepa found = sepa_before(text, (size_t)(plus - text.at), from, &at);
		if (found == SEPA_TAGS)
			continue;
		take_sepa(r, tag, span_bytes(text.at + from, at - from));
		tag = found;
		from = (size_t)(plus - text.at) + 1;
	}
	take_sepa(r, tag, span_from(text, from));
}

/* ---- 166?00…?20… ---- */

enum { FULL_PIECE = 27 };

/* The separator of a text of coded pieces; 0 when it is none. */
static char separator_of(struct span text)
{
	if (text.size < 6)
		return 0;
	for (int i = 0; i < 6; i++)
		if (i != 3 && !mt940_is_digit(text.at[i]))
			return 0;
	if (text.at[3] != '?' && !strchr("+<>^~@#|", text.at[3]))
		return 0;
	return text.at[3];
}

static int code_at(struct span text, size_t at, char separator)
{
	if (at + 3 > text.size || text.at[at] != separator || !mt940_is_digit(text.at[at + 1]) || !mt940_is_digit(text.at[at + 2]))
		return -1;
	int code = (text.at[at + 1] - '0') * 10 + (text.at[at + 2] - '0');
	return code == 0 || code == 10 || (code >= 20 && code <= 34) || (code >= 60 && code <= 63) ? code : -1;
}

static size_t characters(struct span text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++)
		n += ((unsigned char)text.at[i] & 0xc0) != 0x80;
	return n;
}

/* What is told in pieces, in one: a piece that is full goes on in the next, a shorter one ends a word. */
struct joint {
	char *at;
	size_t size;
	bool full; /* the last piece */
};

static void join(struct joint *j, struct span piece)
{
	bool blank = (piece.size && piece.at[0] == ' ') || (j->size && j->at[j->size - 1] == ' ');
	if (j->size && !j->full && !blank)
		j->at[j->size++] = ' ';
	memcpy(j->at + j->size, piece.at, piece.size);
	j->size += piece.size;
	j->full = piece.size >= FULL_PIECE && characters(piece) >= FULL_PIECE;
}

static struct span joined(const struct joint *j)
{
	return span_bytes(j->at, j->size);
}

/* What the coded pieces say, gathered; each kind has a part of the room. */
struct coded {
	struct joint remittance, name;
	struct span posting;
};

static void take_piece(struct coded *c, struct reading_line *l, int code, struct span value)
{
	if ((code >= 20 && code <= 29) || code >= 60)
		join(&c->remittance, value);
	else if (code == 32 || code == 33)
		join(&c->name, value);
	else if (code == 30)
		mt940_set(&l->party_bank, value);
	else if (code == 31)
		mt940_set(&l->party_iban, value);
	else if (code == 0)
		mt940_set(&c->posting, value);
}

static void coded(struct mt940 *r, struct span text, char separator)
{
	struct reading_line *l = &r->line;
	struct coded c = { .remittance = { .at = r->joined }, .name = { .at = r->joined + sizeof(r->joined) / 2 } };
	int code = code_at(text, 3, separator);
	size_t from = 6;
	l->code = mt940_code(span_bytes(text.at, 3), r->entry.type, l->amount.minor > 0);
	for (size_t i = from; i <= text.size; i++) {
		const char *at = memchr(text.at + i, separator, text.size - i);
		i = at ? (size_t)(at - text.at) : text.size;
		int next = code_at(text, i, separator);
		if (next < 0 && i < text.size)
			continue;
		take_piece(&c, l, code, span_bytes(text.at + from, i - from));
		code = next;
		from = i + 3;
		i += 2;
	}
	mt940_tagged(r, joined(&c.remittance));
	mt940_set(&l->party_name, joined(&c.name));
	mt940_add_text(l, c.posting);
}

/* ---- all of an entry's texts ---- */

/* One piece of all lines: banks cut at 65 characters, in words and in tags. */
static struct span flat(struct mt940 *r, struct span info)
{
	size_t n = 0;
	if (!memchr(info.at, '\n', info.size))
		return charset_utf8(r->t.settings.charset, info, r->decoded);
	for (bool more = true; more;) {
		struct span line;
		more = span_cut(info, '\n', &line, &info);
		memcpy(r->flat + n, line.at, line.size);
		n += line.size;
	}
	return charset_utf8(r->t.settings.charset, span_bytes(r->flat, n), r->decoded);
}

/* The first word of a free text is the account of the other side, at some banks, and what follows in its line the name. */
static void take_leading_account(struct span line, struct reading_line *l)
{
	struct span word, rest = SPAN("");
	span_cut(span_trim(line), ' ', &word, &rest);
	if (!is_iban(word))
		return;
	mt940_set(&l->party_iban, word);
	mt940_set(&l->party_name, rest);
}

static void free_lines(struct mt940 *r, struct span info, struct reading_line *l)
{
	char *room = r->decoded;
	for (bool more = true, first = true; more; first = false) {
		struct span line;
		more = span_cut(info, '\n', &line, &info);
		struct span text = charset_utf8(r->t.settings.charset, line, room);
		if (text.at == room)
			room += text.size;
		if (first)
			take_leading_account(text, l);
		mt940_add_text(l, text);
	}
}

static void take_info(struct mt940 *r)
{
	struct span info = span_bytes(r->info, r->info_size), text = flat(r, info);
	char separator = separator_of(text);
	if (separator)
		coded(r, text, separator);
	else if (!mt940_slashed(r, mt940_trim(text)))
		free_lines(r, info, &r->line);
}

/* The second line of :61:: amounts, an account, or words. */
static void take_supplement(struct mt940 *r)
{
	struct span text = mt940_trim(r->entry.supplement);
	if (is_iban(text))
		mt940_set(&r->line.party_iban, text);
	else if (!mt940_slashed(r, text))
		mt940_add_text(&r->line, text);
}

/* "EREF", "KREF+": where the reference stands, not the reference itself. */
static bool is_pointer(struct span reference)
{
	enum { WORD = 4 };
	static const char words[][WORD + 1] = { "EREF", "PREF", "KREF", "MREF", "MARF" };
	size_t n = reference.size - (reference.size == WORD + 1 && reference.at[WORD] == '+');
	for (size_t i = 0; n == WORD && i < sizeof(words) / sizeof(words[0]); i++)
		if (!memcmp(reference.at, words[i], WORD))
			return true;
	return reading_is_no_reference(reference);
}

/* The reference of the :61: itself stands for the end-to-end reference where the texts name none. */
static void take_reference(struct reading_line *l, struct span reference)
{
	if (is_pointer(reference))
		return;
	if (is_iban(reference))
		mt940_set(&l->party_iban, reference);
	else if (!l->end_to_end.size)
		l->end_to_end = reference;
	else if (!span_equal(l->end_to_end, reference))
		mt940_set(&l->transaction_ref, reference);
}

void mt940_texts(struct mt940 *r)
{
	const struct mt940_entry *e = &r->entry;
	struct reading_line *l = &r->line;
	l->bank_code = e->type;
	take_info(r);
	take_supplement(r);
	take_reference(l, e->reference);
	if (!l->code.size)
		l->code = mt940_code(SPAN(""), e->type, l->amount.minor > 0);
	if (!l->code.size)
		l->code = e->type;
}
