import type { Command } from 'commander'
import { UsageError } from '../model/errors.ts'
import type { CampaignFlags } from './campaign.ts'
import type { ProveFlags } from './prove.ts'

/** `faultline prove`. */
export function addProve(program: Command, count: (text: string) => number): void {
  program
    .command('prove')
    .description(
      'prove that red works: plant bugs, and see that each is caught by what must see it',
    )
    .argument('[scenario...]', 'scenarios that must go red, or a folder (default: the library)')
    .option('--only <name>', 'those bugs and scenarios that have this in their name')
    .option('--jobs <n>', 'how many runs at a time (default: one for each core)', count)
    .option('--json', 'print all of it as JSON on stdout instead of the table')
    .option('--quiet', 'no progress')
    .addHelpText('after', proveHelp)
    .action((paths: string[], flags: ProveFlags) => prove(paths, flags))
}

/** `faultline run scenarios/ --prove`. Rejects with a UsageError where a flag means nothing there. */
export async function runToProve(paths: readonly string[], flags: CampaignFlags): Promise<void> {
  const { jobs, json, quiet, ...others } = flags
  const { prove: _, world, ...rest } = others
  const [odd] = Object.keys(rest)
  if (odd !== undefined || (world ?? 'sim') !== 'sim')
    throw new UsageError(
      `--prove runs the planted bugs and the scenarios that must go red as they are, in the simulator: leave --${dashed(odd ?? 'world')} out. It takes --jobs, --json and --quiet.`,
    )
  const taken = { ...(jobs !== undefined && { jobs }), ...(json && { json }) }
  await prove(paths, { ...taken, ...(quiet && { quiet }) })
}

const dashed = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Only when asked for: the bugs bring a data set and all their plans along. */
async function prove(paths: readonly string[], flags: ProveFlags): Promise<void> {
  const { proveCommand } = await import('./prove.ts')
  await proveCommand(paths, flags)
}

const proveHelp = `
A checker that nobody has seen fail is not known to work: it may be green because nothing is wrong, or because it looks
at nothing. So Faultline carries bugs of its own. A planted bug is the real system, or the world below it, with one
thing broken (every 100th event skipped, a tombstone collected too soon, two primaries) on a small plan, its ground.
Each bug names every checker once: those that must fire, those that may, and those it does not concern, which must stay
quiet. Tried are
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
