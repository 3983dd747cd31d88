import { execFile } from 'node:child_process'
import { EnvironmentError } from '../../model/errors.ts'

/** Docker cannot be used, and what a person can do about it. */
export class DockerError extends EnvironmentError {}

export type DockerAnswer = { code: number; stdout: string; stderr: string }

/** Runs one `docker` command. Rejects with a DockerError where Docker itself cannot be used. */
export type Docker = (args: readonly string[]) => Promise<DockerAnswer>

const noClient =
  'No docker client was found on PATH. Try: apt-get install docker.io; ' +
  'or run the scenario in the simulator, which needs none: --world sim'

const daemonDown = (reason: string): string =>
  `The Docker daemon did not answer (${reason}). Try: systemctl start docker; ` +
  'or, without systemd, in the background: dockerd --storage-driver=overlay2'

const notAllowed =
  'This user may not talk to the Docker daemon. ' +
  'Try: run as root, or add the user to the group docker and log in again.'

/** The docker client of this machine; a command that takes longer than `timeoutMs` is ended and is a DockerError. */
export function dockerClient({ timeoutMs = 20_000 } = {}): Docker {
  return (args) =>
    new Promise((resolve, reject) => {
      execFile(
        'docker',
        args,
        { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 2 ** 20 },
        (error, stdout, stderr) => {
          const trouble = error ? whyUnusable(error, stderr, timeoutMs) : null
          if (trouble) return reject(new DockerError(trouble))
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
        },
      )
    })
}

/** Null where the client ran and the daemon answered, if only to say no. */
function whyUnusable(
  error: { code?: unknown; killed?: boolean; message: string },
  stderr: string,
  timeoutMs: number,
): string | null {
  if (error.code === 'ENOENT') return noClient
  if (error.killed) return daemonDown(`nothing within ${timeoutMs} ms`)
  if (/permission denied.*docker/i.test(stderr)) return notAllowed
  if (/cannot connect to the docker daemon|is the docker daemon running/i.test(stderr))
    return daemonDown(stderr.trim().split('\n')[0] as string)
  if (typeof error.code !== 'number') return `docker could not be run: ${error.message}`
  return null
}
