import type { StoreKind } from '../../../model/plan.ts'
import type { Us } from '../../../model/units.ts'
import type { Address } from '../../adapters/message-wire.ts'
import { postgresAnswers } from '../round-trips.ts'
import { milvusAnswers } from './milvus-probe.ts'

const probes: Record<StoreKind, (address: Address, deadlineUs: Us) => Promise<boolean>> = {
  milvus: milvusAnswers,
  pgvector: postgresAnswers,
}

/** Whether the port of a store answers, over a connection of its own. That it works is for a read to tell. */
export const storeAnswers = (kind: StoreKind, address: Address, deadlineUs: Us): Promise<boolean> =>
  probes[kind](address, deadlineUs)
