import { readFileSync } from 'node:fs'
import { type Docker, DockerError } from '../../images/docker.ts'
import { imagesMissing, noDocker, tooLittleMemory } from './errors.ts'

/** Milvus, broker and mirror of one region with base data loaded, measured at 0.6 GiB, and some room. */
export const MIB_PER_REGION = 720

/**
 * What must be true before anything is started: Docker answers, the images are here, memory is free. Rejects with an
 * EnvironmentError.
 */
export async function checkMachine(
  docker: Docker,
  { images, regions }: { images: readonly string[]; regions: number },
  memoryMiB: () => number | undefined = availableMiB,
): Promise<void> {
  const missing = await missingImages(docker, images)
  if (missing.length > 0) throw imagesMissing(missing)
  const haveMiB = memoryMiB()
  const needMiB = MIB_PER_REGION * regions
  if (haveMiB !== undefined && haveMiB < needMiB)
    throw tooLittleMemory({ haveMiB, needMiB }, regions)
}

async function missingImages(docker: Docker, images: readonly string[]): Promise<string[]> {
  const asked = images.map(async (image) => {
    const { code } = await docker(['image', 'inspect', '--format', '{{.Id}}', image])
    return code === 0 ? [] : [image]
  })
  try {
    return (await Promise.all(asked)).flat()
  } catch (error) {
    throw error instanceof DockerError ? noDocker(error) : error
  }
}

/** Memory that can be had without swapping; undefined where the kernel does not say. */
export function availableMiB(): number | undefined {
  try {
    const found = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))
    return found ? Math.floor(Number(found[1]) / 1024) : undefined
  } catch {
    return undefined
  }
}
