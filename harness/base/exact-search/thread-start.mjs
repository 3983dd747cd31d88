// A thread inherits no loader: like faultline.mjs, a checkout runs the TypeScript source, a package its JavaScript.
import { existsSync } from 'node:fs'

const inCheckout = existsSync(new URL('./thread.ts', import.meta.url))
if (inCheckout && !process.features.typescript) (await import('tsx/esm/api')).register()
await import(inCheckout ? './thread.ts' : './thread.js')
