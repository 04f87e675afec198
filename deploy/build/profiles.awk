# Makes COMPONENT_profiles.h and .c of a component's profiles/*.profile: one text, in the order of the files' names.
#   awk -v component=reconciliation -v base=PATH/reconciliation_profiles -f profiles.awk services/reconciliation/profiles/*

{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	text = text "\t\"" $0 "\\n\"\n"
}

END {
	header = base ".h"
	source = base ".c"
	print "/* Made from the profiles of " component "; do not edit. */\n#pragma once\n\nextern const char " component "_profiles[];" > header
	print "/* Made from the profiles of " component "; do not edit. */\n#include \"" component "_profiles.h\"\n" > source
	print "const char " component "_profiles[] =\n" text "\t;" > source
}
