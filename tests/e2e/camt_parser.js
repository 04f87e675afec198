// What npm's camt-parser reads of a camt.053, one JSON line a transaction. NODE_PATH says where it is.
const { parseCamt053 } = require('camt-parser');

parseCamt053(require('fs').readFileSync(process.argv[2], 'utf8')).then(
	document => {
		for (const statement of document.statements)
			for (const told of statement.transactions)
				console.log(JSON.stringify(told));
	},
	error => {
		console.error(error.message);
		process.exit(1);
	});
