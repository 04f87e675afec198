# Makes COMPONENT_queries.h and .c of a component's sql/queries.sql.
#   awk -v component=invoicing -v base=PATH/invoicing_queries -f queries.awk services/invoicing/sql/queries.sql
# A block is "-- name: invoice_fetch" and one statement, which ends at a line's last ";". Its lines are kept,
# comments and the ";" are not. Anything else between blocks, or a name twice, is an error.

function fail(text) {
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

# The line without its comment; a "--" inside quotes is not one.
function bare(line,    i, c, quote) {
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (quote != "") {
			if (c == quote)
				quote = ""
		} else if (c == "'" || c == "\"")
			quote = c
		else if (substr(line, i, 2) == "--")
			return substr(line, 1, i - 1)
	}
	return line
}

function literal(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return "\t\"" line "\\n\"\n"
}

/^-- name:/ {
	if (name != "")
		fail("'" name "' has no end")
	name = $3
	if (name !~ /^[a-z][a-z0-9_]*$/ || NF != 3)
		fail("'" name "' is not a name")
	if (name in sql)
		fail("'" name "' is there twice")
	order[++count] = name
	sql[name] = ""
	next
}

{
	line = bare($0)
	sub(/[ \t]+$/, "", line)
	if (line == "")
		next
	if (name == "")
		fail("no '-- name:' above this")
	if (line ~ /;$/) {
		sub(/[ \t]*;$/, "", line)
		if (line != "")
			sql[name] = sql[name] literal(line)
		if (sql[name] == "")
			fail("'" name "' is empty")
		name = ""
	} else
		sql[name] = sql[name] literal(line)
}

END {
	if (failed)
		exit 1
	if (name != "")
		fail("'" name "' has no end")
	header = base ".h"
	source = base ".c"
	print "/* Made from " FILENAME "; do not edit. */\n#pragma once\n\n#include \"db.h\"\n" > header
	print "/* Made from " FILENAME "; do not edit. */\n#include \"" component "_queries.h\"\n" > source
	for (i = 1; i <= count; i++) {
		print "extern const struct query q_" order[i] ";" > header
		print "const struct query q_" order[i] " = {\n\t.name = \"" order[i] "\",\n\t.sql =\n" sql[order[i]] "};\n" > source
	}
	print "\n/* All of them; a null pointer ends it. */\nextern const struct query *const " component "_queries[];" > header
	print "const struct query *const " component "_queries[] = {" > source
	for (i = 1; i <= count; i++)
		print "\t&q_" order[i] "," > source
	print "\t0,\n};" > source
}
