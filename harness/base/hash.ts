/** MurmurHash3 x86 32-bit (Appleby, public domain) over the UTF-16 code units of `text`, two bytes each. */
export function murmur3(text: string, seed: number): number {
  const bytes = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes[2 * i] = unit & 0xff
    bytes[2 * i + 1] = unit >>> 8
  }
  return murmur3Bytes(bytes, seed)
}

/** MurmurHash3 x86 32-bit over bytes. */
export function murmur3Bytes(bytes: Uint8Array, seed: number): number {
  let hash = seed | 0
  const blocks = bytes.length & ~3
  for (let i = 0; i < blocks; i += 4) {
    hash ^= scramble(
      at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24),
    )
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = bytes.length - 1; i >= blocks; i--) tail = (tail << 8) | at(bytes, i)
  if (bytes.length > blocks) hash ^= scramble(tail)
  return finish(hash ^ bytes.length)
}

const at = (bytes: Uint8Array, i: number): number => bytes[i] as number

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

function finish(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
