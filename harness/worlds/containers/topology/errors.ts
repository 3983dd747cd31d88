import { EnvironmentError } from '../../../model/errors.ts'
import { type StoreKind, storeNames } from '../../../model/plan.ts'
import type { RegionName } from '../../../model/units.ts'
import type { DockerError } from '../../images/docker.ts'

export const noDocker = (error: DockerError): EnvironmentError =>
  new EnvironmentError(error.message)

/** Built images are named `faultline-<server>:<version>`; all others come from a registry. */
export function imagesMissing(images: readonly string[]): EnvironmentError {
  const built = images.flatMap((image) => /^faultline-(\w+):/.exec(image)?.[1] ?? [])
  const pulled = images.filter((image) => !image.startsWith('faultline-'))
  const commands = [
    ...(built.length > 0 ? [`docker/build ${built.join(' ')}`] : []),
    ...pulled.map((image) => `docker pull ${image}`),
  ]
  return new EnvironmentError(
    `No image ${images.join(', ')} on this machine. Try: ${commands.join('; ')}`,
  )
}

export const tooLittleMemory = (
  { haveMiB, needMiB }: { haveMiB: number; needMiB: number },
  regions: number,
): EnvironmentError =>
  new EnvironmentError(
    `${haveMiB} MiB of memory are free, and real servers in ${regions} regions need about ` +
      `${needMiB} MiB. Try: fewer regions, end other programs, or the simulator: --world sim`,
  )

export const portTaken = (container: string, reason: string): EnvironmentError =>
  new EnvironmentError(
    `Docker could not bind the port of container ${container} on this host (${reason}). ` +
      'Another program has just taken that port. Try: run it again; each run picks new ports.',
  )

export const notStarted = (container: string, reason: string): EnvironmentError =>
  new EnvironmentError(
    `Container ${container} could not be started (${reason}). ` +
      'Try: docker info, and the log of the Docker daemon.',
  )

export const noSubnet = (tried: number, reason: string): EnvironmentError =>
  new EnvironmentError(
    `No free subnet for a Docker network after ${tried} tries (${reason}). ` +
      'Try: faultline clean; docker network prune',
  )

export const noFreePorts = (found: number, wanted: number): EnvironmentError =>
  new EnvironmentError(
    `Only ${found} of ${wanted} free ports on 127.0.0.1. Try: fewer regions, or end what listens there.`,
  )

export const clockNotFaked = (image: string): EnvironmentError =>
  new EnvironmentError(
    `Image ${image} cannot start a broker whose clock moves (libfaketime is in built images only). ` +
      'Try: --images built, or the scenario without log-clock-skew',
  )

/** A wait that came to its end, and what is known about the one waited for. */
export type Overdue = {
  container: string
  /** What should have become true: "answers on /healthz". */
  condition: string
  afterMs: number
  /** The last answer or failure; absent if there was none. */
  last?: string
  /** How the container itself is, if it does not run: "exited with code 134". */
  state?: string
  logTail: string
  logFile: string
}

const advice: readonly (readonly [RegExp, string])[] = [
  [/(milvus|pgvector)$/, 'Try: more free memory and disk for Docker; then the log file.'],
  [/kafka$/, 'Try: the log file; a clock or a disk that is full show there first.'],
  [/mirror$/, 'Try: the log file; look for a setting that it refused or a broker it cannot reach.'],
]

export function notReady({ container, condition, afterMs, ...known }: Overdue): EnvironmentError {
  const hint = advice.find(([name]) => name.test(container))?.[1] ?? 'Try: the log file.'
  const tail = known.logTail.trim()
  return new EnvironmentError(
    [
      known.state
        ? `Container ${container} ${known.state} before this was seen: ${condition}.`
        : `Container ${container}: not within ${(afterMs / 1000).toFixed(1)} s: ${condition}.`,
      ...(known.last ? [`Last answer: ${known.last}.`] : []),
      tail ? `Its last lines:\n${tail.replaceAll(/^/gm, '  ')}` : 'It has logged nothing.',
      `Log file: ${known.logFile}`,
      hint,
    ].join('\n'),
  )
}

export const baseNotLoaded = (
  store: StoreKind,
  region: RegionName,
  reason: string,
): EnvironmentError =>
  new EnvironmentError(
    `Loading the base data into the ${storeNames[store]} of ${region} failed: ${reason.replace(/\.$/, '')}. ` +
      `Try: end other programs on this machine, or fewer points (data: base); then the log of ${storeNames[store]}.`,
  )

export const agentNotUp = (region: RegionName, seconds: number): EnvironmentError =>
  new EnvironmentError(
    `The agent of ${region} was not up ${seconds} s after its start. ` +
      'Try: end other programs on this machine, or fewer regions; its output is above.',
  )

/** What Toxiproxy has is not what was set: attributes it does not know are silently 0. */
export const toxicDiffers = (where: string, asked: unknown, has: unknown): EnvironmentError =>
  new EnvironmentError(
    `Toxiproxy at ${where}: asked for ${JSON.stringify(asked)}, it has ${JSON.stringify(has) ?? 'nothing'}. ` +
      'Try: faultline images, to see whether it is the version in docker/images.yaml.',
  )

export const proxyRefused = (what: string, reason: string): EnvironmentError =>
  new EnvironmentError(
    `Toxiproxy did not ${what} (${reason}). Try: its log file in the logs of the run, to see whether it is running.`,
  )

export const leftBehind = (names: readonly string[], reason: string): EnvironmentError =>
  new EnvironmentError(
    `Docker did not remove ${names.join(', ')} (${reason}). Try: faultline clean, once Docker answers.`,
  )

export const unknownRegion = (region: RegionName): Error =>
  new Error(`no region ${region} in this topology`)
