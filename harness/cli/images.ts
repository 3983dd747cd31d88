import { plainTable } from '../text/table.ts'
import { valueText } from '../text/value.ts'
import { dockerClient } from '../worlds/images/docker.ts'
import type { ImageSource, ServerName } from '../worlds/images/image-list.ts'
import { type ImageState, listImages } from '../worlds/images/images.ts'

/** What `faultline images` prints. Rejects with a DockerError. */
export const imagesText = async (): Promise<string> =>
  renderImages(await listImages(dockerClient()))

/** The answer to `faultline images`: a table, then the exact command for what a run would miss. */
export function renderImages(states: readonly ImageState[]): string {
  const rows = states.map(({ server, source, image, state, found, note }) => [
    server,
    source,
    image,
    state,
    found ? valueText(found.sizeBytes, 'bytes') : '',
    note ?? '',
  ])
  const head = ['server', 'source', 'image', 'state', 'size', '']
  const table = plainTable(head, rows, ['left', 'left', 'left', 'left', 'right'])
  return [...table, '', howToGet(states, 'built'), howToGet(states, 'public')].join('\n')
}

/** What to run so that `--images <source>` works; says so where nothing is needed. */
function howToGet(states: readonly ImageState[], source: ImageSource): string {
  const lacking = states.filter((one) => one.source === source && one.state !== 'present')
  const use = `--images ${source}`
  if (lacking.length === 0) return `${use}: everything is here`
  if (source === 'public') return [`${use}:`, ...lacking.map(({ get }) => `  ${get}`)].join('\n')
  return `${use}:\n  docker/build ${lacking.map(({ server }): ServerName => server).join(' ')}`
}
