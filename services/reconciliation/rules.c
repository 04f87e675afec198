#include "rules.h"

#include "exception.h"
#include "match/difference.h"
#include "match/match.h"
#include "match/reference_scheme.h"
#include "match/trust.h"
#include "payout_report.h"
#include "statement.h"
#include "undo.h"

static void print_chart(struct text *t)
{
	text_add(t, "accounts of the ledger\n");
	for (int i = 0; i < CHART_COUNT; i++) {
		const struct chart_row *row = chart_row((enum chart)i);
		text_printf(t, "  %-22s %-9s %s%s%s%s\n", row->word, chart_class_word(row->of_class), row->help,
			row->per ? "; one for each " : "", row->per ? row->per : "",
			row->by_hand ? "; a line may be booked to it by hand" : "");
	}
}

static void print_lines(struct text *t)
{
	size_t n;
	const struct line_rule *rules = line_rules(&n);
	text_add(t, "\nstates of a bank line\n");
	for (size_t i = 0; i < n; i++)
		text_printf(t, "  %-11s %-15s -> %-11s %s\n", line_state_word(rules[i].from), line_act_word(rules[i].act),
			line_state_word(rules[i].to), rules[i].why);
}

static void print_statements(struct text *t)
{
	size_t n;
	const struct statement_rule *rules = statement_rules(&n);
	text_add(t, "\nstates of a statement\n");
	for (size_t i = 0; i < n; i++)
		text_printf(t, "  %-11s %-10s -> %-11s %s\n", statement_state_word(rules[i].from), statement_act_word(rules[i].act),
			statement_state_word(rules[i].to), rules[i].why);
}

static void print_obstacles(struct text *t)
{
	text_add(t, "\nwhat a statement is not undone for\n");
	for (int i = 0; i < OBSTACLES; i++)
		text_printf(t, "  %-21s %s\n", obstacle_word((enum obstacle)i), obstacle_help((enum obstacle)i));
}

static void print_matching(struct text *t)
{
	text_add(t, "\nevidence\n");
	for (unsigned i = 0; i < SIGNS; i++)
		text_printf(t, "  %-21s %s\n", sign_word(i), sign_help(i));
	text_add(t, "\nstructured references\n");
	for (int i = 0; i < SCHEMES; i++)
		text_printf(t, "  %-21s %s\n", scheme_word((enum scheme)i), scheme_help((enum scheme)i));
	text_add(t, "\nmatching, in order\n");
	for (int i = 0; i < MATCH_RULES; i++) {
		const struct match_rule *rule = match_rule((enum match_rule_id)i);
		text_printf(
			t, "  %-21s %-9s %-5s %s\n", rule->word, verdict_word(rule->verdict), rule->posts ? "posts" : "waits", rule->help);
	}
	text_printf(t,
		"\nrule sets of merchants\n  version 0 is the table above: a selection of what a payer owes posts of %d open invoices at most.\n  A "
		"merchant's version may let rules wait that post, and selections of fewer invoices; nothing that waits here posts by it.\n",
		MATCH_SELECTION_MOST);
	text_add(t, "\nwhat may not post by itself, where a bank account says so\n");
	for (int i = 0; i < TRUST_KINDS; i++)
		text_printf(t, "  %-21s %s\n", trust_word((enum trust_kind)i), trust_help((enum trust_kind)i));
	text_add(t, "\nwhy a candidate lost\n");
	for (int i = LOSS_NONE + 1; i < LOSSES; i++)
		text_printf(t, "  %-21s %s\n", loss_word((enum loss)i), loss_help((enum loss)i));
}

static void print_differences(struct text *t)
{
	const struct difference_policy p = difference_default(SPAN(""), (struct currency){ "" });
	text_add(t, "\nwhat may lack of a payment, in order, or be too much\n");
	for (int i = DIFFERENCE_NONE + 1; i < DIFFERENCE_KINDS; i++) {
		const struct difference_row *row = difference_row((enum difference_kind)i);
		text_printf(t, "  %-21s %s; to %s%s\n", row->word, row->help, chart_row(row->account)->word,
			row->takes_tax ? ", its share of tax with it" : "");
	}
	text_printf(t,
		"  without a policy      short_most %lld, short_share %lld, over_most %lld, over_share %lld, discount_share %lld, discount_days %lld, "
		"grace_days %lld, takes_charges %s, charges_most %lld\n",
		(long long)p.short_most, (long long)p.short_share, (long long)p.over_most, (long long)p.over_share,
		(long long)p.discount_share, (long long)p.discount_days, (long long)p.grace_days, p.takes_charges ? "yes" : "no",
		(long long)p.charges_most);
	for (int i = DISPUTE_NONE + 1; i <= DISPUTE_EXCESS; i++)
		text_printf(t, "  disputed              %s\n", dispute_help((enum dispute)i));
}

static void print_reports(struct text *t)
{
	text_add(t, "\nitems of providers' reports\n");
	for (int i = 0; i < ITEM_KINDS; i++) {
		enum chart chart;
		bool own = item_kind_account((enum item_kind)i, &chart);
		text_printf(t, "  %-17s %s%s%s\n", item_kind_word((enum item_kind)i), item_kind_help((enum item_kind)i),
			own ? "; goes to " : "", own ? chart_row(chart)->word : "");
	}
	text_add(t, "\nhow a report stands to what payments told\n");
	for (int i = 0; i < REPORT_STATES; i++)
		text_printf(t, "  %-17s %s\n", report_state_word((enum report_state)i), report_state_help((enum report_state)i));
	text_add(t, "\nwhat can differ\n");
	for (int i = 0; i < DISCREPANCIES; i++)
		text_printf(t, "  %-17s %-21s %s\n", discrepancy_word((enum discrepancy)i),
			exception_word(discrepancy_exception((enum discrepancy)i)), discrepancy_help((enum discrepancy)i));
}

static void print_exceptions(struct text *t)
{
	text_add(t, "\nexceptions\n");
	for (int i = 1; i < EXCEPTION_KINDS; i++)
		text_printf(t, "  %-22s %s%s\n", exception_word((enum exception_kind)i), exception_help((enum exception_kind)i),
			exception_is_closed_by_hand((enum exception_kind)i) ? "; a person closes it" : "");
	text_add(t, "\nwhat is suggested\n");
	for (int i = 0; i < SUGGESTIONS; i++)
		text_printf(t, "  %-22s %s%s\n", suggestion_word((enum suggestion)i), suggestion_help((enum suggestion)i),
			suggestion_is_accepted((enum suggestion)i) ? "; accept does it" : "");
}

static void print_reading(struct text *t)
{
	text_add(t, "\nrules of statements\n");
	for (int i = 1; i < RULE_COUNT; i++)
		text_printf(t, "  %-23s %-9s %s\n", rule_word((enum rule)i), rule_is_fatal((enum rule)i) ? "file" : "statement",
			rule_help((enum rule)i));
}

void rules_print(struct text *t)
{
	print_chart(t);
	print_lines(t);
	print_statements(t);
	print_obstacles(t);
	print_matching(t);
	print_differences(t);
	print_reports(t);
	print_exceptions(t);
	print_reading(t);
}
