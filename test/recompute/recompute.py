"""Works out the main figures of a run from record.jsonl alone, with numpy and by the definitions of the words: a second
opinion on summary.json. Nothing here was taken from harness/analysis, and nothing there may be taken from here.

    python3 test/recompute/recompute.py RUN_DIRECTORY DATA_SET_FOLDER

prints one JSON list of rows: the metric, where and when, and its figures in the units of summary.json.
"""

import json
import math
import os
import sys
from collections import defaultdict

import numpy as np

NEVER = math.inf


def read_record(path):
    events = defaultdict(list)
    plan = None
    end_us = 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if event["type"] == "plan":
                plan = event["plan"]
            events[event["type"]].append(event)
            end_us = max(end_us, event["t"])
    return plan, events, end_us


class Operation:
    """One operation as its client saw it; `done` is None while it runs, `dispatched` None if it never left."""

    def __init__(self, start, shed):
        self.op, self.kind, self.region = start["op"], start["kind"], start["region"]
        self.intended = start["intended"]
        self.shed = start["reason"] if shed else None
        self.dispatched = None if shed else start["t"]
        self.gateways = [] if shed else [start["gateway"]]
        self.query, self.k = start.get("query"), start.get("k")
        self.id, self.row = start.get("id"), start.get("row")
        self.done = None
        self.outcome = None
        self.ids, self.writes = [], []

    @property
    def is_write(self):
        return self.kind in ("upsert", "delete")


def read_operations(events):
    operations = {}
    for start in events["op.start"]:
        operations[start["op"]] = Operation(start, False)
    for shed in events["op.shed"]:
        operations[shed["op"]] = Operation(shed, True)
    for attempt in events["op.try"]:
        operations[attempt["op"]].gateways.append(attempt["gateway"])
    for end in events["op.end"]:
        one = operations[end["op"]]
        one.done, one.outcome, one.gateway = end["t"], end["outcome"], end["gateway"]
        one.ids, one.writes = end.get("ids", []), end.get("writes", [])
    return sorted(operations.values(), key=lambda one: one.op)


# --- which write is current


class Version:
    """A write of a point and its place in real time: invoked, acknowledged, superseded by one invoked after that."""

    def __init__(self, id, write, row, inv, ack):
        self.id, self.write, self.row, self.inv, self.ack = id, write, row, inv, ack
        self.sup = NEVER


class Versions:
    def __init__(self, plan, operations):
        self.of_id = defaultdict(list)
        self.by_write = {}
        for id in range(plan["data"]["base"]):
            self.of_id[id].append(Version(id, 0, id, -1, -1))
        for one in operations:
            # A definite failure wrote nothing; an unknown outcome may still take effect at any time.
            if not one.is_write or one.dispatched is None or one.outcome == "fail":
                continue
            ack = one.done if one.outcome == "ok" else NEVER
            row = one.row if one.kind == "upsert" else None
            version = Version(one.id, one.op, row, one.dispatched, ack)
            self.of_id[one.id].append(version)
            self.by_write[one.op] = version
        for versions in self.of_id.values():
            for version in versions:
                later = [other.ack for other in versions if other.inv > version.ack]
                version.sup = min(later, default=NEVER)

    def get(self, id, write):
        if write:
            return self.by_write[write]
        return next(version for version in self.of_id[id] if version.write == 0)

    def candidates(self, id, start, end):
        """Versions that may be the current one at some moment of [start, end]."""
        return [v for v in self.of_id[id] if v.inv <= end and v.sup > start]

    def later(self, version, other):
        """Whether `other` stands for certain after `version`: acknowledged later, or invoked later if it never was."""
        return (other.inv if other.ack == NEVER else other.ack) > version.ack


# --- where writes have been


class Journeys:
    """First time of each hop of each write in each region, and who holds each point by the last full scans."""

    def __init__(self, plan, events):
        self.regions = plan["regions"]
        self.first = defaultdict(dict)
        self.applied = defaultdict(list)
        self.visible = defaultdict(list)
        for hop in events["hop"]:
            stations = self.first[hop["write"], hop["region"]]
            stations.setdefault(hop["hop"], hop["t"])
            if hop["hop"] == "applied":
                self.applied[hop["id"], hop["region"]].append((hop["t"], hop["write"]))
            if hop["hop"] == "visible":
                self.visible[hop["id"], hop["region"]].append((hop["t"], hop["write"]))
        self.holders = defaultdict(set)
        for scan in events["scan"]:
            if scan["final"]:
                for id in scan["ids"]:
                    self.holders[id].add(scan["region"])

    def settled(self, versions, version, region):
        """When the write was applied there, or what came turned out to be older, or a later one was applied."""
        at = self.first[version.write, region]
        own = (at.get(hop, NEVER) for hop in ("applied", "visible", "older", "duplicate"))
        return min([*own, *self.later_in(self.applied, versions, version, region)])

    def searchable(self, versions, version, region):
        """When searches there found the write, or found it superseded; else when it turned out to be older there."""
        at = self.first[version.write, region]
        instead = self.later_in(self.visible, versions, version, region)
        seen = min([at.get("visible", NEVER), *instead])
        return at.get("older", NEVER) if seen == NEVER else seen

    def later_in(self, moments, versions, version, region):
        for t, write in moments[version.id, region]:
            if write != version.write and versions.later(version, versions.get(version.id, write)):
                yield t


# --- phases


class Phases:
    """Warm-up, baseline, each fault, each recovery, settle; recovery as the report's glossary has it."""

    def __init__(self, plan, events, operations, versions, journeys):
        self.warmup = plan["timeline"]["warmupUs"]
        self.arrivals = self.warmup + plan["timeline"]["runUs"]
        self.operations = operations
        self.regions = plan["regions"]
        self.faults = []
        for fault in plan["faults"]:
            times = {e["what"]: e["t"] for e in events["fault"] if e["name"] == fault["name"]}
            if "injected" in times:
                healed = times.get("healed", NEVER)
                self.faults.append({**fault, "from": times["injected"], "to": healed})
        for fault in sorted(self.faults, key=lambda one: one["from"]):
            fault["recovered"] = self.recovered(fault, versions, journeys)

    def at(self, us):
        if us < self.warmup:
            return "warmup"
        if us >= self.arrivals:
            return "settle"
        bite = [one["name"] for one in self.faults if one["from"] <= us < one["to"]]
        if bite:
            return "fault:" + "+".join(bite)
        mend = [one["name"] for one in self.faults if one["to"] <= us < one["recovered"]]
        return "recovery:" + "+".join(mend) if mend else "baseline"

    def recovered(self, fault, versions, journeys):
        healed = fault["to"]
        if healed == NEVER:
            return self.arrivals
        back = max(healed, catch_up(versions, journeys, healed) + healed, self.answered(fault))
        return min(self.arrivals, max(self.served(fault, region, back) for region in self.regions))

    def answered(self, fault):
        """When every path on which somebody failed has answered again, of those that somebody still asked."""
        latest = 0
        for region in self.regions:
            for gateway in self.regions:
                if not touches(fault, region, gateway):
                    continue
                asked = [
                    one
                    for one in self.operations
                    if one.region == region and one.dispatched is not None and gateway in one.gateways
                ]
                hurt = [o for o in asked if o.outcome != "ok" and fault["from"] <= o.dispatched < fault["to"]]
                again = [o for o in asked if o.dispatched >= fault["to"]]
                if hurt and again:
                    good = [o.done for o in again if o.outcome == "ok" and o.gateway == gateway]
                    latest = max(latest, min(good, default=NEVER))
        return latest

    def served(self, fault, region, since):
        """The first moment with no more in flight than ever were in the baseline before the fault."""
        own = [o for o in self.operations if o.region == region and o.shed != "in-flight cap"]
        begins = np.sort([o.intended for o in own])
        ends = np.sort([o.done for o in own if o.done is not None])
        moments = np.unique(np.concatenate([begins, ends, [since]]))
        count = np.searchsorted(begins, moments, "right") - np.searchsorted(ends, moments, "right")
        normal = [self.at_before(us, fault) == "baseline" for us in moments]
        most = count[normal].max() if any(normal) else 0
        calm = moments[(moments >= since) & (count <= most)]
        return calm[0] if len(calm) else NEVER

    def at_before(self, us, fault):
        """The phase of a time before a fault, of which only the faults before it are known."""
        if us >= fault["from"] or us < self.warmup:
            return None
        for other in self.faults:
            if "recovered" in other and other["from"] <= us < other["recovered"]:
                return None
        return "baseline"


def touches(fault, region, gateway):
    if "links" not in fault:
        return fault["region"] == gateway
    if fault["kind"].startswith("mirror-"):
        return False
    ends = [{link["from"], link["to"]} for link in fault["links"]]
    return region != gateway and {region, gateway} in ends


def catch_up(versions, journeys, healed, region=None):
    last = -NEVER
    for version in versions.by_write.values():
        if version.ack >= healed:
            continue
        for holder in journeys.holders[version.id]:
            if region in (None, holder):
                last = max(last, journeys.settled(versions, version, holder))
    return max(0, last - healed) if last > -NEVER else 0


# --- figures


class Sample:
    """Values and lower bounds; +inf for what was never sent. A percentile is the value that share does not exceed."""

    def __init__(self):
        self.values, self.bounds = [], []

    def figures(self):
        count = len(self.values) + len(self.bounds)
        low = np.sort(self.values + self.bounds)
        high = np.sort(self.values + [NEVER] * len(self.bounds))
        row = {"count": count}
        for name, q in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
            rank = max(0, math.ceil(round(q * count, 9)) - 1)
            if count * (1 - q) >= 10 - 1e-9 and low[rank] == high[rank]:
                row[name] = float(low[rank])
        return row


def response_rows(operations, phases, end_us):
    samples = defaultdict(Sample)
    for one in operations:
        if one.outcome == "fail":
            continue
        cells = [(f"{one.kind}.response", None)]
        if one.is_write:
            cells = [("write.response", None), ("write.response", one.kind)]
        for metric, operation in cells:
            sample = samples[metric, one.region, phases.at(one.intended), operation]
            if one.shed is not None:
                sample.bounds.append(NEVER)
            elif one.outcome == "ok":
                sample.values.append(one.done - one.intended)
            else:
                sample.bounds.append((end_us if one.done is None else one.done) - one.intended)
    for (metric, region, phase, operation), sample in samples.items():
        where = {"region": region, "phase": phase}
        if operation is not None:
            where["operation"] = operation
        yield {"metric": metric, **where, **sample.figures()}


def availability_rows(operations, phases):
    tallies = defaultdict(lambda: [0, 0])
    for one in operations:
        names = ["write", one.kind] if one.is_write else [one.kind]
        for name in names:
            tally = tallies[one.region, phases.at(one.intended), name]
            tally[0] += 1
            tally[1] += one.outcome == "ok"
    for (region, phase, operation), (scheduled, ok) in tallies.items():
        where = {"region": region, "phase": phase, "operation": operation}
        yield {"metric": "availability", **where, "count": scheduled, "value": ok / scheduled}


def lag_rows(operations, phases, versions, journeys, end_us):
    samples = defaultdict(Sample)
    for one in operations:
        if not one.is_write or one.outcome != "ok":
            continue
        version = versions.by_write[one.op]
        for target in journeys.holders[one.id] - {one.gateway}:
            sample = samples[f"{one.gateway}>{target}", phases.at(one.done)]
            arrived = journeys.searchable(versions, version, target)
            if arrived == NEVER:
                sample.bounds.append(end_us - one.done)
            else:
                sample.values.append(arrived - one.done)
    for (link, phase), sample in samples.items():
        yield {"metric": "lag", "link": link, "phase": phase, **sample.figures()}


def catch_up_rows(phases, versions, journeys):
    for fault in phases.faults:
        for region in (None, *journeys.regions):
            value = catch_up(versions, journeys, fault["to"], region)
            where = {"phase": f"recovery:{fault['name']}"}
            if region is not None:
                where["region"] = region
            yield {"metric": "catch-up", **where, **({} if value == NEVER else {"value": value})}


def staleness_rows(operations, phases, versions):
    samples = defaultdict(Sample)
    for one in operations:
        if one.is_write or one.outcome != "ok" or not one.ids:
            continue
        ages = [
            max(0, one.dispatched - versions.get(id, write).sup)
            for id, write in zip(one.ids, one.writes)
        ]
        samples[one.region, phases.at(one.intended), one.kind].values.append(max(ages))
    for (region, phase, operation), sample in samples.items():
        where = {"region": region, "phase": phase, "operation": operation}
        yield {"metric": "staleness", **where, **sample.figures()}


def byte_rows(events):
    totals = defaultdict(int)
    for event in events["link.bytes"]:
        totals[f"{event['from']}>{event['to']}"] += event["bytes"]
    for link, total in totals.items():
        yield {"metric": "link-bytes", "link": link, "value": total}


# --- recall


def codes_in(path):
    raw = np.fromfile(path, dtype=np.uint8)
    count, dim = raw[:8].view("<u4")
    return raw[8:].view(np.int8).reshape(count, dim).astype(np.float32)


class Truth:
    """Squared distances in units of the codes: whole numbers below 2^24, so float32 is exact."""

    def __init__(self, folder):
        parts = [codes_in(os.path.join(folder, name)) for name in ("base.i8bin", "live.i8bin")]
        self.rows = np.concatenate(parts)
        self.queries = codes_in(os.path.join(folder, "query.i8bin"))
        self.known = {}

    def distances(self, query):
        if query not in self.known:
            distance = -(self.rows @ self.queries[query])
            self.known[query] = (distance, np.argsort(distance, kind="stable"))
        return self.known[query]


def recall_of(search, versions, holders_of_row, truth):
    """[hits, hits + undetermined] / k against exact search over what was live; None where nothing was."""
    start, end = search.dispatched, search.done
    distance, order = truth.distances(search.query)
    slots, kth = [], NEVER
    for row in order:
        for version in holders_of_row.get(int(row), ()):
            found = versions.candidates(version.id, start, end)
            if version in found and len(slots) < search.k:
                slots.append((version.id, len(found) == 1 and version.ack <= start))
                kth = distance[row]
        if len(slots) == search.k:
            break
    size = len(slots)
    if size == 0:
        return None
    hits = 0
    for id in search.ids:
        near = [
            v
            for v in versions.candidates(id, start, end)
            if v.row is not None and distance[v.row] <= kth
        ]
        hits += bool(near)
    hits = min(hits, size)
    open_slots = len({id for id, is_certain in slots if not is_certain} - set(search.ids))
    undetermined = min(open_slots, size - hits)
    return hits / size, (hits + undetermined) / size


def recall_rows(operations, phases, versions, truth):
    holders_of_row = defaultdict(list)
    for of_id in versions.of_id.values():
        for version in of_id:
            if version.row is not None:
                holders_of_row[version.row].append(version)
    samples = defaultdict(list)
    for one in operations:
        if one.kind == "search" and one.outcome == "ok":
            interval = recall_of(one, versions, holders_of_row, truth)
            if interval is not None:
                samples[one.region, phases.at(one.intended)].append(interval)
    for (region, phase), intervals in samples.items():
        low, high = np.mean(intervals, axis=0)
        where = {"region": region, "phase": phase}
        yield {"metric": "recall", **where, "count": len(intervals), "low": low, "high": high}


def main():
    run, data = sys.argv[1:]
    plan, events, end_us = read_record(os.path.join(run, "record.jsonl"))
    operations = read_operations(events)
    versions = Versions(plan, operations)
    journeys = Journeys(plan, events)
    phases = Phases(plan, events, operations, versions, journeys)
    rows = [
        *response_rows(operations, phases, end_us),
        *availability_rows(operations, phases),
        *lag_rows(operations, phases, versions, journeys, end_us),
        *catch_up_rows(phases, versions, journeys),
        *staleness_rows(operations, phases, versions),
        *byte_rows(events),
        *recall_rows(operations, phases, versions, Truth(data)),
    ]
    json.dump(rows, sys.stdout, default=float)


if __name__ == "__main__":
    main()
