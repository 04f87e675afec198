# The size rule: median and p90 of functions' lines, the longest ones, and files that are too long.
#   awk -v what=code -f size.awk FILE...
# A function is what stands between a "{" and a "}" at the start of a line (as clang-format leaves them); its lines are those between.
# Exit 1 if a function has more than 100 lines or a file more than 600.

function sort(n,    i, j, v, w) {
	for (i = 2; i <= n; i++) {
		v = lines[i]
		w = where[i]
		for (j = i - 1; j > 0 && lines[j] > v; j--) {
			lines[j + 1] = lines[j]
			where[j + 1] = where[j]
		}
		lines[j + 1] = v
		where[j + 1] = w
	}
}

FNR == 1 {
	files++
	start = 0
}

/^{/ {
	start = FNR
	name = previous
}

/^}/ && start {
	lines[++n] = FNR - start - 1
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
	where[n] = FILENAME ":" start " " name
	start = 0
}

/^[a-z].*\(/ {
	previous = $0
}

{
	length_of[FILENAME] = FNR
	total++
}

END {
	if (!n)
		exit 0
	sort(n)
	short = 0
	for (i = 1; i <= n; i++)
		short += lines[i] <= 50
	printf "%s: %d files, %d lines, %d functions: median %d, p90 %d, longest %d lines; %.1f %% within 50\n", what, files, total, n,
		lines[int((n + 1) / 2)], lines[int((n * 9 + 9) / 10)], lines[n], 100 * short / n
	for (i = n; i > 0 && i > n - 5; i--)
		printf "  %4d  %s\n", lines[i], where[i]
	for (i = n; i > 0 && lines[i] > 100; i--) {
		print "too long (over 100): " where[i]
		bad = 1
	}
	for (f in length_of)
		if (length_of[f] > 600) {
			print "too long (over 600): " f ", " length_of[f] " lines"
			bad = 1
		}
	exit bad
}
