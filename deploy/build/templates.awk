# Makes COMPONENT_templates.h and .c of a component's templates/*: .html files are pages, .txt files text (template.h).
#   awk -v component=invoicing -v base=PATH/invoicing_templates -f templates.awk services/invoicing/templates/*
# A template is named by its file without the ending.

function fail(text) {
	print FILENAME ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	if (name !~ /^[a-z][a-z0-9_]*\.(html|txt)$/)
		fail("not name.html or name.txt")
	count++
	mode[count] = name ~ /\.html$/ ? "TEMPLATE_HTML" : "TEMPLATE_TEXT"
	sub(/\..*/, "", name)
	if (name in seen)
		fail("there is a template of that name already")
	seen[name] = 1
	title[count] = name
}

{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	text[count] = text[count] "\t\"" $0 "\\n\"\n"
}

END {
	if (failed)
		exit 1
	header = base ".h"
	source = base ".c"
	print "/* Made from the templates of " component "; do not edit. */\n#pragma once\n\n#include \"template.h\"\n" > header
	print "extern const struct template_source " component "_templates[];" > header
	print "extern const size_t " component "_template_count;" > header
	print "/* Made from the templates of " component "; do not edit. */\n#include \"" component "_templates.h\"\n" > source
	for (i = 1; i <= count; i++)
		print "static const char text_" i "[] =\n" text[i] "\t;\n" > source
	print "const struct template_source " component "_templates[] = {" > source
	for (i = 1; i <= count; i++)
		print "\t{\"" title[i] "\", " mode[i] ", {text_" i ", sizeof text_" i " - 1}}," > source
	print "};\nconst size_t " component "_template_count = " count ";" > source
}
