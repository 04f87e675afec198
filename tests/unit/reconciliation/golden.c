#include "golden.h"

#include <stdio.h>

void assert_golden(struct arena *arena, const char *name, struct span text)
{
	const char *path = arena_printf(arena, "tests/golden/%s", name), *wish = getenv("DUNLIN_GOLDEN");
	if (wish && !strcmp(wish, "write")) {
		FILE *file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(text.at, 1, text.size, file), text.size);
		assert_int_equal(fclose(file), 0);
		return;
	}
	struct span golden = read_file(arena, path);
	size_t same = 0, line = 1;
	while (same < golden.size && same < text.size && golden.at[same] == text.at[same])
		line += golden.at[same++] == '\n';
	if (same < golden.size || same < text.size)
		fail_msg("%s differs from line %zu on: %.120s", path, line, same < text.size ? text.at + same : "(ends)");
}
