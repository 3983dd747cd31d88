import { countText } from '../../text/value.ts'
import { type ImageSource, type ServerName, serverNames } from '../../worlds/images/image-list.ts'
import type { ImageState } from '../../worlds/images/images.ts'
import type { Check } from './check.ts'
import type { DockerReading } from './reading.ts'

/** The oldest that runs on record were made with (Docker 20.10). */
const TRIED_API = 1.41
/** What docker/README.md asks for to build all images. */
const BUILD_MIB = 4_000
/** Servers of every run; the other stores are of those that ask for them. */
const everyRun: readonly ServerName[] = ['milvus', 'kafka', 'toxiproxy']

type Ready = Extract<DockerReading, { ready: true }>

/** Docker itself, its images, and the disk they are on. */
export function dockerChecks(docker: DockerReading): Check[] {
  if (docker.ready) return [versionCheck(docker), ...imageChecks(docker), storageCheck(docker)]
  const [says = '', mend] = docker.why.split(/ ?Try: /)
  return [
    { name: 'Docker', world: 'containers', state: 'missing', says, mend: mend ?? 'docker info' },
    {
      ...{ name: 'images', world: 'containers', state: 'unknown', mend: null },
      says: 'Which are here cannot be told without Docker.',
    },
  ]
}

function versionCheck({ version, api }: Ready): Check {
  const base = { name: 'Docker', world: 'containers' as const }
  const says = `${version} answers this user, API ${api}.`
  // 1.9 is older than 1.41.
  const [major = 0, minor = 0] = api.split('.').map(Number)
  const [, tried = 0] = String(TRIED_API).split('.').map(Number)
  if (major > 1 || minor >= tried) return { ...base, state: 'ok', says, mend: null }
  return {
    ...base,
    state: 'weak',
    says: `${says} Nothing older than API ${TRIED_API} was tried.`,
    mend: 'Install Docker 20.10 or later.',
  }
}

/** The images of every run as one line, and one for what is stale or missing beside them. */
function imageChecks({ images }: Ready): Check[] {
  const base = { name: 'images', world: 'containers' as const }
  const of = (source: ImageSource, servers: readonly ServerName[]): ImageState[] =>
    images.filter((image) => image.source === source && servers.includes(image.server))
  const lacking = (source: ImageSource): ServerName[] =>
    everyRun.filter((server) => !of(source, [server]).some(({ state }) => state !== 'missing'))
  const source = (['built', 'public'] as const).find((one) => lacking(one).length === 0)
  if (source === undefined) {
    const servers = lacking('built')
    const names = of('built', servers).map(({ image }) => image)
    const mend = `docker/build ${servers.join(' ')} (public ones: faultline images)`
    return [{ ...base, state: 'missing', says: `Not here: ${names.join(', ')}.`, mend }]
  }
  const stale = of(source, serverNames).filter(({ state }) => state === 'stale')
  const here = of(source, serverNames).filter(({ state }) => state !== 'missing')
  const says = `Here (${source}): ${here.map(({ server }) => server).join(', ')}.`
  const optional = optionalCheck(of(source, serverNames))
  if (stale.length === 0) return [{ ...base, state: 'ok', says, mend: null }, ...optional]
  const which = stale.map(({ server }) => server)
  return [
    {
      ...base,
      state: 'weak',
      says: `${says} Built from other recipes than docker/ has now: ${which.join(', ')}.`,
      mend: `docker/build ${which.join(' ')}`,
    },
    ...optional,
  ]
}

function optionalCheck(images: readonly ImageState[]): Check[] {
  const missing = images.filter(
    ({ server, state }) => state === 'missing' && !everyRun.includes(server),
  )
  return missing.map(({ server, image, get }) => ({
    ...{ name: `image ${server}`, world: 'containers', state: 'weak', mend: get },
    says: `${image} is not here; scenarios with store: ${server} need it.`,
  }))
}

function storageCheck({ disk: { path, freeMiB } }: Ready): Check {
  const base = { name: 'disk for images', world: 'containers' as const }
  if (freeMiB === null)
    return {
      ...base,
      state: 'unknown',
      says: `What is free in ${path} cannot be told.`,
      mend: null,
    }
  const says = `${countText(freeMiB)} MiB are free in ${path}`
  if (freeMiB >= BUILD_MIB) return { ...base, state: 'ok', says: `${says}.`, mend: null }
  return {
    ...base,
    state: 'weak',
    says: `${says}. To build all images takes ${countText(BUILD_MIB)} MiB (docker/README.md); what servers write was not measured.`,
    mend: 'docker system prune, or another data-root for Docker',
  }
}
