import { EnvironmentError } from '../../../model/errors.ts'
import { type Docker, DockerError, dockerClient } from '../../images/docker.ts'
import { noDocker } from './errors.ts'
import { isLeft, type Labels, runLabel } from './labels.ts'

const kinds = [
  { kind: 'container', list: ['ps', '--all'], remove: ['rm', '--force', '--volumes'] },
  { kind: 'network', list: ['network', 'ls'], remove: ['network', 'rm'] },
  { kind: 'volume', list: ['volume', 'ls'], remove: ['volume', 'rm', '--force'] },
] as const

type Kind = (typeof kinds)[number]
type Found = { name: string; labels: Labels }

/**
 * Removes containers, networks and volumes of runs whose harness is gone: those of `run`, or of all. What a living
 * harness has is never touched. Settles with what was removed, as "container <name>"; rejects with an EnvironmentError.
 */
export async function sweep({
  docker = dockerClient({ timeoutMs: 60_000 }),
  nowSec = Date.now() / 1000,
  run,
}: {
  docker?: Docker
  nowSec?: number
  run?: string
} = {}): Promise<string[]> {
  const removed: string[] = []
  try {
    // Containers first: a network that is in use cannot be removed.
    for (const kind of kinds) {
      const found = await list(docker, kind, run)
      const left = found.filter(({ labels }) => isLeft(labels, nowSec)).map(({ name }) => name)
      if (left.length === 0) continue
      await remove(docker, kind, left)
      removed.push(...left.map((name) => `${kind.kind} ${name}`))
    }
  } catch (error) {
    throw error instanceof DockerError ? noDocker(error) : error
  }
  return removed
}

async function list(docker: Docker, { kind, list }: Kind, run?: string): Promise<Found[]> {
  const filter = run === undefined ? runLabel : `${runLabel}=${run}`
  const names = await docker([
    ...list,
    ...['--filter', `label=${filter}`],
    ...['--format', kind === 'container' ? '{{.Names}}' : '{{.Name}}'],
  ])
  if (names.code !== 0) throw new EnvironmentError(`docker ${list.join(' ')}: ${names.stderr}`)
  const all = names.stdout.split('\n').filter((name) => name !== '')
  if (all.length === 0) return []
  const labels = kind === 'container' ? '.Config.Labels' : '.Labels'
  // One that is gone by now is missing in the answer, and the exit code is 1: two sweeps may run at once.
  const answer = await docker([
    ...[kind, 'inspect', '--format', `{{json .Name}} {{json ${labels}}}`],
    ...all,
  ])
  return answer.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const gap = line.indexOf(' ')
      const name = (JSON.parse(line.slice(0, gap)) as string).replace(/^\//, '')
      return { name, labels: (JSON.parse(line.slice(gap + 1)) ?? {}) as Labels }
    })
}

async function remove(docker: Docker, { kind, remove }: Kind, names: string[]): Promise<void> {
  const { code, stderr } = await docker([...remove, ...names])
  const real = stderr
    .split('\n')
    .filter((line) => /error/i.test(line) && !/no such|not found|already in progress/i.test(line))
  if (code === 0 || real.length === 0) return
  throw new EnvironmentError(
    `A ${kind} of a run that is gone could not be removed: ${real.join('; ')}. ` +
      `Try: docker ${remove.join(' ')} ${names.join(' ')}`,
  )
}
