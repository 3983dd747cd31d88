/** A scenario to begin with: two regions, one cut, and limits that hold. `name` is also the name of its file. */
export const firstScenario = (
  name: string,
): string => `# Does eu-west catch up after a 20-second cut, and is anything acknowledged lost?
# Change what you like, then: faultline check (mistakes, or the plan as a timeline), faultline run.
name: ${name}
seed: 42
regions: [us-east, eu-west]
links:
  us-east <-> eu-west: { latency: 38ms, jitter: 2ms }     # one way
data: { set: glosses, base: 2000 }
system: { kind: active-active-cdc, conflict: hybrid-logical-clock }
load:
  - { in: us-east, clients: 20, search: 60/s, upsert: 10/s }
  - { in: eu-west, clients: 20, search: 60/s, upsert: 5/s }
timeline: { warmup: 5s, run: 80s, settle: 20s }
faults:
  - { partition: us-east <-> eu-west, at: 30s, for: 20s }  # times count from the end of warm-up
limits:
  - { metric: search.response, p: 99, max: 40ms }
  - { metric: catch-up, max: 10s }
  - { metric: lost-writes, max: 0 }
`
