#include "reference.h"

#include <ctype.h>
#include <string.h>

#include "rf.h"

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

/* ---- searching ---- */

struct search {
	struct arena *arena;
	struct tokens *found;
};

static void add(struct search *s, struct span token, bool structured)
{
	struct tokens *found = s->found;
	for (size_t i = 0; i < found->count; i++)
		if (span_equal(found->at[i], token)) {
			found->structured[i] |= structured;
			return;
		}
	if (found->count == REFERENCE_TOKENS)
		return;
	found->at[found->count] = token;
	found->structured[found->count++] = structured;
}

static void try_one(struct search *s, struct span text, bool structured)
{
	struct span token;
	if (reference_normalise_rf(s->arena, text, &token))
		add(s, token, true);
	if (reference_normalise(s->arena, text, &token))
		add(s, token, structured);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c > 127;
}

/* Each run of up to REFERENCE_WORDS words, from each word on. */
static void search_text(struct search *s, struct span text)
{
	struct {
		size_t from, to;
	} words[REFERENCE_WORDS];
	size_t count = 0, at = 0;
	while (at < text.size) {
		while (at < text.size && !is_word(text.at[at]))
			at++;
		size_t from = at;
		while (at < text.size && is_word(text.at[at]))
			at++;
		if (at == from)
			break;
		if (count == REFERENCE_WORDS)
			memmove(words, words + 1, --count * sizeof(words[0]));
		words[count].from = from;
		words[count++].to = at;
		/* The word that was just found ends the runs; the nearest beginning first. */
		for (size_t i = count; i-- > 0 && at - words[i].from <= 2 * REFERENCE_MOST;)
			try_one(s, span_bytes(text.at + words[i].from, at - words[i].from), false);
	}
}

static struct span join(struct arena *arena, const struct span *texts, size_t n, const char *between)
{
	struct text t;
	text_init(&t, arena);
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_add(&t, between);
		text_span(&t, texts[i]);
	}
	return text_done(&t);
}

void reference_find(struct arena *arena, const struct span *structured, size_t structured_count, const struct span *texts,
	size_t text_count, struct tokens *found)
{
	struct search s = { arena, found };
	found->at = ARENA_ARRAY(arena, struct span, REFERENCE_TOKENS);
	found->structured = ARENA_ARRAY(arena, bool, REFERENCE_TOKENS);
	found->count = 0;
	for (size_t i = 0; i < structured_count; i++)
		try_one(&s, structured[i], true);
	search_text(&s, join(arena, texts, text_count, " "));
	if (text_count > 1)
		search_text(&s, join(arena, texts, text_count, ""));
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
