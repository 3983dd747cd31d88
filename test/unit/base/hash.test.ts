import { expect, test } from 'vitest'
import { murmur3, murmur3Bytes } from '../../../harness/base/hash.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['!', 0, 0x72661cf4],
  ['hello', 0, 0x248bfa47],
  ['hello, world', 0, 0x149bbb7f],
  ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
])('the bytes of "%s" with seed %i hash to the published value', (text, seed, hash) => {
  expect(murmur3Bytes(ascii(text), seed)).toBe(hash)
})

test('bytes above 127 hash to the published values', () => {
  expect(murmur3Bytes(Uint8Array.of(0xff, 0xff, 0xff, 0xff), 0)).toBe(0x76293b50)
  expect(murmur3Bytes(Uint8Array.of(0x21, 0x43, 0x65, 0x87), 0x5082edee)).toBe(0x2362f9de)
  expect(murmur3Bytes(Uint8Array.of(0, 0, 0, 0), 0)).toBe(0x2362f9de)
})

test('text hashes as its UTF-16 code units, low byte first', () => {
  expect(murmur3('aé€', 7)).toBe(murmur3Bytes(Uint8Array.of(0x61, 0x00, 0xe9, 0x00, 0xac, 0x20), 7))
})

test('every length of tail matters', () => {
  const texts = ['a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg']
  expect(new Set(texts.map((text) => murmur3Bytes(ascii(text), 0))).size).toBe(texts.length)
})
