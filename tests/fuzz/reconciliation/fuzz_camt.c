/* A message of ISO 20022, whatever its first bytes look like. */
#include "readers/camt.h"

#include "reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading_settings settings = { 0 };
	read_by(&camt_reader, &settings, span_bytes(data, size));
	return 0;
}
