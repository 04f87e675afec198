#include "token.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "common_queries.h"
#include "digest.h"
#include "guard.h"

enum { SLOTS = 256, NAME_MOST = 64, TOKEN_MOST = 256 };

struct slot {
	struct digest digest;
	int64_t until;   /* monotonic; 0: empty */
	int64_t expires; /* wall clock; 0: never */
	enum access access;
	char client[NAME_MOST + 1], merchant[NAME_MOST + 1];
};

struct tokens {
	struct slot slots[SLOTS];
};

struct tokens *tokens_open(void)
{
	struct tokens *tokens = calloc(1, sizeof(*tokens));

	if (tokens == NULL)
		bug("tokens: no memory");
	return tokens;
}

void tokens_close(struct tokens *tokens)
{
	free(tokens);
}

static enum err refuse(struct why *why)
{
	return why_set(why, ERR_REFUSED, "token_invalid", "a valid bearer token is needed");
}

/* "Bearer" in any case, one blank, the token. */
static bool read_bearer(struct span header, struct span *bearer)
{
	struct span scheme;

	return span_cut(header, ' ', &scheme, bearer) && guard_name_is(scheme, "bearer") && bearer->size > 0 && bearer->size <= TOKEN_MOST;
}

static enum access access_of(struct span role)
{
	return span_is(role, "admin") ? ACCESS_ADMIN : span_is(role, "write") ? ACCESS_WRITE : ACCESS_READ;
}

static void keep(struct slot *slot, struct digest digest, const struct rows *rows)
{
	int expires = rows_column(rows, "expires_at");

	*slot = (struct slot){
		.digest = digest,
		.until = clock_monotonic_us() + TOKEN_SECONDS * US_PER_SECOND,
		.expires = rows_is_null(rows, 0, expires) ? 0 : rows_instant(rows, 0, expires).us,
		.access = access_of(rows_text(rows, 0, rows_column(rows, "role"))),
	};
	snprintf(slot->client, sizeof(slot->client), "%.*s", SPAN_ARG(rows_text(rows, 0, rows_column(rows, "client"))));
	snprintf(slot->merchant, sizeof(slot->merchant), "%.*s", SPAN_ARG(rows_text(rows, 0, rows_column(rows, "merchant"))));
}

static enum err look_up(struct slot *slot, struct digest digest, struct db *db, struct arena *arena, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	slot->until = 0;
	args_bytes(args, span_bytes(digest.b, sizeof(digest.b)));
	TRY(db_exec(db, arena, &q_token_find, args, &rows, why));
	if (rows.count == 0)
		return refuse(why);
	keep(slot, digest, &rows);
	return OK;
}

static bool is_fresh(const struct slot *slot, struct digest digest)
{
	return slot->until > clock_monotonic_us() && digest_equal(slot->digest.b, digest.b, sizeof(digest.b)) &&
	       (slot->expires == 0 || slot->expires > clock_real().us);
}

enum err token_find(
	struct tokens *tokens, struct db *db, struct arena *arena, struct span authorization, struct caller *caller, struct why *why)
{
	struct span bearer;
	struct digest digest;
	struct slot *slot;

	if (!read_bearer(authorization, &bearer))
		return refuse(why);
	digest = digest_sha256(bearer);
	slot = &tokens->slots[digest.b[0] % SLOTS];
	if (!is_fresh(slot, digest))
		TRY(look_up(slot, digest, db, arena, why));
	*caller = (struct caller){ span_of(slot->client), span_of(slot->merchant), slot->access };
	return OK;
}
