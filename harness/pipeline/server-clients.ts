import { requirePeers } from './peers.ts'

/** Throws an EnvironmentError where a package is missing that only real servers need. */
export const requireServerClients = (): void =>
  requirePeers('Real servers need', [
    'testcontainers',
    '@zilliz/milvus2-sdk-node',
    'kafkajs',
    'toxiproxy-node-client',
  ])
