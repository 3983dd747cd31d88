import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openKernel, Places } from '../../../../harness/base/exact-search/kernel.ts'

const at = (name: string): string =>
  fileURLToPath(new URL(`../../../../harness/base/exact-search/${name}`, import.meta.url))

/** The part of wabt used here. Its own types leave out that a module is checked by the features it may use. */
type Wabt = () => Promise<{
  parseWat(name: string, text: string, features: object): { toBinary(options: object): Binary }
}>
type Binary = { buffer: Uint8Array }

/** `kernel.wat` as bytes, by the compiler that package.json pins. */
async function compiled(): Promise<Buffer> {
  const wabt = await (createRequire(import.meta.url)('wabt') as Wabt)()
  const features = { simd: true, threads: true }
  const parsed = wabt.parseWat('kernel.wat', readFileSync(at('kernel.wat'), 'utf8'), features)
  return Buffer.from(parsed.toBinary({ write_debug_names: false }).buffer)
}

test('kernel.wasm is what kernel.wat says; if not: npm run kernel', async () => {
  const bytes = await compiled()
  if (process.env['UPDATE_KERNEL'] === '1') writeFileSync(at('kernel.wasm'), bytes)
  expect(readFileSync(at('kernel.wasm')).equals(bytes)).toBe(true)
  expect(bytes.length).toBeLessThan(4_096)
})

test('more memory than 32-bit addresses reach: there is no kernel', () => {
  expect(openKernel(2 ** 33)).toBe(null)
  expect(openKernel(1_000)?.memory.buffer.byteLength).toBe(65_536)
})

test('places lie one behind the other, also above 2^31', () => {
  const places = new Places()
  expect([places.take(5), places.take(2 ** 31), places.take(1), places.bytes]).toEqual([
    ...[0, 16, 16 + 2 ** 31, 32 + 2 ** 31],
  ])
})
