/* A file of MT940 or MT942, whatever its first bytes look like, in the charset that its first byte chooses. */
#include "readers/mt940.h"

#include "reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading_settings settings = { .charset = size ? (enum charset)(data[0] % CHARSETS) : CHARSET_AUTO };
	read_by(&mt940_reader, &settings, span_from(span_bytes(data, size), 1));
	return 0;
}
