import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where this machine has a Chromium; `FAULTLINE_CHROMIUM` names another one. */
const program = [process.env['FAULTLINE_CHROMIUM'] ?? '', ...places].find(
  (path) => path !== '' && existsSync(path),
)

const required = process.env['FAULTLINE_REQUIRE_BROWSER'] === '1'

/** Why tests with a browser are skipped here; undefined: they are not, as where CI says they must not be. */
export const noBrowser: string | undefined =
  program === undefined && !required
    ? 'no Chromium on this machine (apt-get install chromium, or FAULTLINE_CHROMIUM=/path/to/it)'
    : undefined

/** A browser without a window. Throws where there is none. */
export function startBrowser(): Promise<Browser> {
  if (program === undefined)
    throw new Error('FAULTLINE_REQUIRE_BROWSER=1, and there is no Chromium on this machine.')
  // Containers of CI run as root, where Chromium's own sandbox does not start.
  return chromium.launch({ executablePath: program, args: ['--no-sandbox'] })
}
