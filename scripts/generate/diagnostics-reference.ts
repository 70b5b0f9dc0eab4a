import { CATALOG_CODES } from '../../src/catalog/codes.ts'
import { COMMAND_CODES } from '../../src/cli/codes.ts'
import { DESIGN_CODES } from '../../src/design/codes.ts'
import { ENGINE_CODES } from '../../src/engine/codes.ts'
import { FILTER_CODES } from '../../src/filters/codes.ts'
import { PERF_DIAGNOSTICS } from '../../src/perf/check/check-problem.ts'
import { PLANNER_CODES } from '../../src/planner/codes.ts'
import { PROVIDER_CODES } from '../../src/providers/codes.ts'
import { STATE_CODES } from '../../src/state/codes.ts'
import { TARGET_CODES } from '../../src/targets/codes.ts'

/** A code as its table explains it. */
export interface ExplainedCode {
  readonly title: string
  readonly explanation?: string
}

/** Every code that a diagnostic can bear, by room. */
export const CODE_TABLES: readonly { readonly room: string; readonly codes: { readonly [code: string]: ExplainedCode } }[] = [
  { room: 'Designs', codes: DESIGN_CODES },
  { room: 'Patterns from elsewhere', codes: CATALOG_CODES },
  { room: 'Plans', codes: PLANNER_CODES },
  { room: 'Meshes', codes: PROVIDER_CODES },
  { room: 'Carrying out', codes: ENGINE_CODES },
  { room: 'Clusters', codes: TARGET_CODES },
  { room: 'Commands', codes: COMMAND_CODES },
  { room: 'Perf-checks', codes: PERF_DIAGNOSTICS },
  { room: 'State', codes: STATE_CODES },
  { room: 'Filters', codes: FILTER_CODES },
]

/** docs/diagnostics.md: every code, what it is and why. */
export function diagnosticsReference(): string {
  const parts = [
    '# Diagnostics',
    '',
    'Generated from the tables of codes by `npm run generate`. Every message of meshform bears one of these; the code stays the same',
    'when the words change, so scripts and people can look for it.',
  ]
  for (const { room, codes } of CODE_TABLES) {
    parts.push('', `## ${room}`, '', '| code | what | why |', '|---|---|---|')
    for (const [code, { title, explanation }] of Object.entries(codes)) {
      parts.push(`| ${code} | ${cell(title)} | ${cell(explanation ?? '')} |`)
    }
  }
  return `${parts.join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
