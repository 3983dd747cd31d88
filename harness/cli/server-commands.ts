import { type Command, Option } from 'commander'
import type { DoctorFlags } from './doctor.ts'
import { calibrateExamples, doctorExamples, twinExamples } from './help.ts'
import { imagesOption, seed, setOption, worldOption } from './options.ts'
import { print } from './print.ts'
import type { CalibrateFlags, TwinFlags } from './twin.ts'

/** A profile from real servers. */
export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('measure real servers in containers and write a profile for the simulator')
    .option('--out <file>', 'where to write the profile (default: profile.yaml in the run)')
    .addOption(imagesOption())
    .addOption(
      new Option('--fit <how>', 'what search and upsert are fitted to: single calls, or the run')
        .choices(['calls', 'run'])
        .default('calls'),
    )
    .option('--from <run>', 'fit again what an earlier calibration measured, without servers')
    .option('--run <folder>', 'where to leave the run (default: runs/calibrate-<seed>)')
    .option('--seed <n>', 'use this seed instead of the one in the scenario', seed)
    .addHelpText('after', calibrateExamples)
    .action(async (flags: CalibrateFlags) => (await import('./twin.ts')).calibrateCommand(flags))
}

/** How far the simulator is off. */
export function addTwin(program: Command): void {
  program
    .command('twin')
    .description('run one plan on real servers and in the simulator, and compare them')
    .argument('<scenario>', 'a scenario file that runs in both worlds')
    .option('--seed <n>', 'use this seed instead of the one in the scenario', seed)
    .addOption(setOption())
    .option('--out <folder>', 'where to leave both runs (default: runs/<name>-<seed>-twin)')
    .addOption(imagesOption())
    .option('--profile <name>', "simulate with another profile than the scenario's")
    .option('--again', 'take the real run that is there already, simulate and compare anew')
    .option('--write', 'put the errors into the profile and the README of fixtures/profiles')
    .addHelpText('after', twinExamples)
    .action(async (file: string, flags: TwinFlags) => {
      const { scenarioFile } = await import('../pipeline/shipped.ts')
      await (await import('./twin.ts')).twinCommand(scenarioFile(file), flags)
    })
}

/** What concerns this machine and its servers. */
export function addServers(program: Command): void {
  program
    .command('doctor')
    .description('say what this machine can run, how fast, and how to mend what is missing')
    .addOption(worldOption())
    .option('--quick', 'only look: measure neither the simulator nor the load generator')
    .option('--json', 'print all values as JSON on stdout instead of the page')
    .option('--quiet', 'no progress')
    .addHelpText('after', doctorExamples)
    .action(async (flags: DoctorFlags) => (await import('./doctor.ts')).doctorCommand(flags))
  program
    .command('images')
    .description('say which server images are here, which are missing, and how to get them')
    .action(async () => print(await (await import('./images.ts')).imagesText()))
  program
    .command('clean')
    .description('remove containers, networks and processes of runs that were killed')
    .action(async () => {
      const { sweepAll } = await import('../pipeline/open-containers.ts')
      const removed = await sweepAll()
      for (const what of removed) print(`removed ${what}`)
      if (removed.length === 0) print('Nothing was left behind by any run.')
    })
}
