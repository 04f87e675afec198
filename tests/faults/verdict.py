"""What a run of faults comes to: one line a trial, a summary, and the report of a full run."""

import collections

from ground import SERVICES

# The run that fits CI, in its order.
CI = (("kills", {"n": 25, "pause": 0.7}), ("servers", {}), ("broker", {}), ("members", {}), ("times", {}))


def plan(n, of_a_trial):
    """The trials of a full run: (maker, number, more), the rest between the kills."""
    rounds, done = [], 0
    for number in range(-(-n // of_a_trial)):
        size = min(of_a_trial, n - done)
        done += size
        rounds.append(("kills", number, {"n": size, "points": 1 if number % 4 == 0 else 0, "full": True}))
    others = [(maker, number, {}) for number in range(max(1, len(rounds) // 4)) for maker in ("servers", "broker", "members", "times")]
    trials = []
    for k, one in enumerate(rounds):
        trials.append(one)
        trials += others[k * len(others) // len(rounds) : (k + 1) * len(others) // len(rounds)]
    return trials


def line(r):
    made = sum(r["made"].values())
    ops = r["operations"]
    verdict = "ok" if not r["wrong"] else f"FAILED ({len(r['wrong'])})"
    return (f"{verdict:<12} {r['trial']}: {made} faults in {r['loaded']} s, requests {ops['ok']} ok {ops['fail']} refused {ops['info']} unknown; "
            f"drained in {r['drained']} s, checked in {r['checked']} s, {r['seconds']} s in all")


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def recoveries(results):
    """Lines: how soon a daemon was ready after it was started, where nothing else was wrong, and in all."""
    lines = ["| daemon | starts | p50 | p99 | most | of all starts over 1 s |", "|---|---|---|---|---|---|"]
    for name in SERVICES:
        times = [s for r in results for n, s, calm in r["recoveries"] if n == name and calm]
        every = [s for r in results for n, s, _ in r["recoveries"] if n == name]
        lines.append(f"| {name} | {len(times)} calm of {len(every)} | {percentile(times, 0.5) * 1000:.0f} ms | {percentile(times, 0.99) * 1000:.0f} ms | "
                     f"{max(times, default=0) * 1000:.0f} ms | {sum(s > 1 for s in times)} calm, {sum(s > 1 for s in every)} in all |")
    return lines


def totals(results, table):
    made, not_run, struck = collections.Counter(), {}, collections.Counter()
    for r in results:
        made.update(r["made"])
        struck.update(r["struck"])
        not_run.update(r["not_run"])
    lines = ["| fault | made | |", "|---|---|---|"]
    for name, (_, text) in table.items():
        note = f" ({struck[name]} struck)" if name in struck else ""
        why = f"not run: {not_run[name]}" if name in not_run else text
        lines.append(f"| `{name}` | {made[name]}{note} | {why} |")
    return lines


def bound(results):
    faults = sum(sum(r["made"].values()) for r in results)
    bad = sum(bool(r["wrong"]) for r in results)
    if bad or not faults:
        return f"{faults} faults, {bad} of {len(results)} trials failed"
    return f"{faults} faults without a failure: at most one fault in {faults / 3:.0f} does harm, with 95 % confidence (rule of three, 3/{faults} = {3 / faults:.2%})"


def kills_of(results):
    count = collections.Counter()
    for r in results:
        for key, n in r["targets"].items():
            if key.startswith("kill/"):
                count[key[5:]] += n
    return count


def reached(results):
    return {(point, name) for r in results for point, name in r["reached"]}


def summary(results, table):
    ops = collections.Counter()
    for r in results:
        ops.update(r["operations"])
    kills = kills_of(results)
    lines = ["", *totals(results, table), "", *recoveries(results), "",
             f"requests: {ops['ok']} done, {ops['fail']} refused, {ops['info']} without an answer; SIGKILL at random: "
             + ", ".join(f"{name} {kills[name]}" for name in SERVICES) + f"; crash points reached: {len({p for p, _ in reached(results)})}",
             bound(results)]
    return "\n".join(lines)


def full(known, table):
    results = known["results"]
    head = [f"Seed {known['seed']}, {len(results)} trials, {sum(r['seconds'] for r in results) / 60:.0f} minutes.", ""]
    head += ["| trial | faults | load | requests ok / refused / unknown | drained | verdict |", "|---|---|---|---|---|---|"]
    for r in results:
        o = r["operations"]
        head.append(f"| {r['trial']} | {sum(r['made'].values())} | {r['loaded']:.0f} s | {o['ok']} / {o['fail']} / {o['info']} | {r['drained']} s | "
                    f"{'holds' if not r['wrong'] else 'FAILED: ' + r['wrong'][0][:100].replace('|', '/').splitlines()[0]} |")
    return "\n".join(head) + "\n" + summary(results, table)


def is_bad(results, say):
    missing = set()
    import schedule

    if any(r["trial"].startswith("kills") for r in results):
        missing = set(schedule.WHO) - {point for point, _ in reached(results)}
    if missing:
        say(f"crash points that nobody came by: {', '.join(sorted(missing))}")
    bad = sum(bool(r["wrong"]) for r in results) + bool(missing)
    skipped = sum(len(r["not_run"]) for r in results)
    say(f"faults: {len(results) - sum(bool(r['wrong']) for r in results)} passed, {bad} failed" + (f", {skipped} not run" if skipped else ""))
    return bool(bad)
