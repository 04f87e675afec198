#include "match/reference.h"

#include <ctype.h>
#include <string.h>

#include "digest.h"
#include "rf.h"

static const char *const kind_words[REFERENCE_KINDS] = { "rf", "number", "payout", "tail", "customer", "credit_note" };

const char *reference_word(enum reference_kind kind)
{
	return kind_words[kind];
}

enum reference_kind reference_find_kind(struct span word)
{
	int kind = 0;
	while (kind < REFERENCE_KINDS && !span_is(word, kind_words[kind]))
		kind++;
	return (enum reference_kind)kind;
}

static size_t squeeze(struct span text, char out[REFERENCE_MOST], size_t *digits)
{
	size_t n = 0;
	*digits = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (!isalnum(c) || c > 127)
			continue;
		if (n == REFERENCE_MOST)
			return REFERENCE_MOST + 1;
		out[n++] = (char)toupper(c);
		*digits += isdigit(c) != 0;
	}
	return n;
}

bool reference_normalise(struct arena *arena, struct span text, struct span *token)
{
	char out[REFERENCE_MOST];
	size_t digits, n = squeeze(text, out, &digits);
	if (n < REFERENCE_LEAST || n > REFERENCE_MOST || digits < REFERENCE_DIGITS)
		return false;
	*token = span_bytes(arena_copy(arena, out, n), n);
	return true;
}

bool reference_normalise_rf(struct arena *arena, struct span text, struct span *token)
{
	char out[RF_TEXT + 1];
	if (text.size < 5 || rf_normalise(text, out) != OK)
		return false;
	*token = span_of(arena_strdup(arena, out));
	return true;
}

bool reference_normalise_tail(struct arena *arena, struct span number, struct span *token)
{
	size_t letters = 0;
	while (letters < number.size && !isdigit((unsigned char)number.at[letters]))
		letters++;
	return letters && reference_normalise(arena, span_from(number, letters), token);
}

struct uuid reference_customer_id(struct span customer)
{
	struct uuid id = { 0 };
	struct digest digest = digest_sha256(customer);
	memcpy(id.b, &digest, sizeof(id.b));
	return id;
}

static bool is_written_for(char written, char printed)
{
	return written == printed || (written == 'O' && printed == '0') || (written == 'I' && printed == '1');
}

bool reference_is_whole(struct span token, struct span text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (isalnum(c) && (n == token.size || !is_written_for((char)toupper(c), token.at[n++])))
			return false;
	}
	return n == token.size;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c > 127;
}

/* The next word of the text; empty at the end. */
static struct span next_word(struct span *text)
{
	size_t from = 0, to;
	while (from < text->size && !is_word(text->at[from]))
		from++;
	for (to = from; to < text->size && is_word(text->at[to]);)
		to++;
	struct span word = { text->at + from, to - from };
	*text = span_from(*text, to);
	return word;
}

static bool is_same_word(struct span a, struct span b)
{
	return a.size == b.size && !strncasecmp(a.at, b.at, a.size);
}

bool reference_is_in(struct span phrase, struct span text)
{
	struct span first_rest = phrase, first = next_word(&first_rest);
	while (first.size && text.size) {
		struct span word = next_word(&text), rest = text, want = first_rest, next;
		if (!word.size || !is_same_word(word, first))
			continue;
		while ((next = next_word(&want)).size && is_same_word(next_word(&rest), next))
			;
		if (!next.size)
			return true;
	}
	return false;
}
