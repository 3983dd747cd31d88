#!/usr/bin/env node
// A checkout runs the TypeScript sources as they are, a package their JavaScript. Node reads TypeScript from 22.18 on.
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'

const [, , first, ...others] = process.argv
// The version is one line of package.json: nothing else is loaded for it.
if (others.length === 0 && (first === '--version' || first === '-V')) {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  process.stdout.write(`${JSON.parse(text).version}\n`)
} else {
  module.enableCompileCache?.()
  const inCheckout = existsSync(new URL('./cli/cli.ts', import.meta.url))
  if (inCheckout && !process.features.typescript) (await import('tsx/esm/api')).register()
  const { main } = await import(inCheckout ? './cli/cli.ts' : './cli/cli.js')
  await main(process.argv)
}
