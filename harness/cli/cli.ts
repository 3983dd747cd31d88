import { Command, Option } from 'commander'
import { faultlineVersion } from '../pipeline/version.ts'
import type { AlertsFlags } from './alerts.ts'
import type { CampaignFlags } from './campaign.ts'
import type { CapacityFlags } from './capacity.ts'
import type { CiFlags, CiReport } from './ci-report.ts'
import type { CompareFlags } from './compare.ts'
import { explain } from './exit.ts'
import type { ExportFlags } from './export.ts'
import {
  alertsExamples,
  capacityExamples,
  checkExamples,
  compareExamples,
  examples,
  exportExamples,
  initExamples,
  lineExamples,
  proveHelp,
  reportExamples,
  runExamples,
  shrinkExamples,
  slaExamples,
} from './help.ts'
import type { InitFlags } from './init.ts'
import { listening } from './metrics-flag.ts'
import { addBaseline, addGate } from './night-commands.ts'
import {
  append,
  githubOption,
  howMany,
  howOften,
  imagesOption,
  junitOption,
  often,
  percent,
  points,
  seed,
  setOption,
  worldOption,
} from './options.ts'
import { print } from './print.ts'
import type { ProveFlags } from './prove.ts'
import type { RunFlags } from './run.ts'
import type { RunsFlags } from './runs.ts'
import { addCalibrate, addServers, addTwin } from './server-commands.ts'
import type { ShrinkFlags } from './shrink.ts'
import type { SlaFlags } from './sla.ts'

const leastShare = percent('The least difference', 0, 1)
const bracketWidth = percent('A width', 0.005, 1)

// What a command does is imported when it is called: no command loads what it does not use.

/** After an error the process may take so long to end by itself. */
const GRACE_MS = 5_000

/** The command line. stdout is the result, stderr is progress and trouble; sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  // Node's own exit code for a bug is 1, which here means that a limit was broken.
  process.on('uncaughtException', (error) => process.exit(explain(error)))
  // `faultline lines … | head` closes the pipe when it has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const program = commands(argv)
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    process.exitCode = explain(error)
    // What broke has been said, and what was started is gone: a socket or a timer that is still open keeps nobody waiting.
    setTimeout(() => process.exit(), GRACE_MS).unref()
  }
}

function commands(argv: readonly string[]): Command {
  const program = new Command('faultline')
    .description('Benchmark and chaos-test cross-region vector search, with numbers you can trust.')
    .version(faultlineVersion)
    .showHelpAfterError('(try: faultline --help)')
    .exitOverride()
    .addHelpText('after', examples)
  addRun(program, argv)
  addReading(program)
  addExport(program)
  addAlerts(program)
  addCompare(program)
  addShrink(program)
  addCapacity(program)
  addSla(program, argv)
  addProve(program)
  addCalibrate(program)
  addTwin(program)
  addInit(program)
  addGate(program, argv)
  addBaseline(program)
  addServers(program)
  addPages(program)
  return program
}

function addRun(program: Command, argv: readonly string[]): void {
  program
    .command('run')
    .description(
      'run a scenario, a folder of them, or one with many seeds; the verdict is the exit code',
    )
    .argument(
      '<scenario...>',
      'a scenario or replay file, or the name of one that ships with Faultline; several, or a folder',
    )
    .option('--seed <n>', 'use this seed instead of the one in the scenario', seed)
    .addOption(setOption())
    .option('--seeds <range>', 'a campaign: one run for each of these seeds, e.g. 1..1000')
    .option('--system <kind>', 'run on this system, one of those the scenario lists under systems:')
    .addOption(worldOption())
    .addOption(imagesOption())
    .option('--out <folder>', 'where to leave the run (default: runs/<name>-<seed>)')
    .option('--reps <n>', 'repeat the run n times on real servers, and compare the runs', howOften)
    .option('--json', 'print summary.json on stdout instead of the table')
    .option('--quiet', 'no progress')
    .option('--allow-unknown', 'exit 0 where there is no evidence for something')
    .option('--expect', "judge by the scenario's own `expect:`: exit 0 if it came out as stated")
    .option('--all', 'each scenario also on the other systems it names')
    .option('--quick', 'run only the scenarios marked quick: true')
    .option('--metrics <address>', 'while it runs, figures for Prometheus at this port', listening)
    .option('--reports', 'of several runs, keep all with their reports, not only the odd ones')
    .option('--jobs <n>', 'how many runs at a time (default: one for each core)', howOften)
    .option('--prove', 'plant bugs, and see that each is caught: faultline prove --help')
    .addOption(junitOption())
    .addOption(githubOption())
    .addHelpText('after', runExamples)
    .action(async (paths: string[], flags: CampaignFlags & CiFlags) =>
      forCi(paths, flags, async (ci) => {
        const { scenarioFile } = await import('../pipeline/shipped.ts')
        const files = paths.map(scenarioFile)
        if (flags.prove) return (await import('./prove.ts')).runToProve(files, flags)
        const { checkSingle, isCampaign, runCampaign } = await import('./campaign.ts')
        if (isCampaign(files, flags)) return runCampaign(files, flags, ci)
        checkSingle(flags)
        await (await import('./run.ts')).runCommand(files[0] as string, flags, argv, ci)
      }),
    )
}

/** What reads a file or a run and prints something of it. */
function addReading(program: Command): void {
  program
    .command('check')
    .description('name every mistake in a scenario, or print its plan as a timeline')
    .argument('<scenario>', 'a scenario file, or the name of one that ships with Faultline')
    .option('--seed <n>', 'use this seed instead of the one in the scenario', seed)
    .addOption(setOption())
    .addOption(worldOption())
    .addHelpText('after', checkExamples)
    .action(async (file: string, flags: RunFlags) =>
      print((await import('./check.ts')).checkText(file, flags)),
    )
  program
    .command('report')
    .description('make the report of a run directory again, also of one that was cut off')
    .argument('<run>', 'a run directory, e.g. runs/latest')
    .option('--json', 'print summary.json on stdout instead of the table')
    .option('--allow-unknown', 'exit 0 where there is no evidence for something')
    .option('--expect', "judge by the scenario's own `expect:`: exit 0 if it came out as stated")
    .addOption(junitOption())
    .addOption(githubOption())
    .addHelpText('after', reportExamples)
    .action(async (path: string, flags: RunFlags & CiFlags) =>
      forCi([path], flags, async (ci) => (await import('./run.ts')).reportCommand(path, flags, ci)),
    )
  program
    .command('lines')
    .description('print the record lines behind a figure')
    .argument('<run>', 'a run directory')
    .argument('<selector>', 'what to show')
    .addHelpText('after', lineExamples)
    .action(async (path: string, selector: string) =>
      (await import('./lines.ts')).linesCommand(path, selector),
    )
  program
    .command('scenarios')
    .description('list the scenarios that ship with Faultline, each with the question it asks')
    .argument('[word]', 'only those that mention it, e.g. partition')
    .action(async (word?: string) => print((await import('./scenarios.ts')).scenariosText(word)))
  program
    .command('schema')
    .description('print the JSON Schema of scenario files, for completion in an editor')
    .action(async () => {
      const { scenarioJsonSchema } = await import('../scenario/shown/json-schema.ts')
      const { known } = await import('../pipeline/catalogue.ts')
      print(JSON.stringify(scenarioJsonSchema(known()), null, 2))
    })
}

/** What lists runs, and prints something of one for other tools. */
function addExport(program: Command): void {
  program
    .command('runs')
    .description(
      'list the runs in a folder: what each scenario came to last, and whether that is new',
    )
    .argument('[folder]', 'a folder of runs', 'runs')
    .option('--html', 'write the list as index.html of the folder too')
    .option('--json', 'print all runs as JSON on stdout instead of the table')
    .action(async (folder: string, flags: RunsFlags) =>
      (await import('./runs.ts')).runsCommand(folder, flags),
    )
  program
    .command('export')
    .description('print or send what a run measured for other tools')
    .argument('<run>', 'a run directory, e.g. runs/latest')
    .addOption(
      new Option(
        '--format <format>',
        'gauges for Prometheus, every line of the charts, or traces and metrics as OTLP/JSON lines',
      ).choices(['openmetrics', 'csv', 'otlp'] satisfies ExportFlags['format'][]),
    )
    .option('--otlp <url>', 'send traces and metrics to a collector, e.g. http://localhost:4318')
    .option('--all', 'of OTLP: a trace for every operation, not only for the telling ones')
    .addHelpText('after', exportExamples)
    .action(async (path: string, flags: ExportFlags) =>
      (await import('./export.ts')).exportCommand(path, flags),
    )
}

function addAlerts(program: Command): void {
  program
    .command('alerts')
    .description('say when alerting rules would have woken somebody, in runs that are there')
    .argument(
      '<rules>',
      'a file of rules: one of Prometheus (groups:), or what stands under alerts:',
    )
    .argument('<run...>', 'run directories, e.g. runs/latest')
    .option('--scrape <time>', 'how often exporters are read (default: 15s)', often)
    .option(
      '--interval <time>',
      'how often rules without an interval are evaluated (default: 15s)',
      often,
    )
    .option('--json', 'print all of it as JSON on stdout instead of the tables')
    .option('--allow-unknown', 'exit 0 where there is no evidence for an expectation')
    .addHelpText('after', alertsExamples)
    .action(async (file: string, runs: string[], flags: AlertsFlags) =>
      (await import('./alerts.ts')).alertsCommand(file, runs, flags),
    )
}

function addCompare(program: Command): void {
  program
    .command('compare')
    .description('say whether one run, or a folder of runs, is worse than another')
    .argument('<a>', 'a run directory, or a folder of runs: what was')
    .argument('<b>', 'another one: what is')
    .option('--meant <path>', 'a field of the plan that is meant to differ (repeat it)', append, [])
    .option('--anyway', 'compare whatever else differs')
    .option('--least <percent>', 'smallest difference worth a word (default: 5%)', leastShare, 0.05)
    .option('--least-points <n>', 'the same of shares such as recall (default: 0.01)', points, 0.01)
    .option('--out <folder>', 'where to leave compare.json (default: runs/<a>-against-<b>)')
    .option('--json', 'print compare.json on stdout instead of the table')
    .option('--all', 'print every figure, also those that did not change')
    .option('--allow-unknown', 'exit 0 where there is no evidence for something')
    .addHelpText('after', compareExamples)
    .action(async (a: string, b: string, flags: CompareFlags) =>
      (await import('./compare.ts')).compareCommand(a, b, flags),
    )
}

function addShrink(program: Command): void {
  const tries = 1000
  program
    .command('shrink')
    .description('make a failing run as small as it gets, and write it down to read and to repeat')
    .argument('<run>', 'a run directory, or a replay file such as seed-17.plan.json')
    .option('--keep <name>', 'the checker, or the text of the limit, that has to go on failing')
    .option('--out <file>', 'where to write the small plan (default: beside the run)')
    .option('--tries <n>', `how many runs at most (default: ${tries})`, howMany, tries)
    .option('--quiet', 'no progress')
    .addHelpText('after', shrinkExamples)
    .action(async (path: string, flags: ShrinkFlags) =>
      (await import('./shrink.ts')).shrinkCommand(path, flags),
    )
}

function addCapacity(program: Command): void {
  program
    .command('capacity')
    .description('find the highest rate at which a scenario keeps all of its limits')
    .argument('<scenario>', 'a scenario file, or the name of one that ships with Faultline')
    .option('--seed <n>', 'use this seed instead of the one in the scenario', seed)
    .addOption(setOption())
    .option('--without <region>', 'the same with this region down for all of the measured time')
    .option('--seeds <n>', 'confirm both ends with so many seeds', howOften, 3)
    .option('--width <percent>', 'how far apart both ends may be, e.g. 5%', bracketWidth, 0.05)
    .option('--prices <file>', 'prices of servers and of traffic, for what that rate costs')
    .option('--catch-up', 'at that rate, how long catching up takes: by backlog and bandwidth')
    .option('--for-regions <n>', 'forecast for so many regions, and how far off it is', howOften)
    .option('--for-points <n>', 'forecast for a set of so many points, and its error', howMany)
    .option('--out <folder>', 'where to leave it (default: runs/<name>-capacity, and what was set)')
    .option('--jobs <n>', 'how many runs at a time (default: one for each core)', howOften)
    .option('--json', 'print capacity.json on stdout instead of the table')
    .option('--quiet', 'no progress')
    .addHelpText('after', capacityExamples)
    .action(async (file: string, flags: CapacityFlags) => {
      const { scenarioFile } = await import('../pipeline/shipped.ts')
      await (await import('./capacity.ts')).capacityCommand(scenarioFile(file), flags)
    })
}

function addSla(program: Command, argv: readonly string[]): void {
  program
    .command('sla')
    .description('hold runs against the profiles of their scenarios: may somebody sign?')
    .argument('<scenario or run...>', 'scenarios to run, runs that exist, or folders of runs')
    .option('--profile <name>', 'only this profile (repeat it)', append, [])
    .option('--seed <n>', 'use this seed instead of the one in the scenario', seed)
    .addOption(setOption())
    .option('--seeds <range>', 'a run for each of these seeds, taken together, e.g. 1..5')
    .option('--reps <n>', 'on real servers, repeat each run n times', howOften)
    .option('--system <kind>', 'run on this system, one of those the scenario lists under systems:')
    .addOption(worldOption())
    .addOption(imagesOption())
    .option('--out <folder>', 'where to leave page and runs (default: runs/<name>-sla)')
    .option('--jobs <n>', 'how many runs at a time (default: one for each core)', howOften)
    .option('--json', 'print sla.json on stdout instead of the table')
    .option('--quiet', 'no progress')
    .addOption(junitOption())
    .addOption(githubOption())
    .addHelpText('after', slaExamples)
    .action(async (paths: string[], flags: SlaFlags & CiFlags) =>
      forCi(paths, flags, async (ci) =>
        (await import('./sla.ts')).slaCommand(paths, flags, argv, ci),
      ),
    )
}

function addProve(program: Command): void {
  program
    .command('prove')
    .description(
      'prove that red works: plant bugs, and see that each is caught by what must see it',
    )
    .argument('[scenario...]', 'scenarios that must go red, or a folder (default: the library)')
    .option('--only <name>', 'those bugs and scenarios that have this in their name')
    .option('--jobs <n>', 'how many runs at a time (default: one for each core)', howOften)
    .option('--json', 'print all of it as JSON on stdout instead of the table')
    .option('--quiet', 'no progress')
    .addHelpText('after', proveHelp)
    .action(async (paths: string[], flags: ProveFlags) =>
      (await import('./prove.ts')).proveCommand(paths, flags),
    )
}

function addInit(program: Command): void {
  program
    .command('init')
    .description('write a first scenario, or a workflow that runs a folder of them for CI')
    .argument('[folder]', 'where the scenarios are', 'scenarios')
    .addOption(
      new Option('--ci <server>', 'write a workflow for this CI server').choices(['github']),
    )
    .option('--force', 'write it anew where it is there already')
    .addHelpText('after', initExamples)
    .action(async (folder: string, flags: InitFlags) =>
      print((await import('./init.ts')).initText(folder, flags)),
    )
}

/** Pages of this repository that are made, not written. */
function addPages(program: Command): void {
  program
    .command('docs', { hidden: true })
    .description('write scenarios/README.md again from the scenarios')
    .action(async () => (await import('./docs.ts')).writeCatalogue())
  program
    .command('claims', { hidden: true })
    .description('run the scenarios behind scenarios/CLAIMS.md and write it again')
    .action(async () => {
      const { writeClaims } = await import('../experiments/claims/claims.ts')
      await writeClaims((name, wrong) => {
        const outcome = wrong.length === 0 ? 'as stated' : wrong.join('; ')
        process.stderr.write(`${name}: ${outcome}\n`)
      })
    })
}

/** Does the work of a command, and reports it to CI servers where flags or a workflow ask for that. */
async function forCi(
  paths: readonly string[],
  flags: CiFlags,
  work: (ci?: CiReport) => Promise<void>,
): Promise<void> {
  const inWorkflow = (process.env['GITHUB_STEP_SUMMARY'] ?? '') !== ''
  if (flags.junit === undefined && !flags.github && !inWorkflow) return work()
  await (await import('./ci-report.ts')).toldToCi(paths.join(' '), flags, work)
}
