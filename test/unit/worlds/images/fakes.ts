import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { projectRoot } from '../../../../harness/worlds/images/image-list.ts'

/** A folder that is gone when the test is. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-images-'))
  onTestFinished(() => {
    execFileSync('rm', ['-rf', folder])
  })
  return folder
}

/** A copy of docker/ to change. */
export function aRoot(): string {
  const root = aFolder()
  cpSync(join(projectRoot, 'docker'), join(root, 'docker'), { recursive: true })
  return root
}

/** A folder for PATH with these programs, each the body of a bash script. */
export function programs(scripts: Record<string, string>): string {
  const folder = aFolder()
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/bash\n${body}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

/** A folder for PATH with what docker/build uses of every Linux, and no docker. */
export function bareLinux(): string {
  const folder = aFolder()
  const used = 'bash env dirname awk grep sort sed find cut sha256sum cat tail timeout uname id'
  for (const name of used.split(' '))
    symlinkSync(
      execFileSync('bash', ['-c', `type -P ${name}`], { encoding: 'utf8' }).trim(),
      join(folder, name),
    )
  return folder
}

/** A daemon that is up and has no image; what it is asked goes to `asked` in the current folder of PATH's first entry. */
export const emptyDaemon = `
echo "$*" >> "$(dirname "$0")/asked"
case "$1 $2" in
  'version '*) echo 28 ;;
  'info '*) echo /var/lib/docker ;;
  'image inspect') [ -f "$(dirname "$0")/built" ] || exit 1; echo 11000000 ;;
  'build '*) touch "$(dirname "$0")/built" ;;
esac`

/** Runs docker/build of a root with these folders on PATH. */
export function build(
  root: string,
  { path, args = [] }: { path: string; args?: string[] },
): { code: number | null; stdout: string; stderr: string } {
  const temporary = join(root, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const { status, stdout, stderr } = spawnSync('bash', [join(root, 'docker/build'), ...args], {
    env: { PATH: path, HOME: root, TMPDIR: temporary },
    encoding: 'utf8',
    timeout: 20_000,
  })
  return { code: status, stdout, stderr }
}
