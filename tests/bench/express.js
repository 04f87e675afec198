// The yardstick of row c: a webhook receiver as one writes it: Express, Stripe's own verification, pg's pool, one durable insert, then 200.
//   PORT=… DATABASE_URL=… SECRET=… node express.js
const express = require("express");
const Stripe = require("stripe");
const { Pool } = require("pg");

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const stripe = new Stripe("sk_test_bench");
const app = express();

app.post("/webhooks/stripe/:account", express.raw({ type: "application/json", limit: "64kb" }), async (req, res) => {
	let event;
	try {
		event = stripe.webhooks.constructEvent(req.body, req.headers["stripe-signature"], process.env.SECRET);
	} catch {
		return res.status(400).end();
	}
	await pool.query({
		name: "store",
		text: "insert into express_event (account, id, type, body) values ($1, $2, $3, $4) on conflict do nothing",
		values: [req.params.account, event.id, event.type, req.body],
	});
	res.json({});
});
app.get("/readyz", async (req, res) => {
	await pool.query("select 1");
	res.json({});
});
app.listen(Number(process.env.PORT), "127.0.0.1");
