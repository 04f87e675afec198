"""A provider for tests that speaks Stripe's wire format: it keeps sessions, charges and refunds, and does as it is told: answer, fail, say nothing.

With a witness (the address of stripe-mock) every request is put before it too, which checks it against Stripe's OpenAPI description: `refused` has those
that it did not take.
"""

import http.server
import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request


class FakeStripe:
    def __init__(self, witness=None):
        self.witness = witness
        self.requests = []  # (method, path, parameters, headers)
        self.refused = []
        self.sessions, self.refunds, self.lines, self.kept = {}, {}, {}, {}
        self.mood = []  # what the next requests get: "silence" (done, but no answer), "500", "refuse"
        self.lock = threading.Lock()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                fake.handle(self, "GET", b"")

            def do_POST(self):
                fake.handle(self, "POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # ---- one request ----

    def handle(self, handler, method, body):
        url = urllib.parse.urlsplit(handler.path)
        params = dict(urllib.parse.parse_qsl(url.query if method == "GET" else body.decode(), keep_blank_values=True))
        with self.lock:
            self.requests.append((method, url.path, params, dict(handler.headers)))
            mood = self.mood.pop(0) if self.mood else None
        if self.witness:
            self.ask_witness(handler, method, body)
        key = handler.headers.get("Idempotency-Key")
        if mood == "refuse":
            return self.answer(handler, 400, {"error": {"type": "invalid_request_error", "code": "amount_too_small", "param": "line_items"}})
        with self.lock:
            if key in self.kept:
                status, value = self.kept[key]
            else:
                status, value = self.do(method, url.path, params)
                if key:
                    self.kept[key] = (status, value)
        if mood == "silence":
            # Closing at once would make libcurl send it again, as its Idempotency-Key allows.
            handler.connection.settimeout(30)
            handler.close_connection = True
            while handler.connection.recv(1):
                pass
        elif mood == "500":
            self.answer(handler, 500, {"error": {"type": "api_error"}})
        else:
            self.answer(handler, status, value)

    def answer(self, handler, status, value):
        body = json.dumps(value).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def ask_witness(self, handler, method, body):
        headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "content-length", "connection")}
        request = urllib.request.Request(self.witness + handler.path, data=body if method == "POST" else None, method=method, headers=headers)
        try:
            urllib.request.urlopen(request, timeout=10).read()
        except urllib.error.HTTPError as e:
            self.refused.append((method, handler.path, body.decode(), e.code, e.read().decode()))

    def do(self, method, path, params):
        if m := re.fullmatch(r"/v1/checkout/sessions(?:/(\w+))?(/expire)?", path):
            if method == "POST" and not m[1]:
                return 200, self.make_session(params)
            if not m[1]:
                return 200, {"object": "list", "data": [self.show(s) for s in reversed(self.sessions.values())], "has_more": False}
            session = self.sessions.get(m[1])
            if session is None:
                return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}
            if m[2]:
                if session["status"] != "open":
                    return 400, {"error": {"type": "invalid_request_error"}}
                session["status"] = "expired"
            return 200, self.show(session)
        if path == "/v1/refunds" and method == "POST":
            return 200, self.make_refund(params)
        if path == "/v1/refunds":
            return 200, {"object": "list", "data": [r for r in self.refunds.values() if r["payment_intent"] == params["payment_intent"]], "has_more": False}
        if path == "/v1/balance_transactions":
            lines = self.lines[params["payout"]]
            at = [n for n, line in enumerate(lines) if line["id"] == params.get("starting_after")]
            first = at[0] + 1 if at else 0
            return 200, {"object": "list", "data": lines[first : first + 2], "has_more": first + 2 < len(lines)}
        if m := re.fullmatch(r"/v1/balance_transactions/txn_(\w+)", path):
            return 200, self.transaction(m[1])
        return 404, {"error": {"type": "invalid_request_error"}}

    # ---- objects ----

    def make_session(self, params):
        n = len(self.sessions) + 1
        amount = sum(int(v) for k, v in params.items() if k.endswith("[unit_amount]"))
        self.sessions[f"cs_test_{n}"] = {
            "id": f"cs_test_{n}", "n": n, "status": "open", "paid": False, "amount": amount, "currency": params["line_items[0][price_data][currency]"],
            "reference": params["client_reference_id"], "attempt": params["metadata[attempt_id]"], "expires_at": int(params["expires_at"])}
        return self.show(self.sessions[f"cs_test_{n}"])

    def show(self, s):
        done = s["status"] == "complete"
        return {
            "id": s["id"], "object": "checkout.session", "livemode": False, "status": s["status"], "payment_status": "paid" if s["paid"] else "unpaid",
            "amount_total": s["amount"], "currency": s["currency"], "client_reference_id": s["reference"], "metadata": {"attempt_id": s["attempt"]},
            "expires_at": s["expires_at"], "payment_intent": f"pi_{s['n']}" if done else None,
            "url": f"{self.url}/c/pay/{s['id']}" if s["status"] == "open" else None}

    def pay(self, session):
        session.update(status="complete", paid=True)
        return self.show(session)

    def charge(self, session, refunded=0):
        return {
            "id": f"ch_{session['n']}", "object": "charge", "livemode": False, "status": "succeeded", "captured": True, "paid": True,
            "amount": session["amount"], "amount_captured": session["amount"], "amount_refunded": refunded, "currency": session["currency"],
            "payment_intent": f"pi_{session['n']}", "metadata": {"attempt_id": session["attempt"]}, "balance_transaction": f"txn_{session['n']}",
            "payment_method_details": {"type": "card"}, "created": int(time.time())}

    def transaction(self, n):
        session = self.sessions[f"cs_test_{n}"]
        fee = session["amount"] // 100 + 25
        return {"id": f"txn_{n}", "object": "balance_transaction", "type": "charge", "amount": session["amount"], "fee": fee,
                "net": session["amount"] - fee, "currency": session["currency"], "source": f"ch_{n}"}

    def make_refund(self, params):
        n = len(self.refunds) + 1
        self.refunds[f"re_{n}"] = {
            "id": f"re_{n}", "object": "refund", "amount": int(params["amount"]), "currency": "eur", "status": "succeeded",
            "payment_intent": params["payment_intent"], "charge": "ch" + params["payment_intent"][2:], "created": int(time.time()),
            "metadata": {k[9:-1]: v for k, v in params.items() if k.startswith("metadata[")}}
        return self.refunds[f"re_{n}"]
