import { InvalidArgumentError } from 'commander'
import { UsageError } from '../model/errors.ts'

/** What stands behind `--metrics`. */
export type Listening = { host: string; port: number }

const LOOPBACK = '127.0.0.1'

/** Where to listen, from `:9464`, `9464` or `HOST:9464`: on this machine alone unless a host says otherwise. Throws what commander tells. */
export function listening(text: string): Listening {
  const [, ipv6, name, digits] =
    /^(?:(?:\[([0-9a-fA-F:]+)\]|([^[\]:]*)):)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535)
    throw new InvalidArgumentError(
      'Where to listen is a port, e.g. :9464, or a host and a port, e.g. 127.0.0.1:9464; :0 is any free port.',
    )
  return { host: ipv6 ?? (name || LOOPBACK), port }
}

/** Of what runs many times at once nobody could tell one from another. */
export const metricsOfMany = (what: string): UsageError =>
  new UsageError(
    `--metrics shows how one run is going, and ${what}. Leave --metrics out, or run one scenario by itself.`,
  )
