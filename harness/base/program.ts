import { fileURLToPath } from 'node:url'

/** The path of a program of ours beside the module at `from` (its `import.meta.url`): TypeScript in a checkout, JavaScript in a package. */
export const programBeside = (from: string, name: string): string =>
  fileURLToPath(new URL(`${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from))

/** Its types are those of Node 20, which does not know the feature. */
const readsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript)

/** Node's flags that load a program of ours: older Nodes do not read TypeScript by themselves. */
export const loaderFlags = (program: string): string[] =>
  program.endsWith('.ts') && !readsTypeScript ? ['--import', import.meta.resolve('tsx')] : []
