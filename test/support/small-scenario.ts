/** A scenario of a second or two that passes. */
export const smallScenario = `# Is a small calm run quick?
name: small
seed: 1
regions: [us, eu]
links: { us <-> eu: { latency: 40ms } }
data: { set: glosses, base: 100 }
system: { kind: active-active-cdc }
load:
  - { in: [us, eu], clients: 5, search: 40/s, upsert: 5/s }
timeline: { warmup: 1s, run: 5s, settle: 3s }
limits:
  - { metric: lost-writes, max: 0 }
`
