import type { StoreKind } from '../../model/plan.ts'
import type { Base, LoadOptions, StoreClient, StoreSetting } from './store-client.ts'

/** One kind of store: how its client is opened, and how a run's base data gets into it. */
export type StoreModule = {
  /** Does not wait for the server; the first call connects. */
  open(setting: StoreSetting): StoreClient
  /** Rejects with an Error for a person if the server is not that far within the time. */
  load(setting: StoreSetting, base: Base, options: LoadOptions): Promise<void>
}

const kinds: Record<StoreKind, () => Promise<StoreModule>> = {
  milvus: async () => {
    const [{ openMilvus }, { loadBase }] = await Promise.all([
      import('./milvus.ts'),
      import('./milvus-loading.ts'),
    ])
    return { open: openMilvus, load: loadBase }
  },
  pgvector: async () => {
    const [{ openPgvector }, { loadPgvector }] = await Promise.all([
      import('./pgvector.ts'),
      import('./pgvector-loading.ts'),
    ])
    return { open: openPgvector, load: loadPgvector }
  },
}

export type StoreModules = Readonly<Partial<Record<StoreKind, StoreModule>>>

/** The kinds named, and no other: the client library of one that is not used need not be installed. */
export async function storeModules(used: readonly StoreKind[]): Promise<StoreModules> {
  const loaded = used.map(async (kind) => [kind, await kinds[kind]()] as const)
  return Object.fromEntries(await Promise.all(loaded))
}
