#include "settings.h"

#include <string.h>

#include "seal.h"
#include "service.h"

struct payments_settings payments_settings;

static enum err check_key(const char *value, struct why *why)
{
	if (strlen(value) != 2 * SEAL_KEY || strspn(value, "0123456789abcdefABCDEF") != 2 * SEAL_KEY)
		return why_set(why, ERR_INVALID, "setting_invalid", "must be %d hexadecimal digits, as openssl rand -hex %d prints them",
			2 * SEAL_KEY, SEAL_KEY);
	return OK;
}

#define TEXT(field) .name = #field, .type = SETTING_TEXT, .offset = offsetof(struct payments_settings, field)
#define NUMBER(field) .name = #field, .type = SETTING_NUMBER, .offset = offsetof(struct payments_settings, field)

const struct setting payments_setting_table[] = {
	{ TEXT(secret_key), .flags = SETTING_SECRET, .check = check_key,
		.help = "Seals the secrets of provider accounts and makes pay links: 64 hexadecimal digits. Another key breaks both." },
	{ TEXT(stripe_url), .initial = "https://api.stripe.com", .check = setting_is_url,
		.help = "Where Stripe's API is; a sandbox for trying out." },
	{ NUMBER(link_days), .initial = "30", .least = 1, .most = 365, .help = "How many days a pay link can be opened." },
	{ NUMBER(session_minutes), .initial = "1380", .least = 31, .most = 1439,
		.help = "How many minutes the provider's page can be paid after the payer has opened it." },
	{ NUMBER(reference_hours), .initial = "24", .least = 1, .most = 720,
		.help = "How many hours a webhook may wait for what it names before a person is told." },
	{ NUMBER(call_timeout_ms), .initial = "10000", .least = 100, .most = 50000, .help = "How long a call to a provider may take." },
	{ .name = NULL },
};

static struct span public_url(struct arena *arena)
{
	return span_of(arena_strdup(arena, common_settings.public_url));
}

enum err settings_policy(const struct policy **out, struct why *why)
{
	static struct policy policy;
	static struct arena *life; /* as long as the process */
	struct span key;

	*out = &policy;
	if (policy.secret_key.size > 0)
		return OK;
	if (payments_settings.secret_key == NULL || payments_settings.secret_key[0] == '\0')
		return why_set(why, ERR_INVALID, "setting_missing",
			"secret_key is not set: give PAYMENTS_SECRET_KEY, or a file that holds it as PAYMENTS_SECRET_KEY_FILE");
	if (life == NULL)
		life = arena_open();
	TRY(span_unhex(life, span_of(payments_settings.secret_key), &key));
	policy = (struct policy){
		.secret_key = key,
		.link_key = seal_derive(life, key, "links"),
		.public_url = public_url(life),
		.link_days = payments_settings.link_days,
		.session_minutes = payments_settings.session_minutes,
		.reference_hours = payments_settings.reference_hours,
	};
	return OK;
}
