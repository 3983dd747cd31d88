import type { RegionName } from '../../model/units.ts'
import type { EventLog } from '../../ports/log.ts'
import type { Network } from '../../ports/network.ts'
import type { ReadableStore } from '../../ports/store.ts'
import { type Address, MessageClient } from '../adapters/message-wire.ts'

/** Where a party of one region dials: the own region directly, every other one through its link. */
type Routes = {
  agent(region: RegionName): Address
  store(region: RegionName): ReadableStore
  log(region: RegionName): EventLog
}

/** The network as a process of `region` sees it. */
export function hostNetwork(region: RegionName, routes: Routes): Network & { close(): void } {
  const client = new MessageClient(region)
  return {
    call: (to, message, deadlineUs) => client.call(routes.agent(to), message, deadlineUs),
    reach: (to) => ({ store: routes.store(to), log: routes.log(to) }),
    close: () => client.close(),
  }
}
