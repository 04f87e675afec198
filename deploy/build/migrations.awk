# Makes COMPONENT_migrations.h and .c of a component's sql/NNNN_name.sql files, which are given in order.
#   awk -v component=invoicing -v base=PATH/invoicing_migrations -f migrations.awk services/invoicing/sql/[0-9]*.sql
# The text is kept to the byte, for its hash is in the databases. Numbers count up from 1 without a gap.

function fail(text) {
	print FILENAME ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	if (name !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+\.sql$/)
		fail("not NNNN_name.sql")
	number = substr(name, 1, 4) + 0
	if (number != ++count)
		fail("number " number " where " count " is next")
	title[count] = substr(name, 6, length(name) - 9)
}

{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	sql[count] = sql[count] "\t\t\"" $0 "\\n\"\n"
}

END {
	if (failed)
		exit 1
	header = base ".h"
	source = base ".c"
	print "/* Made from the migrations of " component "; do not edit. */\n#pragma once\n\n#include \"migrate.h\"\n" > header
	print "/* In order; number 0 ends it. */\nextern const struct migration " component "_migrations[];" > header
	print "/* Made from the migrations of " component "; do not edit. */\n#include \"" component "_migrations.h\"\n" > source
	print "const struct migration " component "_migrations[] = {" > source
	for (i = 1; i <= count; i++)
		print "\t{.number = " i ", .name = \"" title[i] "\", .sql =\n" sql[i] "\t}," > source
	print "\t{0},\n};" > source
}
