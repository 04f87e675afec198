// What npm's mt940js reads of an MT940, one JSON line a transaction. NODE_PATH says where it is.
const { Parser } = require('mt940js');

const day = date => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(n => String(n).padStart(2, '0')).join('-');
try {
	for (const statement of new Parser().parse(require('fs').readFileSync(process.argv[2], 'utf8')))
		for (const t of statement.transactions)
			console.log(JSON.stringify({ amount: String(t.amount), value: day(t.date), booking: t.entryDate ? day(t.entryDate) : '' }));
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}
