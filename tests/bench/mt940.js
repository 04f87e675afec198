// npm's mt940js over a file: `node mt940.js FILE` prints an object of JSON: bytes, lines, seconds. NODE_PATH says where it is.
const fs = require('fs');
const { Parser } = require('mt940js');

const text = fs.readFileSync(process.argv[2], 'utf8');
const begun = process.hrtime.bigint();
const statements = new Parser().parse(text);
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
const lines = statements.reduce((n, s) => n + s.transactions.length, 0);
console.log(JSON.stringify({ bytes: text.length, lines, seconds }));
