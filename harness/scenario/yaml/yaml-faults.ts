import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  visit,
} from 'yaml'
import { shortened } from './spelling.ts'

/** Something that YAML allows and a scenario cannot use, at an offset into the text. */
export type YamlFault = { offset: number; message: string; hint: string }

const isOf =
  (type: string) =>
  (node: Node): boolean =>
    isScalar(node) && typeof node.value === type

/** Tags of YAML's core schema, and what may stand behind them: the library takes `!!int 10s` for a text. */
const plainTags: Readonly<Record<string, (node: Node) => boolean>> = {
  '!!map': isMap,
  '!!seq': isSeq,
  '!!str': isOf('string'),
  '!!int': isOf('number'),
  '!!float': isOf('number'),
  '!!bool': isOf('boolean'),
  '!!null': (node) => isScalar(node) && node.value === null,
}

/** Every place where a document holds what is not plain data: maps with text keys, lists, texts, numbers, yes and no. */
export function yamlFaults(document: Document): YamlFault[] {
  const faults: YamlFault[] = []
  const add = (node: unknown, message: string, hint: string): void => {
    faults.push({ offset: (isNode(node) && node.range?.[0]) || 0, message, hint })
  }
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2')
    add(null, 'a scenario is YAML 1.2', 'Take the %YAML line out.')
  visit(document, {
    Node(_, node) {
      if (isAlias(node) || node.tag === undefined) return
      const tag = shortened(node.tag.replace('tag:yaml.org,2002:', '!!'))
      if (Object.hasOwn(plainTags, tag) && plainTags[tag]?.(node)) return
      add(node, `the tag ${tag} means nothing here`, 'Write a plain value, a list or a map.')
      return visit.SKIP
    },
    Pair(_, { key, value }, path) {
      if (isMerge(key)) checkMerge(document, key as Node, value, add)
      else if (!isScalar(key) || typeof key.value !== 'string')
        add(isNode(key) ? key : path.at(-1), 'a key has to be a text', 'Put it in quotes.')
    },
    Alias(_, node, path) {
      checkAlias(document, node, path, add)
    },
  })
  return faults
}

type Add = (node: unknown, message: string, hint: string) => void

/** `<<`: what stands under it is read as if it stood beside it, and gives way to what does. */
export const isMerge = (key: unknown): boolean =>
  isScalar(key) && key.type === 'PLAIN' && key.source === '<<'

function checkMerge(document: Document, key: Node, value: unknown, add: Add): void {
  const sources = isSeq(value) ? value.items : [value]
  const resolved = sources.map((source) => (isAlias(source) ? source.resolve(document) : source))
  // An alias to nowhere has a message of its own.
  if (resolved.every((source) => source === undefined || isMap(source))) return
  add(key, '<< takes a map to read from, or a list of maps', 'Write <<: *name.')
}

function checkAlias(document: Document, node: Alias, path: readonly unknown[], add: Add): void {
  const target = node.resolve(document)
  if (target === undefined)
    add(node, `there is no anchor &${shortened(node.source)} above`, 'Write the anchor first.')
  else if (path.some((part) => part === target || (isPair(part) && part.value === target)))
    add(node, `*${shortened(node.source)} contains itself`, 'Name an anchor that is closed.')
}
