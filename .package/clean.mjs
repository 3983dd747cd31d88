// Removes what packing compiled beside the sources: every .js and .d.ts whose .ts is there.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
for (const folder of ['harness', 'reports'])
  for (const entry of readdirSync(join(root, folder), { recursive: true })) {
    const source = /^(.*)\.(?:js|d\.ts)$/.exec(String(entry))
    if (source && existsSync(join(root, folder, `${source[1]}.ts`)))
      rmSync(join(root, folder, String(entry)))
  }
