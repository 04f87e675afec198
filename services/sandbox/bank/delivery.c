#include "delivery.h"

#include "agenda.h"
#include "digest.h"
#include "fetch.h"
#include "json_in.h"
#include "json_out.h"
#include "log.h"
#include "metrics.h"
#include "mischief.h"
#include "mover.h"
#include "statement.h"
#include "zone.h"

enum { MAGIC = 0x75706c64, MORNING = 5 * 60, FIRST_PAUSE_MS = 50, LONGEST_PAUSE_MS = 2000, TRIES_MOST = 40 };

static struct metric uploaded = {
	.name = "dunlin_sandbox_statements_total",
	.type = METRIC_COUNTER,
	.help = "Statements that were uploaded, by the status of the answer.",
	.labels = "status",
};

/* Uploads that a door waits for. */
struct batch {
	struct ask *ask;
	size_t left;
	struct list uploads;
};

/* Lives until the answer is there; those of a batch until its door is answered, in the ask's arena. */
struct upload {
	uint32_t magic;
	struct world *world;
	struct bank_account *account;
	struct batch *batch; /* NULL: nobody waits */
	struct arena *arena;
	struct date day;
	struct span file, answer;
	const char *url, *token, *key;
	int copies; /* of it that are still to follow */
	int tries, status;
};

/* --- making --- */

static int number_of(const struct bank_account *account, struct date day)
{
	const struct calendar *calendar = calendar_find("TARGET");
	int n = 0;

	for (struct date at = account->opened; at.day <= day.day; at.day++)
		n += calendar_is_business(calendar, at);
	return n;
}

static struct date bank_day_before(struct date day)
{
	struct date before;

	if (calendar_add(calendar_find("TARGET"), day, -1, &before) != OK)
		bug("sandbox: the calendar ends");
	return before;
}

static bool has_lines(const struct statement *statement)
{
	struct statement_sums sums = statement_sums(statement);

	return sums.credits + sums.debits > 0;
}

enum err statement_make(
	struct world *world, struct arena *arena, const struct bank_account *account, struct date day, struct span *file, struct why *why)
{
	struct statement statement = { .account = account, .from = day, .to = day, .created = world->now };

	if (!calendar_is_business(calendar_find("TARGET"), day))
		return why_field(why, ERR_REFUSED, "no_bank_day", "date", "banks don't work on %s", date_text(arena, day));
	if (date_compare(day, account->opened) < 0)
		return why_field(
			why, ERR_REFUSED, "not_open_yet", "date", "the account was opened on %s", date_text(arena, account->opened));
	if (mischief_take(world, STATEMENT_OVERLAP, account->iban) && date_compare(bank_day_before(day), account->opened) >= 0)
		statement.from = bank_day_before(day);
	if (account->format->needs_lines && !has_lines(&statement))
		return why_set(why, ERR_NOT_FOUND, "no_lines", "nothing was booked on %s, and %s has nothing but rows",
			date_text(arena, day), account->format->name);
	statement.number = number_of(account, day);
	statement.opening = bank_balance(account, statement.from);
	statement.closing = bank_balance(account, (struct date){ day.day + 1 });
	if (mischief_take(world, STATEMENT_DAMAGE, account->iban))
		statement.closing++;
	*file = account->format->write(arena, &statement);
	return OK;
}

/* --- uploading --- */

static void upload_send(struct upload *);

static void batch_print(const struct batch *batch, struct answer *answer)
{
	struct json_out out;
	struct text text;

	text_init(&text, batch->ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_array(&out, "uploads");
	for (size_t i = 0; i < batch->uploads.n; i++) {
		const struct upload *upload = batch->uploads.at[i];

		json_out_object(&out, NULL);
		json_out_span(&out, "iban", upload->account->iban);
		json_out_date(&out, "date", upload->day);
		json_out_int(&out, "status", upload->status);
		json_out_span(&out, "answer", upload->answer);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
}

static void batch_end(struct batch *batch)
{
	struct answer answer = { 0 };

	batch_print(batch, &answer);
	list_clear(&batch->uploads);
	door_answer(batch->ask, &answer);
}

static void upload_end(struct upload *upload)
{
	struct batch *batch = upload->batch;

	mover_end(upload->world);
	if (batch == NULL)
		arena_close(upload->arena);
	else if (--batch->left == 0)
		batch_end(batch);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct upload *upload = checked(arg, MAGIC);

	(void)fd;
	(void)what;
	upload_send(upload);
}

static void try_again(struct upload *upload)
{
	int ms = upload->tries < 6 ? FIRST_PAUSE_MS << upload->tries : LONGEST_PAUSE_MS;

	world_after(upload->world, ms, on_timer, upload);
}

static void new_key(struct upload *upload)
{
	upload->key = world_id(upload->world, "statement-", 16);
	upload->tries = 0;
}

static void on_answer(void *arg, const struct fetched *fetched)
{
	struct upload *upload = checked(arg, MAGIC);
	bool unclear = fetched->status == 0 || fetched->status == 429 || fetched->status >= 500;

	upload->status = fetched->status;
	upload->answer = span_copy(upload->arena, fetched->status != 0 ? fetched->body : span_of(fetched->error));
	if (unclear && upload->tries < TRIES_MOST) {
		try_again(upload);
		return;
	}
	metric_add(&uploaded, 1, arena_printf(upload->arena, "%d", fetched->status), NULL);
	if (fetched->status >= 200 && fetched->status < 300)
		upload->account->statements++;
	else {
		upload->account->last_answer = world_keep(upload->world, upload->answer);
		log_warn("a statement was not taken", LOG_SPAN("iban", upload->account->iban), LOG_NUMBER("status", fetched->status));
	}
	if (upload->copies-- > 0) {
		new_key(upload);
		upload_send(upload);
	} else
		upload_end(upload);
}

static void upload_send(struct upload *upload)
{
	const char *const headers[] = {
		arena_printf(upload->arena, "Content-Type: %s", upload->account->format->type),
		arena_printf(upload->arena, "Authorization: Bearer %s", upload->token),
		arena_printf(upload->arena, "Idempotency-Key: %s", upload->key),
		NULL,
	};

	upload->tries++;
	fetch_start(upload->world,
		&(struct fetch){ .method = "POST", .url = upload->url, .headers = headers, .body = upload->file, .timeout_ms = 60000 },
		on_answer, upload);
}

static void close_day(struct bank_account *account, struct date day)
{
	if (date_compare(account->delivered, day) < 0)
		account->delivered = day;
}

/* The statement leaves; its day is final. */
static void upload_start(struct upload *upload)
{
	struct bank_account *account = upload->account;

	upload->magic = MAGIC;
	upload->copies = mischief_take(upload->world, STATEMENT_REPEAT, account->iban) ? 1 : 0;
	close_day(account, upload->day);
	mover_begin(upload->world);
	new_key(upload);
	upload_send(upload);
}

/* --- every morning --- */

struct morning {
	struct bank_account *account;
	struct date day; /* whose statement it is */
};

static void on_morning(struct world *, void *arg);

static struct instant morning_after(struct date day)
{
	return world_minute((struct date){ day.day + 1 }, MORNING);
}

static void plan(struct world *world, struct bank_account *account, struct date day)
{
	struct morning *morning = ARENA_NEW(world->life, struct morning);

	*morning = (struct morning){ account, day };
	agenda_add(world, morning_after(day), on_morning, morning);
}

static void deliver_day(struct world *world, struct bank_account *account, struct date day)
{
	struct arena *arena = arena_open();
	struct upload *upload = ARENA_NEW(arena, struct upload);
	struct why why = { 0 };
	enum err err;

	*upload = (struct upload){
		.world = world, .account = account, .arena = arena, .day = day, .url = account->deliver_url, .token = account->token
	};
	err = statement_make(world, arena, account, day, &upload->file, &why);
	if (err == OK) {
		upload_start(upload);
		return;
	}
	if (err != ERR_NOT_FOUND)
		bug("sandbox: %s", why.text);
	close_day(account, day);
	arena_close(arena);
}

static void on_late(struct world *world, void *arg)
{
	const struct morning *morning = arg;

	deliver_day(world, morning->account, morning->day);
}

static void on_morning(struct world *world, void *arg)
{
	struct morning *morning = arg;
	struct date next = world_bank_day((struct date){ morning->day.day + 1 });

	plan(world, morning->account, next);
	if (mischief_take(world, STATEMENT_LATE, morning->account->iban)) {
		struct date later;

		if (calendar_add(calendar_find("TARGET"), morning->day, (int)mischief_value(world, STATEMENT_LATE), &later) != OK)
			bug("sandbox: the calendar ends");
		agenda_add(world, morning_after(later), on_late, morning);
	} else
		deliver_day(world, morning->account, morning->day);
}

void delivery_plan(struct world *world, struct bank_account *account)
{
	plan(world, account, world_bank_day(account->opened));
}

/* --- on request --- */

/* {"date", "to_url", "token", "iban"}; without an IBAN the statements of all accounts. */
static enum err read_order(struct ask *ask, struct upload *order, struct why *why)
{
	struct span url, token, iban = SPAN("");
	struct json_in in;

	TRY(json_in_open(&in, ask->arena, ask->body, why));
	TRY(json_in_date(&in, "date", &order->day, why));
	TRY(json_in_text(&in, "to_url", 8, 2000, &url, why));
	TRY(json_in_text(&in, "token", 0, 500, &token, why));
	if (json_in_has(&in, "iban"))
		TRY(json_in_text(&in, "iban", 15, 34, &iban, why));
	TRY(json_in_done(&in, why));
	order->account = iban.size > 0 ? bank_account_find(ask->world, iban) : NULL;
	if (iban.size > 0 && order->account == NULL)
		return answer_not_found("account", iban, why);
	order->url = span_cstr(ask->arena, url);
	order->token = span_cstr(ask->arena, token);
	return OK;
}

static enum err add_upload(struct ask *ask, struct batch *batch, const struct upload *order, struct bank_account *account, struct why *why)
{
	struct upload *upload = arena_copy(ask->arena, order, sizeof(*order));
	enum err err = statement_make(ask->world, ask->arena, account, order->day, &upload->file, why);

	upload->account = account;
	upload->batch = batch;
	if (err == OK)
		list_add(&batch->uploads, upload);
	else if (err == ERR_NOT_FOUND)
		close_day(account, order->day);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err add_uploads(struct ask *ask, struct batch *batch, const struct upload *order, struct why *why)
{
	const struct list *accounts = bank_accounts(ask->world);

	if (order->account != NULL)
		return add_upload(ask, batch, order, order->account, why);
	for (size_t i = 0; i < accounts->n; i++)
		TRY(add_upload(ask, batch, order, accounts->at[i], why));
	return accounts->n > 0 ? OK : why_set(why, ERR_NOT_FOUND, "no_account", "there is no account");
}

enum err delivery_door(struct ask *ask, struct answer *answer, struct why *why)
{
	struct upload order = { .world = ask->world, .arena = ask->arena };
	struct batch *batch = ARENA_NEW(ask->arena, struct batch);
	enum err err;
	size_t n;

	TRY(read_order(ask, &order, why));
	batch->ask = ask;
	err = add_uploads(ask, batch, &order, why);
	if (err != OK) {
		list_clear(&batch->uploads);
		return err;
	}
	n = batch->left = batch->uploads.n;
	answer->later = n > 0;
	if (n == 0)
		batch_print(batch, answer);
	for (size_t i = 0; i < n; i++)
		upload_start(batch->uploads.at[i]);
	return OK;
}
