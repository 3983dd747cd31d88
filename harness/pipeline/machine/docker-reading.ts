import { type Docker, DockerError } from '../../worlds/images/docker.ts'
import { listImages } from '../../worlds/images/images.ts'
import type { DockerReading } from './reading.ts'

/** What is asked of `docker info`. */
type Info = {
  ServerVersion: string
  DockerRootDir: string
  CgroupVersion?: string
  CpuCfsQuota?: boolean
}

/** Whether Docker can be used by this user, what it is, and which images it has. `freeMiB`: of the disk of a path. */
export async function dockerReading(
  docker: Docker,
  freeMiB: (path: string) => number | null,
): Promise<DockerReading> {
  try {
    const info = JSON.parse(await said(docker, ['info', '--format', '{{json .}}'])) as Info
    const api = (await said(docker, ['version', '--format', '{{.Server.APIVersion}}'])).trim()
    const path = info.DockerRootDir
    return {
      ready: true,
      version: info.ServerVersion,
      api,
      disk: { path, freeMiB: freeMiB(path) },
      cgroup: info.CgroupVersion ?? 'not known',
      cpuQuota: info.CpuCfsQuota ?? false,
      images: await listImages(docker),
    }
  } catch (error) {
    if (!(error instanceof DockerError)) throw error
    return { ready: false, why: error.message }
  }
}

async function said(docker: Docker, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args)
  if (code === 0) return stdout
  throw new DockerError(
    `docker ${args[0]} failed: ${stderr.trim().split('\n')[0]}. Try: docker info, and the log of the Docker daemon.`,
  )
}
