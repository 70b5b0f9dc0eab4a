import { SECTION_SCHEMAS } from '../../src/design/evaluate/component-attributes.ts'
import { SECTIONS } from '../../src/design/module/module-source.ts'
import { componentFields } from '../../src/design/schema/component.ts'
import { design } from '../../src/design/schema/design.ts'
import { type ValueSchema, valueSchema } from '../../src/design/validate/value-schema.ts'

/** docs/language.md: every key of the language with its type and meaning. */
export function languageReference(): string {
  const root = valueSchema(design)
  const common = new Set(Object.keys(componentFields))
  const parts = [
    '# The design language',
    '',
    'Generated from the schema of the language by `npm run generate`; `schemas/design.schema.json` is the same for editors.',
    'Put this line on top of a design, and an editor with a YAML language server completes and checks it:',
    '',
    '```yaml',
    '# yaml-language-server: $schema=../../schemas/design.schema.json',
    '```',
    '',
    'A design is one file, or a folder whose `*.yaml` files are merged. Any value may be an expression in [CEL](https://cel.dev):',
    '`"${inputs.weight}"` keeps the type of what it gives, `"web-${each.key}"` becomes text, `$${` stands for the characters `${`.',
    'In scope are `inputs`, `locals`, `each` (with `forEach`), `design.name`, `design.version`, and every component by section and',
    'name with all it says (`workloads.web.replicas`) and what is worked out of it: `address`, `name`, `cluster`, `key`; of workloads',
    'also `host`, `service`, `namespace` and `serviceAccount`; of patterns `outputs`. A reference is a dependency.',
    '',
    '## Top level',
    '',
    ...table(root, new Set()),
    '',
    '## What every component takes',
    '',
    ...table(
      {
        type: 'object',
        properties: Object.fromEntries(Object.entries(componentFields).map(([key, value]) => [key, valueSchema(value)])),
      },
      new Set(),
    ),
    ...SECTIONS.flatMap((section) => [
      '',
      `## ${section}.&lt;name&gt;`,
      '',
      SECTION_SCHEMAS[section].description ?? '',
      '',
      ...table(SECTION_SCHEMAS[section], common),
    ]),
    ...['inputs', 'clusters', 'outputs', 'policies'].flatMap((block) => {
      const schema = mapValue(root.properties?.[block])
      return schema === undefined
        ? []
        : ['', `## ${block}.&lt;name&gt;`, '', schema.description ?? '', '', ...table(schema, new Set())]
    }),
    '',
  ]
  return parts.join('\n')
}

function table(schema: ValueSchema, leaveOut: ReadonlySet<string>): readonly string[] {
  return ['| key | type | meaning |', '|---|---|---|', ...rows(schema, '', leaveOut)]
}

function rows(schema: ValueSchema, prefix: string, leaveOut: ReadonlySet<string>): readonly string[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]): string[] => {
    if (leaveOut.has(key)) return []
    const path = `${prefix}${key}`
    const meaning = [child.description ?? '', required.has(key) ? '**Required.**' : ''].filter((text) => text !== '').join(' ')
    const own = `| \`${path}\` | ${typeOf(child)} | ${meaning.replaceAll('|', '\\|')} |`
    // These have tables of their own.
    return prefix === '' && BLOCKS.has(key) ? [own] : [own, ...inner(child, path)]
  })
}

function inner(schema: ValueSchema, path: string): readonly string[] {
  if (schema.properties !== undefined) return rows(schema, `${path}.`, new Set())
  if (schema.items !== undefined) return inner(schema.items, `${path}[]`)
  const value = mapValue(schema)
  if (value !== undefined) return inner(value, `${path}.<name>`)
  return (schema.anyOf ?? []).flatMap((alternative) => inner(alternative, path))
}

const BLOCKS: ReadonlySet<string> = new Set([...SECTIONS, 'inputs', 'clusters', 'outputs', 'policies'])

function mapValue(schema: ValueSchema | undefined): ValueSchema | undefined {
  if (schema?.patternProperties !== undefined) return Object.values(schema.patternProperties)[0]
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

function typeOf(schema: ValueSchema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(', ')
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ')
  switch (schema.type) {
    case 'array':
      return schema.items === undefined ? 'list' : `list of ${typeOf(schema.items)}`
    case 'object': {
      const value = mapValue(schema)
      return value === undefined ? 'map' : `map of ${typeOf(value)}`
    }
    case 'integer':
    case 'number': {
      const bounds = [
        schema.minimum === undefined ? '' : `≥ ${schema.minimum}`,
        schema.maximum === undefined ? '' : `≤ ${schema.maximum}`,
      ]
      return [schema.type === 'integer' ? 'whole number' : 'number', ...bounds.filter((bound) => bound !== '')].join(' ')
    }
    case 'boolean':
      return 'true or false'
    case 'string':
      return schema.examples === undefined ? 'text' : `text such as \`${String(schema.examples[0])}\``
    case 'null':
      return 'null'
    default:
      return 'anything'
  }
}
