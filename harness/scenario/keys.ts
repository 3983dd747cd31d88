import { closest, list } from './spelling.ts'

/**
 * Words of other tools (k6, vegeta, Rally, Toxiproxy, Chaos Mesh, Litmus, VectorDBBench, Kafka, Milvus) and what the
 * same thing is called here; of several the first that is known at the place. Small letters, no dashes or underscores.
 */
const calledHere: Readonly<Record<string, string>> = {
  // Searches
  topk: 'k at',
  limit: 'k limits',
  nresults: 'k',
  efsearch: 'ef',
  searchef: 'ef',
  maxconnections: 'm',
  segmentsize: 'sealAt',
  // Load
  qps: 'search',
  rps: 'search',
  tps: 'upsert',
  rate: 'search cap',
  reads: 'search fetch',
  read: 'search fetch',
  query: 'search',
  queries: 'search',
  searches: 'search',
  search: 'search',
  write: 'upsert',
  writes: 'upsert',
  insert: 'upsert',
  inserts: 'upsert',
  update: 'upsert',
  updates: 'upsert',
  remove: 'delete',
  deletes: 'delete',
  vus: 'clients',
  users: 'clients',
  concurrency: 'clients inFlight',
  numconcurrency: 'clients inFlight',
  connections: 'clients',
  workers: 'clients',
  threads: 'clients',
  region: 'in region',
  regions: 'in regions',
  timeout: 'deadline timeout hold',
  retries: 'retry max',
  attempts: 'max',
  maxinflight: 'inFlight max',
  distribution: 'law arrivals queries',
  process: 'arrivals',
  // Times
  duration: 'for run',
  totalchaosduration: 'for',
  concurrencyduration: 'run',
  timeperiod: 'run',
  length: 'for run',
  start: 'at',
  starttime: 'at',
  startat: 'at',
  after: 'at',
  until: 'for',
  rampup: 'warmup arrivals',
  warmuptimeperiod: 'warmup',
  cooldown: 'settle',
  drain: 'settle',
  interval: 'every',
  period: 'every',
  // Links
  delay: 'latency delay add',
  ping: 'rtt latency',
  roundtrip: 'rtt',
  oneway: 'latency',
  packetloss: 'loss share',
  networkpacketlosspercentage: 'loss share',
  losspercent: 'loss share',
  networklatency: 'latency add',
  networkpartition: 'partition',
  networkdelay: 'latency',
  networkloss: 'loss',
  throughput: 'bandwidth cap',
  // Strength and place of a fault
  severity: 'share factor add cap',
  intensity: 'share factor add cap',
  magnitude: 'share factor add cap offset',
  amount: 'share add cap offset count',
  toxicity: 'share',
  percent: 'share',
  percentage: 'share',
  probability: 'share',
  ratio: 'share',
  slowdown: 'factor brown-out',
  timeoffset: 'offset clock-skew',
  skew: 'offset clock-skew',
  timechaos: 'clock-skew',
  timeskew: 'clock-skew',
  podkill: 'region-crash',
  containerkill: 'store-crash',
  kill: 'region-crash',
  crash: 'region-crash',
  podfailure: 'region-pause',
  pause: 'region-pause',
  freeze: 'store-freeze',
  outage: 'region-crash',
  networkcut: 'partition',
  resetpeer: 'connection-reset',
  down: 'partition down',
  diskfill: 'log-disk-full',
  // Limits
  percentile: 'p',
  quantile: 'p',
  pct: 'p',
  threshold: 'max min',
  value: 'max min',
  target: 'max min',
  bound: 'max min',
  le: 'max',
  lt: 'max',
  lte: 'max',
  atmost: 'max',
  ge: 'min',
  gt: 'min',
  gte: 'min',
  atleast: 'min',
  avg: 'mean',
  average: 'mean',
  op: 'operation',
  kind: 'operation kind',
  where: 'region link phase',
  stage: 'phase',
  pooled: 'pool',
  stat: 'p mean',
  slo: 'limits',
  slos: 'limits',
  thresholds: 'limits',
  assertions: 'limits',
  // What is expected
  mustfire: 'fire',
  mustnotfire: 'quiet',
  fires: 'fire',
  outcome: 'verdict',
  result: 'verdict',
  // Data, logs and mirrors
  size: 'base',
  count: 'base count',
  points: 'base',
  vectors: 'base',
  dataset: 'set data',
  numpartitions: 'partitions',
  retentionms: 'retention',
  exactlyonce: 'delivery',
  guarantee: 'delivery',
  semantics: 'delivery',
  offsetflushintervalms: 'flush',
  flushinterval: 'flush',
  replicationpolicy: 'policy',
  mirrors: 'mirror',
  ttl: 'sessionTtl retention',
  // Sections
  topology: 'regions links',
  network: 'links',
  workload: 'load',
  chaos: 'faults',
  toxics: 'faults',
  scenarios: 'load',
  phases: 'timeline',
  title: 'name',
  randomseed: 'seed',
  world: 'runs-in worlds',
  overlays: 'worlds',
  // Metrics
  latency: 'latency search.response',
  response: 'search.response',
  responsetime: 'search.response',
  httpreqduration: 'search.response',
  errors: 'availability',
  errorrate: 'availability',
  successrate: 'availability',
  uptime: 'availability',
  accuracy: 'recall',
  replicationlag: 'lag',
  dataloss: 'lost-writes',
  loss: 'loss lost-writes',
}

/** What there is in the place of things that a scenario cannot say. */
const absentHere: Readonly<Record<string, string>> = {
  nq: 'A search asks for the neighbours of one vector.',
  filter: 'Searches have no filter.',
  expr: 'Searches have no filter.',
  toxicity: 'A fault of links is on every connection of them.',
  correlation: 'Each draw is independent of the one before.',
  stream: 'Name the direction by the arrow: a -> b.',
  direction: 'Name the direction by the arrow: a -> b.',
  tasksmax: 'A mirror has one task.',
  duration: 'How long load arrives is said by timeline: run.',
  length: 'How long load arrives is said by timeline: run.',
}

/** A value of its form, for keys whose form is not plain from their name. */
const example: Readonly<Record<string, string>> = {
  search: 'search: 50/s',
  upsert: 'upsert: 5/s',
  fetch: 'fetch: 5/s',
  delete: 'delete: 1/s',
  k: 'k: 10',
  for: 'for: 40s',
  run: 'run: 60s',
  at: 'at: 30s',
  latency: 'latency: 38ms',
  rtt: 'rtt: 76ms',
  loss: 'loss: 0.1%',
  share: 'share: 10%',
  add: 'add: 300ms',
  factor: 'factor: 4',
  cap: 'cap: 10Mbit/s',
  bandwidth: 'bandwidth: 100Mbit/s',
  p: 'p: 99',
  delivery: 'delivery: exactly-once',
  flush: 'flush: 1s',
  deadline: 'deadline: 2s',
  retry: 'retry: { max: 2 }',
  inFlight: 'inFlight: { max: 100 }',
  settle: 'settle: 20s',
  warmup: 'warmup: 10s',
}

const plain = (word: string): string => word.toLowerCase().replace(/[-_. ]/g, '')

/** What other tools' word for something is called here: those of its names that are known. */
function calledByOthers(word: string, known: readonly string[]): string[] {
  const key = plain(word)
  if (!Object.hasOwn(calledHere, key)) return []
  const names = (calledHere[key] as string).split(' ')
  return names.filter((name) => known.includes(name) && name !== word)
}

/** The known keys that an unknown one may stand for: other tools' word for them, or a slip of the pen. */
export function meantKeys(word: string, known: readonly string[]): string[] {
  const called = calledByOthers(word, known)
  const near = closest(word, known)
  return called.length > 0 || near === undefined ? called : [near]
}

/** What to do about a key that nothing reads. What stands beside it already is hardly what was meant. */
export function keyHint(
  word: string,
  known: readonly string[],
  beside: readonly string[] = [],
): string {
  const all = calledByOthers(word, known)
  const free = all.filter((name) => !beside.includes(name))
  const called = free.length > 0 ? free : all
  const [here] = called
  if (here !== undefined) {
    const names = called.map((name) => `"${name}"`).join(' or ')
    const shown = called.length === 1 && Object.hasOwn(example, here)
    return `Here it is called ${names}.${shown ? ` Write it like ${example[here]}.` : ''}`
  }
  const near = closest(word, known)
  if (near !== undefined) return `Did you mean "${near}"?`
  const absent = Object.hasOwn(absentHere, plain(word)) ? `${absentHere[plain(word)]} ` : ''
  return `${absent}Known keys: ${list(known)}.`
}
