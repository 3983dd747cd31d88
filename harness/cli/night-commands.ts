import type { Command } from 'commander'
import type { BaselineFlags, GateFlags } from './gate.ts'
import { baselineExamples, gateExamples } from './help.ts'
import { howOften, imagesOption, seed, setOption, worldOption } from './options.ts'

const HISTORY = 'baselines'

/** A night, and whether it is worse than those before. */
export function addGate(program: Command, argv: readonly string[]): void {
  program
    .command('gate')
    .description('run a night, add it to the history, and go red only for what got worse for good')
    .argument('<scenario>', 'a scenario file, or the name of one that ships with Faultline')
    .option('--reps <n>', 'runs a night, seeds in a row; their median counts', howOften, 3)
    .option('--seed <n>', 'the first seed, instead of the one in the scenario', seed)
    .addOption(setOption())
    .option('--system <kind>', 'run on this system, one of those the scenario lists under systems:')
    .addOption(worldOption())
    .addOption(imagesOption())
    .option('--history <folder>', 'where the history of nights is kept', HISTORY)
    .option('--night <date>', 'the night this is, as YYYY-MM-DD (default: today)')
    .option('--out <folder>', 'where to leave the runs (default: runs/<name>-night-<date>)')
    .option('--learn <n>', 'nights before a change can be told from noise', howOften, 10)
    .option('--stands <n>', 'nights that a worse level has to last before it is red', howOften, 2)
    .option('--json', 'print all of it as JSON on stdout instead of the table')
    .option('--quiet', 'no progress')
    .addHelpText('after', gateExamples)
    .action(async (file: string, flags: GateFlags) => {
      const { scenarioFile } = await import('../pipeline/shipped.ts')
      await (await import('./gate.ts')).gateCommand(scenarioFile(file), flags, argv)
    })
}

/** What nights are compared with. */
export function addBaseline(program: Command): void {
  const baseline = program
    .command('baseline')
    .description('the nights a gate compares with: show them, add to them, accept a new level')
    .addHelpText('after', baselineExamples)
  const verb = (name: string, description: string) =>
    baseline
      .command(name)
      .description(description)
      .option('--system <kind>', 'the nights of this system, one of those the scenario lists')
      .addOption(worldOption())
      .option('--history <folder>', 'where the history of nights is kept', HISTORY)
      .option('--learn <n>', 'nights before a change can be told from noise', howOften, 10)
      .option('--stands <n>', 'nights that a worse level has to last before it is red', howOften, 2)
  /** Of a scenario; runs that exist have their values. */
  const verbOf = (name: string, description: string) =>
    verb(name, description).addOption(setOption())
  verbOf('show', 'judge the last night again, and run nothing')
    .argument('<scenario>', 'a scenario file, or the name of one that ships with Faultline')
    .option('--json', 'print all of it as JSON on stdout instead of the table')
    .option('--html <file>', 'write the page of all nights there')
    .action(async (of: string, flags: BaselineFlags) =>
      (await import('./gate.ts')).showBaseline(of, flags),
    )
  verb('add', 'make a night of runs that are there already')
    .argument('<run...>', 'run directories of one scenario')
    .option('--night <date>', 'the night they are of, as YYYY-MM-DD (default: when the first ran)')
    .option('--json', 'print all of it as JSON on stdout instead of the table')
    .option('--html <file>', 'write the page of all nights there')
    .action(async (runs: string[], flags: BaselineFlags) =>
      (await import('./gate.ts')).addBaseline(runs, flags),
    )
  verbOf('accept', 'measure against the level of now: what got worse is meant to be so')
    .argument('<scenario>', 'a scenario file, or the name of one that ships with Faultline')
    .requiredOption('--why <text>', 'for whoever reads the history in a year')
    .option('--what <name>', 'only this metric, e.g. "search.response p99"')
    .option('--where <name>', 'only there, e.g. baseline')
    .option('--since <date>', 'the first night of the level (default: where it changed)')
    .action(async (of: string, flags: BaselineFlags) =>
      (await import('./gate.ts')).acceptBaseline(of, flags),
    )
  verbOf('quarantine', 'let one metric turn nothing red until a date')
    .argument('<scenario>', 'a scenario file, or the name of one that ships with Faultline')
    .requiredOption('--what <name>', 'the metric, e.g. "lag p90"')
    .requiredOption('--where <name>', 'where, e.g. baseline')
    .requiredOption('--until <date>', 'the last night of it, as YYYY-MM-DD')
    .requiredOption('--why <text>', 'for whoever reads the history in a year')
    .action(async (of: string, flags: BaselineFlags) =>
      (await import('./gate.ts')).quarantineSeries(of, flags),
    )
}
