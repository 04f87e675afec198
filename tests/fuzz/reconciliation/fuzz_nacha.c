/* An ACH file, whatever its first bytes look like. */
#include "readers/nacha.h"

#include "reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading_settings settings = { 0 };
	read_by(&nacha_reader, &settings, span_bytes(data, size));
	return 0;
}
