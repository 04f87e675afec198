#include "tax.h"

#include "field.h"

const struct tax_rule tax_rules[TAX_CATEGORIES] = {
	[TAX_NONE] = { "", RATE_ANY, false, "", "not given: refused" },
	[TAX_STANDARD] = { "S", RATE_POSITIVE, false, "", "standard or reduced rate" },
	[TAX_ZERO] = { "Z", RATE_ZERO, false, "", "zero rated" },
	[TAX_EXEMPT] = { "E", RATE_ZERO, true, "Exempt from tax", "exempt from tax" },
	[TAX_REVERSE_CHARGE] = { "AE", RATE_ZERO, true, "Reverse charge", "reverse charge, the buyer accounts for the tax" },
	[TAX_INTRA_COMMUNITY] = { "K", RATE_ZERO, true, "Intra-community supply", "intra-community supply of goods or services" },
	[TAX_EXPORT] = { "G", RATE_ZERO, true, "Export outside the EU", "export outside the EU" },
	[TAX_OUT_OF_SCOPE] = { "O", RATE_ZERO, true, "Not subject to VAT", "outside the scope of tax" },
	[TAX_CANARY_ISLANDS] = { "L", RATE_ANY, false, "", "Canary Islands general indirect tax (IGIC)" },
	[TAX_CEUTA_MELILLA] = { "M", RATE_ANY, false, "", "tax for production, services and importation in Ceuta and Melilla (IPSI)" },
};

enum err tax_check(struct tax t, struct span reason, struct why *why)
{
	const struct tax_rule *rule;

	if (t.category <= TAX_NONE || t.category >= TAX_CATEGORIES)
		return why_field(why, ERR_INVALID, "field_invalid", "tax_category", "tax_category is missing or of no known kind");
	rule = &tax_rules[t.category];
	TRY(field_decimal(t.rate, "tax_rate", 0, 100, why));
	if (rule->rate == RATE_POSITIVE && t.rate.unscaled == 0)
		return why_field(why, ERR_INVALID, "tax_rate_missing", "tax_rate", "category %s needs a tax_rate above 0", rule->code);
	if (rule->rate == RATE_ZERO && t.rate.unscaled != 0)
		return why_field(why, ERR_INVALID, "tax_rate_unexpected", "tax_rate", "category %s has the tax_rate 0", rule->code);
	if (reason.size > 0 && !rule->reason)
		return why_field(why, ERR_INVALID, "tax_reason_unexpected", "tax_exemption_reason", "category %s is not exempt from tax",
			rule->code);
	return field_text(reason, "tax_exemption_reason", 0, 200, why);
}

int tax_compare(struct tax a, struct tax b)
{
	if (a.category != b.category)
		return a.category < b.category ? -1 : 1;
	return decimal_compare(a.rate, b.rate);
}
