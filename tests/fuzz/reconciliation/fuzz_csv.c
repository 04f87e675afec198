/* A profile, a line "%%", and a file; or a file alone, by the profiles that come with Dunlin. */
#include "readers/csv_reader.h"

#include "reading.h"

static void read_profiles(struct span text)
{
	struct csv_profile p;
	struct why why = { 0 };
	enum err err;
	int line = 0;
	while (csv_profile_next(&text, &line, &p, &err, &why))
		demand(p.lists[CSV_HEADER].count >= 2 && p.date.size && p.delimiter, "a profile says what it must");
	demand(err == OK || (err == ERR_INVALID && why.code[0] && why.text[0]), "a fault of a profile has a reason");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char end[] = "\n%%\n";
	struct span file = span_bytes(data, size);
	struct reading_settings settings = { .account = SPAN("A"), .currency = SPAN("EUR") };
	const char *at = size ? memmem(data, size, end, sizeof(end) - 1) : NULL;
	if (at) {
		settings.profiles = span_bytes(file.at, (size_t)(at - file.at));
		file = span_from(file, settings.profiles.size + sizeof(end) - 1);
		read_profiles(settings.profiles);
	}
	read_by(&csv_reader, &settings, file);
	settings.opening = SPAN("100.00");
	read_by(&csv_reader, &settings, file);
	settings.opening = SPAN("");
	settings.closing = SPAN("100.00");
	read_by(&csv_reader, &settings, file);
	return 0;
}
