import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { exitCodes } from '../analysis/limits/judge.ts'
import { type NoLines, selectLines, whyNoLines } from '../analysis/lines/lines.ts'
import { isSweepFile } from '../experiments/sweep/sweep.ts'
import { UsageError } from '../model/errors.ts'
import type { Plan } from '../model/plan.ts'
import { guaranteesFor, known, layoutFor } from '../pipeline/catalogue.ts'
import { judgeRun } from '../pipeline/judge-run.ts'
import { sweepAll } from '../pipeline/open-containers.ts'
import { planOf } from '../pipeline/plan.ts'
import { faultlineVersion } from '../pipeline/version.ts'
import { notARun } from '../record/run-directory.ts'
import { worldNames } from '../scenario/parts/worlds.ts'
import { scenarioJsonSchema } from '../scenario/shown/json-schema.ts'
import { planText } from '../scenario/shown/plan-text.ts'
import { dockerClient } from '../worlds/images/docker.ts'
import { listImages } from '../worlds/images/images.ts'
import { addShrink, type CampaignFlags, checkSingle, isCampaign, runCampaign } from './campaign.ts'
import { writeCatalogue } from './docs.ts'
import { explain } from './exit.ts'
import { checkExamples, examples, lineExamples, reportExamples, runExamples } from './help.ts'
import { renderImages } from './images.ts'
import { addProve, runToProve } from './prove-options.ts'
import { finish, type RunFlags, runCommand } from './run.ts'
import { pointsText } from './sweep.ts'
import { addCalibrate, addTwin } from './twin.ts'

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
  addCheck(program)
  addReport(program)
  addLines(program)
  addShrink(program)
  addProve(program, repetitions)
  addCalibrate(program)
  addTwin(program)
  program
    .command('schema')
    .description('print the JSON Schema of scenario files, for completion in an editor')
    .action(() => print(JSON.stringify(scenarioJsonSchema(known()), null, 2)))
  program
    .command('images')
    .description('say which server images are here, which are missing, and how to get them')
    .action(async () => print(renderImages(await listImages(dockerClient()))))
  program
    .command('clean')
    .description('remove containers, networks and processes of runs that were killed')
    .action(cleanCommand)
  program
    .command('docs', { hidden: true })
    .description('write scenarios/README.md again from the scenarios')
    .action(() => writeCatalogue())
  program
    .command('claims', { hidden: true })
    .description('run the scenarios behind scenarios/CLAIMS.md and write it again')
    .action(claimsCommand)
  return program
}

async function claimsCommand(): Promise<void> {
  const { writeClaims } = await import('../experiments/claims/claims.ts')
  await writeClaims((name, wrong) => {
    process.stderr.write(`${name}: ${wrong.length === 0 ? 'as stated' : wrong.join('; ')}\n`)
  })
}

function addRun(program: Command, argv: readonly string[]): void {
  program
    .command('run')
    .description(
      'run a scenario, a folder of them, or one with many seeds; the verdict is the exit code',
    )
    .argument('<scenario...>', 'a scenario or replay file; several of them, or a folder')
    .option('--seed <n>', 'another seed than the scenario says', wholeNumber)
    .option('--seeds <range>', 'a campaign: one run for each of these seeds, e.g. 1..1000')
    .option('--system <kind>', 'another of the systems the scenario names under systems:')
    .addOption(worldOption())
    .addOption(
      new Option(
        '--images <source>',
        'images of real servers; default: those that are here',
      ).choices(['built', 'public']),
    )
    .option('--out <folder>', 'where to leave the run (default: runs/<name>-<seed>)')
    .option('--reps <n>', 'run it so often on real servers, and compare the runs', repetitions)
    .option('--json', 'print summary.json on stdout instead of the table')
    .option('--quiet', 'no progress')
    .option('--allow-unknown', 'exit 0 where there is no evidence for something')
    .option('--expect', "judge by the scenario's own `expect:`: exit 0 if it came out as stated")
    .option('--all', 'each scenario also on the other systems it names')
    .option('--quick', 'of several scenarios, those that say quick: true')
    .option('--reports', 'of several runs, keep all with their reports, not only the odd ones')
    .option('--jobs <n>', 'how many runs at a time (default: one for each core)', repetitions)
    .option('--prove', 'plant bugs, and see that each is caught: faultline prove --help')
    .addHelpText('after', runExamples)
    .action((paths: string[], flags: CampaignFlags) => {
      if (flags.prove) return runToProve(paths, flags)
      if (isCampaign(paths, flags)) return runCampaign(paths, flags)
      checkSingle(flags)
      return runCommand(paths[0] as string, flags, argv)
    })
}

function addCheck(program: Command): void {
  program
    .command('check')
    .description('name every mistake in a scenario, or print its plan as a timeline')
    .argument('<scenario>', 'a scenario file')
    .option('--seed <n>', 'another seed than the scenario says', wholeNumber)
    .addOption(worldOption())
    .addHelpText('after', checkExamples)
    .action((file: string, { seed, world }: RunFlags) =>
      print(
        [
          checkText(planOf(file, { seed, world })),
          ...(isSweepFile(file) ? [pointsText(file, { seed, world })] : []),
        ].join('\n'),
      ),
    )
}

const checkText = (plan: Plan): string => planText(plan, guaranteesFor(plan))

function addReport(program: Command): void {
  program
    .command('report')
    .description('make the report of a run directory again, also of one that was cut off')
    .argument('<run>', 'a run directory, e.g. runs/latest')
    .option('--json', 'print summary.json on stdout instead of the table')
    .addHelpText('after', reportExamples)
    .action(async (path: string, flags: RunFlags) =>
      finish(await judgeRun(runDirectory(path)), flags),
    )
}

function addLines(program: Command): void {
  program
    .command('lines')
    .description('print the record lines behind a figure')
    .argument('<run>', 'a run directory')
    .argument('<selector>', 'what to show')
    .addHelpText('after', lineExamples)
    .action((path: string, selector: string) => {
      const record = join(runDirectory(path), 'record.jsonl')
      const judging = { guaranteesFor, layoutFor }
      const lines = selectLines(record, selector, judging)
      if (lines.length === 0) sayNoLines(whyNoLines(record, selector, judging))
      for (const { number, text } of lines) print(`${number}: ${text}`)
    })
}

/** Nothing to show is exit code 0 where that is good news, 3 where there was no evidence, else 2. */
function sayNoLines({ sentence, news }: NoLines): void {
  if (news === 'none') throw new UsageError(sentence)
  process.stderr.write(`${sentence}\n`)
  process.exitCode = news === 'good' ? 0 : exitCodes.unknown
}

async function cleanCommand(): Promise<void> {
  const removed = await sweepAll()
  for (const what of removed) print(`removed ${what}`)
  if (removed.length === 0) print('Nothing was left behind by any run.')
}

function runDirectory(path: string): string {
  if (existsSync(join(path, 'record.jsonl'))) return path
  throw new UsageError(notARun(path))
}

const worldOption = (): Option =>
  new Option('--world <world>', 'where to run: the simulator, or real servers in containers')
    .choices(worldNames)
    .default('sim')

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('A seed is a whole number below 2^53, e.g. 42.')
  return Number(text)
}

function repetitions(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InvalidArgumentError('How often is a whole number from 1 to 9999, e.g. 3.')
  return Number(text)
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
