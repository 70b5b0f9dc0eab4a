import { compareVersions } from '../version.ts'

/** The edge release that each release was made of (linkerd.io/releases), newest first; those before count as the one below. */
const MADE_OF: readonly (readonly [edge: string, release: string])[] = [
  ['25.10.7', '2.19'],
  ['25.4.4', '2.18'],
  ['24.11.8', '2.17'],
  ['24.8.2', '2.16'],
  ['24.2.4', '2.15'],
  ['23.8.2', '2.14'],
  ['23.4.1', '2.13'],
  ['22.8.2', '2.12'],
]

/** The release that an edge version counts as, told by its year; a version of another kind is the release itself. */
export function linkerdRelease(version: string): string {
  const edge = /(?:^|edge-)(\d\d\.\d+\.\d+)$/.exec(version)?.[1]
  if (edge === undefined) return version
  return MADE_OF.find(([first]) => compareVersions(edge, first) >= 0)?.[1] ?? '2.11'
}
