import { alertMetrics } from '../model/alert.ts'
import { alertGrammar } from '../text/alert.ts'

/** What `--help` says below the flags: it teaches by example. */
export const examples = `
Examples:
  faultline doctor                               what this machine can run, how fast, and what is missing
  faultline scenarios                            the scenarios that ship with Faultline, with their questions
  faultline run partition-heal                   three regions, one link cut for 40 s, simulated
  faultline run partition-heal --world containers    the same on real servers
  faultline check my.yaml                        what is wrong with it, or what it will do and when
  faultline report runs/latest                   the report again, from the record alone
  faultline runs --html                          what each scenario came to last, and whether that is new
  faultline lines runs/latest finding=lost-writes
  faultline run scenarios/ --expect              the whole library, on all cores: came out as stated?
  faultline run my.yaml --seeds 1..1000          a campaign: which seeds fail?
  faultline alerts rules.yml runs/latest         when would these alerts have woken somebody?
  faultline compare runs/before runs/after       is anything worse, beyond chance?
  faultline shrink runs/my-campaign/seed-17.plan.json   the smallest run that still fails like it
  faultline gate my.yaml                         a night: is anything worse than in the nights before?
  faultline capacity capacity-search             the highest rate at which all limits hold, as a bracket
  faultline sla sla-gold                         may somebody sign? each promise, its evidence, what was not tested
  faultline prove                                does red work? planted bugs, each caught by what must see it

Exit codes: 0 pass, 1 a limit was broken, 2 scenario or usage, 3 invalid or no evidence, 4 worse than before (gate),
5 environment, 6 a correctness checker failed, 130 interrupted.`

export const runExamples = `
Examples:
  faultline run scenarios/partition-heal.yaml --seed 7
  faultline run scenarios/clock-skew-wall.yaml --expect   exit 0 if it goes red as stated
  faultline run scenarios/partition-heal.yaml --world containers
  faultline run my.yaml --world containers --reps 3       runs differ: median [min … max] of three
  faultline run my.yaml --json | jq .verdict
  faultline run slow-link-wide-enough --set cap=600kbit/s  another value for one of its vars:
  faultline run my.yaml --junit junit.xml                 for CI servers: a case for each limit and each checker
  faultline run my.yaml --out runs/$(date +%F)            kept apart night by night: a run in the same folder is replaced

While it runs, for Prometheus to scrape (OpenMetrics; also plain text for browsers):
  faultline run my.yaml --metrics :9464       at http://127.0.0.1:9464/metrics, for this machine alone
  faultline run my.yaml --metrics 0.0.0.0:9464    for all who reach this machine; :0 is any free port
  Operations, response times, lag, bytes, faults in force, how far the run is: as recorded so far, and not judged; the
  report is what counts. A simulation runs at its own speed: a rate per second in Prometheus counts real seconds, not
  simulated ones. If scrapes came regularly, the command waits for one more at the end. For rules as faultline alerts reads
  them, prometheus.yml has to remove faultline_live_ from the names:
    scrape_configs:
      - { job_name: faultline, scrape_interval: 1s, honor_labels: true, static_configs: [{ targets: ['127.0.0.1:9464'] }],
          metric_relabel_configs: [{ source_labels: [__name__], regex: 'faultline_live_(.+)', target_label: __name__ }] }

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
  containers   real Milvus (or pgvector), Kafka, MirrorMaker 2 and Toxiproxy: needs Docker, images (faultline images),
               about 0.6 GiB of memory a region and as long as the timeline says; first see
               faultline check FILE --world containers. On a busy machine it waits for calm, a minute at most`

export const checkExamples = `
Examples:
  faultline check my.yaml            mistakes with line and column, or the plan as a timeline
  faultline check my.yaml && faultline run my.yaml
  faultline check my.yaml --world containers   what real servers cannot do of it, what they are started with,
                                               what the file changes for them, and whether this
                                               machine has room for it: faultline doctor, runs/`

export const reportExamples = `
Examples:
  faultline report runs/latest       after an upgrade, or after a run that was killed
  faultline report runs/latest --junit junit.xml    what was judged of it, for CI servers
  faultline report runs/partition-heal-42 --json | jq .metrics`

export const exportExamples = `
Examples:
  faultline export runs/latest --format openmetrics > run.om   each measurement a gauge, in seconds, bytes and ratios
  faultline export runs/latest --format csv > charts.csv       every point that the report draws, a row each
  faultline export runs/latest --format otlp > run.jsonl       traces, figures and charts as OTLP/JSON, a request a line
  faultline export runs/latest --otlp http://localhost:4318    the same, sent to an OpenTelemetry collector (OTLP/HTTP)
  faultline export runs/latest --otlp http://localhost:4318 --all    a trace for every operation; can be large

A collector that asks for a key gets the headers of OTEL_EXPORTER_OTLP_HEADERS: x-api-key=SECRET,other=value

What was not measured is in none of them. Where something had not happened by the end of the run, such as a catch-up, the
gauge is +Inf; OTLP/JSON has no number for that, and names it in faultline_without_end.

A trace is one operation: its first span is what its user saw, from the intended start to the answer. An acknowledged write
has a span acknowledged-searchable for each other region, as long as its lag, with the hops on the way under it:
logged-mirrored, mirrored-applied, applied-searchable. A hop that had not happened when the record ended is an error with
cut_off: its span lasts at least so long. Ids are made from the run, so a run that is sent twice has the same ones. Time 0
of a simulated run, the start of its warm-up, is the moment when the run was started; all later times are simulated.`

export const doctorExamples = `
Examples:
  faultline doctor                           is this machine fit for the simulator, and for real servers?
  faultline doctor --world containers        the same; exit 5 also where only real servers lack something
  faultline doctor --quick                   a look of two seconds, nothing measured
  faultline doctor --json | jq .fit          for scripts: every value of the page

Some 25 seconds of it are measuring: how fast this machine simulates a scenario that ships, and how many searches a second the
load driver of real servers sends to a server that answers at once, in another process on this machine, before it is late: as
late as makes a run invalid. Both ends of that are printed: a rate that was kept up with, and one that was not, twice in a row.
Trust half of it. Up to how many regions is told from runs on real servers in runs/, and from nothing else. What was measured
is kept in ~/.cache/faultline/doctor.json (or below XDG_CACHE_HOME): faultline check warns of plans that ask for more.

Each line is a thing that runs need: ok; weak, where runs can be made and figures or some scenarios suffer; MISSING, where
none can; ? where the machine does not say. Under it stands how to mend it.

Exit codes: 0 nothing is missing for the world asked for, 5 something is, 130 interrupted.`

export const initExamples = `
Examples:
  faultline init                             writes scenarios/my-first.yaml, a scenario that runs, to change
  faultline init --ci github                 writes .github/workflows/faultline.yml for the scenarios in scenarios/
  faultline init --ci github load/scenarios  for those of another folder

The workflow installs by npm ci, so package.json and package-lock.json have to name Faultline. A scenario is held to its
own expect:, and to pass where it states none. Reports are kept as an artifact of each run.`

export const compareExamples = `
A is what was, B what is. Every figure both have is compared: better, worse, no difference seen, or cannot tell.

Examples:
  faultline compare runs/before runs/after
  faultline compare runs/steady-42 runs/steady-strong --meant system.knobs     a change of knobs, not of code
  faultline compare a b --least 10%                       only what is 10 % apart is worth a word
  faultline run my.yaml --seeds 1..20 --reports --out runs/before    twenty runs, kept; then the same after the change:
  faultline compare runs/before runs/after                in pairs of one seed: finds what one run each cannot

What was run has to be the same, but for its seed and the fields you name with --meant: else nothing is compared.

Exit codes: 0 nothing is worse; 1 something is worse; 2 usage; 3 it cannot be told, or the two cannot be compared.`

export const lineExamples = `
Selectors:
  op=17                     one operation and every hop of its write
  id=5012                   everything about one point
  type=fault                all lines of one type
  line=1200                 one line by its number
  finding=lost-writes       the witnesses of a finding; none, and exit code 0, where it passed
  metric=search.response,region=us-east,phase=baseline   the operations behind a figure`

const metricLines = Object.entries(alertMetrics).map(
  ([name, { type, labels, about, notSimulated }]) => {
    const where = notSimulated === undefined ? '' : ` (real servers only: ${notSimulated})`
    return `  ${name}  ${type}${labels.length === 0 ? '' : ` {${labels.join(', ')}}`}\n      ${about}${where}`
  },
)

export const alertsExamples = `
Examples:
  faultline alerts fixtures/alerts/articles.yml runs/latest     the thresholds of published architectures
  faultline alerts prometheus/rules.yml runs/*                  your own rule file, as Prometheus has it
  faultline alerts rules.yml runs/latest --scrape 1s --interval 1s    to the second, for short runs
  faultline alerts rules.yml runs/latest --json | jq '.[].alerts[] | select(.wrong > 0)'

Of each rule and each fault it says: whether it fired, how long after the fault began, and how long it fired on after the
heal; and where it fired although nothing was wrong: outside of every fault, its recovery, and the window of the rule
after that. What is not recorded at all is named, and that rule is not called silent.

Rules are evaluated as Prometheus does: every 15 s (interval:), from the start of warm-up on, on what exporters would have
shown by then, read every 15 s (scrape:). That is what the prometheus.yml that Prometheus ships says; its built-in 1m is as
long as most faults here. A condition that holds makes an alert pending, then firing once it has held for \`for\`. Without
data in a window nothing is compared: what is pending begins anew, what fires is resolved. Quantiles are exact: buckets
would blur them. Exporters stand outside all regions, so no fault stops them.

expr is a small part of PromQL:
${alertGrammar.map((line) => `  ${line}`).join('\n')}
Metrics, in base units (of a histogram also …_count and …_sum):
${metricLines.join('\n')}

In a scenario, where CI holds them to it (a broken expectation is exit 1, one without evidence is never a pass):
  alerts:
    rules: rules.yml                          or a list of rules: [{ alert, expr, for, keep_firing_for, labels, annotations }]
    expect:
      fire: [{ alert: ReplicationLag, within: 30s }]    for every fault (or fault: NAME), and never without one
      quiet: [SlowSearch]                               never fires

Exit codes: 0 no expectation was broken, 1 one was, 2 rules or usage, 3 there is no evidence for one.`

export const shrinkExamples = `
Examples:
  faultline run my.yaml --seeds 1..1000                          names the seeds that fail
  faultline shrink runs/my-campaign/seed-17.plan.json            24 faults -> 1, 5,210 operations -> 14
  faultline shrink runs/latest --keep regions-equal              the last run; what must go on failing
  faultline run runs/my-campaign/seed-17-small.plan.json --expect

It keeps whatever still makes the same checker (or the same limit) fail, so what is left is needed for the failure.
Beside the plan it writes a page to read: what was left out, what happens in order, and why it is wrong.`

export const proveHelp = `
A checker that nobody has seen fail is not known to work: it may be green because nothing is wrong, or because it looks
at nothing. So Faultline carries bugs of its own. A planted bug is the real system, or the world below it, with one
thing broken (every 100th event skipped, a tombstone collected too soon, two primaries) on a small plan, its ground.
Each bug names the checkers that must fire and those that may; all others must stay quiet. It tries
  every ground without a bug       it has to be sound: else a bug on it proves nothing
  every bug                        caught by what must catch it, called nothing else, and never a pass
  every scenario that must fail    red, and red for the reason it states
A checker in the registry without a bug that it must catch is itself a failure.

Examples:
  faultline prove                          all of it, on all cores: a table, and at the end "all N caught"
  faultline prove --only tombstone         those bugs with their grounds, and such scenarios
  faultline prove my-scenarios/            the bugs, and your own scenarios that expect a fail
  faultline run scenarios/ --prove         the same as faultline prove scenarios/
  faultline prove --json --quiet | jq '.proofs[] | select(.wrong != [])'

Exit codes: 0 all caught; 6 something that should have been caught was not, so that a green run means little;
2 usage, 130 interrupted.`

export const calibrateExamples = `
Examples:
  faultline calibrate                          about 4 minutes; the profile is runs/calibrate-42/profile.yaml
  faultline calibrate --from runs/calibrate-42 --fit run --out fixtures/profiles/mine.yaml
  faultline run my.yaml                        with \`profile: mine\` in it

A value that was not measured keeps its former value and source. Let nothing else run on the machine: what CPU
time other processes took is printed, and it makes the measured times longer.`

export const twinExamples = `
Examples:
  faultline twin scenarios/partition-heal.yaml          real servers first, then the simulator; twin.html compares
  faultline twin my.yaml --again --profile mine         the same real run beside another profile
  faultline twin scenarios/steady-state.yaml --write    errors into the profile's file: simulated reports show them`

export const gateExamples = `
Each figure is the median of the runs of a night. A change is looked for in all nights (E-divisive, then merged by
significance and size, as Hunter does) and in the last two and three of them, by the ranks of their runs among all runs:
5 % of a time or rate, half a point of recall. Red is only what has lasted two nights, or is worse by half in every run
of its first. It stays red until it is mended or accepted.

Examples:
  faultline gate my.yaml                       three seeds, added to baselines/my.active-active-cdc.sim.jsonl as tonight
  faultline gate my.yaml --world containers    on real servers; another machine begins a series of its own
  faultline baseline show my.yaml              the last night again
  faultline baseline accept my.yaml --why "the new index costs 8 % and saves half the memory"

Exit codes: 0 no worse, or still learning; 4 worse for good; 3 no data tonight, which is never green;
1 and 6 as a run has them: a limit or a promise was broken, whatever the nights before were like.`

export const baselineExamples = `
A history is a file of lines in the folder --history, one for each scenario, system and world: nights, acceptances and
quarantines, each with who and when. Keep it in git, or wherever the nights are kept.

Examples:
  faultline baseline show partition-heal
  faultline baseline show my.yaml --set rate=300      the last night that a gate made with that value
  faultline baseline add runs/a runs/b runs/c --night 2026-11-30      runs made elsewhere become a night
  faultline baseline accept partition-heal --what "lag p90" --where baseline --why "larger batches"
  faultline baseline quarantine partition-heal --what "lag p90" --where baseline --until 2026-12-31 --why "noisy disk"`

export const capacityExamples = `
Examples:
  faultline capacity capacity-search          how much can it take? a bracket: keeps all limits, breaks one
  faultline capacity my.yaml --width 2%       closer; takes longer runs, not only more of them
  faultline capacity my.yaml --without eu-west   how much can the others take while eu-west is down?
  faultline capacity my.yaml --prices prices.yaml   and what that rate costs; see fixtures/prices/example.yaml
  faultline capacity my.yaml --catch-up        and how long a cut link takes to catch up then, by backlog and bandwidth
  faultline capacity my.yaml --for-regions 4 --for-points 5000   a forecast, and how far off it is with a level held out
  faultline capacity my.yaml --json | jq .outcome

All rates of the scenario are multiplied by one factor, so its mix stays, and every run is an open loop: operations come
at their rate whatever the answers do. Factors are doubled or halved until one passes and one fails, then bisected; both
ends are then run with several seeds. The lower end passes with every seed, the upper end fails with every seed.
A rate that was not bracketed, or was held up by the generator or a cap of the plan, is no capacity: exit code 3.
In the simulator the answer is that of its profile: of the machines it was measured on.`

export const slaExamples = `
A profile is limits by name, promised together and signed together. In a scenario:
  profiles:
    gold:
      title: Gold search
      owner: search-team
      limits:
        - { metric: availability, operation: search, min: 99.9% }
        - { metric: search.response, p: 99, max: 40ms, phase: baseline }

Examples:
  faultline sla sla-gold --seeds 1..5            runs it five times; sla.html and sla.md: may somebody sign?
  faultline sla my.yaml --world containers --reps 3      the same on real servers
  faultline sla calm.yaml cut.yaml --profile gold        one page for a profile that two scenarios have
  faultline sla runs/gold-sla                    holds runs that exist against their profiles; runs nothing
  faultline sla my.yaml --seeds 1..8 --junit sla.xml     for a CI server: a case for each objective, and the sign-off
  faultline sla my.yaml --json --quiet | jq '.levels[].reasons'

A scenario without profiles: is held to its own limits:. Runs of one plan are taken as one sample, and none of them may
break an objective alone. Nobody can sign while an objective is broken or not shown, a run is invalid or broke off, or a
promise of the system is broken: each reason is named, with a way out. A recovery that no limit names and that is too
short to tell is not part of what is signed, and is listed under what was not tested.

Exit codes: 0 every objective holds; 1 one is broken; 3 unsigned for lack of evidence; 6 a promise of the system is broken;
2 usage, 5 environment, 130 a run was interrupted.`
