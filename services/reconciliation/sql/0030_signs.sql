-- What speaks for a candidate, and against it: more signs than an int has bits for (match.h).
alter table bank_line_candidate alter column signs type bigint;
