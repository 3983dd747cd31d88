/** What `--help` says below the flags: it teaches by example. */
export const examples = `
Examples:
  faultline run scenarios/partition-heal.yaml    three regions, one link cut for 40 s, simulated
  faultline run scenarios/partition-heal.yaml --world containers    the same on real servers
  faultline check my.yaml                        what is wrong with it, or what it will do and when
  faultline report runs/latest                   the report again, from the record alone
  faultline lines runs/latest finding=lost-writes
  faultline run scenarios/ --expect              the whole library, on all cores: came out as stated?
  faultline run my.yaml --seeds 1..1000          a campaign: which seeds fail?
  faultline shrink runs/my-campaign/seed-17.plan.json   the smallest run that still fails like it
  faultline prove                                does red work? planted bugs, each caught by what must see it

Exit codes: 0 pass, 1 a limit was broken, 2 scenario or usage, 3 invalid or no evidence,
5 environment, 6 a correctness checker failed, 130 interrupted.`

export const runExamples = `
Examples:
  faultline run scenarios/partition-heal.yaml --seed 7
  faultline run scenarios/clock-skew-wall.yaml --expect   exit 0 if it goes red as stated
  faultline run scenarios/partition-heal.yaml --world containers
  faultline run my.yaml --world containers --reps 3       runs differ: median [min … max] of three
  faultline run my.yaml --json | jq .verdict
  faultline run my.yaml --out runs/$(date +%F)            kept apart night by night: a run in the same folder is replaced

A scenario with sweep: runs at every point, and one page compares them:
  faultline run scenarios/consistency-matrix.yaml

Many runs at once, in the simulator, on all cores:
  faultline run scenarios/ --expect          a table; exit 0 only if every scenario came out as it states, reds too;
                                             one that states nothing must pass. Odd runs are kept in runs/library.
                                             Then the states that were reached, and, loudly, those that never were
  faultline run scenarios/ --prove           the planted bugs and all that must go red: faultline prove --help
  faultline run scenarios/ --expect --quick  those that say quick: true
  faultline run scenarios/ --expect --all    each also on the systems it names under systems:
  faultline run a.yaml --system wal-sharded  on one of those only
  faultline run my.yaml --seeds 1..1000      seeds that fail, each with a plan that repeats it:
  faultline run runs/my-campaign/seed-17.plan.json        the same bytes of record as --seed 17

Worlds:
  sim          the simulator: needs nothing but Node, takes seconds, same seed and same bytes (the default)
  containers   real Milvus, Kafka, MirrorMaker 2 and Toxiproxy: needs Docker, the images (faultline images),
               about 0.6 GiB of memory a region and as long as the timeline says; first see
               faultline check FILE --world containers`

export const checkExamples = `
Examples:
  faultline check my.yaml            mistakes with line and column, or the plan as a timeline
  faultline check my.yaml && faultline run my.yaml
  faultline check my.yaml --world containers   what real servers cannot do of it, what they are started with,
                                               and what the file lays over for them`

export const reportExamples = `
Examples:
  faultline report runs/latest       after an upgrade, or after a run that was killed
  faultline report runs/partition-heal-42 --json | jq .metrics`

export const lineExamples = `
Selectors:
  op=17                     one operation and every hop of its write
  id=5012                   everything about one point
  type=fault                all lines of one type
  line=1200                 one line by its number
  finding=lost-writes       the witnesses of a finding; none, and exit code 0, where it passed
  metric=search.response,region=us-east,phase=baseline   the operations behind a figure`
