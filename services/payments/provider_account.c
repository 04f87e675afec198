#include "provider_account.h"

bool provider_account_is_name(struct span name)
{
	if (name.size == 0 || name.size > PROVIDER_ACCOUNT_NAME)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		char c = name.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}
