#!/usr/bin/env node
// A checkout runs the TypeScript sources as they are, a package their JavaScript. Node reads TypeScript from 22.18 on.
import { existsSync } from 'node:fs'
import module from 'node:module'

module.enableCompileCache?.()
const inCheckout = existsSync(new URL('./cli/cli.ts', import.meta.url))
if (inCheckout && !process.features.typescript) (await import('tsx/esm/api')).register()
const { main } = await import(inCheckout ? './cli/cli.ts' : './cli/cli.js')
await main(process.argv)
